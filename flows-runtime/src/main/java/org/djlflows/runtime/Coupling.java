package org.djlflows.runtime;

import java.util.stream.IntStream;

/**
 * A coupling: features that pass decide how the others are moved. A network sees those that pass,
 * angles among them by cosine and sine, and the context; a linear map of its hidden features makes
 * the parameters of the scalar maps.
 */
final class Coupling implements Bijection {

    private final Univariate univariate;
    private final Network network;
    private final Linear last;
    private final int context;
    private final int[] moved;
    private final int[] seen;
    private final int[] angles;

    /**
     * Creates the layer.
     *
     * @param kept which features pass
     * @param circles which features are angles
     * @param univariate the scalar maps of the others
     * @param network the network
     * @param last the linear map to their parameters, parameter by parameter
     * @param context the number of features of the context
     */
    Coupling(
            boolean[] kept,
            boolean[] circles,
            Univariate univariate,
            Network network,
            Linear last,
            int context) {
        this.univariate = univariate;
        this.network = network;
        this.last = last;
        this.context = context;
        IntStream all = IntStream.range(0, kept.length);
        moved = all.filter(i -> !kept[i]).toArray();
        seen = IntStream.range(0, kept.length).filter(i -> kept[i] && !circles[i]).toArray();
        angles = IntStream.range(0, kept.length).filter(i -> kept[i] && circles[i]).toArray();
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        move(workspace, x, given, logDet, rows, true);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        move(workspace, z, given, logDet, rows, false);
    }

    private void move(
            Workspace workspace,
            float[] x,
            float[] given,
            float[] logDet,
            int rows,
            boolean forward) {
        long mark = workspace.mark();
        float[] h = network.apply(workspace, inputs(workspace, x, given, rows), given, rows);
        float[] theta = workspace.take(last.outputs * rows);
        last.apply(h, theta, rows);
        int n = moved.length * rows;
        float[] values = workspace.take(n);
        float[] logSlope = workspace.take(n);
        Bijection.copy(x, moved, values, 0, rows);
        if (forward) {
            univariate.forward(workspace, values, theta, logSlope, n, 0, n);
        } else {
            univariate.inverse(workspace, values, theta, logSlope, n, 0, n);
        }
        for (int j = 0; j < moved.length; j++) {
            System.arraycopy(values, j * rows, x, moved[j] * rows, rows);
        }
        Bijection.addRows(logSlope, moved.length, logDet, rows);
        workspace.release(mark);
    }

    private float[] inputs(Workspace workspace, float[] x, float[] given, int rows) {
        int own = seen.length + 2 * angles.length;
        float[] inputs = workspace.take((own + context) * rows);
        Bijection.copy(x, seen, inputs, 0, rows);
        for (int j = 0; j < angles.length; j++) {
            int cosine = (seen.length + j) * rows;
            int sine = cosine + angles.length * rows;
            for (int r = 0; r < rows; r++) {
                float angle = x[angles[j] * rows + r];
                inputs[cosine + r] = (float) Math.cos(angle);
                inputs[sine + r] = (float) Math.sin(angle);
            }
        }
        if (context > 0) {
            System.arraycopy(given, 0, inputs, own * rows, context * rows);
        }
        return inputs;
    }

    @Override
    public void forward(OnnxRows rows) {
        move(rows, true);
    }

    @Override
    public void inverse(OnnxRows rows) {
        move(rows, false);
    }

    private void move(OnnxRows rows, boolean forward) {
        if (moved.length == 0) {
            return;
        }
        OnnxTensor inputs = rows.x.at(1, seen);
        if (angles.length > 0) {
            OnnxTensor on = rows.x.at(1, angles);
            inputs = inputs.joined(1, on.cos()).joined(1, on.sin());
        }
        if (context > 0) {
            inputs = inputs.joined(1, rows.context);
        }
        rows.move(univariate, network.apply(inputs, rows.context).linear(last), moved, forward);
    }
}
