package org.djlflows.cli;

import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Column;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Imputation;
import org.djlflows.table.Table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The rows of a file with what a model puts into their missing cells, as texts. */
final class FilledRows {

    private final TableModel model;
    private final CheckedRows checked;
    private final Imputation imputation;
    private final CellTexts texts;
    private final Map<String, Column> kinds;
    private final List<String> names;

    /** The columns of the file that the model knows, and of them those that it models. */
    private final List<String> known;

    private final List<String> modelled;
    private final List<String> ends;

    /**
     * Creates the rows.
     *
     * @param loaded the model, of a table-flow
     * @param file the file
     * @param cells how numbers are read
     * @param imputation what is put into cells
     * @throws IllegalArgumentException if the file lacks columns without which nothing is known, or
     *     has those that would be added
     */
    FilledRows(FlowModel loaded, TableFile file, NumberCells cells, Imputation imputation) {
        FlowConfig config = loaded.config();
        model = new TableModel(loaded);
        this.imputation = imputation;
        kinds = config.preparation().kinds();
        names = file.names();
        modelled = new ArrayList<>(names);
        modelled.retainAll(config.columns());
        NumberCells.require(file, config.contextColumns());
        if (modelled.isEmpty()) {
            NumberCells.require(file, config.columns());
        }
        known = new ArrayList<>(modelled);
        known.addAll(config.contextColumns());
        checked = new CheckedRows(config, cells, modelled);
        ends = imputation.added(modelled, kinds);
        texts = new CellTexts(kinds, formats(file, kinds, ends)).as(file.csv());
        if (ends.stream().anyMatch(names::contains)) {
            throw new IllegalArgumentException(
                    String.format(
                            "--interval: expected no columns named as those it adds, %s, got %s",
                            ends, names));
        }
    }

    /** How times are written: the ends of an interval as the column itself. */
    private static Map<String, String> formats(
            TableFile file, Map<String, Column> kinds, List<String> ends) {
        Map<String, String> formats = new HashMap<>(file.formats());
        for (String end : ends) {
            String column = end.substring(0, end.lastIndexOf('_'));
            if (kinds.get(column) instanceof Column.Time time) {
                formats.put(end, formats.getOrDefault(column, time.format()));
            }
        }
        return formats;
    }

    /** Returns the names of the columns: those of the file, then those of intervals. */
    List<String> header() {
        List<String> header = new ArrayList<>(names);
        header.addAll(ends);
        return header;
    }

    /**
     * Fills rows.
     *
     * @param table the next rows of the file
     * @return the same, cells that were known as they were
     */
    List<List<String>> of(Table table) {
        Table own = checked.of(table.select(known));
        int[] open =
                IntStream.range(0, own.rows())
                        .filter(i -> modelled.stream().anyMatch(n -> own.column(n).isMissing(i)))
                        .toArray();
        List<List<String>> rows = texts.rows(table);
        if (open.length == 0) {
            return rows.stream().map(row -> with(row, List.of())).toList();
        }
        List<List<String>> found = new ArrayList<>();
        List<String> columns = new ArrayList<>(modelled);
        columns.addAll(ends);
        List<List<String>> drawn =
                texts.rows(
                        imputation
                                .fill(own.take(open), kinds, some -> model.complete(some, modelled))
                                .select(columns));
        int next = 0;
        for (int i = 0; i < rows.size(); i++) {
            boolean filled = next < open.length && open[next] == i;
            found.add(with(rows.get(i), filled ? drawn.get(next++) : List.of()));
        }
        return found;
    }

    private boolean isNumber(String name) {
        return kinds.get(name) instanceof Column.Number;
    }

    /** Of drawings only what was missing is taken: what was known stays as it was written. */
    private List<String> with(List<String> row, List<String> drawn) {
        List<String> filled = new ArrayList<>(row);
        List<String> added = new ArrayList<>();
        int end = modelled.size();
        for (int j = 0; j < modelled.size(); j++) {
            int at = names.indexOf(modelled.get(j));
            boolean missing = row.get(at).isEmpty();
            if (missing) {
                filled.set(at, drawn.get(j));
            }
            if (!ends.isEmpty() && isNumber(modelled.get(j))) {
                added.add(missing ? drawn.get(end) : row.get(at));
                added.add(missing ? drawn.get(end + 1) : row.get(at));
                end += 2;
            }
        }
        filled.addAll(added);
        return filled;
    }
}
