package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

class NegativeLogLikelihoodTest {

    private static final NegativeLogLikelihood LOSS = new NegativeLogLikelihood();

    /** Eleven rows: the median is -2 and the lowest tenth -6, so that kappa is 20 times 4. */
    private static double[] rows(double odd) {
        return new double[] {-2, -1, odd, -2, 0, -3, -6, 1, -2, -2, -1};
    }

    private static double kernel(double[] logDensities) {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = manager.create(logDensities);
            return LOSS.evaluate(new NDList(), new NDList(x)).getDouble();
        }
    }

    @Test
    void isTheMeanWhereNoRowIsFarOut() {
        for (double odd : new double[] {-7, -40, -82}) {
            double expected = -Arrays.stream(rows(odd)).average().orElseThrow();
            assertEquals(expected, kernel(rows(odd)), 1e-12);
            assertEquals(expected, NegativeLogLikelihood.of(rows(odd)), 1e-12);
        }
    }

    @Test
    void aRowFurtherOutAddsAtMostTwoKappa() {
        double others = 18;
        for (double odd : new double[] {-83, -162, -1e9}) {
            double t = -2 - odd;
            double expected = (others + 2 + 160 - 80 * 80 / t) / 11;
            assertEquals(expected, kernel(rows(odd)), 1e-9);
            assertEquals(expected, NegativeLogLikelihood.of(rows(odd)), 1e-9);
        }
        double infinite = NegativeLogLikelihood.of(rows(Double.NEGATIVE_INFINITY));
        assertEquals((others + 2 + 160) / 11, infinite, 1e-12);
        assertEquals(infinite, NegativeLogLikelihood.of(rows(Double.NaN)), 0);
    }

    /** A spread below a nat counts as one. */
    @Test
    void equalRowsLeaveOthersTheirInfluence() {
        double[] rows = new double[20];
        rows[4] = -19;
        assertEquals(19 / 20.0, kernel(rows), 1e-12);
        rows[4] = -40;
        assertEquals((40 - 10) / 20.0, kernel(rows), 1e-12);
    }

    /** The lowest of few rows does not say how far out the lowest may be. */
    @Test
    void fewRowsBoundTheirLowest() {
        double[] rows = {-1, -2, -3, -2, -1e9};
        assertEquals(NegativeLogLikelihood.of(rows), kernel(rows), 1e-9);
        assertEquals((1 - 1 + 40) / 5.0 + 2, kernel(rows), 1e-6);
    }

    @Test
    void withoutHalfOfTheRowsThereIsNoLoss() {
        double[] rows = {-1, -2, Double.NEGATIVE_INFINITY, Double.NaN, Double.NEGATIVE_INFINITY};
        assertTrue(Double.isNaN(NegativeLogLikelihood.of(rows)));
    }

    /** The influence of a row is (kappa / t)^2 of that of the others. */
    @Test
    void theInfluenceOfARowFarOutVanishes() {
        try (NDManager manager = NDManager.newBaseManager()) {
            JniUtils.setGradMode(true);
            NDArray x = manager.create(rows(-402));
            x.setRequiresGradient(true);
            NDArray loss = LOSS.evaluate(new NDList(), new NDList(x));
            JniUtils.backward((PtNDArray) loss, (PtNDArray) manager.create(1.0), false, false);
            double[] gradient = x.getGradient().toDoubleArray();
            assertEquals(-1 / 11.0, gradient[0], 1e-12);
            assertEquals(-1 / 11.0, gradient[6], 1e-12);
            assertEquals(-Math.pow(80 / 400.0, 2) / 11, gradient[2], 1e-12);
        }
    }
}
