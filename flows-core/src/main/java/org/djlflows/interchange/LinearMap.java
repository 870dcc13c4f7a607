package org.djlflows.interchange;

import org.djlflows.interchange.WeightImport.Tensor;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How a linear map of this library is made of one of another, whose units lie in another order.
 *
 * @param rows for each output here, which it is there
 * @param columns for each input here, which it is there
 * @param scale the factors of the outputs here
 * @param offset what is subtracted from the outputs here
 */
record LinearMap(int[] rows, int[] columns, double[] scale, double[] offset) {

    /** Only the order of units differs. */
    static LinearMap of(int[] rows, int[] columns) {
        double[] ones = new double[rows.length];
        Arrays.fill(ones, 1);
        return new LinearMap(rows, columns, ones, new double[rows.length]);
    }

    /**
     * Makes the output map of scalar maps, whose rows lie by feature there and by parameter here.
     *
     * @param features for each feature here, which it is there
     * @param columns for each input here, which it is there
     * @param parameters how the parameters of a scalar map differ
     */
    static LinearMap ofOutputs(int[] features, int[] columns, ScalarMap parameters) {
        int count = parameters.order().length;
        int n = features.length;
        int[] rows = new int[count * n];
        double[] scale = new double[rows.length];
        double[] offset = new double[rows.length];
        for (int row = 0; row < rows.length; row++) {
            int parameter = row / n;
            rows[row] = features[row % n] * count + parameters.order()[parameter];
            scale[row] = parameters.scale()[parameter];
            offset[row] = parameters.offset()[parameter];
        }
        return new LinearMap(rows, columns, scale, offset);
    }

    static int[] inOrder(int n) {
        return IntStream.range(0, n).toArray();
    }

    static double[] asDoubles(int... places) {
        return Arrays.stream(places).asDoubleStream().toArray();
    }

    /** Takes weight and bias of a layer, to whose names the parts are appended. */
    void take(
            WeightImport copy,
            String theirs,
            Layers layers,
            int layer,
            String weight,
            String bias) {
        copy.compute(
                layers.path(layer, weight),
                values -> weight(values.get(0)),
                new Tensor(theirs + ".weight", layers.shape(layer, weight)));
        copy.compute(
                layers.path(layer, bias),
                values -> bias(values.get(0)),
                new Tensor(theirs + ".bias", layers.shape(layer, bias)));
    }

    /** Rearranges the entries of a matrix. */
    double[] matrix(double... theirs) {
        double[] ours = new double[theirs.length];
        for (int i = 0; i < ours.length; i++) {
            int row = rows[i / columns.length];
            ours[i] = theirs[row * columns.length + columns[i % columns.length]];
        }
        return ours;
    }

    private double[] weight(double... theirs) {
        double[] ours = matrix(theirs);
        Arrays.setAll(ours, i -> ours[i] * scale[i / columns.length]);
        return ours;
    }

    private double[] bias(double... theirs) {
        double[] ours = new double[theirs.length];
        Arrays.setAll(ours, i -> theirs[rows[i]] * scale[i] - offset[i]);
        return ours;
    }
}
