package org.djlflows.plot;

import org.apache.batik.svggen.ImageHandlerBase64Encoder;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import java.awt.Dimension;
import java.awt.image.RenderedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

/** Writes pictures as SVG, with Batik: text as text, images as embedded PNG. */
final class Svg {

    /** Hundredths of a pixel. */
    private static final int DECIMALS = 2;

    private Svg() {}

    static void write(Picture picture, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        write(picture, writer);
        writer.flush();
    }

    /** Without what comes before the element in a file. */
    static String element(Picture picture) {
        StringWriter writer = new StringWriter();
        try {
            write(picture, writer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String text = writer.toString();
        return text.substring(text.indexOf("<svg"));
    }

    private static void write(Picture picture, Writer writer) throws IOException {
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(newDocument());
        context.setPrecision(DECIMALS);
        context.setComment(null);
        context.setImageHandler(new PngEncoder());
        SVGGraphics2D g = new SVGGraphics2D(context, false);
        g.setSVGCanvasSize(new Dimension(picture.width(), picture.height()));
        picture.draw(g);
        // Without it a page that gives the picture another size would cut it off.
        Element root = g.getRoot();
        root.setAttribute("viewBox", "0 0 " + picture.width() + " " + picture.height());
        g.stream(root, writer, true, false);
    }

    /** Not by way of a file in the folder for temporary ones, which may be full. */
    static void writePng(RenderedImage image, OutputStream out) throws IOException {
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(image, "png", stream);
        }
    }

    private static Document newDocument() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(
                            SVGGraphics2D.SVG_NAMESPACE_URI, SVGGraphics2D.SVG_SVG_TAG, null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the JDK has no XML parser", e);
        }
    }

    /** Batik's own encoder needs another of its modules for what the JDK does as well. */
    private static final class PngEncoder extends ImageHandlerBase64Encoder {

        @Override
        public void encodeImage(RenderedImage image, OutputStream out)
                throws SVGGraphics2DIOException {
            try {
                writePng(image, out);
            } catch (IOException e) {
                throw new SVGGraphics2DIOException("cannot embed an image", e);
            }
        }
    }
}
