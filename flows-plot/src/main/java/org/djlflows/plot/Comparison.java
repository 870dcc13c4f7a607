package org.djlflows.plot;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.Column;
import org.djlflows.table.TableColumn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Data and samples of the same columns, and the pictures that need no more: those of models of any
 * kind are drawn here.
 */
final class Comparison {

    private static final int MOST_COLUMNS = 8;

    private final List<Variable> modelled;
    private final List<Variable> given;
    private final String condition;

    /**
     * Creates a comparison.
     *
     * @param modelled the columns that are modelled, at least one
     * @param given the columns that are given by each row
     * @param condition what samples are given, as "given a = 1", or an empty text
     */
    Comparison(List<Variable> modelled, List<Variable> given, String condition) {
        this.modelled = List.copyOf(modelled);
        this.given = List.copyOf(given);
        this.condition = condition;
    }

    /** Compares numbers. */
    static Comparison of(List<TableColumn> data, List<TableColumn> samples) {
        return new Comparison(variables(data, samples, Map.of()), List.of(), "");
    }

    /**
     * Pairs columns with those of data.
     *
     * @param data columns of data, perhaps fewer
     * @param samples the columns of the samples
     * @param kinds what columns are, where that is known
     */
    static List<Variable> variables(
            List<TableColumn> data, List<TableColumn> samples, Map<String, Column> kinds) {
        List<Variable> variables = new ArrayList<>();
        for (int j = 0; j < samples.size(); j++) {
            TableColumn column = samples.get(j);
            // By their places first: names can come twice.
            boolean beside = j < data.size() && data.get(j).name().equals(column.name());
            Optional<TableColumn> measured =
                    beside
                            ? Optional.of(data.get(j))
                            : data.stream().filter(c -> c.name().equals(column.name())).findFirst();
            variables.add(
                    new Variable(measured, column, Optional.ofNullable(kinds.get(column.name()))));
        }
        return variables;
    }

    /**
     * Draws the columns that are modelled, the worst fitted first.
     *
     * @throws IllegalArgumentException if there is none
     */
    Picture columns() {
        if (modelled.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a column that is modelled, got "
                            + given.stream().map(Variable::name).toList());
        }
        return ColumnsPicture.byMisfit(modelled, samples()).picture();
    }

    /** Draws pairs of all columns, or of those that depend most on others. */
    Picture pairs() {
        List<Variable> all = Stream.concat(modelled.stream(), given.stream()).toList();
        List<Variable> shown =
                new Dependence(all).strongest(MOST_COLUMNS).stream().map(all::get).toList();
        String which =
                shown.size() < all.size()
                        ? String.format(
                                Locale.ROOT,
                                ", %d of %,d columns, which depend most on each other",
                                shown.size(),
                                all.size())
                        : "";
        boolean compared = shown.stream().anyMatch(Variable::hasData);
        String title = (compared ? "Data and samples" : "Samples") + which;
        return new PairPlot(shown, title, samples()).picture();
    }

    private String samples() {
        return condition.isEmpty() ? "samples" : "samples " + condition;
    }

    /**
     * Returns a part with some columns.
     *
     * @param names the columns, of which those that are modelled come first
     * @throws IllegalArgumentException if there is no such column
     */
    Comparison select(List<String> names) {
        names.forEach(this::variable);
        return new Comparison(
                names.stream().map(this::variable).filter(modelled::contains).toList(),
                names.stream().map(this::variable).filter(given::contains).toList(),
                condition);
    }

    /** Returns a column by its name. */
    Variable variable(String name) {
        return Stream.concat(modelled.stream(), given.stream())
                .filter(variable -> variable.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "expected columns of "
                                                + Excerpt.of(
                                                        Stream.concat(
                                                                        modelled.stream(),
                                                                        given.stream())
                                                                .map(Variable::name)
                                                                .toList())
                                                + ", got "
                                                + Excerpt.of(name, 100)));
    }

    /**
     * Returns the column that is given on which others depend most, and those that do.
     *
     * @param most how many of the others
     * @return the names, that of the given one first; empty if none is given
     */
    List<String> strongest(int most) {
        List<Variable> all = Stream.concat(modelled.stream(), given.stream()).toList();
        Dependence dependence = new Dependence(all);
        List<String> best = List.of();
        double largest = -1;
        for (int x = modelled.size(); x < all.size(); x++) {
            int on = x;
            double[] of =
                    IntStream.range(0, modelled.size())
                            .mapToDouble(y -> dependence.of(y, on))
                            .toArray();
            int[] order =
                    IntStream.range(0, of.length)
                            .boxed()
                            .sorted(Comparator.comparingDouble(y -> -of[y]))
                            .limit(most)
                            .mapToInt(y -> y)
                            .toArray();
            double sum = Arrays.stream(order).mapToDouble(y -> of[y]).sum();
            if (sum > largest) {
                largest = sum;
                best =
                        Stream.concat(
                                        Stream.of(all.get(x).name()),
                                        Arrays.stream(order).mapToObj(y -> all.get(y).name()))
                                .toList();
            }
        }
        return best;
    }
}
