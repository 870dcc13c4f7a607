package org.djlflows.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Random;

/** The known posteriors are those of the simulators. */
class SimulatorTest {

    private static final double STEP = 2e-3;

    @Test
    void thePosteriorOfTheMoonsIsADensityFromWhichItDraws() {
        Simulator moons = Simulator.TWO_MOONS;
        double[] x = {0.02, -0.03};
        double mass = 0;
        double square = 0;
        for (double a = -0.6; a < 0.6; a += STEP) {
            for (double b = -0.6; b < 0.6; b += STEP) {
                double share = Math.exp(moons.logPosterior(new double[] {a, b}, x)) * STEP * STEP;
                mass += share;
                square += share * a * b;
            }
        }
        assertEquals(1, mass, 0.01);
        Random random = new Random(2);
        double drawn = 0;
        int rows = 20_000;
        for (int i = 0; i < rows; i++) {
            double[] theta = moons.drawPosterior(x, random);
            assertTrue(Double.isFinite(moons.logPosterior(theta, x)));
            drawn += theta[0] * theta[1] / rows;
        }
        assertEquals(square, drawn, 5e-4);
    }

    /**
     * Over the pairs of the model, a draw of the posterior of x is as good as theta itself: by the
     * products of parameters and observations, none of which vanishes, and by the density.
     */
    @ParameterizedTest
    @EnumSource
    void posteriorAndSimulatorAgree(Simulator simulator) {
        Random random = new Random(1);
        int rows = 200_000;
        double[] truth = new double[3];
        double[] drawn = new double[3];
        int used = 0;
        for (int i = 0; i < rows; i++) {
            double[] theta = simulator.drawPrior(random);
            double[] x = simulator.simulate(theta, random);
            // Near 0 the prior cuts nothing off, and each moon is a whole one.
            if (Math.hypot(x[0], x[1]) < 0.24) {
                add(truth, simulator, theta, x);
                add(drawn, simulator, simulator.drawPosterior(x, random), x);
                used++;
            }
        }
        assertTrue(used > 1000);
        for (int i = 0; i < 3; i++) {
            assertTrue(Math.abs(truth[i] / used) > 0.01, "moment " + i + " vanishes");
            assertEquals(1, drawn[i] / truth[i], 0.05, "moment " + i);
        }
    }

    private static void add(double[] sums, Simulator simulator, double[] theta, double[] x) {
        double across = theta[1] - theta[0];
        sums[0] += across * (x[1] - x[0]);
        sums[1] += across * across;
        sums[2] += simulator.logPosterior(theta, x);
    }

    /** The prior times the likelihood over the evidence, each a normal density. */
    @Test
    void thePosteriorOfTheLinearModelIsThatOfBayes() {
        double[] theta = {0.1, -0.2, 0.3, 0.4, -0.5, 0, 0.2, 0.1, -0.1, 0.6};
        double[] x = {0.2, 0.1, 0.3, -0.4, -0.9, 0.5, 0, 0.3, -0.2, 0.7};
        double expected = 0;
        for (int i = 0; i < x.length; i++) {
            expected += normal(theta[i], 0.1) + normal(x[i] - theta[i], 0.1) - normal(x[i], 0.2);
        }
        assertEquals(expected, Simulator.GAUSSIAN_LINEAR.logPosterior(theta, x), 1e-12);
    }

    private static double normal(double x, double variance) {
        return -0.5 * (x * x / variance + Math.log(2 * Math.PI * variance));
    }
}
