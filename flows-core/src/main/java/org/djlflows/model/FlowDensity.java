package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.distribution.AnyOrder;
import org.djlflows.runtime.RowDensity;

/**
 * The density of a model as PyTorch computes it, by the weights that there are at each call.
 *
 * @param model a model over columns, which stays open as long as this is used
 */
record FlowDensity(FlowModel model) implements RowDensity {

    @Override
    public double[] logDensities(float[] x, float[] given, int n) {
        try (NDManager scratch = model.newScratch()) {
            return n == 0 ? new double[0] : model.score(arrays(scratch, x, given, n));
        }
    }

    @Override
    public double[] logClasses(float[] x, float[] given, int n, int column) {
        try (NDManager scratch = model.newScratch()) {
            return ofAnyKind().logClasses(arrays(scratch, x, given, n), column).toDoubleArray();
        }
    }

    @Override
    public LogParts logParts(float[] x, float[] given, int n, int column, float[] values) {
        try (NDManager scratch = model.newScratch()) {
            NDArray v = scratch.create(values, new Shape(n, 1));
            NDList parts = ofAnyKind().logParts(arrays(scratch, x, given, n), column, v);
            return new LogParts(
                    parts.get(0).toDoubleArray(),
                    parts.get(1).toDoubleArray(),
                    parts.get(2).toDoubleArray());
        }
    }

    @Override
    public float[] quantiles(float[] x, float[] given, int n, int column, double[] levels) {
        try (NDManager scratch = model.newScratch()) {
            NDArray u = scratch.create(levels, new Shape(n, levels.length / Math.max(n, 1)));
            return ofAnyKind().quantiles(arrays(scratch, x, given, n), column, u).toFloatArray();
        }
    }

    /**
     * Draws cells, as {@link AnyOrder#complete(NDList, int[])} does.
     *
     * @param x the columns that are modelled, one row after the other
     * @param given the columns that are given, likewise
     * @param n the number of rows
     * @param wanted the columns that are drawn
     * @return the columns that are modelled, with what was drawn
     */
    float[] complete(float[] x, float[] given, int n, int[] wanted) {
        try (NDManager scratch = model.newScratch()) {
            return ofAnyKind().complete(arrays(scratch, x, given, n), wanted).toFloatArray();
        }
    }

    private AnyOrder ofAnyKind() {
        return (AnyOrder) model.flow().getBase();
    }

    private NDList arrays(NDManager manager, float[] x, float[] given, int n) {
        NDList arrays = new NDList(array(manager, x, n, model.config().features()));
        if (model.config().context() > 0) {
            arrays.add(array(manager, given, n, model.config().context()));
        }
        return arrays;
    }

    private static NDArray array(NDManager manager, float[] cells, int n, int width) {
        return manager.create(cells, new Shape(n, width));
    }
}
