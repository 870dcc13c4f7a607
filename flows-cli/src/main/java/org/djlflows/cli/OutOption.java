package org.djlflows.cli;

import org.djlflows.format.CsvFormat;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The option that says where rows are written. */
final class OutOption {

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write (default: standard output).")
    private Optional<Path> file = Optional.empty();

    /** Writes rows in the usual format. */
    void write(List<String> header, CsvSink.Rows rows) throws IOException {
        CsvSink.write(file, header, rows);
    }

    /** Writes rows in a format, whose columns are not looked at. */
    void write(CsvFormat format, List<String> header, CsvSink.Rows rows) throws IOException {
        CsvSink.write(file, format, header, rows);
    }
}
