package org.djlflows.runtime;

import org.djlflows.spec.Activation;

/**
 * Loops that the compiler turns into vectors by itself: short ones, of four products a step. A loop
 * of one product a step it unrolls so far that the few outputs of a layer never reach the vectors.
 */
final class PlainLoops implements Loops {

    private static final int FEW = 8;

    @Override
    public void product(
            Linear map, int begin, int end, int inputs, float[] x, float[] y, int rows) {
        if (rows > 1) {
            for (int o = begin; o < end; o++) {
                ofOutput(map, o, inputs, x, y, rows);
            }
        } else if (end - begin < FEW) {
            for (int o = begin; o < end; o++) {
                y[o] = ofOneRow(map, o, inputs, x);
            }
        } else {
            ofOneRow(map, begin, end, inputs, x, y);
        }
    }

    private static void ofOutput(Linear map, int o, int inputs, float[] x, float[] y, int rows) {
        float[] w = map.byOutput;
        int at = o * map.inputs;
        int to = o * rows;
        float bias = map.bias[o];
        for (int r = 0; r < rows; r++) {
            y[to + r] = bias;
        }
        int i = 0;
        for (; i + 4 <= inputs; i += 4) {
            float w0 = w[at + i];
            float w1 = w[at + i + 1];
            float w2 = w[at + i + 2];
            float w3 = w[at + i + 3];
            int x0 = i * rows;
            int x1 = x0 + rows;
            int x2 = x1 + rows;
            int x3 = x2 + rows;
            for (int r = 0; r < rows; r++) {
                y[to + r] +=
                        x[x0 + r] * w0 + x[x1 + r] * w1 + (x[x2 + r] * w2 + x[x3 + r] * w3);
            }
        }
        for (; i < inputs; i++) {
            float w0 = w[at + i];
            int x0 = i * rows;
            for (int r = 0; r < rows; r++) {
                y[to + r] += x[x0 + r] * w0;
            }
        }
    }

    private static void ofOneRow(
            Linear map, int begin, int end, int inputs, float[] x, float[] y) {
        float[] w = map.byInput;
        int outputs = map.outputs;
        System.arraycopy(map.bias, begin, y, begin, end - begin);
        int i = 0;
        for (; i + 4 <= inputs; i += 4) {
            float a = x[i];
            float b = x[i + 1];
            float c = x[i + 2];
            float d = x[i + 3];
            int w0 = i * outputs;
            int w1 = w0 + outputs;
            int w2 = w1 + outputs;
            int w3 = w2 + outputs;
            for (int o = begin; o < end; o++) {
                y[o] += a * w[w0 + o] + b * w[w1 + o] + (c * w[w2 + o] + d * w[w3 + o]);
            }
        }
        for (; i < inputs; i++) {
            float a = x[i];
            int w0 = i * outputs;
            for (int o = begin; o < end; o++) {
                y[o] += a * w[w0 + o];
            }
        }
    }

    /** In the order of the sums of the others, so that the results are the same. */
    private static float ofOneRow(Linear map, int o, int inputs, float[] x) {
        float[] w = map.byOutput;
        int at = o * map.inputs;
        float sum = map.bias[o];
        int i = 0;
        for (; i + 4 <= inputs; i += 4) {
            sum +=
                    x[i] * w[at + i]
                            + x[i + 1] * w[at + i + 1]
                            + (x[i + 2] * w[at + i + 2] + x[i + 3] * w[at + i + 3]);
        }
        for (; i < inputs; i++) {
            sum += x[i] * w[at + i];
        }
        return sum;
    }

    @Override
    public void activate(Activation activation, float[] x, int from, int to) {
        switch (activation) {
            case RELU -> {
                for (int i = from; i < to; i++) {
                    x[i] = Math.max(x[i], 0);
                }
            }
            case TANH -> {
                for (int i = from; i < to; i++) {
                    x[i] = FloatMath.tanh(x[i]);
                }
            }
            case SILU -> {
                for (int i = from; i < to; i++) {
                    x[i] *= FloatMath.sigmoid(x[i]);
                }
            }
            case ELU -> {
                for (int i = from; i < to; i++) {
                    x[i] = x[i] > 0 ? x[i] : (float) Math.expm1(x[i]);
                }
            }
            case GELU -> {
                for (int i = from; i < to; i++) {
                    x[i] = (float) (x[i] * Normal.cdf(x[i]));
                }
            }
        }
    }
}
