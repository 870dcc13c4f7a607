package org.djlflows.runtime;

import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Column;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableEncoding;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** How rows of a table with columns of any kind become cells of a flow. */
public final class TableCells {

    private final FlowConfig config;
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
        this.config = config;
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
     * Returns which of the columns that are modelled one is.
     *
     * @param config the configuration
     * @param column the column
     * @return its place, from 0
     * @throws IllegalArgumentException if no such column is modelled
     */
    static int place(FlowConfig config, String column) {
        int place = config.columns().indexOf(column);
        if (place < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "TableCells: expected one of the columns %s, got %s",
                            Excerpt.of(config.columns()), Excerpt.of(column, 100)));
        }
        return place;
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
     * Returns the features of rows of which nothing may be known but what is given.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be, which count as not known
     * @return the cells of the columns that are modelled, one row after the other
     * @throws IllegalArgumentException if the table has none of the columns, modelled or given
     */
    public float[] featuresIfAny(Table table, Consumer<BadCell> bad) {
        boolean none = features.names().stream().noneMatch(table.names()::contains);
        if (none && context.isPresent()) {
            float[] unknown = new float[Math.multiplyExact(table.rows(), features.names().size())];
            Arrays.fill(unknown, Float.NaN);
            return unknown;
        }
        return features(table, bad);
    }

    /**
     * Returns the features of rows whose other cells are to be drawn: those of columns that the
     * table does not have, which may come out missing, and those that are missing in the table,
     * which get a value.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be
     * @return the cells of the columns that are modelled, one row after the other: NaN where
     *     nothing is known, minus infinity where it is known that the cell is not missing
     * @throws IllegalArgumentException as {@link #featuresIfAny} does
     */
    public float[] open(Table table, Consumer<BadCell> bad) {
        int width = features.names().size();
        boolean[] there = new boolean[width];
        for (int j = 0; j < width; j++) {
            there[j] = table.names().contains(features.names().get(j));
        }
        float[] x = featuresIfAny(table, bad);
        for (int i = 0; i < x.length; i++) {
            if (!Float.isFinite(x[i]) && there[i % width]) {
                x[i] = Float.NEGATIVE_INFINITY;
            }
        }
        return x;
    }

    /**
     * Returns which columns are wanted.
     *
     * @param wanted names of columns that are modelled
     * @return the place of each among them
     * @throws IllegalArgumentException if there is no such column
     */
    public int[] places(List<String> wanted) {
        return wanted.stream().mapToInt(column -> place(config, column)).toArray();
    }

    /**
     * Returns rows whose cells were {@linkplain #open open} and have been drawn.
     *
     * @param x the cells of the columns that are modelled, one row after the other
     * @param table the rows as they were
     * @param wanted the columns that were drawn
     * @return a table of these columns, with what was known as it was
     */
    public Table completed(float[] x, Table table, List<String> wanted) {
        return features.decode(x, table).select(wanted);
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
