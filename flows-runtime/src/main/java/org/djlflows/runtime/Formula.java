package org.djlflows.runtime;

/**
 * Scalar maps whose formulas are written once, for arrays as for graphs of ONNX; see {@link
 * Numbers}. Towards data each value is sought where the way towards noise leads to it, by Newton's
 * steps within a bracket, which no graph has; {@link Closed} maps have formulas for both.
 */
abstract class Formula implements Univariate {

    private final int parameters;

    /**
     * Creates the family.
     *
     * @param parameters the number of parameters of a map
     */
    Formula(int parameters) {
        this.parameters = parameters;
    }

    /**
     * What a value becomes.
     *
     * @param value the value
     * @param logSlope the logarithm of the slope
     * @param <T> where it is computed
     */
    record Image<T>(T value, T logSlope) {}

    /** The way towards noise; x has one number in a column, theta its parameters. */
    abstract <T extends Numbers<T>> Image<T> toNoise(T x, T theta);

    @Override
    public final int parameters() {
        return parameters;
    }

    @Override
    public final void forward(
            Workspace workspace,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to) {
        Columns parametersOf = columns(theta, parameters, n, from, to);
        put(toNoise(columns(x, 1, n, from, to), parametersOf), x, logSlope, from);
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
            Columns parametersOf = columns(theta, parameters, n, i, i + 1);
            Root root =
                    new Root() {
                        @Override
                        void at(double x) {
                            Columns one = new Columns(new double[][] {{x}});
                            Image<Columns> image = toNoise(one, parametersOf);
                            value = image.value().rows()[0][0];
                            slope = Math.exp(image.logSlope().rows()[0][0]);
                        }
                    };
            Columns x = new Columns(new double[][] {{root.solveFrom(z[i], z[i])}});
            // Not from the slope of the root, which can underflow.
            logSlope[i] = (float) -toNoise(x, parametersOf).logSlope().rows()[0][0];
            z[i] = (float) x.rows()[0][0];
        }
    }

    /** Columns of what lies number by number on one axis of n. */
    static Columns columns(float[] numbers, int height, int n, int from, int to) {
        double[][] rows = new double[height][to - from];
        for (int k = 0; k < height; k++) {
            for (int i = from; i < to; i++) {
                rows[k][i - from] = numbers[k * n + i];
            }
        }
        return new Columns(rows);
    }

    static void put(Image<Columns> image, float[] values, float[] logSlope, int from) {
        double[] value = image.value().rows()[0];
        double[] slope = image.logSlope().rows()[0];
        for (int i = 0; i < value.length; i++) {
            values[from + i] = (float) value[i];
            logSlope[from + i] = (float) slope[i];
        }
    }

    @Override
    public final Moved forward(OnnxTensor x, OnnxTensor theta) {
        return moved(toNoise(x, theta));
    }

    static Moved moved(Image<OnnxTensor> image) {
        return new Moved(image.value(), image.logSlope().sum(2));
    }

    /** Maps with formulas for both directions. */
    abstract static class Closed extends Formula {

        Closed(int parameters) {
            super(parameters);
        }

        /** The way towards data. */
        abstract <T extends Numbers<T>> Image<T> toData(T z, T theta);

        @Override
        public final void inverse(
                Workspace workspace,
                float[] z,
                float[] theta,
                float[] logSlope,
                int n,
                int from,
                int to) {
            Columns parametersOf = columns(theta, parameters(), n, from, to);
            put(toData(columns(z, 1, n, from, to), parametersOf), z, logSlope, from);
        }

        @Override
        public final Moved inverse(OnnxTensor z, OnnxTensor theta) {
            return moved(toData(z, theta));
        }
    }
}
