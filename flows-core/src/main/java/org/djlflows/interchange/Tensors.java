package org.djlflows.interchange;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.files.Excerpt;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is read off the tensors of a file before a flow is made for them. */
final class Tensors {

    private Tensors() {}

    /** Returns the sizes of a tensor that must have so many axes. */
    static long[] sizes(StateDict weights, String name, int axes) throws IOException {
        Shape shape = weights.shape(name);
        if (shape.dimension() != axes) {
            throw refusal(weights, name + " to have " + axes + " axes", shape);
        }
        return shape.getShape();
    }

    /** Returns one of the sizes of a matrix. */
    static int size(StateDict weights, String name, int axis) throws IOException {
        return Math.toIntExact(sizes(weights, name, 2)[axis]);
    }

    /** Returns the number of different first groups of a pattern among the names. */
    static int count(StateDict weights, String name) {
        Pattern pattern = Pattern.compile(name);
        return (int)
                weights.names().stream()
                        .map(pattern::matcher)
                        .filter(Matcher::matches)
                        .map(match -> match.group(1))
                        .distinct()
                        .count();
    }

    /** Returns the names that begin alike, without that beginning. */
    static List<String> below(StateDict weights, String prefix) {
        return weights.names().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    static boolean has(StateDict weights, String name) {
        return weights.names().contains(name);
    }

    static double[] values(StateDict weights, String name) throws IOException {
        try (NDManager scratch = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            return WeightImport.doubles(weights.get(name, scratch));
        }
    }

    /** Returns the places that a vector of whole numbers holds. */
    static int[] places(StateDict weights, String name) throws IOException {
        sizes(weights, name, 1);
        double[] values = values(weights, name);
        if (Arrays.stream(values).anyMatch(value -> value != (int) value)) {
            throw refusal(weights, name + " to hold whole numbers", Arrays.toString(values));
        }
        return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
    }

    /** Requires a vector of whole numbers to hold each place once. */
    static void requirePermutation(StateDict weights, String name) throws IOException {
        int[] places = places(weights, name);
        int[] sorted = places.clone();
        Arrays.sort(sorted);
        if (!Arrays.equals(sorted, Outputs.inOrder(sorted.length))) {
            throw refusal(weights, name + " to hold each place once", Arrays.toString(places));
        }
    }

    /** Requires a tensor of the base to hold one value, as it does where the base is standard. */
    static void requireStandard(StateDict weights, String name, double value) throws IOException {
        if (has(weights, name) && Arrays.stream(values(weights, name)).anyMatch(v -> v != value)) {
            throw refusal(
                    weights,
                    "a base that is standard normal, with " + value + " as " + name,
                    "other values");
        }
    }

    static IOException refusal(StateDict weights, String expected, Object got) {
        return new IOException(
                weights.file() + ": expected " + Excerpt.of(expected) + ", got " + Excerpt.of(got));
    }
}
