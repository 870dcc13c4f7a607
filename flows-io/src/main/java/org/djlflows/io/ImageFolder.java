package org.djlflows.io;

import org.djlflows.data.ImageDecoder;
import org.djlflows.files.InputFile;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * PNG and JPEG files of a folder, or of its folders, one for each class.
 *
 * <p>Files lie in the order of their class, so they are shuffled, always in the same way. What is
 * transparent lies on white. An orientation in EXIF is ignored.
 */
final class ImageFolder {

    private static final long SEED = 0;
    private static final String EXPECTED = "a PNG or JPEG image";
    private static final int LARGEST_FILE = 64 << 20;

    /** What a pixel takes while it is decoded and converted, at most. */
    private static final int BYTES_OF_PIXEL = 32;

    private final Path folder;
    private final Optional<Integer> side;
    private final List<byte[]> levels = new ArrayList<>();
    private int height;
    private int width;

    private ImageFolder(Path folder, Optional<Integer> side) {
        this.folder = folder;
        this.side = side;
    }

    /** Returns the names of the classes in their order, or nothing for a folder of images. */
    static Optional<List<String>> classes(Path folder) throws IOException {
        List<String> names;
        try (Stream<Path> all = Files.list(folder)) {
            names = all.filter(Files::isDirectory).map(ImageFolder::name).sorted().toList();
        }
        names = names.stream().filter(name -> !name.startsWith(".")).toList();
        if (!names.isEmpty() && !files(folder).isEmpty()) {
            throw new IOException(
                    folder
                            + ": expected either images or a folder for each class, got images and"
                            + " the folders "
                            + names);
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
    }

    /** Reads all images, in an order that does not depend on their classes. */
    static Images read(Path folder, Optional<List<String>> classes, Optional<Integer> side)
            throws IOException {
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<String> names = classes.orElse(List.of(""));
        for (int label = 0; label < names.size(); label++) {
            Path some = folder.resolve(names.get(label));
            List<Path> found = files(some);
            if (found.isEmpty()) {
                throw new IOException(some + ": expected PNG or JPEG files, got none");
            }
            labels.addAll(Collections.nCopies(found.size(), label));
            files.addAll(found);
        }
        List<Integer> order = new ArrayList<>(IntStream.range(0, files.size()).boxed().toList());
        Collections.shuffle(order, new Random(SEED));
        ImageFolder images = new ImageFolder(folder, side);
        for (int i : order) {
            images.add(files.get(i), files.size());
        }
        return images.all(classes.map(known -> order.stream().mapToInt(labels::get).toArray()));
    }

    /** Returns how many files beside the images are none. */
    static int skipped(Path folder, Optional<List<String>> classes) throws IOException {
        List<Path> folders = new ArrayList<>(List.of(folder));
        classes.orElse(List.of()).forEach(name -> folders.add(folder.resolve(name)));
        long others = 0;
        for (Path some : folders) {
            try (Stream<Path> all = Files.list(some)) {
                others +=
                        all.filter(file -> !isImage(file) && !name(file).startsWith("."))
                                .filter(Files::isRegularFile)
                                .count();
            }
        }
        return Math.toIntExact(others);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(ImageFolder::isImage).sorted().toList();
        }
    }

    private static boolean isImage(Path file) {
        String name = name(file).toLowerCase(Locale.ROOT);
        return !name.startsWith(".")
                && (name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg"));
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private void add(Path file, int files) throws IOException {
        BufferedImage picture = decode(file);
        int rows = picture.getHeight();
        int columns = picture.getWidth();
        byte[] image = levels(picture);
        if (side.isPresent()) {
            int channels = image.length / (rows * columns);
            image = Resize.toSquare(image, channels, rows, columns, side.get());
            rows = side.get();
            columns = side.get();
        }
        if (levels.isEmpty()) {
            height = rows;
            width = columns;
            requireRoom(files, image.length / (rows * columns));
        }
        if (rows != height || columns != width) {
            throw new IOException(
                    String.format(
                            "%s: expected %d x %d pixels as in the images before, got %d x %d;"
                                    + " a --size makes them one size",
                            file, height, width, rows, columns));
        }
        levels.add(image);
    }

    /** Bytes are kept, and those for training become floats beside them. */
    private void requireRoom(int files, int channels) throws IOException {
        int training = ImageSets.forTraining(files);
        long floats = Images.requireOneArray(training, channels, height, width);
        long bytes = (long) files * channels * height * width + Float.BYTES * floats;
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected images that fit into %,d bytes (the heap, -Xmx), got %,d"
                                    + " of %d x %d x %d that need %,d, with their floats; take"
                                    + " fewer images or a smaller --size",
                            folder,
                            heap,
                            files,
                            channels,
                            height,
                            width,
                            bytes));
        }
    }

    /** Brings grey images among coloured ones to three channels. */
    private Images all(Optional<int[]> labels) {
        int plane = height * width;
        int channels = levels.stream().allMatch(image -> image.length == plane) ? 1 : 3;
        levels.replaceAll(image -> image.length == channels * plane ? image : thrice(image));
        return new Images(levels, labels, channels, height, width);
    }

    private static byte[] thrice(byte[] plane) {
        byte[] planes = new byte[3 * plane.length];
        for (int c = 0; c < 3; c++) {
            System.arraycopy(plane, 0, planes, c * plane.length, plane.length);
        }
        return planes;
    }

    private static BufferedImage decode(Path file) throws IOException {
        byte[] bytes = InputFile.read(file, EXPECTED, LARGEST_FILE);
        try {
            return ImageDecoder.decode(bytes, ImageFolder::requireFewPixels);
        } catch (IOException e) {
            throw new IOException(file + ": expected " + EXPECTED + ", got " + e.getMessage(), e);
        }
    }

    private static void requireFewPixels(int width, int height) throws IOException {
        long most = Runtime.getRuntime().maxMemory() / BYTES_OF_PIXEL;
        if ((long) width * height > most) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "one of %d x %d pixels (width x height), more than the %,d for which"
                                    + " the heap (-Xmx) has room",
                            width,
                            height,
                            most));
        }
    }

    /** Returns one plane where the picture is grey, else three. */
    private static byte[] levels(BufferedImage picture) {
        return picture.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
                ? greyLevels(picture)
                : colourLevels(picture);
    }

    /** Takes levels as stored: Java takes grey ones for linear light and would brighten them. */
    private static byte[] greyLevels(BufferedImage picture) {
        Raster raster = picture.getRaster();
        int width = picture.getWidth();
        double scale = 255.0 / ((1 << raster.getSampleModel().getSampleSize(0)) - 1);
        byte[] levels = new byte[picture.getHeight() * width];
        for (int i = 0; i < levels.length; i++) {
            double level = scale * raster.getSample(i % width, i / width, 0);
            if (raster.getNumBands() == 2) {
                double alpha = scale * raster.getSample(i % width, i / width, 1) / 255;
                level = alpha * level + (1 - alpha) * 255;
            }
            levels[i] = (byte) Math.round(level);
        }
        return levels;
    }

    private static byte[] colourLevels(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        BufferedImage opaque = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = opaque.createGraphics();
        graphics.drawImage(picture, 0, 0, Color.WHITE, null);
        graphics.dispose();
        int[] colours = opaque.getRGB(0, 0, width, height, null, 0, width);
        int plane = colours.length;
        boolean grey = true;
        byte[] levels = new byte[3 * plane];
        for (int i = 0; i < plane; i++) {
            levels[i] = (byte) (colours[i] >> 16);
            levels[plane + i] = (byte) (colours[i] >> 8);
            levels[2 * plane + i] = (byte) colours[i];
            grey &= levels[i] == levels[plane + i] && levels[i] == levels[2 * plane + i];
        }
        return grey ? Arrays.copyOf(levels, plane) : levels;
    }
}
