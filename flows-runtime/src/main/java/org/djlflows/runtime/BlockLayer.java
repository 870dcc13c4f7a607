package org.djlflows.runtime;

/**
 * A linear layer of a {@link BlockNeuralAutoregressive} network, by weight normalisation (section
 * 3.3 of the paper): rows \(e^s v / |v|\), where v of a block on the diagonal are exponentials.
 */
final class BlockLayer {

    /** Units of a feature before and after the layer. */
    final int in;

    final int out;

    /** The whole layer. */
    final Linear linear;

    /** The logarithms of the blocks on the diagonal, a row of {@code in} for each output. */
    final double[] logBlock;

    /** For each output the greatest of these logarithms. */
    final float[] shift;

    /** The blocks, divided by the exponentials of the shifts. */
    final float[] block;

    /**
     * Makes the layer of its parameters.
     *
     * @param weight v, logarithms on the diagonal
     * @param logScale s of each row
     * @param bias the bias of each row
     * @param features the number of features
     * @param context the columns of the context, which come first
     * @param in the units of a feature before the layer
     */
    BlockLayer(float[] weight, float[] logScale, float[] bias, int features, int context, int in) {
        int rows = bias.length;
        int columns = context + features * in;
        this.in = in;
        out = rows / features;
        logBlock = new double[rows * in];
        block = new float[rows * in];
        shift = new float[rows];
        float[] matrix = new float[rows * columns];
        for (int o = 0; o < rows; o++) {
            int own = context + o / out * in;
            int at = o * columns;
            double squares = 0;
            for (int i = 0; i < own; i++) {
                squares += (double) weight[at + i] * weight[at + i];
            }
            double most = squares > 0 ? 0.5 * Math.log(squares) : Double.NEGATIVE_INFINITY;
            for (int i = own; i < own + in; i++) {
                most = Math.max(most, weight[at + i]);
            }
            // Not 0 times infinity beside a diagonal of zeros, as below.
            double sum = squares > 0 ? squares * Math.exp(-2 * most) : 0;
            for (int i = own; i < own + in; i++) {
                sum += Math.exp(2 * (weight[at + i] - most));
            }
            double logNorm = most + 0.5 * Math.log(sum);
            double scale = Math.exp(logScale[o] - logNorm);
            shift[o] = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < own; i++) {
                matrix[at + i] = weight[at + i] == 0 ? 0 : (float) (weight[at + i] * scale);
            }
            for (int i = 0; i < in; i++) {
                double log = weight[at + own + i] - logNorm + logScale[o];
                logBlock[o * in + i] = log;
                matrix[at + own + i] = (float) Math.exp(log);
                shift[o] = Math.max(shift[o], (float) log);
            }
            for (int i = 0; i < in; i++) {
                block[o * in + i] = (float) Math.exp(logBlock[o * in + i] - shift[o]);
            }
        }
        linear = new Linear(matrix, bias, columns);
    }

    /** Returns the logarithms of the blocks in float32. */
    float[] logBlocks() {
        float[] logs = new float[logBlock.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = (float) logBlock[i];
        }
        return logs;
    }
}
