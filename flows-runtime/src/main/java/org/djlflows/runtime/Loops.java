package org.djlflows.runtime;

import org.djlflows.spec.Activation;

/**
 * The loops in which the time goes. Arrays are those of a {@link Workspace}, which are longer than
 * what was asked for. The outcome for a row does not depend on the rows beside it, nor on how many
 * there are.
 */
interface Loops {

    /** The loops for this machine and these modules. */
    Loops CHOSEN = chosen();

    private static Loops chosen() {
        boolean hasVectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return hasVectors ? new VectorLoops() : new PlainLoops();
    }

    /**
     * Makes outputs {@code begin} to {@code end - 1} of a linear map from its first inputs.
     *
     * @param map the map
     * @param begin the first output
     * @param end the end of the outputs
     * @param inputs how many inputs there are
     * @param x the inputs, x[input * rows + row]
     * @param y receives y[output * rows + row], and of one row perhaps values behind the last
     *     output
     * @param rows 1, or a multiple of {@link Workspace#LANES}
     */
    void product(Linear map, int begin, int end, int inputs, float[] x, float[] y, int rows);

    /**
     * Adds products of inputs, of which most are 0, to outputs.
     *
     * @param map the linear map, whose bias is left out
     * @param x the inputs, x[row * map.inputs + input]
     * @param y what is added to, y[row * map.outputs + output]
     * @param rows the number of rows
     */
    void addSparse(SparseLinear map, float[] x, float[] y, int rows);

    /** Applies a non-linearity to x[from] to x[to - 1], and perhaps to some values behind them. */
    void activate(Activation activation, float[] x, int from, int to);

    /**
     * Replaces x[from] to x[to - 1], and perhaps some values behind them, by their exponentials.
     */
    void exp(float[] x, int from, int to);

    /**
     * Moves values by splines, from {@code from} on as many as fill vectors.
     *
     * @param spline the family
     * @param forward whether to noise
     * @param x the values, as {@link Univariate} takes them, as do the others
     * @param theta the parameters
     * @param logSlope receives the logarithms of the slopes
     * @param n the length of the axis
     * @param from the first value
     * @param to the end of the values
     * @return the first value that was not moved
     */
    int spline(
            RationalQuadraticSpline spline,
            boolean forward,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to);
}
