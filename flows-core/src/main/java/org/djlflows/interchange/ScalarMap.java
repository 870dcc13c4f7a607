package org.djlflows.interchange;

import java.util.Arrays;

/**
 * How the unconstrained parameters of the scalar maps of another library differ from those here.
 *
 * @param order for each parameter here, which it is there
 * @param scale by what the one there is multiplied
 * @param offset what is subtracted then: what maps to the identity there, here 0
 */
record ScalarMap(int[] order, double[] scale, double[] offset) {

    /** The same parameters in the same order. */
    static ScalarMap same(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return new ScalarMap(LinearMap.inOrder(count), ones, new double[count]);
    }

    /** What a softplus above a smallest value maps to 1. */
    static double softplusInverseOfOne(double smallest) {
        return Math.log(Math.expm1(1 - smallest));
    }
}
