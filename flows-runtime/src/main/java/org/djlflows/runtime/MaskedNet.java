package org.djlflows.runtime;

import org.djlflows.spec.Activation;

import java.util.Arrays;

/**
 * The hidden layers of a masked network. Their units are sorted by degree: those that see no more
 * than what is known at a step are the first of their layer.
 */
final class MaskedNet {

    private final Linear[] layers;
    private final boolean residual;
    private final Activation activation;
    private final int[][] units;
    private final Network whole;

    /**
     * Creates the network.
     *
     * @param layers its linear maps, whose weights are masked
     * @param residual whether all but the first are those of residual blocks
     * @param activation the non-linearity
     * @param units of each layer, how many units are known after each step
     */
    MaskedNet(Linear[] layers, boolean residual, Activation activation, int[][] units) {
        this.layers = layers;
        this.residual = residual;
        this.activation = activation;
        this.units = units;
        whole =
                residual
                        ? new Network.ResidualNet(
                                layers[0],
                                Arrays.copyOfRange(layers, 1, layers.length),
                                new Linear[0],
                                activation)
                        : new Network.Mlp(layers, activation);
    }

    /** Returns the hidden features of inputs that are all known. */
    float[] apply(Workspace workspace, float[] inputs, int rows) {
        return whole.apply(workspace, inputs, inputs, rows);
    }

    /** Returns arrays for the units of all layers. */
    float[][] takeUnits(Workspace workspace, int rows) {
        float[][] arrays = new float[layers.length + 1][];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = workspace.take(layers[Math.max(0, i - 1)].outputs * rows);
        }
        return arrays;
    }

    /** Returns which of these arrays holds the hidden features. */
    float[] hidden(float[][] arrays) {
        return arrays[residual ? 0 : layers.length];
    }

    /** Returns how many hidden features are known after a step. */
    int known(int step) {
        return units[units.length - 1][step];
    }

    /** Makes the units that can be known at a step, and no unit twice. */
    void extend(float[] inputs, float[][] arrays, int rows, int step) {
        if (residual) {
            extendResidual(inputs, arrays, rows, step);
            return;
        }
        float[] below = inputs;
        int known = layers[0].inputs;
        for (int i = 0; i < layers.length; i++) {
            int begin = step == 0 ? 0 : units[i][step - 1];
            int end = units[i][step];
            layers[i].apply(begin, end, known, below, arrays[i + 1], rows);
            Loops.CHOSEN.activate(activation, arrays[i + 1], begin * rows, end * rows);
            below = arrays[i + 1];
            known = end;
        }
    }

    /** Array i holds the inputs of layer i, array 0 the sum of the blocks. */
    private void extendResidual(float[] inputs, float[][] arrays, int rows, int step) {
        int begin = step == 0 ? 0 : units[0][step - 1];
        int end = units[0][step];
        int from = begin * rows;
        int to = end * rows;
        float[] sum = arrays[0];
        float[] added = arrays[layers.length];
        layers[0].apply(begin, end, layers[0].inputs, inputs, sum, rows);
        for (int i = 1; i < layers.length; i += 2) {
            System.arraycopy(sum, from, arrays[i], from, to - from);
            Loops.CHOSEN.activate(activation, arrays[i], from, to);
            layers[i].apply(begin, end, end, arrays[i], arrays[i + 1], rows);
            Loops.CHOSEN.activate(activation, arrays[i + 1], from, to);
            layers[i + 1].apply(begin, end, end, arrays[i + 1], added, rows);
            for (int k = from; k < to; k++) {
                sum[k] += added[k];
            }
        }
    }

    /** Writes the network into a graph. */
    OnnxTensor apply(OnnxTensor inputs) {
        return whole.apply(inputs, inputs);
    }
}
