package org.djlflows.examples.data;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

/**
 * A folder of PNG and JPEG files, all in it or in a folder for each class.
 *
 * <p>The images come in a random order, always the same, since files are often sorted by class or
 * time. They are grey where all of them are. What is transparent is white; the orientation that
 * cameras note is not looked at.
 */
final class ImageFolder {

    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg");

    private ImageFolder() {}

    /** A file of a class. */
    private record Item(Path file, int label) {}

    /**
     * Reads all images.
     *
     * @param folder the folder
     * @param size the side of the square that is cut out of the middle of each image and scaled, or
     *     empty if all images are of one size already
     */
    static LabelledImages read(Path folder, OptionalInt size) throws IOException {
        List<Path> folders = list(folder, Files::isDirectory);
        List<Item> items = new ArrayList<>();
        List<String> classes = new ArrayList<>();
        for (Path file : list(folder, ImageFolder::isImage)) {
            items.add(new Item(file, 0));
        }
        for (Path ofClass : items.isEmpty() ? folders : List.<Path>of()) {
            for (Path file : list(ofClass, ImageFolder::isImage)) {
                items.add(new Item(file, classes.size()));
            }
            classes.add(ofClass.getFileName().toString());
        }
        if (items.isEmpty()) {
            throw new IOException(
                    folder
                            + ": expected images (png, jpg), folders of them, or files in IDX"
                            + " format, found none");
        }
        Collections.shuffle(items, new Random(0));
        return read(items, classes, size);
    }

    private static List<Path> list(Path folder, Predicate<Path> kind) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(kind).sorted().toList();
        }
    }

    private static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file) && ENDINGS.stream().anyMatch(name::endsWith);
    }

    private static LabelledImages read(List<Item> items, List<String> classes, OptionalInt size)
            throws IOException {
        BufferedImage first = image(items.get(0).file, size);
        int width = first.getWidth();
        int height = first.getHeight();
        int pixels = width * height;
        if (3L * pixels * items.size() > Integer.MAX_VALUE - 8) {
            throw new IOException(
                    String.format(
                            "expected images of fewer than 2^31 bytes in all, got %d of %d x %d;"
                                    + " take fewer or a smaller size",
                            items.size(), height, width));
        }
        byte[] levels = new byte[3 * pixels * items.size()];
        int[] labels = new int[items.size()];
        boolean grey = true;
        for (int i = 0; i < items.size(); i++) {
            Path file = items.get(i).file;
            BufferedImage image = i == 0 ? first : image(file, size);
            if (image.getWidth() != width || image.getHeight() != height) {
                throw new IOException(
                        String.format(
                                "%s: expected %d x %d pixels as in %s, got %d x %d; --size scales"
                                        + " them",
                                file,
                                height,
                                width,
                                items.get(0).file,
                                image.getHeight(),
                                image.getWidth()));
            }
            int[] colors = image.getRGB(0, 0, width, height, null, 0, width);
            for (int j = 0; j < pixels; j++) {
                for (int channel = 0; channel < 3; channel++) {
                    byte level = (byte) (colors[j] >> 16 - 8 * channel);
                    levels[(3 * i + channel) * pixels + j] = level;
                    grey &= level == (byte) colors[j];
                }
            }
            labels[i] = items.get(i).label;
        }
        return grey
                ? new LabelledImages(1, height, width, first(levels, pixels), labels, classes)
                : new LabelledImages(3, height, width, levels, labels, classes);
    }

    /** Returns the first of the three equal channels of each image. */
    private static byte[] first(byte[] levels, int pixels) {
        byte[] grey = new byte[levels.length / 3];
        for (int i = 0; i < grey.length / pixels; i++) {
            System.arraycopy(levels, 3 * i * pixels, grey, i * pixels, pixels);
        }
        return grey;
    }

    private static BufferedImage image(Path file, OptionalInt size) throws IOException {
        BufferedImage image;
        try {
            image = ImageIO.read(file.toFile());
        } catch (IOException | RuntimeException e) {
            throw new IOException(file + ": expected an image, got " + e.getMessage(), e);
        }
        if (image == null) {
            throw new IOException(file + ": expected an image, got a file of another kind");
        }
        return size.isPresent()
                ? square(image, size.getAsInt())
                : drawn(image, image.getWidth(), image.getHeight());
    }

    /** Cuts the largest square out of the middle and scales it, by halves at most at a time. */
    private static BufferedImage square(BufferedImage image, int size) {
        int side = Math.min(image.getWidth(), image.getHeight());
        int left = (image.getWidth() - side) / 2;
        int top = (image.getHeight() - side) / 2;
        BufferedImage scaled = image.getSubimage(left, top, side, side);
        for (int now = side; now > 2 * size; now = scaled.getWidth()) {
            scaled = drawn(scaled, (now + 1) / 2, (now + 1) / 2);
        }
        return drawn(scaled, size, size);
    }

    private static BufferedImage drawn(BufferedImage image, int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, Color.WHITE, null);
        graphics.dispose();
        return picture;
    }
}
