package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;

class PictureTest {

    private static final Window WINDOW = new Window(-3, 3, -3, 3);

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "B.SVG"})
    void savesWholeFiles(String name) throws IOException {
        Path file = folder.resolve("new/folder").resolve(name);

        picture().save(file);
        byte[] first = Files.readAllBytes(file);
        picture().save(file);

        assertEquals(first.length, Files.size(file));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void savesPixels() throws IOException {
        Path file = folder.resolve("a.png");
        picture().save(file);

        BufferedImage read = ImageIO.read(file.toFile());
        BufferedImage drawn = picture().image();
        assertEquals(picture().width(), read.getWidth());
        assertEquals(picture().height(), read.getHeight());
        for (int y = 0; y < read.getHeight(); y++) {
            assertEquals(drawn.getRGB(y, y), read.getRGB(y, y));
        }
    }

    @Test
    void keepsTextAndLinesInSvg() throws Exception {
        Document svg = svg(picture());

        assertEquals("0 0 640 520", svg.getDocumentElement().getAttribute("viewBox"));
        List<String> texts = new ArrayList<>();
        NodeList elements = svg.getElementsByTagName("text");
        for (int i = 0; i < elements.getLength(); i++) {
            texts.add(elements.item(i).getTextContent());
        }
        assertTrue(texts.contains("T\u00eftle"), texts.toString());
        assertTrue(texts.contains("lines enclose 50, 90, 99 %"), texts.toString());
        assertTrue(texts.contains("y name"), texts.toString());
        // The colours are one image of 100 x 100 pixels, not as many rectangles.
        NodeList images = svg.getElementsByTagName("image");
        assertEquals(1, images.getLength());
        String data =
                ((Element) images.item(0)).getAttributeNS("http://www.w3.org/1999/xlink", "href");
        assertTrue(data.startsWith("data:image/png;base64,"), data.substring(0, 40));
        byte[] png = Base64.getMimeDecoder().decode(data.substring(data.indexOf(',') + 1));
        assertEquals(100, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
        assertTrue(svg.getElementsByTagName("rect").getLength() < 400);
    }

    @Test
    void keepsManyPointsSmallInSvg() throws IOException {
        Path file = folder.resolve("a.svg");

        Plots.scatter("a", "x", "y", WINDOW, PlotsTest.normal(10_000), Plots.DATA).save(file);

        long size = Files.size(file);
        assertTrue(size > 100_000 && size < 250_000, size + " bytes for 5000 points");
    }

    @Test
    void refusesOtherFormats() throws IOException {
        Path file = folder.resolve("picture.jpg");

        String message =
                assertThrows(IllegalArgumentException.class, () -> picture().save(file))
                        .getMessage();

        assertEquals("Picture: expected a file that ends with .png or .svg, got " + file, message);
        assertFalse(Files.exists(file));
    }

    @Test
    void leavesNothingBehindWhenSavingFails() throws IOException {
        Path occupied = Files.createDirectories(folder.resolve("a.png/inner")).getParent();

        assertThrows(IOException.class, () -> picture().save(occupied));

        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(occupied), files.toList());
        }
    }

    private static Picture picture() {
        float[] density = PlotsTest.normal(WINDOW, 100);
        return Plots.density("T\u00eftle", "x name", "y name", WINDOW, density, new float[0]);
    }

    private Document svg(Picture picture) throws Exception {
        Path file = folder.resolve("a.svg");
        picture.save(file);
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        // The document type is on the network, which a test does not ask.
        builder.setEntityResolver((name, place) -> new InputSource(new StringReader("")));
        return builder.parse(file.toFile());
    }
}
