package org.djlflows.cli;

import org.djlflows.runtime.Conditional;
import org.djlflows.spec.Column;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What is written of a column that is predicted: of numbers and times quantiles and the probability
 * integral transform, of a category the mode and the probability of each level.
 *
 * @param name the column
 * @param kind what it is
 * @param levels the probabilities of the quantiles
 */
record PredictedColumn(String name, Column kind, List<Double> levels) {

    /** Returns the names of the columns that are written. */
    List<String> header() {
        if (kind instanceof Column.Category category) {
            return Stream.concat(
                            Stream.of(name + "_mode"),
                            category.levels().stream()
                                    .map(level -> String.format("%s_p(%s)", name, level)))
                    .toList();
        }
        return Stream.concat(levels.stream().map(u -> name + "_" + u), Stream.of(name + "_pit"))
                .toList();
    }

    /**
     * Appends what is written to rows.
     *
     * @param rows the cells of each row so far
     * @param found the distribution in each of them
     * @param texts how numbers and times are written
     */
    void append(List<List<String>> rows, Conditional found, CellTexts texts) {
        if (kind instanceof Column.Category category) {
            double[][] probabilities = found.probabilities();
            for (int i = 0; i < probabilities.length; i++) {
                double[] p = probabilities[i];
                double most = Arrays.stream(p).max().orElseThrow();
                int mode = Arrays.stream(p).boxed().toList().indexOf(most);
                rows.get(i).add(category.levels().get(mode));
                Arrays.stream(p).mapToObj(PredictedColumn::written).forEach(rows.get(i)::add);
            }
            return;
        }
        double[] u = levels.stream().mapToDouble(Double::doubleValue).toArray();
        for (TableColumn quantile : found.quantiles(u)) {
            // One table each, since all have the name by which times find their format.
            List<List<String>> cells = texts.rows(Table.of(List.of(quantile)));
            for (int i = 0; i < cells.size(); i++) {
                rows.get(i).addAll(cells.get(i));
            }
        }
        double[] pit = found.pit();
        for (int i = 0; i < pit.length; i++) {
            rows.get(i).add(Double.isNaN(pit[i]) ? "" : written(pit[i]));
        }
    }

    private static String written(double probability) {
        return String.format(Locale.ROOT, "%.6g", probability);
    }
}
