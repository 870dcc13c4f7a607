package org.djlflows.data;

import org.djlflows.files.Excerpt;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes images that somebody else may have made. A few bytes can claim any size, which is looked
 * at before pixels are decoded, and readers answer damage by all kinds of exceptions.
 */
public final class ImageDecoder {

    private static final Set<String> FORMATS = Set.of("png", "jpeg");
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    /** The bytes of a chunk of PNG beside its data: length, type, checksum. */
    private static final int FRAME = 12;

    /** Says what sizes are taken. */
    @FunctionalInterface
    public interface SizeCheck {

        /**
         * Looks at the size that the header of an image claims.
         *
         * @param width the pixels of a row
         * @param height the rows
         * @throws IOException if it is not taken; what is thrown here is what {@link #decode}
         *     throws
         */
        void check(int width, int height) throws IOException;
    }

    private ImageDecoder() {}

    /**
     * Decodes an image.
     *
     * @param bytes the content of a PNG or JPEG file
     * @param sizes what sizes are taken
     * @return the image
     * @throws IOException if it is another format, or damaged, whatever the damage; the message is
     *     what came instead of an image
     */
    public static BufferedImage decode(byte[] bytes, SizeCheck sizes) throws IOException {
        try (ImageInputStream stream =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            ImageReader reader = readers.hasNext() ? readers.next() : null;
            if (reader == null || !isTaken(reader)) {
                throw new IOException(bytes.length + " bytes of something else");
            }
            try {
                requireChunks(bytes);
                reader.setInput(stream, true, true);
                checkSize(reader, sizes);
                return pixels(reader);
            } finally {
                reader.dispose();
            }
        }
    }

    private static boolean isTaken(ImageReader reader) throws IOException {
        return FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT));
    }

    /** Java makes room for a palette of PNG as long as it claims to be. */
    private static void requireChunks(byte... bytes) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (!Arrays.equals(PNG, 0, PNG.length, bytes, 0, Math.min(PNG.length, bytes.length))) {
            return;
        }
        in.position(PNG.length);
        while (in.remaining() >= FRAME) {
            int length = in.getInt();
            if (length < 0 || length > in.remaining() - FRAME + Integer.BYTES) {
                throw new IOException("one that is damaged: a chunk of " + length + " bytes");
            }
            in.position(in.position() + length + FRAME - Integer.BYTES);
        }
    }

    private static void checkSize(ImageReader reader, SizeCheck sizes) throws IOException {
        int width;
        int height;
        try {
            width = reader.getWidth(0);
            height = reader.getHeight(0);
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
        sizes.check(width, height);
    }

    private static BufferedImage pixels(ImageReader reader) throws IOException {
        try {
            return reader.read(0);
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    private static IOException damaged(Exception e) {
        return new IOException("one that is damaged: " + Excerpt.of(e.getMessage()), e);
    }
}
