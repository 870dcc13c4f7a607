package org.djlflows.runtime;

/** Rows on their way through the layers of a flow, which write the way into a graph of ONNX. */
final class OnnxRows {

    /** The embedded context; not looked at where there is none. */
    final OnnxTensor context;

    final OnnxGraph graph;

    /** The number of features of a flow, also where a layer sees a part of them. */
    final int features;

    /** The features, (rows, features). */
    OnnxTensor x;

    private OnnxTensor logDet;

    /**
     * Begins the way.
     *
     * @param x the features
     * @param features their number
     * @param context the embedded context, x where there is none
     */
    OnnxRows(OnnxTensor x, int features, OnnxTensor context) {
        this.x = x;
        this.features = features;
        this.context = context;
        graph = x.graph();
        logDet = graph.constant(new float[1], 1, 1);
    }

    /** Adds log-determinants, (rows, 1), or one for all rows. */
    void add(OnnxTensor logDets) {
        logDet = logDet.plus(logDets);
    }

    /** Adds one log-determinant for all rows. */
    void add(double value) {
        add(graph.constant(new float[] {(float) value}, 1, 1));
    }

    /** Returns the sum of the log-determinants. */
    OnnxTensor logDet() {
        return logDet;
    }

    /** Moves features by scalar maps whose parameters lie parameter by parameter in columns. */
    void move(Univariate map, OnnxTensor theta, int[] moved, boolean forward) {
        OnnxTensor values = x.at(1, moved).shaped(0, 1, moved.length);
        OnnxTensor parameters = theta.shaped(0, map.parameters(), moved.length);
        Univariate.Moved result =
                forward ? map.forward(values, parameters) : map.inverse(values, parameters);
        x = x.with(1, features, result.x().shaped(0, moved.length), moved);
        add(result.logDet().shaped(0, 1));
    }
}
