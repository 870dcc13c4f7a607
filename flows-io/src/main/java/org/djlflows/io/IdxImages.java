package org.djlflows.io;

import org.djlflows.files.InputFile;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads grey images of 8 bits, and perhaps a label for each, from files of the IDX format of MNIST,
 * compressed by gzip or not.
 *
 * <p>A file is a magic number, the sizes of its axes and the bytes, all big-endian: 0x00000803 and
 * (images, height, width) for images, 0x00000801 and (labels) for labels.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">LeCun, Cortes and Burges, The MNIST database</a>
 */
public final class IdxImages {

    private static final int IMAGES = 0x00000803;
    private static final int LABELS = 0x00000801;
    private static final int GZIP = 0x1f8b;

    /** Bytes are copied to images, and become floats. */
    private static final int COPIES = 4;

    /** What an image takes beside its pixels. */
    private static final int OBJECT = 32;

    private IdxImages() {}

    /**
     * Reads images.
     *
     * @param images the file of images
     * @return the images
     * @throws IOException if the file cannot be read or is no whole file of images; the message
     *     names the file, what was expected and what was found
     */
    public static Images read(Path images) throws IOException {
        return images(Idx.read(images, IMAGES, "images"), Optional.empty());
    }

    /**
     * Reads images with a label for each.
     *
     * @param images the file of images
     * @param labels the file of labels
     * @return the images
     * @throws IOException if a file cannot be read or is no whole file of its kind, or if there is
     *     not one label for each image
     */
    public static Images read(Path images, Path labels) throws IOException {
        Idx pictures = Idx.read(images, IMAGES, "images");
        Idx classes = Idx.read(labels, LABELS, "labels");
        if (classes.sizes[0] != pictures.sizes[0]) {
            throw new IOException(
                    String.format(
                            "%s: expected %d labels, one for each image of %s, got %d",
                            labels, pictures.sizes[0], images, classes.sizes[0]));
        }
        int[] numbers =
                IntStream.range(0, classes.sizes[0]).map(i -> classes.bytes[i] & 0xff).toArray();
        return images(pictures, Optional.of(numbers));
    }

    private static Images images(Idx images, Optional<int[]> labels) {
        int height = images.sizes[1];
        int width = images.sizes[2];
        int size = height * width;
        List<byte[]> levels =
                IntStream.range(0, images.sizes[0])
                        .mapToObj(i -> Arrays.copyOfRange(images.bytes, i * size, (i + 1) * size))
                        .toList();
        return new Images(levels, labels, 1, height, width);
    }

    /** The contents of one file. */
    private static final class Idx {

        private final int[] sizes;
        private final byte[] bytes;

        private Idx(int[] sizes, byte[] bytes) {
            this.sizes = sizes;
            this.bytes = bytes;
        }

        static Idx read(Path file, int magic, String what) throws IOException {
            InputFile.require(file, what + " in IDX format");
            try (InputStream in = open(file)) {
                ByteBuffer start = ByteBuffer.wrap(in.readNBytes(4));
                int found = start.remaining() < 4 ? 0 : start.getInt();
                if (found != magic) {
                    throw new IOException(
                            String.format(
                                    "%s: expected %s in IDX format (magic number 0x%08x), got %s",
                                    file,
                                    what,
                                    magic,
                                    start.limit() < 4
                                            ? "a file of " + start.limit() + " bytes"
                                            : String.format("0x%08x", found)));
                }
                int axes = magic & 0xff;
                ByteBuffer header = ByteBuffer.wrap(in.readNBytes(4 * axes));
                if (header.limit() < 4 * axes) {
                    throw truncated(file, 4L * axes, "bytes of sizes", header.limit());
                }
                int[] sizes = new int[axes];
                long expected = 1;
                for (int i = 0; i < axes; i++) {
                    sizes[i] = header.getInt();
                    boolean possible =
                            sizes[i] >= 0 && expected >= 0 && expected <= Integer.MAX_VALUE;
                    expected = possible ? expected * sizes[i] : -1;
                }
                if (expected < 0 || expected > Integer.MAX_VALUE - 8) {
                    throw new IOException(
                            file
                                    + ": expected sizes of fewer than 2^31 bytes in all, got "
                                    + Arrays.toString(sizes));
                }
                requireRoom(file, what, expected, sizes);
                byte[] bytes = new byte[(int) expected];
                int read = in.readNBytes(bytes, 0, bytes.length);
                if (read < expected) {
                    throw truncated(file, expected, "bytes of " + what, read);
                }
                if (in.read() >= 0) {
                    throw new IOException(
                            file + ": expected " + expected + " bytes of " + what + ", got more");
                }
                return new Idx(sizes, bytes);
            } catch (EOFException | ZipException e) {
                throw new IOException(
                        file + ": expected a whole gzip file, got " + e.getMessage(), e);
            }
        }

        /** The sizes are a claim, and a few bytes of gzip can bear it out. */
        private static void requireRoom(Path file, String what, long expected, int... sizes)
                throws IOException {
            long heap = Runtime.getRuntime().maxMemory();
            long needed = COPIES * expected + (long) OBJECT * sizes[0];
            if (needed > heap) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: expected %s that fit into %,d bytes (the heap, -Xmx), got"
                                        + " sizes %s that need %,d",
                                file,
                                what,
                                heap,
                                Arrays.toString(sizes),
                                needed));
            }
        }

        private static InputStream open(Path file) throws IOException {
            InputStream in = new BufferedInputStream(Files.newInputStream(file));
            try {
                in.mark(2);
                byte[] start = in.readNBytes(2);
                in.reset();
                boolean zipped =
                        start.length == 2 && ByteBuffer.wrap(start).getShort() == (short) GZIP;
                return zipped ? new GZIPInputStream(in) : in;
            } catch (IOException e) {
                in.close();
                throw e;
            }
        }

        private static IOException truncated(Path file, long expected, String what, int got) {
            return new IOException(
                    file + ": expected " + expected + " " + what + ", got " + got + ": truncated");
        }
    }
}
