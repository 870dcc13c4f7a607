package org.djlflows.runtime;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * An autoregressive layer: each feature is moved by those before it in an order, whose groups are
 * found one after the other in the inverse.
 */
final class MaskedAutoregressive implements Bijection {

    /** So many passes of the network one after the other make no graph that is too large. */
    private static final int MOST_PASSES = 16;

    private final int[][] groups;
    private final Univariate univariate;
    private final MaskedNet network;
    private final Linear last;
    private final int features;
    private final int context;
    private final boolean[] circles;

    /** Where the network sees each feature, and behind the last one the context. */
    private final int[] places;

    /**
     * Creates the layer.
     *
     * @param groups the features of each step of the inverse
     * @param univariate the scalar maps
     * @param network the hidden layers, from the features and the context; of angles they see the
     *     cosine and the sine
     * @param last the masked linear map to the parameters, parameter by parameter
     * @param circles which features are angles
     * @param context the number of features of the context
     */
    MaskedAutoregressive(
            int[][] groups,
            Univariate univariate,
            MaskedNet network,
            Linear last,
            boolean[] circles,
            int context) {
        this.groups = groups;
        this.univariate = univariate;
        this.network = network;
        this.last = last;
        this.circles = circles;
        this.context = context;
        features = circles.length;
        places = new int[features + 1];
        for (int j = 0; j < features; j++) {
            places[j + 1] = places[j] + (circles[j] ? 2 : 1);
        }
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        int n = features * rows;
        float[] inputs = inputs(workspace, given, rows);
        for (int feature = 0; feature < features; feature++) {
            see(feature, x, inputs, rows);
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
        float[] inputs = inputs(workspace, given, rows);
        // What is not known yet is multiplied by 0, so it must be a number.
        Arrays.fill(inputs, 0, places[features] * rows, 0);
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
                see(feature, z, inputs, rows);
            }
        }
        Bijection.addRows(logSlope, features, logDet, rows);
        workspace.release(mark);
    }

    /** Returns an array for what the network sees, with the context. */
    private float[] inputs(Workspace workspace, float[] given, int rows) {
        int own = places[features] * rows;
        float[] inputs = workspace.take(own + context * rows);
        if (context > 0) {
            System.arraycopy(given, 0, inputs, own, context * rows);
        }
        return inputs;
    }

    private void see(int feature, float[] x, float[] inputs, int rows) {
        int from = feature * rows;
        int to = places[feature] * rows;
        if (!circles[feature]) {
            System.arraycopy(x, from, inputs, to, rows);
            return;
        }
        for (int r = 0; r < rows; r++) {
            inputs[to + r] = (float) Math.cos(x[from + r]);
            inputs[to + rows + r] = (float) Math.sin(x[from + r]);
        }
    }

    @Override
    public void forward(OnnxRows rows) {
        int[] all = IntStream.range(0, features).toArray();
        rows.move(univariate, theta(rows), all, true);
    }

    /** One pass of the network for each group: what is not known yet is multiplied by 0. */
    @Override
    public void inverse(OnnxRows rows) {
        if (groups.length > MOST_PASSES) {
            throw UnsupportedFlowException.ofGraph(this);
        }
        for (int[] group : groups) {
            Univariate family = univariate.of(group);
            int[] own =
                    IntStream.range(0, family.parameters() * group.length)
                            .map(i -> i / group.length * features + group[i % group.length])
                            .toArray();
            rows.move(family, theta(rows).at(1, own), group, false);
        }
    }

    private OnnxTensor theta(OnnxRows rows) {
        int[] angles = IntStream.range(0, features).filter(j -> circles[j]).toArray();
        OnnxTensor inputs = rows.x;
        if (angles.length > 0) {
            // Of each angle the cosine in its place, and the sine behind it.
            OnnxTensor on = rows.x.at(1, angles);
            int[] order = new int[features + angles.length];
            for (int j = 0; j < features; j++) {
                order[places[j]] = j;
            }
            for (int i = 0; i < angles.length; i++) {
                order[places[angles[i]] + 1] = features + i;
            }
            inputs = rows.x.with(1, features, on.cos(), angles).joined(1, on.sin()).at(1, order);
        }
        if (context > 0) {
            inputs = inputs.joined(1, rows.context);
        }
        return network.apply(inputs).linear(last);
    }
}
