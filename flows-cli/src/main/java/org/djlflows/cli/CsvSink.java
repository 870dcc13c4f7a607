package org.djlflows.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;

import org.djlflows.files.WholeFile;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
        } else {
            WholeFile.write(file.get(), out -> write(out, header, rows));
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
