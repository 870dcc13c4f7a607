package org.djlflows.interchange;

import org.djlflows.interchange.WeightImport.Tensor;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How the outputs of a linear map, or the unconstrained parameters of a scalar map that are some of
 * them, are made of those of another library.
 */
final class Outputs {

    private final int[] order;
    private final double[] scale;
    private final double[] offset;

    /**
     * Describes outputs.
     *
     * @param order for each output here, which it is there
     * @param scale by what the one there is multiplied
     * @param offset what is subtracted then: what is the identity there is 0 here
     */
    Outputs(int[] order, double[] scale, double[] offset) {
        this.order = order;
        this.scale = scale;
        this.offset = offset;
    }

    /** Only the order differs. */
    static Outputs of(int... order) {
        double[] ones = new double[order.length];
        Arrays.fill(ones, 1);
        return new Outputs(order, ones, new double[order.length]);
    }

    static int[] inOrder(int n) {
        return IntStream.range(0, n).toArray();
    }

    /** Returns how many there are. */
    int size() {
        return order.length;
    }

    /** What a softplus above a smallest value maps to 1. */
    static double softplusInverseOfOne(double smallest) {
        return Math.log(Math.expm1(1 - smallest));
    }

    /**
     * Returns the outputs that are such parameters for each feature: there they lie by feature,
     * here by parameter.
     *
     * @param features for each feature here, which it is there
     */
    Outputs ofFeatures(int... features) {
        int n = features.length;
        int[] rows = new int[order.length * n];
        double[] scales = new double[rows.length];
        double[] offsets = new double[rows.length];
        for (int row = 0; row < rows.length; row++) {
            int parameter = row / n;
            rows[row] = features[row % n] * order.length + order[parameter];
            scales[row] = scale[parameter];
            offsets[row] = offset[parameter];
        }
        return new Outputs(rows, scales, offsets);
    }

    /**
     * Takes the weight and the bias of a layer, of which the name there is given.
     *
     * @param columns for each input here, which it is there
     */
    void take(
            WeightImport copy,
            String theirs,
            Layers layers,
            int layer,
            String weight,
            String bias,
            int... columns) {
        copy.compute(
                layers.path(layer, weight),
                values -> weight(values.get(0), columns),
                new Tensor(theirs + ".weight", layers.shape(layer, weight)));
        copy.compute(
                layers.path(layer, bias),
                values -> bias(values.get(0)),
                new Tensor(theirs + ".bias", layers.shape(layer, bias)));
    }

    /** Rearranges the entries of a matrix, such as a mask. */
    double[] matrix(double[] theirs, int... columns) {
        double[] ours = new double[theirs.length];
        for (int i = 0; i < ours.length; i++) {
            int row = order[i / columns.length];
            ours[i] = theirs[row * columns.length + columns[i % columns.length]];
        }
        return ours;
    }

    private double[] weight(double[] theirs, int... columns) {
        double[] ours = matrix(theirs, columns);
        Arrays.setAll(ours, i -> ours[i] * scale[i / columns.length]);
        return ours;
    }

    private double[] bias(double... theirs) {
        double[] ours = new double[theirs.length];
        Arrays.setAll(ours, i -> theirs[order[i]] * scale[i] - offset[i]);
        return ours;
    }
}
