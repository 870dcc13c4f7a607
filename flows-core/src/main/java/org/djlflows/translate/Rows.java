package org.djlflows.translate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.ClassWeights;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the numbers of a row mean: the features, in the order of the columns, or the pixels from 0
 * to 1 of an image of shape (channels, height, width), then the context. What is given from outside
 * is checked here, since a kernel takes NaN for a number.
 */
final class Rows {

    private static final int MOST_SHOWN = 500;

    private final List<String> columns;
    private final List<String> context;
    private final Shape event;
    private final Encoding encoding;
    private final int features;
    private final boolean images;

    Rows(FlowConfig config) {
        columns = config.columns();
        context = config.contextColumns();
        event = FlowModel.event(config);
        encoding = new Encoding(config);
        images = config.images().isPresent();
        features = images ? config.features() : columns.size();
    }

    /** Returns the number of numbers in a sample. */
    int features() {
        return features;
    }

    /** Returns the number of numbers in a row. */
    int width() {
        return features + context.size();
    }

    /** Returns whether a row of a table has a value of this name. */
    boolean knows(String name) {
        return columns.contains(name) || context.contains(name);
    }

    /** Returns whether these are the names of a whole row of a table, and no others. */
    boolean hasNames(Set<String> names) {
        return names.equals(Set.copyOf(names()));
    }

    /** Returns the names of features and context, in the order of a row; images have none. */
    private List<String> names() {
        List<String> names = new ArrayList<>(columns);
        names.addAll(context);
        return names;
    }

    private String name(int i) {
        if (i >= features) {
            return context.get(i - features);
        }
        return images ? "pixel " + i : columns.get(i);
    }

    /** Refuses rows of another width or with values that are not finite. */
    void require(double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            check(rows[i], i);
        }
    }

    /** Returns rows as x and, if the flow has one, its context. */
    NDList arrays(NDManager manager, double[][] rows) {
        if (!images) {
            return encoding.arrays(manager, rows);
        }
        NDList arrays = new NDList(part(manager, rows, 0, new Shape(rows.length).addAll(event)));
        if (!context.isEmpty()) {
            arrays.add(part(manager, rows, features, new Shape(rows.length, context.size())));
        }
        return arrays;
    }

    private static NDArray part(NDManager manager, double[][] rows, int first, Shape shape) {
        float[] values = new float[Math.toIntExact(shape.size())];
        int width = values.length / rows.length;
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rows[i / width][first + i % width];
        }
        return manager.create(values, shape);
    }

    /** Returns samples of the flow as rows of numbers. */
    double[][] ofSamples(NDArray x) {
        float[] values = x.toFloatArray();
        return images
                ? doubles(split(values, values.length / features, features))
                : encoding.cells().rows(values);
    }

    static double[][] doubles(float[][] rows) {
        return Arrays.stream(rows).map(Rows::doubles).toArray(double[][]::new);
    }

    private static double[] doubles(float[] row) {
        if (row == null) {
            return null;
        }
        double[] doubles = new double[row.length];
        Arrays.setAll(doubles, i -> row[i]);
        return doubles;
    }

    static float[][] floats(double[][] rows) {
        return Arrays.stream(rows).map(Rows::floats).toArray(float[][]::new);
    }

    static float[] floats(double[] row) {
        float[] floats = new float[row.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) row[i];
        }
        return floats;
    }

    /** Refuses a row of another width. */
    void requireWidth(int got, int number) {
        if (got != width()) {
            String named = images ? "" : " " + names();
            throw refusal(width() + " values in row " + number + named, got);
        }
    }

    private void check(double[] row, int number) {
        if (row == null) {
            throw refusal(width() + " values in row " + number, "null");
        }
        requireWidth(row.length, number);
        for (int i = 0; i < row.length; i++) {
            if (!Float.isFinite((float) row[i])) {
                throw refusal("a finite value of " + name(i) + " in row " + number, row[i]);
            }
        }
    }

    /** Returns a row from its values by name. */
    double[] row(Map<?, ?> values) {
        List<String> names = names();
        requireNames("a row", names, values.keySet());
        double[] row = new double[names.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = number(names.get(i), values.get(names.get(i)));
        }
        return row;
    }

    /** Returns a row by the names of the features. */
    Map<String, Double> byName(double[] row) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int i = 0; i < features; i++) {
            values.put(columns.get(i), row[i]);
        }
        return values;
    }

    /** Returns the context of samples, or nothing for a flow without. */
    NDList contexts(NDManager manager, SampleRequest request) {
        boolean classes = images && !context.isEmpty();
        if (classes && request.given().isEmpty()) {
            return new NDList(ClassWeights.inTurn(manager, context.size(), request.count()));
        }
        double[][] all = new double[request.count()][];
        Arrays.fill(all, images ? weights(request.given()) : values(request.given()));
        if (all.length == 0 || !images) {
            return encoding.context(manager, all);
        }
        Shape shape = new Shape(all.length, context.size());
        return classes ? new NDList(part(manager, all, 0, shape)) : new NDList();
    }

    private double[] values(Map<String, Double> given) {
        requireNames("given", context, given.keySet());
        return context.stream().mapToDouble(name -> number(name, given.get(name))).toArray();
    }

    private double[] weights(Map<String, Double> given) {
        double[] one = new double[context.size()];
        given.forEach((name, weight) -> one[label(name)] = number(name, weight));
        double sum = 0;
        for (double weight : one) {
            sum += weight >= 0 ? weight : Double.NaN;
        }
        if (!context.isEmpty() && !(Math.abs(sum - 1) < 1e-5)) {
            throw refusal("weights of classes from 0 on whose sum is 1", given);
        }
        return one;
    }

    /** Returns the number of a class. */
    int label(String name) {
        int label = context.indexOf(name);
        if (label < 0) {
            throw refusal("a class of " + context, name);
        }
        return label;
    }

    private static void requireNames(String what, List<String> expected, Set<?> got) {
        if (!got.equals(Set.copyOf(expected))) {
            Set<Object> missing = new LinkedHashSet<>(expected);
            missing.removeAll(got);
            Set<Object> unknown = new LinkedHashSet<>(got);
            unknown.removeAll(expected);
            throw refusal(
                    what + " of " + expected,
                    got
                            + (missing.isEmpty() ? "" : ", without " + missing)
                            + (unknown.isEmpty() ? "" : ", with the unknown " + unknown));
        }
    }

    private static double number(String name, Object value) {
        if (value instanceof Number number && Float.isFinite(number.floatValue())) {
            return number.doubleValue();
        }
        throw refusal("a finite number as " + name, value);
    }

    /** Returns flat values as rows. */
    static float[][] split(float[] flat, int rows, int width) {
        float[][] split = new float[rows][];
        Arrays.setAll(split, i -> Arrays.copyOfRange(flat, i * width, (i + 1) * width));
        return split;
    }

    /** Returns what is thrown where something from outside is not as expected. */
    static IllegalArgumentException refusal(String expected, Object got) {
        return new IllegalArgumentException(
                String.format(
                        "FlowTranslator: expected %s, got %s",
                        Excerpt.of(expected, MOST_SHOWN), Excerpt.of(got, MOST_SHOWN)));
    }
}
