package org.djlflows.runtime;

import org.djlflows.spec.Activation;

/**
 * The loops in which the time goes. The outcome for a row does not depend on the rows beside it, nor
 * on how many there are.
 */
interface Loops {

    /** The loops for this machine and these modules. */
    Loops CHOSEN = new PlainLoops();

    /**
     * Makes outputs {@code begin} to {@code end - 1} of a linear map from its first inputs.
     *
     * @param map the map
     * @param begin the first output
     * @param end the end of the outputs
     * @param inputs how many inputs there are
     * @param x the inputs, x[input * rows + row]
     * @param y receives y[output * rows + row]
     * @param rows 1, or a multiple of {@link Workspace#LANES}
     */
    void product(Linear map, int begin, int end, int inputs, float[] x, float[] y, int rows);

    /** Applies a non-linearity to x[from] to x[to - 1]. */
    void activate(Activation activation, float[] x, int from, int to);
}
