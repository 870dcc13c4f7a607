package org.djlflows.runtime;

/**
 * A linear map of rectified units, of which most are 0 once a network is trained: 70 to 85 of 100
 * in that of {@link AnyOrder}. What is 0 is left out, for each row by itself, so the values of a
 * row lie side by side: x[row * inputs + input].
 */
final class SparseLinear {

    final int inputs;
    final int outputs;

    /** The weights of each input. */
    final float[][] byInput;

    private final float[] bias;

    /**
     * Creates the map.
     *
     * @param weight the weights, input by input
     * @param bias the bias, one number for each output
     */
    SparseLinear(float[] weight, float[] bias) {
        this.bias = bias;
        outputs = bias.length;
        inputs = weight.length / outputs;
        byInput = new float[inputs][outputs];
        for (int i = 0; i < inputs; i++) {
            System.arraycopy(weight, i * outputs, byInput[i], 0, outputs);
        }
    }

    /** Makes y[row * outputs + output] of rows. */
    void apply(float[] x, float[] y, int rows) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(bias, 0, y, r * outputs, outputs);
        }
        add(x, y, rows);
    }

    /** Adds the products, without the bias, to y[row * outputs + output] of rows. */
    void add(float[] x, float[] y, int rows) {
        Loops.CHOSEN.addSparse(this, x, y, rows);
    }
}
