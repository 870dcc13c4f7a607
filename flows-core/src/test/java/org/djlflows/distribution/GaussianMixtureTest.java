package org.djlflows.distribution;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.DoubleBuffer;

class GaussianMixtureTest {

    private static final double[] WEIGHTS = {0.7, 0.2, 0.1};
    private static final double[] MEANS = {-10, 0, 10};
    private static final double[] DEVIATIONS = {1, 0.5, 2};

    private NDManager manager;
    private GaussianMixture mixture;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        mixture = new GaussianMixture(3);
        mixture.initialize(manager, DataType.FLOAT64, new Shape(1, 1));
        for (int k = 0; k < 3; k++) {
            set("logits", k, 5 + Math.log(WEIGHTS[k]));
            set("means", k, MEANS[k]);
            set("log_deviations", k, Math.log(DEVIATIONS[k]));
        }
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void densityIsTheFormula() {
        double[] x = {-11, -5, 0.25, 9, 30};
        double[] got = mixture.logProb(manager.create(x, new Shape(5, 1))).toDoubleArray();
        for (int i = 0; i < x.length; i++) {
            double density = 0;
            for (int k = 0; k < 3; k++) {
                double e = (x[i] - MEANS[k]) / DEVIATIONS[k];
                density +=
                        WEIGHTS[k]
                                * Math.exp(-0.5 * e * e)
                                / (DEVIATIONS[k] * Math.sqrt(2 * Math.PI));
            }
            assertEquals(Math.log(density), got[i], 1e-10);
        }
    }

    @Test
    void componentsAreDrawnByTheirWeights() {
        int n = 20_000;
        Fixtures.seed(1);
        double[] count = new double[3];
        double[] square = new double[3];
        for (double x : mixture.sample(manager, n).toDoubleArray()) {
            int k = x < -5 ? 0 : x < 3 ? 1 : 2;
            count[k]++;
            square[k] += (x - MEANS[k]) * (x - MEANS[k]);
        }
        for (int k = 0; k < 3; k++) {
            double error = Math.sqrt(WEIGHTS[k] * (1 - WEIGHTS[k]) / n);
            assertEquals(WEIGHTS[k], count[k] / n, 4 * error);
            double deviation = Math.sqrt(square[k] / count[k]);
            assertEquals(1, deviation / DEVIATIONS[k], 4 / Math.sqrt(2 * count[k]));
        }
    }

    @Test
    void noComponentIsRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "expected at least 1 component, got 0",
                () -> new GaussianMixture(0));
    }

    private void set(String name, int k, double value) {
        NDArray array = mixture.getDirectParameters().get(name).getArray();
        double[] values = array.toDoubleArray();
        values[k] = value;
        array.set(DoubleBuffer.wrap(values));
    }
}
