package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.Test;

import java.nio.DoubleBuffer;

class LearnedPriorTest {

    /** Of two channels, two positions and two classes. */
    @Test
    void isANormalDistributionOfEachClass() {
        try (NDManager manager = NDManager.newBaseManager()) {
            LearnedPrior prior = new LearnedPrior();
            NormalizingFlow flow = new NormalizingFlow(prior, new StandardNormal());
            Shape event = new Shape(1, 2, 1, 2);
            flow.initialize(manager, DataType.FLOAT64, event, new Shape(1, 2));
            set(prior, "moments", 1, 2, 0.1, 0.2);
            set(prior, "classes", 0, 0, 0, 0, 10, 20, 0.3, -0.4);
            NDArray x = manager.create(new double[] {3, 4, 5, 6}, event);
            NDArray second = manager.create(new double[] {0, 1}, new Shape(1, 2));
            double expected =
                    logNormal(3, 11, 0.4)
                            + logNormal(4, 11, 0.4)
                            + logNormal(5, 22, -0.2)
                            + logNormal(6, 22, -0.2);
            assertEquals(expected, doubles(flow.logProb(x, second))[0], 1e-12);
            NDArray none = manager.create(new double[] {0.5, 0.5}, new Shape(1, 2));
            NDList z = prior.forward(store(manager), new NDList(x, none), false);
            double scale = Math.exp(-0.25);
            double other = Math.exp(-0.0);
            double[] values = {
                (3 - 6) * scale, (4 - 6) * scale, (5 - 12) * other, (6 - 12) * other
            };
            assertArrayEquals(values, doubles(z.get(0)), 1e-12);
        }
    }

    private static double logNormal(double x, double mean, double logDeviation) {
        double e = (x - mean) * Math.exp(-logDeviation);
        return -0.5 * e * e - logDeviation - 0.5 * Math.log(2 * Math.PI);
    }

    private static void set(LearnedPrior prior, String name, double... values) {
        prior.getDirectParameters().get(name).getArray().set(DoubleBuffer.wrap(values));
    }

    @Test
    void classesAreVectors() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "LearnedPrior: expected input shape (batch, features), got (1, 2, 2, 2)",
                    () ->
                            new LearnedPrior()
                                    .initialize(
                                            manager,
                                            DataType.FLOAT64,
                                            new Shape(1, 2, 2, 2),
                                            new Shape(1, 2, 2, 2)));
        }
    }
}
