package org.djlflows.plot;

import org.djlflows.files.CannotWriteException;
import org.djlflows.files.WholeFile;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A picture, to be shown in a notebook or saved as PNG or SVG.
 *
 * <p>It is kept as what draws it, so that text and lines of an SVG are text and lines. A picture is
 * immutable.
 */
public final class Picture {

    private static final String PNG = ".png";
    private static final String SVG = ".svg";

    /** Draws on a white ground from (0, 0) to width and height. */
    @FunctionalInterface
    interface Drawing {
        void draw(Graphics2D g);
    }

    private final int width;
    private final int height;
    private final Drawing drawing;

    Picture(int width, int height, Drawing drawing) {
        this.width = width;
        this.height = height;
        this.drawing = drawing;
    }

    /**
     * Makes a picture of pixels; in an SVG it stays one image.
     *
     * @param pixels the pixels, which are not copied
     * @return the picture
     */
    public static Picture of(BufferedImage pixels) {
        return new Picture(
                pixels.getWidth(), pixels.getHeight(), g -> g.drawImage(pixels, 0, 0, null));
    }

    /**
     * Puts pictures next to each other.
     *
     * @param pictures the pictures, from left to right
     * @return one picture, as wide as all of them and as high as the highest
     */
    public static Picture beside(Picture... pictures) {
        List<Picture> all = List.of(pictures);
        int width = all.stream().mapToInt(Picture::width).sum();
        int height = all.stream().mapToInt(Picture::height).max().orElse(0);
        return new Picture(
                width,
                height,
                g -> {
                    int x = 0;
                    for (Picture picture : all) {
                        Graphics2D part = (Graphics2D) g.create();
                        part.translate(x, 0);
                        picture.drawing.draw(part);
                        part.dispose();
                        x += picture.width;
                    }
                });
    }

    /**
     * Returns the width.
     *
     * @return pixels
     */
    public int width() {
        return width;
    }

    /**
     * Returns the height.
     *
     * @return pixels
     */
    public int height() {
        return height;
    }

    /**
     * Draws this picture as pixels, which Java notebooks show inline.
     *
     * @return a new image
     */
    public BufferedImage image() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        draw(g);
        g.dispose();
        return image;
    }

    void draw(Graphics2D g) {
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        drawing.draw(g);
    }

    /**
     * Checks that a picture can be saved to a file, which a program does before long work. Its
     * folders are created.
     *
     * @param file the file
     * @throws IllegalArgumentException if its name does not end with .png or .svg
     * @throws IOException if the file cannot be written; the message says why
     */
    public static void requireWritable(Path file) throws IOException {
        requireFormat(file);
        createFolders(file);
        WholeFile.requireRoom(file, 1);
    }

    private static void requireFormat(Path file) {
        if (!ends(file, PNG) && !ends(file, SVG)) {
            throw new IllegalArgumentException(
                    "Picture: expected a file that ends with .png or .svg, got " + file);
        }
    }

    private static boolean ends(Path file, String ending) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
    }

    /**
     * Writes this picture as PNG or as SVG, by the end of the file's name, as a {@link WholeFile}.
     *
     * @param file the file to write or replace; its folders are created
     * @throws IllegalArgumentException if its name does not end with .png or .svg
     * @throws IOException if the file cannot be written
     */
    public void save(Path file) throws IOException {
        requireFormat(file);
        createFolders(file);
        WholeFile.write(
                file,
                out -> {
                    if (ends(file, SVG)) {
                        Svg.write(this, out);
                    } else {
                        Svg.writePng(image(), out);
                    }
                });
    }

    /**
     * Returns this picture as an element of a page in HTML. Several in one page are better files of
     * their own, since names within one hold for the page.
     *
     * @return the SVG, in which all texts are escaped
     */
    public String svg() {
        return Svg.element(this);
    }

    private static void createFolders(Path file) throws IOException {
        Path folder = WholeFile.target(file).getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CannotWriteException(folder, e);
        }
    }
}
