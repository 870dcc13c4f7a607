package org.djlflows.translate;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.Excerpt;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.ImagePreset;

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
    private final int features;
    private final boolean images;

    Rows(FlowConfig config) {
        columns = config.columns();
        context = config.contextColumns();
        event = config.preset().event();
        features = config.preset().features();
        images = config.preset() instanceof ImagePreset;
    }

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

    /** Returns rows as x and, if the flow has one, its context. */
    NDList arrays(NDManager manager, float[][] rows) {
        float[] x = new float[Math.multiplyExact(rows.length, features)];
        float[] c = new float[Math.multiplyExact(rows.length, context.size())];
        for (int i = 0; i < rows.length; i++) {
            check(rows[i], i);
            System.arraycopy(rows[i], 0, x, i * features, features);
            System.arraycopy(rows[i], features, c, i * context.size(), context.size());
        }
        NDList arrays = new NDList(manager.create(x, new Shape(rows.length).addAll(event)));
        if (!context.isEmpty()) {
            arrays.add(manager.create(c, new Shape(rows.length, context.size())));
        }
        return arrays;
    }

    /** Refuses a row of another width. */
    void requireWidth(int got, int number) {
        if (got != width()) {
            String named = images ? "" : " " + names();
            throw refusal(width() + " values in row " + number + named, got);
        }
    }

    private void check(float[] row, int number) {
        if (row == null) {
            throw refusal(width() + " values in row " + number, "null");
        }
        requireWidth(row.length, number);
        for (int i = 0; i < row.length; i++) {
            if (!Float.isFinite(row[i])) {
                throw refusal("a finite value of " + name(i) + " in row " + number, row[i]);
            }
        }
    }

    /** Returns a row from its values by name. */
    float[] row(Map<?, ?> values) {
        List<String> names = names();
        requireNames("a row", names, values.keySet());
        float[] row = new float[names.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = number(names.get(i), values.get(names.get(i)));
        }
        return row;
    }

    /** Returns a row by the names of the features. */
    Map<String, Float> byName(float[] row) {
        Map<String, Float> values = new LinkedHashMap<>();
        for (int i = 0; i < features; i++) {
            values.put(columns.get(i), row[i]);
        }
        return values;
    }

    /** Returns the context of samples, of shape (count, context), or nothing for a flow without. */
    float[] contexts(SampleRequest request) {
        int count = request.count();
        float[] all = new float[Math.multiplyExact(count, context.size())];
        if (images && request.given().isEmpty() && !context.isEmpty()) {
            for (int i = 0; i < count; i++) {
                all[i * context.size() + i % context.size()] = 1;
            }
            return all;
        }
        float[] one = images ? weights(request.given()) : values(request.given());
        for (int i = 0; i < count; i++) {
            System.arraycopy(one, 0, all, i * one.length, one.length);
        }
        return all;
    }

    private float[] values(Map<String, Double> given) {
        requireNames("given", context, given.keySet());
        float[] one = new float[context.size()];
        for (int i = 0; i < one.length; i++) {
            one[i] = number(context.get(i), given.get(context.get(i)));
        }
        return one;
    }

    private float[] weights(Map<String, Double> given) {
        float[] one = new float[context.size()];
        given.forEach((name, weight) -> one[label(name)] = number(name, weight));
        double sum = 0;
        for (float weight : one) {
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

    private static float number(String name, Object value) {
        if (value instanceof Number number && Float.isFinite(number.floatValue())) {
            return number.floatValue();
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
