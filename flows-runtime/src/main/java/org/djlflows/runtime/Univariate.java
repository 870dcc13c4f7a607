package org.djlflows.runtime;

/**
 * A family of increasing scalar maps. The values of all features and rows lie on one axis of n, the
 * parameters parameter by parameter: theta[k * n + i] is parameter k of the map of x[i].
 */
interface Univariate {

    /** Returns the number of parameters of a map. */
    int parameters();

    /**
     * Moves x[from] to x[to - 1] to noise.
     *
     * @param workspace for what is computed on the way
     * @param x the values, which are replaced
     * @param theta the parameters
     * @param logSlope receives the logarithms of the slopes
     * @param n the length of the axis
     * @param from the first value that is moved
     * @param to the end of the values that are moved
     */
    void forward(
            Workspace workspace,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to);

    /** Moves noise to x, with the logarithms of the slopes of that direction. */
    void inverse(
            Workspace workspace,
            float[] z,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to);

    /** Returns the family of some features alone. */
    default Univariate of(int... features) {
        return this;
    }

    /**
     * Values that were moved in a graph.
     *
     * @param x the values, (rows, 1, features)
     * @param logDet the sums of the logarithms of their slopes, (rows, 1, 1)
     */
    record Moved(OnnxTensor x, OnnxTensor logDet) {}

    /**
     * Writes the way towards noise into a graph.
     *
     * @param x the values, (rows, 1, features)
     * @param theta the parameters, (rows, parameters, features)
     * @return the noise
     * @throws UnsupportedFlowException if it takes a loop, of which there is none in the graph
     */
    default Moved forward(OnnxTensor x, OnnxTensor theta) {
        throw UnsupportedFlowException.ofGraph(this);
    }

    /** Writes the way towards data into a graph, as {@link #forward(OnnxTensor, OnnxTensor)}. */
    default Moved inverse(OnnxTensor z, OnnxTensor theta) {
        throw UnsupportedFlowException.ofGraph(this);
    }

    /** \(z = x + t\). */
    record Additive() implements Univariate {

        @Override
        public int parameters() {
            return 1;
        }

        @Override
        public void forward(
                Workspace workspace,
                float[] x,
                float[] theta,
                float[] logSlope,
                int n,
                int from,
                int to) {
            for (int i = from; i < to; i++) {
                x[i] += theta[i];
                logSlope[i] = 0;
            }
        }

        @Override
        public void inverse(
                Workspace workspace,
                float[] z,
                float[] theta,
                float[] logSlope,
                int n,
                int from,
                int to) {
            for (int i = from; i < to; i++) {
                z[i] -= theta[i];
                logSlope[i] = 0;
            }
        }

        @Override
        public Moved forward(OnnxTensor x, OnnxTensor theta) {
            return new Moved(x.plus(theta), x.graph().constant(new float[1], 1, 1, 1));
        }

        @Override
        public Moved inverse(OnnxTensor z, OnnxTensor theta) {
            return new Moved(z.minus(theta), z.graph().constant(new float[1], 1, 1, 1));
        }
    }
}
