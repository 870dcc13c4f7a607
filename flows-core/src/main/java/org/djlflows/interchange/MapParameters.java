package org.djlflows.interchange;

import java.util.Arrays;

/**
 * How the unconstrained parameters of the scalar maps of another library differ from those here.
 */
final class MapParameters {

    private final int[] order;
    private final double[] scale;
    private final double[] offset;

    /**
     * Describes the parameters of one map.
     *
     * @param order for each parameter here, which it is there
     * @param scale by what the one there is multiplied
     * @param offset what is subtracted then: what is the identity there is 0 here
     */
    MapParameters(int[] order, double[] scale, double[] offset) {
        this.order = order;
        this.scale = scale;
        this.offset = offset;
    }

    /** The same parameters in the same order. */
    static MapParameters same(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return new MapParameters(LinearMap.inOrder(count), ones, new double[count]);
    }

    /** What a softplus above a smallest value maps to 1. */
    static double softplusInverseOfOne(double smallest) {
        return Math.log(Math.expm1(1 - smallest));
    }

    /**
     * Makes the output map, whose rows lie by feature there and by parameter here.
     *
     * @param features for each feature here, which it is there
     * @param columns for each input here, which it is there
     */
    LinearMap outputs(int[] features, int... columns) {
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
        return new LinearMap(rows, columns, scales, offsets);
    }
}
