package org.djlflows.runtime;

import java.util.Arrays;

/**
 * An autoregressive layer: each feature is moved by those before it in an order, whose groups are
 * found one after the other in the inverse.
 */
final class MaskedAutoregressive implements Bijection {

    private final int[][] groups;
    private final Univariate univariate;
    private final MaskedNet network;
    private final Linear last;
    private final int features;
    private final int context;

    /**
     * Creates the layer.
     *
     * @param groups the features of each step of the inverse
     * @param univariate the scalar maps
     * @param network the hidden layers, from the features and the context
     * @param last the masked linear map to the parameters, parameter by parameter
     * @param features the number of features
     * @param context the number of features of the context
     */
    MaskedAutoregressive(
            int[][] groups,
            Univariate univariate,
            MaskedNet network,
            Linear last,
            int features,
            int context) {
        this.groups = groups;
        this.univariate = univariate;
        this.network = network;
        this.last = last;
        this.features = features;
        this.context = context;
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        int n = features * rows;
        float[] inputs = x;
        if (context > 0) {
            inputs = workspace.take(n + context * rows);
            System.arraycopy(x, 0, inputs, 0, n);
            System.arraycopy(given, 0, inputs, n, context * rows);
        }
        float[] h = network.apply(workspace, inputs, rows);
        float[] theta = workspace.take(last.outputs * rows);
        last.apply(h, theta, rows);
        float[] logSlope = workspace.take(n);
        univariate.forward(workspace, x, theta, logSlope, n, 0, n);
        Bijection.addRows(logSlope, features, logDet, rows);
        workspace.release(mark);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        int n = features * rows;
        float[] inputs = workspace.take(n + context * rows);
        // What is not known yet is multiplied by 0, so it must be a number.
        Arrays.fill(inputs, 0, n, 0);
        if (context > 0) {
            System.arraycopy(given, 0, inputs, n, context * rows);
        }
        float[][] units = network.takeUnits(workspace, rows);
        float[] theta = workspace.take(last.outputs * rows);
        float[] logSlope = workspace.take(n);
        for (int step = 0; step < groups.length; step++) {
            network.extend(inputs, units, rows, step);
            for (int feature : groups[step]) {
                for (int row = feature; row < last.outputs; row += features) {
                    last.apply(
                            row, row + 1, network.known(step), network.hidden(units), theta, rows);
                }
                int from = feature * rows;
                univariate.inverse(workspace, z, theta, logSlope, n, from, from + rows);
                System.arraycopy(z, from, inputs, from, rows);
            }
        }
        Bijection.addRows(logSlope, features, logDet, rows);
        workspace.release(mark);
    }
}
