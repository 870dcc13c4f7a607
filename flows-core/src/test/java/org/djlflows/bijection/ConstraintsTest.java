package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Maps between constrained data and the space of all vectors. */
class ConstraintsTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray row(double... values) {
        return manager.create(values, new Shape(1, values.length));
    }

    private NDList forward(Bijection bijection, NDArray x) {
        bijection.initialize(manager, DataType.FLOAT64, x.getShape());
        return bijection.forward(Fixtures.store(manager), new NDList(x), false);
    }

    private double[] inverse(Bijection bijection, NDArray z) {
        bijection.initialize(manager, DataType.FLOAT64, z.getShape());
        NDList x = bijection.inverse(Fixtures.store(manager), new NDList(z), false);
        return doubles(x.get(0));
    }

    private double logDet(Bijection bijection, double... x) {
        return doubles(forward(bijection, row(x)).get(1))[0];
    }

    private double[] image(Bijection bijection, double... x) {
        return doubles(forward(bijection, row(x)).get(0));
    }

    @Test
    void functionsAreWhatTheyAreCalled() {
        double[] x = {-2, -0.1, 0.7, 30};
        for (int i = 0; i < x.length; i++) {
            double each = x[i];
            assertEquals(
                    Math.exp(each),
                    image(Pointwise.exponential(), each)[0],
                    1e-12 * Math.exp(each));
            assertEquals(Math.log1p(Math.exp(each)), image(Pointwise.softplus(), each)[0], 1e-12);
            assertEquals(Math.tanh(each), image(Pointwise.tanh(), each)[0], 1e-15);
            assertEquals(
                    each < 0 ? 0.3 * each : each, image(Pointwise.leakyRelu(0.3), each)[0], 1e-15);
        }
        assertEquals(Math.pow(0.7, 2.5), image(Pointwise.power(2.5), 0.7)[0], 1e-15);
        assertEquals(Math.log(2.5) + 1.5 * Math.log(0.7), logDet(Pointwise.power(2.5), 0.7), 1e-14);
        double slope = 1 / Math.pow(Math.cosh(2), 2);
        assertEquals(-0.9 / 1.3, image(Pointwise.softClip(3), -0.9)[0], 1e-15);
        assertEquals(Math.tanh(2) + slope, image(Pointwise.leakyTanh(2), 3)[0], 1e-14);
    }

    /** Where values round to the ends of the image, their logarithms do not. */
    @Test
    void slopesAreExactFarOut() {
        assertEquals(2 * (Math.log(2) - 400), logDet(Pointwise.tanh(), -400), 1e-12 * 800);
        assertEquals(-700, logDet(Pointwise.softplus(), -700), 1e-12);
        assertEquals(-Math.exp(-40), logDet(Pointwise.softplus(), 40), 1e-30);
        assertEquals(-700, image(Pointwise.softplus().inverted(), Math.exp(-700))[0], 1e-10);
        assertEquals(750, image(Pointwise.softplus().inverted(), 750)[0], 1e-10);
    }

    @Test
    void whatIsNotInTheDomainHasNoImage() {
        for (Bijection bijection :
                new Bijection[] {
                    Pointwise.exponential().inverted(),
                    Pointwise.softplus().inverted(),
                    Pointwise.power(2),
                }) {
            assertTrue(Double.isNaN(image(bijection, 0)[0]));
            assertTrue(Double.isNaN(image(bijection, -1)[0]));
        }
        assertTrue(Double.isNaN(image(Pointwise.tanh().inverted(), 1.01)[0]));
        assertTrue(Double.isNaN(image(Pointwise.softClip(11).inverted(), -11.01)[0]));
        assertTrue(Double.isNaN(logDet(new Ordered(), 1, 2, 2)));
        assertTrue(Double.isNaN(logDet(new Simplex(), 0.6, 0.5)));
        assertTrue(Double.isNaN(logDet(new Simplex(), -0.1, 0.5)));
        assertTrue(Double.isNaN(logDet(new CorrelationCholesky(3), 0.1, 0.8, 0.7)));
    }

    @Test
    void vectorsIncrease() {
        double[] x = inverse(new Ordered(), row(-3, 0, -2, 1));
        assertArrayEquals(
                new double[] {-3, -2, -2 + Math.exp(-2), -2 + Math.exp(-2) + Math.E}, x, 1e-14);
    }

    /** With the density of a Dirichlet distribution, which integrates to 1 over the noise. */
    @Test
    void sharesHaveTheDensityOfADirichletDistribution() {
        double mass = 0;
        double step = 0.05;
        for (double a = -12; a <= 12; a += step) {
            for (double b = -12; b <= 12; b += step) {
                double whole = 1 + Math.exp(a) + Math.exp(b);
                double[] x = {Math.exp(a) / whole, Math.exp(b) / whole, 1 / whole};
                // Of (2, 3, 1.5): Gamma(6.5) / (Gamma(2) Gamma(3) Gamma(1.5)) = 162.421875.
                double density = 162.421875 * x[0] * x[1] * x[1] * Math.sqrt(x[2]);
                mass += density * x[0] * x[1] * x[2] * step * step;
            }
        }
        assertEquals(1, mass, 1e-6);
        double whole = 1 + Math.exp(0.4) + Math.exp(-1);
        double[] x = inverse(new Simplex(), row(0.4, -1));
        assertArrayEquals(new double[] {Math.exp(0.4) / whole, Math.exp(-1) / whole}, x, 1e-15);
        assertEquals(-Math.log(x[0] * x[1] / whole), logDet(new Simplex(), x), 1e-13);
    }

    @Test
    void factorsAreThoseOfCorrelations() {
        int size = 4;
        double[] entries =
                inverse(new CorrelationCholesky(size), row(0.3, -1.2, 0.8, 2, -0.4, 0.1));
        double[][] factor = new double[size][size];
        int next = 0;
        for (int i = 0; i < size; i++) {
            double rest = 1;
            for (int j = 0; j < i; j++) {
                factor[i][j] = entries[next++];
                rest -= factor[i][j] * factor[i][j];
            }
            assertTrue(rest > 0);
            factor[i][i] = Math.sqrt(rest);
        }
        // Of the first column they are the correlations themselves.
        assertEquals(Math.tanh(0.3), factor[1][0], 1e-15);
        assertEquals(Math.tanh(-1.2), factor[2][0], 1e-15);
        // The third variable's with the second, given the first.
        double partial = factor[2][1] / Math.sqrt(1 - factor[2][0] * factor[2][0]);
        assertEquals(Math.tanh(0.8), partial, 1e-14);
    }

    @Test
    void cosinesAreOrthonormalAndWavesAreFound() {
        int n = 8;
        double[] wave = new double[n];
        for (int j = 0; j < n; j++) {
            wave[j] = Math.cos(Math.PI * 3 * (j + 0.5) / n);
        }
        double[] found = image(new DiscreteCosine(), wave);
        for (int k = 0; k < n; k++) {
            assertEquals(k == 3 ? Math.sqrt(n / 2.0) : 0, found[k], 1e-13);
        }
        double[] constant = image(new DiscreteCosine(), 1, 1, 1, 1);
        assertArrayEquals(new double[] {2, 0, 0, 0}, constant, 1e-15);
    }

    @Test
    void waveletsAreSumsAndDifferences() {
        NDArray image = manager.create(new double[] {1, 2, 3, 5}, new Shape(1, 1, 2, 2));
        double[] found = doubles(forward(Squeeze.haar(), image).get(0));
        assertArrayEquals(new double[] {5.5, -1.5, -2.5, 0.5}, found, 1e-15);
    }

    @Test
    void argumentsOutOfRangeAreRefused() {
        refuses("Pointwise: expected a bound above 0", () -> Pointwise.leakyTanh(0));
        refuses("of at most 5, got 6.0", () -> Pointwise.leakyTanh(6));
        refuses("a positive bound, got 0.0", () -> Pointwise.softClip(0));
        refuses("a positive slope, got 0.0", () -> Pointwise.leakyRelu(0));
        refuses("a positive exponent, got -1.0", () -> Pointwise.power(-1));
        refuses("2 rows or more, got 1", () -> new CorrelationCholesky(1));
        refuses("a rank of 1 or more, got 0", () -> new LowRankLinear(0));
        refuses(
                "expected 3 entries below the diagonal of 3 rows",
                () -> forward(new CorrelationCholesky(3), row(0.1, 0.2)));
        refuses(
                "DiscreteCosine: expected input shape",
                () -> forward(new DiscreteCosine(), manager.zeros(new Shape(1, 2, 2))));
    }

    private static void refuses(String message, Runnable maker) {
        assertRefused(IllegalArgumentException.class, message, maker::run);
    }
}
