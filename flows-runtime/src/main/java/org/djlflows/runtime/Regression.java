package org.djlflows.runtime;

/** Takes away what the context explains linearly: \(z = (x - A c - b) / d\). */
final class Regression implements Bijection {

    private static final float LIMIT = 100;

    private final Linear plane;
    private final float[] deviations;
    private final float logVolume;

    /**
     * Creates the layer.
     *
     * @param plane A and b
     * @param deviations d
     */
    Regression(Linear plane, float... deviations) {
        this.plane = plane;
        this.deviations = deviations;
        double sum = 0;
        for (float deviation : deviations) {
            sum += Math.log(deviation);
        }
        logVolume = (float) sum;
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        float[] predicted = predicted(workspace, given, rows);
        for (int j = 0; j < deviations.length; j++) {
            for (int at = j * rows; at < (j + 1) * rows; at++) {
                x[at] = (x[at] - predicted[at]) / deviations[j];
            }
        }
        Bijection.addAll(-logVolume, logDet, rows);
        workspace.release(mark);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        float[] predicted = predicted(workspace, given, rows);
        for (int j = 0; j < deviations.length; j++) {
            for (int at = j * rows; at < (j + 1) * rows; at++) {
                z[at] = z[at] * deviations[j] + predicted[at];
            }
        }
        Bijection.addAll(logVolume, logDet, rows);
        workspace.release(mark);
    }

    private float[] predicted(Workspace workspace, float[] given, int rows) {
        float[] near = workspace.take(plane.inputs * rows);
        for (int i = 0; i < plane.inputs * rows; i++) {
            near[i] = Math.min(Math.max(given[i], -LIMIT), LIMIT);
        }
        float[] predicted = workspace.take(plane.outputs * rows);
        plane.apply(near, predicted, rows);
        return predicted;
    }

    @Override
    public void forward(OnnxRows rows) {
        rows.x = rows.x.minus(predicted(rows)).over(sizes(rows));
        rows.add(-logVolume);
    }

    @Override
    public void inverse(OnnxRows rows) {
        rows.x = rows.x.times(sizes(rows)).plus(predicted(rows));
        rows.add(logVolume);
    }

    private OnnxTensor predicted(OnnxRows rows) {
        return rows.context.within(-LIMIT, LIMIT).linear(plane);
    }

    private OnnxTensor sizes(OnnxRows rows) {
        return rows.graph.constant(deviations, 1, deviations.length);
    }
}
