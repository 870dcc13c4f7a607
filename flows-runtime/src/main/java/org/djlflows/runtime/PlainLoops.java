package org.djlflows.runtime;

import org.djlflows.spec.Activation;

/**
 * Loops that the compiler turns into vectors by itself: of four products a step, since one of one
 * product is unrolled so far that the few outputs of a layer never reach the vectors, and each
 * array at one place alone. Rows go through a product one after the other.
 */
final class PlainLoops implements Loops {

    private static final int FEW = 8;

    @Override
    public void product(
            Linear map, int begin, int end, int inputs, float[] x, float[] y, int rows) {
        if (rows == 1) {
            ofOneRow(map, begin, end, inputs, x, y);
            return;
        }
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        float[] one = workspace.take(inputs);
        float[] made = workspace.take(end);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < inputs; i++) {
                one[i] = x[i * rows + r];
            }
            ofOneRow(map, begin, end, inputs, one, made);
            for (int o = begin; o < end; o++) {
                y[o * rows + r] = made[o];
            }
        }
        workspace.release(mark);
    }

    private static void ofOneRow(Linear map, int begin, int end, int inputs, float[] x, float[] y) {
        if (end - begin < FEW) {
            for (int o = begin; o < end; o++) {
                y[o] = ofOneOutput(map, o, inputs, x);
            }
            return;
        }
        System.arraycopy(map.bias, begin, y, begin, end - begin);
        float[][] w = map.byInput;
        int i = 0;
        for (; i + 4 <= inputs; i += 4) {
            add(
                    y, begin, end, x[i], w[i], x[i + 1], w[i + 1], x[i + 2], w[i + 2], x[i + 3],
                    w[i + 3]);
        }
        for (; i < inputs; i++) {
            float a = x[i];
            float[] v = w[i];
            for (int o = begin; o < end; o++) {
                y[o] += a * v[o];
            }
        }
    }

    private static void add(
            float[] y,
            int begin,
            int end,
            float a0,
            float[] w0,
            float a1,
            float[] w1,
            float a2,
            float[] w2,
            float a3,
            float[] w3) {
        for (int o = begin; o < end; o++) {
            y[o] += a0 * w0[o] + a1 * w1[o] + (a2 * w2[o] + a3 * w3[o]);
        }
    }

    /** In the order of the sums of the others, so that the results are the same. */
    private static float ofOneOutput(Linear map, int o, int inputs, float[] x) {
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
    public void addSparse(SparseLinear map, float[] x, float[] y, int rows) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        int[] found = workspace.places(map.inputs);
        float[] sums = workspace.take(map.outputs);
        float[][] w = map.byInput;
        for (int r = 0; r < rows; r++) {
            int at = r * map.inputs;
            int count = places(x, at, map.inputs, found);
            System.arraycopy(y, r * map.outputs, sums, 0, map.outputs);
            int k = 0;
            for (; k + 4 <= count; k += 4) {
                int i0 = found[k];
                int i1 = found[k + 1];
                int i2 = found[k + 2];
                int i3 = found[k + 3];
                add(
                        sums,
                        0,
                        map.outputs,
                        x[at + i0],
                        w[i0],
                        x[at + i1],
                        w[i1],
                        x[at + i2],
                        w[i2],
                        x[at + i3],
                        w[i3]);
            }
            for (; k < count; k++) {
                float value = x[at + found[k]];
                float[] weights = w[found[k]];
                for (int o = 0; o < map.outputs; o++) {
                    sums[o] += value * weights[o];
                }
            }
            System.arraycopy(sums, 0, y, r * map.outputs, map.outputs);
        }
        workspace.release(mark);
    }

    /** Finds the inputs of a row that are not 0, and returns how many there are. */
    static int places(float[] x, int at, int inputs, int[] found) {
        int count = 0;
        for (int i = 0; i < inputs; i++) {
            found[count] = i;
            // 1 where it is not 0, without a branch, which nobody could foretell.
            int bits = Float.floatToRawIntBits(x[at + i]);
            count += (bits | -bits) >>> (Integer.SIZE - 1);
        }
        return count;
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
                    x[i] = x[i] / (1 + FloatMath.exp(-x[i]));
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

    @Override
    public void exp(float[] x, int from, int to) {
        for (int i = from; i < to; i++) {
            x[i] = FloatMath.exp(x[i]);
        }
    }

    @Override
    public int spline(
            RationalQuadraticSpline spline,
            boolean forward,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to) {
        return from;
    }
}
