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

    /** Over the pairs of the model, a draw of the posterior of x is as good as theta itself. */
    @ParameterizedTest
    @EnumSource
    void posteriorAndSimulatorAgree(Simulator simulator) {
        Random random = new Random(1);
        int rows = 40_000;
        double truth = 0;
        double drawn = 0;
        int used = 0;
        for (int i = 0; i < rows; i++) {
            double[] theta = simulator.drawPrior(random);
            double[] x = simulator.simulate(theta, random);
            // The prior cuts nothing off near 0.
            if (Math.hypot(x[0], x[1]) < 0.5) {
                truth += theta[0] * theta[1] * x[0];
                double[] other = simulator.drawPosterior(x, random);
                drawn += other[0] * other[1] * x[0];
                used++;
            }
        }
        assertTrue(used > 1000);
        assertEquals(truth / used, drawn / used, 2e-3);
    }
}
