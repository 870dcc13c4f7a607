package org.djlflows.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;

import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.LogDensity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;

/** Importance weights against targets whose normaliser and moments are known. */
class ImportanceWeightsTest {

    private static final double TOLERANCE = 1e-12;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(6);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void threeWeightsByHand() {
        double log2 = Math.log(2);
        // 1, 2, 1 and a sample outside of the support, all times e^1000.
        ImportanceWeights weights =
                ImportanceWeights.of(1000, 1000 + log2, 1000, Double.NEGATIVE_INFINITY);
        assertArrayEquals(new double[] {0.25, 0.5, 0.25, 0}, weights.normalized(), TOLERANCE);
        assertEquals(16.0 / 6, weights.effectiveSampleSize(), TOLERANCE);
        assertEquals(16.0 / 24, weights.efficiency().value(), TOLERANCE);
        assertEquals(1000, weights.logNormalizer().value(), TOLERANCE);
        // The weights over their mean are 1, 2, 1, 0, of variance 2/3.
        assertEquals(Math.sqrt(1.0 / 6), weights.logNormalizer().standardError(), TOLERANCE);
        Estimate f = weights.expectation(4, 8, 0, Double.POSITIVE_INFINITY);
        assertEquals(5, f.value(), TOLERANCE);
        assertEquals(Math.sqrt(0.0625 + 2.25 + 1.5625), f.standardError(), TOLERANCE);
        assertEquals(Double.POSITIVE_INFINITY, weights.reverseKl().value());
        // Of w (2 - w 2/3): 4/3, 4/3, 4/3 and 0, a mean of 1 and a variance of 4/9.
        assertEquals(16.0 / 24 / 3, weights.efficiency().standardError(), TOLERANCE);
        assertEquals(1, weights.efficiency().high());

        ImportanceWeights same = ImportanceWeights.of(3, 3, 3);
        assertEquals(0, same.reverseKl().value(), TOLERANCE);
        assertEquals(0, same.reverseKl().standardError(), TOLERANCE);
        assertEquals(3, same.effectiveSampleSize(), TOLERANCE);
        assertEquals(4, same.reverseKl(7).value(), TOLERANCE);
    }

    /** q is a normal distribution of deviation 1.5, p a shifted standard one times e^2. */
    @Test
    void aShiftedNormal() {
        DiagonalNormal q = new DiagonalNormal();
        q.initialize(manager, DataType.FLOAT64, new Shape(1, 1));
        double deviation = 1.5;
        manager.create(new double[] {Math.log(deviation)})
                .copyTo(q.getParameters().valueAt(1).getArray());
        LogDensity p =
                LogDensity.of(
                        """
                        def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            return 2 - 0.5 * (x - 0.8).square().sum([1])
                        """);
        p.initialize(manager, DataType.FLOAT64, new Shape(1, 1));
        double logZ = 2 + 0.5 * Math.log(2 * Math.PI);
        NDList samples = q.sampleWithLogProb(manager, 40_000);
        ImportanceWeights weights = ImportanceWeights.of(p, samples);
        assertWithin(logZ, weights.logNormalizer());
        double square = deviation * deviation;
        double kl = 0.5 * (square + 0.64 - 1) - Math.log(deviation);
        assertWithin(kl, weights.reverseKl());
        assertWithin(kl, weights.reverseKl(logZ));
        assertWithin(logZ - kl, weights.evidenceBound());
        double[] x = Fixtures.doubles(samples.get(0));
        assertWithin(0.8, weights.expectation(x));
        assertWithin(1.64, weights.expectation(Arrays.stream(x).map(v -> v * v).toArray()));
        // 1 / E[w^2] for w = p / q: the integral of p^2 / q, a product of normal densities.
        double precision = 2 - 1 / square;
        double at = 1.6 / precision;
        double exponent = 0.5 * precision * at * at - 0.64;
        double second = deviation / Math.sqrt(precision) * Math.exp(exponent);
        assertEquals(1 / second, weights.efficiency().value(), 0.01);
        assertWithin(1 / second, weights.efficiency());
    }

    private static void assertWithin(double truth, Estimate estimate) {
        assertTrue(estimate.standardError() < 0.05, estimate.toString());
        assertEquals(truth, estimate.value(), 3.5 * estimate.standardError(), estimate.toString());
    }

    /** Of 500 intervals of 95 % from a wide q for a mixture of two, 95 % hold the truth. */
    @Test
    void intervalsCoverTheTruth() {
        Random random = new Random(3);
        int runs = 500;
        int[] covered = new int[3];
        // The mixture has variance 4 + 0.25, q 9.
        double kl = klToMixture();
        for (int run = 0; run < runs; run++) {
            double[] x = random.doubles(400).map(u -> 3 * random.nextGaussian()).toArray();
            ImportanceWeights weights =
                    ImportanceWeights.of(
                            Arrays.stream(x).map(v -> 5 + mixture(v) - normal(v, 0, 3)).toArray());
            covered[0] += holds(5, weights.logNormalizer());
            covered[1] += holds(kl, weights.reverseKl());
            double[] squares = Arrays.stream(x).map(v -> v * v).toArray();
            covered[2] += holds(4.25, weights.expectation(squares));
        }
        for (int count : covered) {
            // Four standard deviations of a binomial count with probability 0.95 are 0.039.
            assertEquals(0.95, count / (double) runs, 0.039);
        }
    }

    private static int holds(double truth, Estimate estimate) {
        return estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
    }

    private static double mixture(double x) {
        double a = normal(x, -2, 0.5);
        double b = normal(x, 2, 0.5);
        return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))) - Math.log(2);
    }

    private static double normal(double x, double mean, double deviation) {
        double e = (x - mean) / deviation;
        return -0.5 * e * e - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
    }

    private static double klToMixture() {
        double sum = 0;
        double step = 1e-3;
        for (double x = -30; x < 30; x += step) {
            double q = normal(x, 0, 3);
            sum += Math.exp(q) * (q - mixture(x)) * step;
        }
        return sum;
    }

    @Test
    void drawsFromAFlowInChunks() {
        StandardNormal q = new StandardNormal();
        q.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        LogDensity same =
                LogDensity.of(
                        """
                        def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            return -0.5 * x.square().sum([1])
                        """);
        int managed = manager.getManagedArrays().size();
        ImportanceWeights weights = ImportanceWeights.draw(q, same, manager, 10_000);
        assertEquals(managed, manager.getManagedArrays().size());
        assertEquals(10_000, weights.logWeights().length);
        assertEquals(1, weights.efficiency().value(), 1e-6);
        assertEquals(Math.log(2 * Math.PI), weights.logNormalizer().value(), 1e-6);
    }

    /** The weight of a sample is its context, in whichever chunk it lies. */
    @Test
    void eachSampleHasItsContext() {
        int n = 5000;
        StandardNormal q = new StandardNormal();
        q.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        LogDensity times =
                LogDensity.of(
                        """
                        def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            assert c is not None
                            return c[:, 0] - 0.5 * x.square().sum([1]) - 1.8378770664093453
                        """);
        NDArray context = manager.arange(0, n, 1, DataType.FLOAT64).reshape(n, 1);
        times.initialize(manager, DataType.FLOAT64, new Shape(1, 2), new Shape(1, 1));
        NDList samples = q.sampleWithLogProb(manager, n);
        double[] weights = ImportanceWeights.of(times, samples, context).logWeights();
        assertArrayEquals(Fixtures.doubles(context), weights, 1e-9);
    }

    @Test
    void refusesAnotherNumberOfLogDensities() {
        StandardNormal q = new StandardNormal();
        q.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        NDList samples = q.sampleWithLogProb(manager, 3);
        Block column = new LambdaBlock(in -> new NDList(in.get(0).sum(new int[] {1}, true)));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "ImportanceWeights: expected log-densities of shape (3), got (3, 1)",
                () -> ImportanceWeights.of(column, samples));
        NDList longer = new NDList(samples.get(0), manager.zeros(new Shape(4)));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "ImportanceWeights: expected log-densities of shape (3), got (4)",
                () -> ImportanceWeights.of(q, longer));
    }

    @Test
    void refusesWhatIsNoWeight() {
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "ImportanceWeights: expected at least 2 weights, got 1",
                () -> ImportanceWeights.of(0));
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "got a sum of " + bad,
                    () -> ImportanceWeights.of(0, bad, Double.NEGATIVE_INFINITY));
        }
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "got a sum of -Infinity",
                () -> ImportanceWeights.of(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "ImportanceWeights: expected 2 values, got 1",
                () -> ImportanceWeights.of(0, 0).expectation(1));
    }
}
