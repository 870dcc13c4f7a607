package org.djlflows.cli;

import org.djlflows.files.Excerpt;
import org.djlflows.io.TableFile;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The option that carries columns of a table along with what is written of each row. */
final class KeepOption {

    @Option(
            names = "--keep",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description = {"Columns of the table to carry along, such as a key.", Names.QUOTING})
    private List<Names> options = new ArrayList<>();

    /** Returns the names of the columns that are carried along. */
    List<String> names() {
        return Names.all(options);
    }

    /**
     * Returns the names of the columns that are written.
     *
     * @param file the table
     * @param others what is written of each row beside its number and what is carried along
     * @throws WrongArguments if the table lacks a column, or two would have the same name
     */
    List<String> header(TableFile file, List<String> others) {
        List<String> names = Names.all(options);
        WrongArguments.require(
                file.names().containsAll(names),
                "--keep: expected columns of " + Excerpt.of(file.names()),
                names);
        List<String> header = new ArrayList<>(List.of("row"));
        header.addAll(names);
        header.addAll(others);
        WrongArguments.require(
                Set.copyOf(header).size() == header.size(),
                "expected different columns to write",
                header);
        return header;
    }

    /**
     * Begins what is written of rows: the number of each, from 1, and what is carried along.
     *
     * @param rows the rows
     * @param before how many came before them
     * @param texts how cells are written
     */
    List<List<String>> begin(Table rows, long before, CellTexts texts) {
        List<String> names = Names.all(options);
        List<List<String>> kept = names.isEmpty() ? List.of() : texts.rows(rows.select(names));
        List<List<String>> begun = new ArrayList<>();
        for (int i = 0; i < rows.rows(); i++) {
            List<String> row = new ArrayList<>(List.of(Long.toString(before + i + 1)));
            row.addAll(names.isEmpty() ? List.of() : kept.get(i));
            begun.add(row);
        }
        return begun;
    }
}
