package org.djlflows.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.data.Split;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows of numbers in Java, and where they come from. */
final class Matrix {

    private Matrix() {}

    static double[] doubles(NDArray array) {
        try (NDArray wide = array.toType(DataType.FLOAT64, true)) {
            return wide.toDoubleArray();
        }
    }

    /** Returns the rows of an array, whose other axes become one. */
    static double[][] of(NDArray array) {
        double[] values = doubles(array);
        int rows = Math.toIntExact(array.getShape().get(0));
        double[][] matrix = new double[rows][];
        int width = rows == 0 ? 0 : values.length / rows;
        Arrays.setAll(matrix, i -> Arrays.copyOfRange(values, i * width, (i + 1) * width));
        return matrix;
    }

    /** Returns some rows of arrays, which are new ones. */
    static NDList rows(NDList arrays, int from, int to) {
        NDList some = new NDList();
        arrays.forEach(array -> some.add(array.get(from + ":" + to)));
        return some;
    }

    /** Returns copies of some rows of arrays. */
    static NDList take(NDManager scratch, NDList arrays, int... rows) {
        NDArray places = scratch.create(Arrays.stream(rows).asLongStream().toArray());
        NDList taken = new NDList();
        arrays.forEach(array -> taken.add(array.get(places)));
        taken.attach(scratch);
        return taken;
    }

    /** Returns copies of at most so many rows, evenly spread. */
    static NDList spread(NDManager scratch, NDList arrays, int most) {
        int rows = Math.toIntExact(arrays.get(0).getShape().get(0));
        return take(scratch, arrays, Split.spread(rows, most));
    }

    /**
     * Draws as many rows as there are, each for its context; x and context side by side, and for
     * each column with missing cells one more.
     */
    static double[][][] besideSamples(Distribution distribution, NDList rows) {
        NDArray x = rows.get(0);
        try (NDManager scratch = x.getManager().newSubManager()) {
            double[][] context = new double[0][];
            NDArray drawn;
            if (rows.size() > 1) {
                NDArray c = rows.get(1).duplicate();
                c.attach(scratch);
                drawn = distribution.sample(c);
                context = of(c);
            } else {
                drawn = distribution.sample(scratch, x.getShape().get(0));
            }
            return withoutHoles(joined(of(x), context), joined(of(drawn), context));
        }
    }

    /** Puts 0 in place of missing cells, which are not finite, and a column that says where. */
    private static double[][][] withoutHoles(double[][] first, double[]... second) {
        double[][][] both = {first, second};
        int[] holes =
                IntStream.range(0, first.length == 0 ? 0 : first[0].length)
                        .filter(
                                j ->
                                        Stream.of(both)
                                                .flatMap(Stream::of)
                                                .anyMatch(row -> !Double.isFinite(row[j])))
                        .toArray();
        return Stream.of(both)
                .map(
                        rows ->
                                Stream.of(rows)
                                        .map(row -> withoutHoles(row, holes))
                                        .toArray(double[][]::new))
                .toArray(double[][][]::new);
    }

    private static double[] withoutHoles(double[] row, int... holes) {
        double[] filled = Arrays.copyOf(row, row.length + holes.length);
        for (int k = 0; k < holes.length; k++) {
            boolean missing = !Double.isFinite(row[holes[k]]);
            filled[holes[k]] = missing ? 0 : row[holes[k]];
            filled[row.length + k] = missing ? 1 : 0;
        }
        return filled;
    }

    private static double[][] joined(double[][] x, double[]... context) {
        if (context.length == 0) {
            return x;
        }
        double[][] both = new double[x.length][];
        for (int i = 0; i < both.length; i++) {
            both[i] = Arrays.copyOf(x[i], x[i].length + context[i].length);
            System.arraycopy(context[i], 0, both[i], x[i].length, context[i].length);
        }
        return both;
    }

    /**
     * Centres the columns of two samples together and gives them deviation 1, those that vary.
     *
     * @throws IllegalArgumentException if there are not two rows of either, of one width, or a
     *     number is not finite
     */
    static double[][][] standardized(String name, double[][] first, double[]... second) {
        boolean some = first.length > 1 && second.length > 1;
        int width = some ? first[0].length : 0;
        boolean fits =
                some
                        && Arrays.stream(first).allMatch(row -> row.length == width)
                        && Arrays.stream(second).allMatch(row -> row.length == width);
        if (!fits) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected two samples of two rows or more of the same columns, got"
                                    + " %d and %d rows",
                            name, first.length, second.length));
        }
        double[][][] both = {new double[first.length][width], new double[second.length][width]};
        int n = first.length + second.length;
        for (int j = 0; j < width; j++) {
            double[] column = new double[n];
            for (int i = 0; i < n; i++) {
                column[i] = i < first.length ? first[i][j] : second[i - first.length][j];
            }
            double mean = Arrays.stream(column).average().orElseThrow();
            double variance = Arrays.stream(column).map(v -> (v - mean) * (v - mean)).sum() / n;
            if (!Double.isFinite(variance)) {
                throw new IllegalArgumentException(
                        name + ": expected finite numbers, got others in column " + j);
            }
            double scale = variance > 0 ? 1 / Math.sqrt(variance) : 1;
            for (int i = 0; i < n; i++) {
                double[][] own = i < first.length ? both[0] : both[1];
                own[i < first.length ? i : i - first.length][j] = (column[i] - mean) * scale;
            }
        }
        return both;
    }

    /** Returns rows as an array of float32. */
    static NDArray array(NDManager manager, double[]... rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rows[i / rows[0].length][i % rows[0].length];
        }
        return manager.create(values, new Shape(rows.length, rows[0].length));
    }
}
