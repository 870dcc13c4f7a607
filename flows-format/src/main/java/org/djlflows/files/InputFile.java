package org.djlflows.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;

/**
 * A file that somebody else may have made: a pipe that never ends to wait, a device without an end,
 * or a few bytes on the disk that stand for gigabytes. What it is and how large it is are looked at
 * before it is opened.
 *
 * <p>No file that is read may be larger than the heap ({@code -Xmx}), or than the bytes that the
 * system property {@value #LARGEST} says. Files that are short where they are whole, such as a
 * configuration, have bounds of their own.
 */
public final class InputFile {

    /** The system property with the most bytes of a file that is read. */
    public static final String LARGEST = "flows.largestFile";

    private InputFile() {}

    /**
     * Checks that a file can be read: that it is one, after links were followed, and no larger than
     * the heap or than {@value #LARGEST} says.
     *
     * @param file the file
     * @param expected what it should hold, for the message
     * @return its bytes
     * @throws IOException if it is missing, no regular file, or too large; the message names file
     *     and reason
     */
    public static long require(Path file, String expected) throws IOException {
        long most = Long.getLong(LARGEST, Runtime.getRuntime().maxMemory());
        return require(
                file,
                expected,
                most,
                "the size of the heap (-Xmx), which -D" + LARGEST + "=BYTES replaces");
    }

    /**
     * Reads a file that is short where it is whole.
     *
     * @param file the file
     * @param expected what it should hold, for the message
     * @param most the most bytes that it may have
     * @return its content
     * @throws IOException if it cannot be read, is no regular file, or is longer; the message names
     *     file and reason
     */
    public static byte[] read(Path file, String expected, int most) throws IOException {
        require(file, expected, most, "the most for such a file");
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(most + 1);
            if (content.length > most) {
                throw new IOException(file + ": expected " + expected + ", got a file that grows");
            }
            return content;
        }
    }

    private static long require(Path file, String expected, long most, String why)
            throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        String got = "";
        if (attributes.isDirectory()) {
            got = "a folder";
        } else if (!attributes.isRegularFile()) {
            got = "a pipe or a device";
        } else if (attributes.size() > most) {
            got =
                    String.format(
                            Locale.ROOT,
                            "%,d bytes, more than %,d, %s",
                            attributes.size(),
                            most,
                            why);
        }
        if (!got.isEmpty()) {
            throw new IOException(file + ": expected " + expected + ", got " + got);
        }
        return attributes.size();
    }
}
