package org.djlflows.runtime;

import java.util.Arrays;

/**
 * A linear map: y = W x + b. Its weights lie both ways, since a tile of rows goes through them
 * output by output and a single row input by input.
 */
final class Linear {

    final int outputs;
    final int inputs;

    /** The weights of output 0, of output 1 and so on. */
    final float[] byOutput;

    /**
     * The weights of each input, in an array of its own: the compiler makes vectors of no loop over
     * one array at several places. Behind them and the biases is room for vectors.
     */
    final float[][] byInput;

    final float[] bias;

    /** How many inputs each output sees: behind them its weights are 0, as a mask leaves them. */
    final int[] seen;

    /**
     * Creates the map.
     *
     * @param weight W, row by row
     * @param bias b, one number for each output
     * @param inputs the number of inputs
     */
    Linear(float[] weight, float[] bias, int inputs) {
        this.inputs = inputs;
        outputs = bias.length;
        this.bias = Arrays.copyOf(bias, outputs + Workspace.LANES);
        byOutput = weight;
        byInput = new float[inputs][outputs + Workspace.LANES];
        seen = new int[outputs];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                byInput[i][o] = weight[o * inputs + i];
                seen[o] = weight[o * inputs + i] == 0 ? seen[o] : i + 1;
            }
        }
    }

    /** Returns b. */
    float[] biases() {
        return Arrays.copyOf(bias, outputs);
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
