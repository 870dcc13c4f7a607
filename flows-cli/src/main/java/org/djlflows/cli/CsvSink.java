package org.djlflows.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;

import org.djlflows.files.WholeFile;
import org.djlflows.format.CsvFormat;

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

    /** Writes rows in the usual format. */
    static void write(Optional<Path> file, List<String> header, Rows rows) throws IOException {
        write(file, CsvFormat.usual(List.of()), header, rows);
    }

    /**
     * Writes rows.
     *
     * @param file the file, empty for the standard output
     * @param format how; its columns are not looked at
     * @param header the names of the columns, which are left out if the format has no header
     * @param rows the rows
     * @throws IOException if they cannot be written
     */
    static void write(Optional<Path> file, CsvFormat format, List<String> header, Rows rows)
            throws IOException {
        if (file.isEmpty()) {
            // Not System.out, which hides that a disk is full or a reader gone.
            write(new FileOutputStream(FileDescriptor.out), format, header, rows);
        } else {
            WholeFile.write(file.get(), out -> write(out, format, header, rows));
        }
    }

    private static void write(OutputStream out, CsvFormat format, List<String> header, Rows rows)
            throws IOException {
        CsvWriter.CsvWriterBuilder builder =
                CsvWriter.builder()
                        .lineDelimiter(LineDelimiter.LF)
                        .fieldSeparator(format.separator().charAt(0))
                        .quoteCharacter(format.quote().charAt(0));
        if (header.size() == 1) {
            // Readers pass over empty lines.
            builder.quoteStrategy(QuoteStrategies.EMPTY);
        }
        try (CsvWriter writer =
                builder.build(new OutputStreamWriter(out, StandardCharsets.UTF_8))) {
            if (format.header()) {
                writer.writeRecord(header);
            }
            rows.write(writer);
        }
    }
}
