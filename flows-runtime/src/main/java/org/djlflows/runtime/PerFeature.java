package org.djlflows.runtime;

/**
 * A family for each feature. Its rows lie one behind the other, so a feature is a part of the axis.
 *
 * @param ofFeatures the family of each feature
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record PerFeature(Univariate... ofFeatures) implements Univariate {

    @Override
    public int parameters() {
        int most = 0;
        for (Univariate family : ofFeatures) {
            most = Math.max(most, family.parameters());
        }
        return most;
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
        int rows = n / ofFeatures.length;
        for (int j = from / rows; j * rows < to; j++) {
            int begin = j * rows;
            ofFeatures[j].forward(workspace, x, theta, logSlope, n, begin, begin + rows);
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
        int rows = n / ofFeatures.length;
        for (int j = from / rows; j * rows < to; j++) {
            int begin = j * rows;
            ofFeatures[j].inverse(workspace, z, theta, logSlope, n, begin, begin + rows);
        }
    }
}
