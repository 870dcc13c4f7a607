package org.djlflows.runtime;

/** A layer of a flow: forward leads from data to noise. */
interface Bijection {

    /**
     * Moves rows towards noise.
     *
     * @param workspace for what is computed on the way
     * @param x the features, x[feature * rows + row], which are replaced
     * @param context the embedded context in the same order; not looked at where there is none
     * @param logDet what \(\log \left|\det \frac{\partial z}{\partial x}\right|\) of each row is
     *     added to
     * @param rows 1, or a multiple of {@link Workspace#LANES}
     */
    void forward(Workspace workspace, float[] x, float[] context, float[] logDet, int rows);

    /** Moves rows towards data, and adds the log-determinants of that direction. */
    void inverse(Workspace workspace, float[] z, float[] context, float[] logDet, int rows);

    /**
     * Writes the way towards noise into a graph.
     *
     * @param rows the rows, which go that way
     * @throws UnsupportedFlowException if it takes a loop, of which there is none in the graph
     */
    default void forward(OnnxRows rows) {
        throw UnsupportedFlowException.ofGraph(this);
    }

    /**
     * Writes the way towards data into a graph.
     *
     * @param rows the rows, which go that way
     * @throws UnsupportedFlowException if it takes a loop, of which there is none in the graph
     */
    default void inverse(OnnxRows rows) {
        throw UnsupportedFlowException.ofGraph(this);
    }

    /** Adds the log-slopes of all features to the log-determinants of their rows. */
    static void addRows(float[] logSlope, int features, float[] logDet, int rows) {
        for (int j = 0; j < features; j++) {
            int at = j * rows;
            for (int r = 0; r < rows; r++) {
                logDet[r] += logSlope[at + r];
            }
        }
    }

    /** Adds one number to the log-determinants of all rows. */
    static void addAll(float value, float[] logDet, int rows) {
        for (int r = 0; r < rows; r++) {
            logDet[r] += value;
        }
    }

    /** Copies some features to others. */
    static void copy(float[] from, int[] features, float[] to, int first, int rows) {
        for (int j = 0; j < features.length; j++) {
            System.arraycopy(from, features[j] * rows, to, (first + j) * rows, rows);
        }
    }
}
