package org.djlflows.distribution;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.Random;

/** Log-densities are those of torch.distributions 2.13 in float64, and samples follow them. */
class BasesTest {

    private static final double[] ROWS = {-2.5, 0.75, 0.3, -1.25, 40, 3};
    private static final double[] PLACES = {0.5, -0.7};
    private static final double[] LOG_SCALES = {Math.log(0.6), Math.log(1.7)};

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private <T extends AbstractDistribution> T made(T distribution, int features) {
        distribution.initialize(manager, DataType.FLOAT64, new Shape(1, features));
        return distribution;
    }

    private static void set(AbstractDistribution distribution, String name, double... values) {
        NDArray array = distribution.getDirectParameters().get(name).getArray();
        array.set(DoubleBuffer.wrap(values));
    }

    private void assertLogProb(AbstractDistribution distribution, double... expected) {
        NDArray x = manager.create(ROWS, new Shape(3, 2));
        double[] got = distribution.logProb(x).toDoubleArray();
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], got[i], 1e-10 * Math.abs(expected[i]));
        }
    }

    @Test
    void studentDensitiesAreTheFormula() {
        StudentT student = made(new StudentT(), 2);
        set(student, "mean", PLACES);
        set(student, "log_scale", LOG_SCALES);
        set(student, "log_degrees", Math.log(2.5), Math.log(59));
        assertLogProb(student, -7.018541558747405, -2.055860992028823, -20.275205124827256);
        set(student, "log_degrees", Math.log(999_999), Math.log(0.2));
        NDArray x = manager.create(ROWS, new Shape(3, 2));
        double[] got = student.logProb(x).toDoubleArray();
        // There the difference of two logarithms of gamma functions has lost digits.
        assertArrayEquals(
                new double[] {-15.071527116758917, -2.1979215546933992, -2166.1427748807164},
                got,
                1e-8);
    }

    @Test
    void manyDegreesOfFreedomAreANormalDistribution() {
        for (double degrees : new double[] {1e5, 1e12}) {
            StudentT student = StudentT.ofCommonDegrees();
            student.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
            NDArray log = student.getDirectParameters().get("log_degrees").getArray();
            log.set(new float[] {(float) Math.log(degrees)});
            float[] x = {0.3f, -3};
            float[] got = student.logProb(manager.create(x, new Shape(2, 1))).toFloatArray();
            for (int i = 0; i < x.length; i++) {
                double expected = -0.5 * x[i] * x[i] - 0.5 * Math.log(2 * Math.PI);
                assertEquals(expected, got[i], 1e-3);
            }
        }
    }

    @Test
    void laplaceDensitiesAreTheFormula() {
        Laplace laplace = made(new Laplace(), 2);
        set(laplace, "mean", PLACES);
        set(laplace, "log_scale", LOG_SCALES);
        assertLogProb(laplace, -7.259038164886659, -2.062959733514109, -69.4159009099847);
    }

    @Test
    void fullNormalDensitiesAreTheFormula() {
        FullNormal normal = made(new FullNormal(), 2);
        set(normal, "mean", PLACES);
        set(normal, "factor", Math.log(0.6), 7, -0.8, Math.log(1.7));
        assertLogProb(normal, -15.482679693705524, -2.028623561448701, -2718.5603421312303);
    }

    @Test
    void lowRankNormalDensitiesAreTheFormula() {
        LowRankNormal normal = made(new LowRankNormal(3), 2);
        set(normal, "mean", PLACES);
        set(normal, "log_deviation", LOG_SCALES);
        set(normal, "factors", 0.4, -1.1, 0.2, 0.9, 0.3, -0.5);
        assertLogProb(normal, -5.583039632743469, -2.8709949637724517, -446.99908764628975);
        assertRefused(
                IllegalArgumentException.class,
                "LowRankNormal: expected a rank of at least 1, got 0",
                () -> new LowRankNormal(0));
    }

    @ParameterizedTest
    @CsvSource({
        "0.3, 0.5, -2.5, -2.1572495040115207",
        "4, -1, 0.2, -2.8134188440181105",
        "900, 3, 3.1, -2.0141313674581944",
        "900, -3.283185307179586, 3.1, -2.0141313674581944"
    })
    void vonMisesDensitiesAreTheFormula(
            double concentration, double direction, double x, double expected) {
        VonMises circle = vonMises(concentration, direction);
        NDArray at = manager.create(new double[] {x, 3.2}, new Shape(2, 1));
        double[] got = circle.logProb(at).toDoubleArray();
        assertEquals(expected, got[0], 1e-10);
        assertEquals(Double.NEGATIVE_INFINITY, got[1]);
    }

    private VonMises vonMises(double concentration, double direction) {
        VonMises circle = made(new VonMises(), 1);
        set(circle, "mean", direction);
        set(circle, "log_concentration", Math.log(concentration));
        return circle;
    }

    /**
     * The mean of the cosine is I1 / I0; of large concentrations an angle has variance 1 / kappa.
     */
    @ParameterizedTest
    @CsvSource({"1e-9, 0", "0.5, 0.2424996125", "4, 0.8635267945", "1e6, 0.9999995"})
    void anglesAreDrawnByTheirConcentration(double concentration, double expected) {
        int n = 20_000;
        double direction = 2.9;
        double[] drawn = doubles(vonMises(concentration, direction).sample(manager, n));
        assertTrue(Arrays.stream(drawn).allMatch(x -> Math.abs(x) <= Math.PI));
        double cosine = Arrays.stream(drawn).map(x -> Math.cos(x - direction)).average().orElse(0);
        double sine = Arrays.stream(drawn).map(x -> Math.sin(x - direction)).average().orElse(0);
        double error = concentration > 1e3 ? 2 / concentration : 3;
        assertEquals(expected, cosine, error / Math.sqrt(n));
        assertEquals(0, sine, 3 / Math.sqrt(n * Math.max(1, concentration)));
    }

    @Test
    void eachClassHasItsNormalDistribution() {
        ClassConditionalNormal normal = new ClassConditionalNormal();
        normal.initialize(manager, DataType.FLOAT64, new Shape(1, 1), new Shape(1, 2));
        set(normal, "means", -2, 3);
        set(normal, "log_deviations", Math.log(0.7), Math.log(1.4));
        NDArray x = manager.create(new double[] {-1.5, -1.5, -1.5}, new Shape(3, 1));
        NDArray c = manager.create(new double[] {1, 0, 0, 1, 0.5, 0.5}, new Shape(3, 2));
        double[] expected = {
            density(-1.5, -2, 0.7), density(-1.5, 3, 1.4), density(-1.5, 0.5, Math.sqrt(0.98))
        };
        assertArrayEquals(expected, normal.logProb(x, c).toDoubleArray(), 1e-12);
        assertRefused(
                IllegalArgumentException.class,
                "ClassConditionalNormal: expected shapes of x and of a context (batch, classes)",
                () ->
                        new ClassConditionalNormal()
                                .initialize(manager, DataType.FLOAT64, new Shape(1, 1)));
    }

    private static double density(double x, double mean, double deviation) {
        double e = (x - mean) / deviation;
        return -0.5 * e * e - Math.log(deviation * Math.sqrt(2 * Math.PI));
    }

    @Test
    void mixturesBeginAtClusters() {
        Random random = new Random(4);
        double[][] centres = {{-6, 1}, {0, 0}, {5, -8}};
        double[] deviations = {0.3, 1, 2};
        double[] shares = {0.2, 0.7, 0.1};
        int n = 5000;
        double[] rows = new double[2 * n];
        for (int i = 0; i < n; i++) {
            double u = random.nextDouble();
            int k = u < 0.2 ? 0 : u < 0.9 ? 1 : 2;
            for (int j = 0; j < 2; j++) {
                rows[2 * i + j] = centres[k][j] + deviations[k] * random.nextGaussian();
            }
        }
        GaussianMixture mixture = made(GaussianMixture.fitted(3), 2);
        assertFalse(KernelBlock.isFitted(mixture));
        NDList x = new NDList(manager.create(rows, new Shape(n, 2)));
        KernelBlock.fit(mixture, x);
        assertTrue(KernelBlock.isFitted(mixture));
        double[] means = parameter(mixture, "means");
        double[] logDeviations = parameter(mixture, "log_deviations");
        double[] logits = parameter(mixture, "logits");
        double all = Arrays.stream(logits).map(Math::exp).sum();
        for (int k = 0; k < 3; k++) {
            int at = k;
            int found = 0;
            for (int c = 0; c < 3; c++) {
                if (Math.hypot(means[2 * c] - centres[at][0], means[2 * c + 1] - centres[at][1])
                        < 0.4) {
                    found++;
                    assertEquals(shares[k], Math.exp(logits[c]) / all, 0.02);
                    assertEquals(deviations[k], Math.exp(logDeviations[2 * c]), 0.15);
                }
            }
            assertEquals(1, found, "components at cluster " + k);
        }
        // A later batch leaves it as it is.
        mixture.forward(store(manager), new NDList(x.get(0).add(3)), true);
        assertArrayEquals(means, parameter(mixture, "means"));
    }

    @Test
    void clustersOfFewOrEqualRowsAreFinite() {
        for (int n : new int[] {1, 2, 40}) {
            GaussianMixture mixture = made(GaussianMixture.fitted(3), 2);
            NDArray x = manager.ones(new Shape(n, 2), DataType.FLOAT64);
            double[] got = doubles(mixture.forward(store(manager), new NDList(x), true).get(0));
            assertTrue(Arrays.stream(got).allMatch(Double::isFinite));
        }
        GaussianMixture mixture = made(GaussianMixture.fitted(3), 1);
        NDArray x = manager.create(new double[] {1, Double.NaN}, new Shape(2, 1));
        assertRefused(
                IllegalArgumentException.class,
                "GaussianMixture: expected finite values in the first training batch",
                () -> mixture.forward(store(manager), new NDList(x), true));
    }

    private static double[] parameter(AbstractDistribution distribution, String name) {
        return doubles(distribution.getDirectParameters().get(name).getArray());
    }
}
