package org.djlflows.runtime;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;

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
    public Univariate of(int... features) {
        return new PerFeature(
                IntStream.of(features).mapToObj(j -> ofFeatures[j]).toArray(Univariate[]::new));
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

    @Override
    public Moved forward(OnnxTensor x, OnnxTensor theta) {
        return move(x, theta, true);
    }

    @Override
    public Moved inverse(OnnxTensor z, OnnxTensor theta) {
        return move(z, theta, false);
    }

    /** The features of a family together. */
    private Moved move(OnnxTensor x, OnnxTensor theta, boolean forward) {
        int features = ofFeatures.length;
        OnnxTensor values = x;
        OnnxTensor logDet = x.graph().constant(new float[1], 1, 1, 1);
        for (Univariate family : new LinkedHashSet<>(List.of(ofFeatures))) {
            int[] own = IntStream.range(0, features).filter(j -> ofFeatures[j] == family).toArray();
            OnnxTensor part = x.at(2, own);
            OnnxTensor parameters = theta.part(1, 0, family.parameters()).at(2, own);
            Moved moved =
                    forward ? family.forward(part, parameters) : family.inverse(part, parameters);
            values = values.with(2, features, moved.x(), own);
            logDet = logDet.plus(moved.logDet());
        }
        return new Moved(values, logDet);
    }
}
