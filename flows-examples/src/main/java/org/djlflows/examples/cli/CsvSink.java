package org.djlflows.examples.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/** Writes CSV to the standard output, or to a file that appears only when it is complete. */
final class CsvSink {

    /** Writes the rows. */
    @FunctionalInterface
    interface Rows {
        void write(CsvWriter writer) throws IOException;
    }

    private CsvSink() {}

    static void write(Optional<Path> file, List<String> header, Rows rows) throws IOException {
        if (file.isEmpty()) {
            // Not System.out, which hides that a disk is full or a reader gone.
            write(new FileOutputStream(FileDescriptor.out), header, rows);
            return;
        }
        Path target = file.get().toAbsolutePath();
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            // A device or a pipe; it must not be replaced by a file.
            write(Files.newOutputStream(target), header, rows);
            return;
        }
        Path aside = target.resolveSibling(target.getFileName() + ".part");
        try {
            write(Files.newOutputStream(aside), header, rows);
            Files.move(
                    aside,
                    target,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(aside);
            throw e;
        }
    }

    private static void write(OutputStream out, List<String> header, Rows rows) throws IOException {
        try (CsvWriter writer =
                CsvWriter.builder()
                        .lineDelimiter(LineDelimiter.LF)
                        .build(new OutputStreamWriter(out, StandardCharsets.UTF_8))) {
            writer.writeRecord(header);
            rows.write(writer);
        }
    }
}
