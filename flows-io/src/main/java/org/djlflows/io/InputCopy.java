package org.djlflows.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file that can be read more than once, and what is in it.
 *
 * @param path the file itself or a copy of it
 * @param name what messages call it
 * @param kind what is in it
 * @param gzip whether it is compressed
 * @param mark the encoding that a byte order mark says, if there is one
 */
record InputCopy(Path path, String name, Kind kind, boolean gzip, Optional<Charset> mark) {

    /** What folders for copies are called, before the number of their process. */
    private static final String FOLDER = "flows-table-";

    private static final Duration LONG = Duration.ofDays(1);

    /** What a file holds. */
    enum Kind {
        CSV,
        JSON,
        PARQUET
    }

    /**
     * Finds a file, or copies what can be read only once: standard input and pipes.
     *
     * @param source a path, or "-" for standard input
     * @param folder where copies go
     * @return the file
     * @throws TableException if there is no such file
     * @throws UncheckedIOException if it cannot be read
     */
    static InputCopy of(String source, Path folder) {
        try {
            if (source.equals("-")) {
                Path copy = fresh(folder);
                Files.copy(System.in, copy);
                return of(copy, "standard input", source);
            }
            Path file = Path.of(source);
            String name = String.valueOf(file.getFileName());
            if (!Files.exists(file)) {
                throw new TableException(source + ": expected a file, got none of this name");
            }
            if (Files.isDirectory(file)) {
                throw new TableException(source + ": expected a file, got a folder");
            }
            if (!Files.isRegularFile(file)) {
                Path copy = fresh(folder);
                try (InputStream in = Files.newInputStream(file)) {
                    Files.copy(in, copy);
                }
                return of(copy, source, source);
            }
            // DuckDB would take these characters for a pattern of several names.
            if (source.matches(".*[*?\\[].*")) {
                Path copy = fresh(folder);
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                return of(copy, name, source);
            }
            return of(file, name, source);
        } catch (java.nio.file.InvalidPathException e) {
            throw new TableException(source + ": expected the name of a file", e);
        } catch (IOException e) {
            throw new UncheckedIOException(source + ": expected a readable file, got " + e, e);
        }
    }

    private static InputCopy of(Path path, String name, String source) throws IOException {
        byte[] raw = head(path, false, 4);
        boolean gzip = raw.length > 1 && raw[0] == (byte) 0x1f && raw[1] == (byte) 0x8b;
        byte[] head = head(path, gzip, 512);
        String latin = new String(head, StandardCharsets.ISO_8859_1);
        Optional<Charset> mark =
                latin.startsWith("\u00ff\u00fe") || latin.startsWith("\u00fe\u00ff")
                        ? Optional.of(StandardCharsets.UTF_16)
                        : Optional.empty();
        return new InputCopy(path, name, kind(latin, source), gzip, mark);
    }

    private static Kind kind(String head, String source) {
        if (head.startsWith("PAR1")) {
            return Kind.PARQUET;
        }
        String suffix = source.toLowerCase(Locale.ROOT).replaceAll("\\.gz$", "");
        if (Stream.of(".json", ".ndjson", ".jsonl").anyMatch(suffix::endsWith)) {
            return Kind.JSON;
        }
        // What has a name for it is CSV, even if its first cell looks like JSON.
        boolean named =
                List.of(".csv", ".tsv", ".txt", ".data").stream().anyMatch(suffix::endsWith);
        return !named && head.strip().matches("(?s)(\\{\\s*[\"}]|\\[\\s*\\{\\s*\").*")
                ? Kind.JSON
                : Kind.CSV;
    }

    private static byte[] head(Path path, boolean gzip, int bytes) throws IOException {
        try (InputStream in = CsvCopy.open(path, gzip)) {
            return in.readNBytes(bytes);
        }
    }

    /**
     * Returns the beginning as text.
     *
     * @param bytes the most bytes that are read
     * @return the text, of UTF-8, with other bytes replaced
     */
    String text(int bytes) {
        try {
            String text = new String(head(path, gzip, bytes), StandardCharsets.UTF_8);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": expected a readable file, got " + e, e);
        }
    }

    /** Returns the same with another copy, which is not compressed. */
    InputCopy withPath(Path copy) {
        return new InputCopy(copy, name, kind, false, Optional.empty());
    }

    /** Returns a new folder for copies, and deletes those of processes that were killed. */
    static Path folder() throws IOException {
        Path all = Path.of(System.getProperty("java.io.tmpdir"));
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(all, FOLDER + "*-*")) {
            folders.forEach(InputCopy::deleteIfLeft);
        }
        Path folder = Files.createTempDirectory(FOLDER + ProcessHandle.current().pid() + '-');
        folder.toFile().deleteOnExit();
        return folder;
    }

    private static void deleteIfLeft(Path folder) {
        String process =
                folder.getFileName().toString().substring(FOLDER.length()).replaceFirst("-.*", "");
        try {
            // A process of another container is not seen, but does not run for days.
            Instant used = Files.getLastModifiedTime(folder).toInstant();
            if (process.matches("\\d{1,18}")
                    && ProcessHandle.of(Long.parseLong(process)).isEmpty()
                    && used.isBefore(Instant.now().minus(LONG))) {
                delete(folder);
            }
        } catch (IOException | UncheckedIOException e) {
            // It is another user's, or another process deletes it just now.
            return;
        }
    }

    /** Returns a name for a new file. */
    static Path fresh(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "table", "");
        Files.delete(file);
        file.toFile().deleteOnExit();
        return file;
    }

    /** Deletes a folder and what is in it. */
    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
