package org.djlflows.runtime;

import org.djlflows.spec.Activation;
import org.djlflows.spec.Residual;

import java.util.Arrays;

/**
 * A block neural autoregressive layer: a network with hidden units of each feature, which increases
 * in that feature and sees those before it. Units lie feature by feature.
 *
 * @see <a href="https://arxiv.org/abs/1904.04676">De Cao, Titov and Aziz, Block Neural
 *     Autoregressive Flow, 2020, equations 7 to 10</a>
 */
final class BlockNeuralAutoregressive implements Bijection {

    /** Below, sums of products are made in logarithms. */
    private static final float TINY = 1e-30f;

    private static final float LOG_FOUR = (float) (2 * Math.log(2));

    private final int features;
    private final int context;
    private final BlockLayer[] layers;
    private final double logShare;
    private final double logRest;

    /**
     * Creates the layer.
     *
     * @param features the number of features
     * @param context the number of features of the context, which come first
     * @param layers the linear layers of the network
     * @param residual what is added to the network
     * @param gate of {@link Residual#GATED}, the logit of the share of the network
     */
    BlockNeuralAutoregressive(
            int features, int context, BlockLayer[] layers, Residual residual, double gate) {
        this.features = features;
        this.context = context;
        this.layers = layers;
        logShare = residual == Residual.GATED ? -Math.log1p(Math.exp(-gate)) : 0;
        logRest =
                switch (residual) {
                    case NONE -> Double.NEGATIVE_INFINITY;
                    case NORMAL -> 0;
                    case GATED -> -Math.log1p(Math.exp(gate));
                };
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        float[] h = workspace.take((context + features) * rows);
        if (context > 0) {
            System.arraycopy(given, 0, h, 0, context * rows);
        }
        System.arraycopy(x, 0, h, context * rows, features * rows);
        float[] logJacobian = workspace.take(features * rows);
        Arrays.fill(logJacobian, 0, features * rows, 0);
        float[] u = h;
        for (int i = 0; i < layers.length; i++) {
            BlockLayer layer = layers[i];
            int size = layer.linear.outputs * rows;
            if (i > 0) {
                h = u;
                int inputs = layer.linear.inputs * rows;
                addLogSlopes(workspace, h, logJacobian, inputs);
                Loops.CHOSEN.activate(Activation.TANH, h, 0, inputs);
            }
            u = workspace.take(size);
            layer.linear.apply(h, u, rows);
            float[] next = workspace.take(size);
            logProduct(workspace, layer, logJacobian, next, rows);
            logJacobian = next;
        }
        float share = (float) Math.exp(logShare);
        float rest = (float) Math.exp(logRest);
        for (int j = 0; j < features; j++) {
            for (int r = 0; r < rows; r++) {
                int at = j * rows + r;
                x[at] = share * u[at] + rest * x[at];
                logDet[r] += (float) Normal.logAdd(logJacobian[at] + logShare, logRest);
            }
        }
        workspace.release(mark);
    }

    /** Adds \(\log(1 - \tanh(u)^2)\), of which 1 less the square would be rounding. */
    private static void addLogSlopes(Workspace workspace, float[] u, float[] log, int n) {
        long mark = workspace.mark();
        float[] e = workspace.take(n);
        for (int i = 0; i < n; i++) {
            e[i] = -2 * Math.abs(u[i]);
        }
        Loops.CHOSEN.exp(e, 0, n);
        for (int i = 0; i < n; i++) {
            log[i] += LOG_FOUR - 2 * Math.abs(u[i]) - 2 * FloatMath.log(1 + e[i]);
        }
        workspace.release(mark);
    }

    /** The logarithm of the product of the blocks on the diagonal and the Jacobian so far. */
    private void logProduct(
            Workspace workspace, BlockLayer layer, float[] log, float[] product, int rows) {
        long mark = workspace.mark();
        float[] most = workspace.take(rows);
        float[] e = workspace.take(layer.in * rows);
        float[] sums = workspace.take(rows);
        for (int f = 0; f < features; f++) {
            int from = f * layer.in * rows;
            // Not minus infinity, from which minus infinity could not be subtracted.
            Arrays.fill(most, 0, rows, -Float.MAX_VALUE);
            for (int k = 0; k < layer.in; k++) {
                for (int r = 0; r < rows; r++) {
                    most[r] = Math.max(most[r], log[from + k * rows + r]);
                }
            }
            for (int k = 0; k < layer.in; k++) {
                for (int r = 0; r < rows; r++) {
                    e[k * rows + r] = log[from + k * rows + r] - most[r];
                }
            }
            Loops.CHOSEN.exp(e, 0, layer.in * rows);
            for (int o = f * layer.out; o < (f + 1) * layer.out; o++) {
                Arrays.fill(sums, 0, rows, 0);
                for (int k = 0; k < layer.in; k++) {
                    add(sums, layer.block[o * layer.in + k], e, k * rows, rows);
                }
                for (int r = 0; r < rows; r++) {
                    product[o * rows + r] =
                            sums[r] > TINY
                                    ? FloatMath.log(sums[r]) + most[r] + layer.shift[o]
                                    : logProduct(layer, o, log, from + r, rows);
                }
            }
        }
        workspace.release(mark);
    }

    private static void add(float[] sums, float factor, float[] e, int at, int rows) {
        for (int r = 0; r < rows; r++) {
            sums[r] += factor * e[at + r];
        }
    }

    /** That of a row whose product is too small for a sum of exponentials. */
    private static float logProduct(BlockLayer layer, int o, float[] log, int at, int rows) {
        double total = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < layer.in; k++) {
            total = Normal.logAdd(total, layer.logBlock[o * layer.in + k] + log[at + k * rows]);
        }
        return (float) total;
    }

    /** One feature after the other: given those before, its noise increases with its value. */
    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        float[][] known = new float[layers.length][];
        float[][] others = new float[layers.length][];
        for (int i = 0; i < layers.length; i++) {
            known[i] = workspace.take(layers[i].linear.inputs * rows);
            others[i] = workspace.take(layers[i].linear.outputs * rows);
        }
        if (context > 0) {
            System.arraycopy(given, 0, known[0], 0, context * rows);
        }
        Feature feature = new Feature(known, others, rows);
        for (int f = 0; f < features; f++) {
            feature.set(f);
            for (int r = 0; r < rows; r++) {
                feature.row = r;
                double x = feature.solveFrom(0, z[f * rows + r]);
                z[f * rows + r] = (float) x;
                feature.at((float) x);
                feature.keep();
            }
        }
        float[] x = workspace.take(features * rows);
        float[] forward = workspace.take(rows);
        System.arraycopy(z, 0, x, 0, features * rows);
        Arrays.fill(forward, 0, rows, 0);
        forward(workspace, x, given, forward, rows);
        for (int r = 0; r < rows; r++) {
            logDet[r] -= forward[r];
        }
        workspace.release(mark);
    }

    /** The noise of a feature of a row as a function of its value. */
    private final class Feature extends Root {

        private final float[][] known;
        private final float[][] others;
        private final int rows;
        private final double[][] units = new double[layers.length + 1][];
        private final double[][] slopes = new double[layers.length + 1][];
        private int feature;
        private int row;

        Feature(float[][] known, float[][] others, int rows) {
            this.known = known;
            this.others = others;
            this.rows = rows;
            for (int i = 0; i <= layers.length; i++) {
                int width = i == layers.length ? 1 : layers[i].in;
                units[i] = new double[width];
                slopes[i] = new double[width];
            }
        }

        /** Makes what the features before add to the units of a feature. */
        void set(int f) {
            feature = f;
            for (int i = 0; i < layers.length; i++) {
                int out = layers[i].out;
                int before = (i == 0 ? context : 0) + f * layers[i].in;
                layers[i].linear.apply(f * out, (f + 1) * out, before, known[i], others[i], rows);
            }
        }

        @Override
        void at(double x) {
            units[0][0] = x;
            slopes[0][0] = 1;
            for (int i = 0; i < layers.length; i++) {
                BlockLayer layer = layers[i];
                int first = (i == 0 ? context : 0) + feature * layer.in;
                for (int o = 0; o < layer.out; o++) {
                    int output = feature * layer.out + o;
                    double u = others[i][output * rows + row];
                    double d = 0;
                    for (int k = 0; k < layer.in; k++) {
                        double w = layer.linear.byOutput[output * layer.linear.inputs + first + k];
                        u += w * units[i][k];
                        d += w * slopes[i][k];
                    }
                    boolean last = i == layers.length - 1;
                    double h = last ? u : Math.tanh(u);
                    units[i + 1][o] = h;
                    slopes[i + 1][o] = last ? d : d * (1 - h * h);
                }
            }
            double share = Math.exp(logShare);
            double rest = Math.exp(logRest);
            value = share * units[layers.length][0] + rest * x;
            slope = share * slopes[layers.length][0] + rest;
        }

        /** Keeps the units of the value that was looked at last. */
        void keep() {
            for (int i = 0; i < layers.length; i++) {
                int first = (i == 0 ? context : 0) + feature * layers[i].in;
                for (int k = 0; k < layers[i].in; k++) {
                    known[i][(first + k) * rows + row] = (float) units[i][k];
                }
            }
        }
    }

    @Override
    public void forward(OnnxRows rows) {
        OnnxTensor u = context > 0 ? rows.context.joined(1, rows.x) : rows.x;
        OnnxTensor logJacobian = rows.graph.constant(new float[1], 1, 1, 1, 1);
        for (int i = 0; i < layers.length; i++) {
            BlockLayer layer = layers[i];
            if (i > 0) {
                OnnxTensor size = u.abs().times(2);
                OnnxTensor logSlope =
                        size.negative().exp().plus(1).log().times(-2).minus(size).plus(LOG_FOUR);
                logJacobian = logJacobian.plus(logSlope.shaped(0, features, 1, layer.in));
                u = u.tanh();
            }
            u = u.linear(layer.linear);
            OnnxTensor block =
                    rows.graph.constant(layer.logBlocks(), 1, features, layer.out, layer.in);
            logJacobian = logJacobian.plus(block).logSumExp(3);
            logJacobian = logJacobian.shaped(0, features, 1, layer.out);
        }
        logJacobian = logJacobian.plus(logShare).shaped(0, features);
        if (logRest > Double.NEGATIVE_INFINITY) {
            OnnxTensor rest = logJacobian.minus(rows.graph.constant(logRest)).softplus();
            logJacobian = rest.plus(logRest);
        }
        rows.x = u.times(Math.exp(logShare)).plus(rows.x.times(Math.exp(logRest)));
        rows.add(logJacobian.sum(1));
    }
}
