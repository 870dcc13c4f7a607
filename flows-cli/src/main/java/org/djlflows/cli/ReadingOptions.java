package org.djlflows.cli;

import org.djlflows.console.Console;
import org.djlflows.files.Excerpt;
import org.djlflows.io.ReadOptions;
import org.djlflows.io.TableFile;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The options that say how a table is read, where the file does not. */
final class ReadingOptions {

    private static final int LONGEST = 80;

    @Option(
            names = "--sql",
            description =
                    "Take DATA for a query over files: \"SELECT a, b FROM 'x.parquet' WHERE a > 0\".")
    private boolean sql;

    @Option(
            names = "--missing",
            paramLabel = "TEXT,..",
            converter = Names.Converter.class,
            description = "Further texts that stand for a missing cell, such as -999 or unknown.")
    private List<Names> missing = new ArrayList<>();

    @Option(
            names = "--header",
            negatable = true,
            description = "Whether the first line has the names of the columns (default: seen).")
    private Optional<Boolean> header = Optional.empty();

    @Option(
            names = "--separator",
            paramLabel = "CHAR",
            description = "What separates cells; \\t for a tab (default: seen).")
    private Optional<String> separator = Optional.empty();

    @Option(
            names = "--decimal",
            paramLabel = "CHAR",
            defaultValue = ".",
            description = "The decimal sign, . or , (default: ${DEFAULT-VALUE}).")
    private char decimal;

    @Option(
            names = "--encoding",
            paramLabel = "NAME",
            defaultValue = "utf-8",
            description = "The encoding of text, such as latin-1 (default: ${DEFAULT-VALUE}).")
    private String encoding;

    /**
     * Opens a table.
     *
     * @param source a file, - for standard input, or with {@code --sql} a query
     * @return the table, to be closed
     */
    TableFile open(String source) {
        ReadOptions options = options();
        return Pace.during(
                "reading " + Excerpt.of(source, LONGEST) + " once, to know its columns",
                () -> sql ? TableFile.query(source, options) : TableFile.open(source, options));
    }

    /**
     * Opens a table for a command whose output are rows, and says beside it what was decided
     * without being sure.
     *
     * @param source a file, - for standard input, or with {@code --sql} a query
     * @return the table, to be closed
     */
    TableFile openAndSay(String source) {
        TableFile file = open(source);
        file.notes().forEach(note -> System.err.println(Console.printable(note)));
        return file;
    }

    /** Tells whether the source is a query. */
    boolean isQuery() {
        return sql;
    }

    /** Returns how a file is read. */
    ReadOptions options() {
        ReadOptions options =
                ReadOptions.DEFAULT
                        .plusMissing(Names.all(missing).toArray(String[]::new))
                        .withDecimal(decimal)
                        .withEncoding(encoding);
        if (header.isPresent()) {
            options = options.withHeader(header.get());
        }
        if (separator.isPresent()) {
            String text = separator.get().replace("\\t", "\t");
            WrongArguments.require(
                    text.length() == 1, "--separator: expected one character", separator.get());
            options = options.withSeparator(text.charAt(0));
        }
        return options;
    }
}
