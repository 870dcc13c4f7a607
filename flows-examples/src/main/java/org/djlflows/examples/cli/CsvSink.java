package org.djlflows.examples.cli;

import de.siegmar.fastcsv.writer.CsvWriter;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
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
            Writer out =
                    new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
            write(out, header, rows);
            out.flush();
            return;
        }
        Path target = file.get().toAbsolutePath();
        Path aside = target.resolveSibling(target.getFileName() + ".part");
        try (Writer out = Files.newBufferedWriter(aside)) {
            write(out, header, rows);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(aside);
            throw e;
        }
        Files.move(
                aside, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void write(Writer out, List<String> header, Rows rows) throws IOException {
        // The writer is not closed: that would close the standard output.
        CsvWriter writer = CsvWriter.builder().bufferSize(0).build(out);
        writer.writeRecord(header);
        rows.write(writer);
    }
}
