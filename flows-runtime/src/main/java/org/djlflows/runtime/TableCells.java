package org.djlflows.runtime;

import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Column;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableEncoding;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** How rows of a table with columns of any kind become cells of a flow. */
public final class TableCells {

    private final TableEncoding features;
    private final Optional<TableEncoding> context;

    /**
     * Creates the encoding of a table.
     *
     * @param config a configuration over columns
     * @throws IllegalArgumentException if some columns are constant, as only tables of numbers have
     *     them
     */
    public TableCells(FlowConfig config) {
        Set<String> constants = config.preparation().constants().keySet();
        if (!constants.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            "TableCells: expected columns that vary, got constant ones, %s: this is"
                                    + " a model of rows of numbers",
                            Excerpt.of(constants)));
        }
        features = encoding(config, config.columns());
        context =
                config.contextColumns().isEmpty()
                        ? Optional.empty()
                        : Optional.of(encoding(config, config.contextColumns()));
    }

    /**
     * Returns how columns of a configuration become numbers of its flow.
     *
     * @param config the configuration
     * @param columns some of its columns, in the order that is wanted
     * @return the encoding
     */
    public static TableEncoding encoding(FlowConfig config, List<String> columns) {
        Preparation preparation = config.preparation();
        Map<String, Column> kinds = new HashMap<>();
        columns.forEach(column -> kinds.put(column, preparation.kind(column)));
        return new TableEncoding(columns, kinds, preparation.offsets());
    }

    /**
     * Returns the features of rows.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be, which count as not known
     * @return the cells of the columns that are modelled, one row after the other
     * @throws IllegalArgumentException if the table has none of the columns
     */
    public float[] features(Table table, Consumer<BadCell> bad) {
        return features.encode(table, bad);
    }

    /**
     * Returns the context of rows.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be; also those that are missing in a column that
     *     had none in training
     * @return the cells of the columns that are given, one row after the other
     * @throws IllegalArgumentException if the table lacks one of the columns
     */
    public float[] context(Table table, Consumer<BadCell> bad) {
        return context.map(given -> context(given, table, bad)).orElse(new float[0]);
    }

    private static float[] context(TableEncoding given, Table table, Consumer<BadCell> bad) {
        List<String> names = given.names();
        if (!table.names().containsAll(names)) {
            throw new IllegalArgumentException(
                    String.format(
                            "TableCells: expected all columns that are given, %s, got only %s",
                            Excerpt.of(names), Excerpt.of(table.names())));
        }
        Set<Integer> told = new HashSet<>();
        float[] cells =
                given.encode(
                        table,
                        cell -> {
                            told.add(cell.row() * names.size() + names.indexOf(cell.column()));
                            bad.accept(cell);
                        });
        for (int i = 0; i < cells.length; i++) {
            if (Float.isNaN(cells[i]) && !told.contains(i)) {
                bad.accept(
                        new BadCell(
                                i / names.size(),
                                names.get(i % names.size()),
                                "expected a value, since the column is given, got a missing cell"));
            }
        }
        return cells;
    }

    /**
     * Returns samples as rows.
     *
     * @param x samples of the features, one after the other
     * @return a table of the columns that are modelled
     */
    public Table rows(float[] x) {
        return features.decode(x);
    }
}
