package org.djlflows.cli;

import org.djlflows.anomaly.Drift;
import org.djlflows.model.DriftDetector;
import org.djlflows.spec.Column;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a column was before and after, in a few words. */
final class DriftSummary {

    private static final String NO_LEVEL = "(missing or new)";

    private final DriftDetector detector;
    private final Map<String, Column> kinds;
    private final CellTexts texts;

    DriftSummary(DriftDetector detector) {
        this.detector = detector;
        kinds = detector.model().config().preparation().kinds();
        texts = new CellTexts(kinds);
    }

    /** Returns what was before and what is after. */
    List<String> of(Drift.Test test) {
        List<TableColumn> columns = List.of(detector.before(test), detector.after(test));
        return test.method() == Drift.Method.CHI_SQUARED ? levels(columns) : medians(columns);
    }

    /** The share of the level that changed most. */
    private List<String> levels(List<TableColumn> columns) {
        List<Map<String, Double>> shares = columns.stream().map(this::shares).toList();
        Set<String> all = new TreeSet<>();
        shares.forEach(own -> all.addAll(own.keySet()));
        String most =
                all.stream()
                        .max(
                                Comparator.comparingDouble(
                                        level ->
                                                Math.abs(
                                                        shares.get(0).getOrDefault(level, 0.0)
                                                                - shares.get(1)
                                                                        .getOrDefault(level, 0.0))))
                        .orElseThrow();
        return shares.stream()
                .map(own -> most + " " + percent(own.getOrDefault(most, 0.0)))
                .toList();
    }

    private Map<String, Double> shares(TableColumn column) {
        Map<String, Double> shares = new HashMap<>();
        for (List<String> row : texts.rows(Table.of(List.of(column)))) {
            String level = row.get(0).isEmpty() ? NO_LEVEL : row.get(0);
            shares.merge(level, 1.0 / column.rows(), Double::sum);
        }
        return shares;
    }

    private List<String> medians(List<TableColumn> columns) {
        boolean anyMissing = columns.stream().anyMatch(column -> missing(column) > 0);
        return columns.stream()
                .map(
                        column ->
                                "median "
                                        + median((TableColumn.Doubles) column)
                                        + (anyMissing
                                                ? ", missing " + percent(missing(column))
                                                : ""))
                .toList();
    }

    private static double missing(TableColumn column) {
        double[] values = ((TableColumn.Doubles) column).values();
        return Arrays.stream(values).filter(Double::isNaN).count() / (double) values.length;
    }

    private String median(TableColumn.Doubles column) {
        double[] known =
                Arrays.stream(column.values()).filter(x -> !Double.isNaN(x)).sorted().toArray();
        if (known.length == 0) {
            return "none";
        }
        double median = known[known.length / 2];
        if (kinds.get(column.name()) instanceof Column.Number) {
            TableColumn one = column.with(column.name(), new double[] {shortest(median)});
            return texts.rows(Table.of(List.of(one))).get(0).get(0);
        }
        return String.format(Locale.ROOT, "%.4g", median);
    }

    /** The number as it was before a flow took it as one of float32, if it is one. */
    private static double shortest(double number) {
        boolean single = number == (float) number;
        return single ? Double.parseDouble(Float.toString((float) number)) : number;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
