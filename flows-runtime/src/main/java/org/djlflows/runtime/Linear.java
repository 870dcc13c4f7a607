package org.djlflows.runtime;

/**
 * A linear map: y = W x + b. Its weights lie both ways, since a tile of rows goes through them
 * output by output and a single row input by input.
 */
final class Linear {

    final int outputs;
    final int inputs;
    final float[] byOutput;
    final float[] byInput;
    final float[] bias;

    /**
     * Creates the map.
     *
     * @param weight W, row by row
     * @param bias b, one number for each output
     * @param inputs the number of inputs
     */
    Linear(float[] weight, float[] bias, int inputs) {
        this.inputs = inputs;
        this.bias = bias;
        outputs = bias.length;
        byOutput = weight;
        byInput = new float[weight.length + Workspace.LANES];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                byInput[i * outputs + o] = weight[o * inputs + i];
            }
        }
    }

    /** Applies the map to all rows of a tile. */
    void apply(float[] x, float[] y, int rows) {
        Loops.CHOSEN.product(this, 0, outputs, inputs, x, y, rows);
    }

    /** Makes some of the outputs, of the first inputs: the others are 0, or their weights are. */
    void apply(int begin, int end, int first, float[] x, float[] y, int rows) {
        Loops.CHOSEN.product(this, begin, end, first, x, y, rows);
    }
}
