package org.djlflows.evaluation;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractDistribution;
import org.djlflows.Distribution;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.kernel.Kernel;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;

/** Measures of which the truth is known. */
class MeasuresTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(4);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray normal(int rows, int features, double mean, double deviation, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * features];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return manager.create(values, new Shape(rows, features));
    }

    private StandardNormal standardNormal(int features) {
        StandardNormal normal = new StandardNormal();
        normal.initialize(manager, DataType.FLOAT32, new Shape(1, features));
        return normal;
    }

    @Test
    void meansAndShares() {
        Estimate mean = Estimate.ofMean(1, 2, 3, 6);
        assertEquals(3, mean.value());
        // Squares of 4 + 1 + 0 + 9 over 3, over 4.
        assertEquals(Math.sqrt(14.0 / 12), mean.standardError(), 1e-12);
        assertEquals(3 - 1.959963984540054 * mean.standardError(), mean.low(), 1e-12);
        assertTrue(mean.contains(4) && !mean.contains(6));
        assertEquals("3.0000 [0.8830, 5.1170]", mean.toString());
        // Wilson: 8 of 10.
        Estimate share = Estimate.ofShare(8, 10);
        assertEquals(0.8, share.value());
        assertEquals(0.4902, share.low(), 1e-4);
        assertEquals(0.9433, share.high(), 1e-4);
        assertEquals(0, Estimate.ofShare(0, 10).low());
        assertEquals(0.2775, Estimate.ofShare(0, 10).high(), 1e-4);
        assertEquals(1, Estimate.ofShare(10, 10).high());
        assertRefused(IllegalArgumentException.class, "got 3 of 2", () -> Estimate.ofShare(3, 2));
        assertTrue(Double.isNaN(Estimate.ofMean(4).standardError()));
    }

    @Test
    void binomial() {
        Binomial ten = new Binomial(10, 0.5);
        assertEquals(56.0 / 1024, ten.atLeast(8), 1e-12);
        assertEquals(1, ten.atLeast(0), 1e-12);
        assertEquals(2, ten.quantile(0.05));
        assertEquals(8, ten.quantile(0.95));
        // (1 - p)^n is less than any double.
        assertEquals(0.5, new Binomial(100_000, 0.3).atLeast(30_000), 0.01);
    }

    @Test
    void likelihood() {
        NDArray x = normal(4000, 3, 0.2, 1, 1);
        Estimate nats = Likelihood.nats(standardNormal(3), new NDList(x));
        double truth = 1.5 * (Math.log(2 * Math.PI) + 1 + 0.04);
        assertTrue(nats.contains(truth), nats.toString());
        // The square of a normal has variance 2 + 4 m^2.
        double deviation = Math.sqrt(3 * (2 + 4 * 0.04)) / 2;
        assertEquals(deviation / Math.sqrt(4000), nats.standardError(), 2e-3);
        Estimate bits = Likelihood.bitsPerDimension(standardNormal(3), new NDList(x), 8);
        assertEquals(nats.value() / 3 / Math.log(2) + 3, bits.value(), 1e-12);
        assertEquals(nats.high() / 3 / Math.log(2) + 3, bits.high(), 1e-12);
        Estimate impossible = Likelihood.nats(-1, Double.NEGATIVE_INFINITY);
        assertEquals(Double.POSITIVE_INFINITY, impossible.value());
        assertTrue(Double.isNaN(impossible.standardError()));
    }

    @Test
    void meanDiscrepancyOfNormals() {
        MaximumMeanDiscrepancy same =
                MaximumMeanDiscrepancy.of(normal(300, 2, 0, 1, 1), normal(400, 2, 0, 1, 2));
        assertTrue(same.pValue() > 0.1, same.toString());
        NDArray x = normal(300, 2, 0, 1, 1);
        NDArray y = normal(400, 2, 0.5, 1, 2);
        MaximumMeanDiscrepancy shifted = MaximumMeanDiscrepancy.of(x, y);
        assertEquals(0.002, shifted.pValue(), 1e-12);
        assertTrue(shifted.squared().low() > 0, shifted.toString());
        assertEquals(expected(shifted.bandwidth()), shifted.squared().value(), 0.015);
        assertTrue(shifted.squared().contains(expected(shifted.bandwidth())));
        MaximumMeanDiscrepancy wider = MaximumMeanDiscrepancy.of(x, normal(300, 2, 0, 1.5, 3));
        assertTrue(wider.pValue() < 0.01, wider.toString());
        // Units do not matter.
        MaximumMeanDiscrepancy scaled =
                MaximumMeanDiscrepancy.of(
                        x.mul(manager.create(1000f)).add(5), y.mul(manager.create(1000f)).add(5));
        assertEquals(shifted.squared().value(), scaled.squared().value(), 1e-5);
        assertRefused(
                IllegalArgumentException.class,
                "at most 8000",
                () -> MaximumMeanDiscrepancy.of(x, normal(7800, 2, 0, 1, 1)));
        assertRefused(
                IllegalArgumentException.class,
                "same columns",
                () -> MaximumMeanDiscrepancy.of(x, normal(300, 3, 0, 1, 1)));
    }

    /** Of two normals in the plane whose means differ by 0.5 in both, in deviations of both. */
    private static double expected(double bandwidth) {
        // The pooled variance: 1 and that of the two means.
        double variance = 1 + 3.0 / 7 * 4.0 / 7 * 0.25;
        double s = bandwidth * bandwidth;
        double spread = s + 2 / variance;
        double square = 2 * 0.25 / variance;
        double factor = s / spread;
        return 2 * factor * (1 - Math.exp(-square / 2 / spread));
    }

    /** The estimate has no bias: of 60 pairs of one distribution the mean is 0. */
    @Test
    void meanDiscrepancyHasNoBias() {
        double[] found = new double[60];
        int low = 0;
        for (int i = 0; i < found.length; i++) {
            MaximumMeanDiscrepancy same =
                    MaximumMeanDiscrepancy.of(
                            normal(20, 1, 0, 1, 2L * i), normal(25, 1, 0, 1, 2L * i + 1));
            found[i] = same.squared().value();
            low += same.pValue() <= 0.2 ? 1 : 0;
        }
        assertTrue(Estimate.ofMean(found).contains(0), Estimate.ofMean(found).toString());
        assertTrue(low > 3 && low < 23, "p-values up to 0.2: " + low);
    }

    @Test
    void classifierTellsApart() {
        NDArray x = normal(400, 2, 0, 1, 1);
        ClassifierTest same = ClassifierTest.of(x, normal(400, 2, 0, 1, 2));
        assertTrue(same.accuracy().contains(0.5), same.toString());
        assertTrue(same.pValue() > 0.02, same.toString());
        ClassifierTest apart = ClassifierTest.of(x, normal(400, 2, 8, 1, 2));
        assertTrue(apart.accuracy().value() > 0.99, apart.toString());
        assertTrue(apart.pValue() < 1e-10);
        // Nothing but the correlation differs, which no single column shows.
        NDArray y = normal(400, 2, 0, 1, 3);
        NDArray sum =
                y.get(":, 0:1").add(y.get(":, 1:2")).mul(manager.create((float) Math.sqrt(0.5)));
        ClassifierTest correlated = ClassifierTest.of(x, y.get(":, 0:1").concat(sum, 1));
        assertTrue(correlated.accuracy().low() > 0.52, correlated.toString());
        assertEquals(correlated, ClassifierTest.of(x, y.get(":, 0:1").concat(sum, 1)));
        assertRefused(
                IllegalArgumentException.class,
                "got 400 and 300",
                () -> ClassifierTest.of(x, normal(300, 2, 0, 1, 2)));
    }

    @Test
    void samplesOfADistribution() {
        DiagonalNormal normal = new DiagonalNormal();
        normal.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        NDList right = new NDList(normal(300, 2, 0, 1, 5));
        assertTrue(MaximumMeanDiscrepancy.of(normal, right).pValue() > 0.05);
        assertTrue(ClassifierTest.of(normal, right).pValue() > 0.05);
        NDList wrong = new NDList(normal(300, 2, 1, 1, 5));
        assertTrue(MaximumMeanDiscrepancy.of(normal, wrong).pValue() < 0.01);
        assertTrue(ClassifierTest.of(normal, wrong).accuracy().low() > 0.6);
    }

    /** The two agree as wholes, but not given the context. */
    @Test
    void contextsAreCompared() {
        NDArray mean = normal(300, 2, 0, 1, 7);
        NDArray x = mean.mul(manager.create(0.5f)).add(normal(300, 2, 0, Math.sqrt(0.5), 8));
        Posterior right = new Posterior(1);
        right.initialize(manager, DataType.FLOAT32, new Shape(1, 2), new Shape(1, 2));
        assertTrue(MaximumMeanDiscrepancy.of(right, new NDList(x, mean)).pValue() > 0.05);
        NDList shuffled = new NDList(x, mean.flip(0));
        assertTrue(MaximumMeanDiscrepancy.of(right, shuffled).pValue() < 0.01);
    }

    @Test
    void ranksByHand() {
        Ranks ranks = Ranks.of(3, 0, 1, 1, 3);
        assertArrayEquals(new int[] {1, 2, 0, 1}, ranks.histogram(4));
        assertArrayEquals(new int[] {3, 1}, ranks.histogram(2));
        assertArrayEquals(new double[] {0.25, 0.75, 0.75, 1}, ranks.shares());
        assertEquals(0.75, ranks.coverage(0.5).value());
        assertEquals(0, ranks.coverage(0).value());
        assertEquals(1, ranks.coverage(1).value());
        assertArrayEquals(new int[] {0, 3}, Ranks.of(3, 0, 1, 1, 3).histogramBand(4));
        assertRefused(IllegalArgumentException.class, "divides 4, got 3", () -> ranks.histogram(3));
        assertRefused(IllegalArgumentException.class, "0 to", () -> Ranks.of(3, 4));
    }

    @Test
    void pValuesOfUniformRanksAreUniform() {
        SplittableRandom random = new SplittableRandom(3);
        int small = 0;
        int outside = 0;
        for (int run = 0; run < 200; run++) {
            Ranks ranks = Ranks.of(19, random.ints(80, 0, 20).toArray());
            small += ranks.pValue() <= 0.1 ? 1 : 0;
            double[] shares = ranks.shares();
            boolean out = false;
            for (int k = 0; k < 19; k++) {
                double u = (k + 1) / 20.0;
                out |= Math.abs(shares[k] - u) > ranks.band(u) + 1e-12;
            }
            outside += out ? 1 : 0;
        }
        assertTrue(small >= 6 && small <= 36, "p-values up to 0.1: " + small);
        assertTrue(outside <= 20, "outside of the band: " + outside);
    }

    /** x ~ N(0, 1), c | x ~ N(x, 1): the posterior is N(c / 2, 1/2), here with a factor. */
    private Calibration calibration(double factor, double shift) {
        int rows = 400;
        NDArray x = normal(rows, 2, 0, 1, 11);
        NDArray c = x.add(normal(rows, 2, shift, 1, 12));
        Posterior posterior = new Posterior(factor);
        posterior.initialize(manager, DataType.FLOAT32, new Shape(1, 2), new Shape(1, 2));
        return Calibration.of(posterior, new NDList(x, c), 99);
    }

    @Test
    void anExactPosteriorIsCalibrated() {
        Calibration exact = calibration(1, 0);
        assertEquals(2, exact.ranks().size());
        exact.ranks().forEach(ranks -> assertTrue(ranks.pValue() > 0.02, "" + ranks.pValue()));
        assertTrue(exact.highestDensity().pValue() > 0.02);
        assertTrue(exact.tarp().pValue() > 0.02);
        assertTrue(exact.highestDensity().coverage(0.9).contains(0.9));
        assertTrue(exact.tarp().coverage(0.5).contains(0.5));
        int[] histogram = exact.ranks().get(0).histogram(10);
        int[] band = exact.ranks().get(0).histogramBand(10);
        assertTrue(Arrays.stream(histogram).allMatch(n -> n >= band[0] && n <= band[1]));
        assertTrue(band[0] > 20 && band[1] < 60);
    }

    @Test
    void anOverconfidentPosteriorIsNot() {
        Calibration sure = calibration(0.6, 0);
        sure.ranks().forEach(ranks -> assertTrue(ranks.pValue() < 0.01));
        int[] histogram = sure.ranks().get(0).histogram(10);
        assertTrue(histogram[0] > 2 * histogram[5] && histogram[9] > 2 * histogram[5]);
        assertTrue(sure.highestDensity().pValue() < 0.01);
        assertTrue(sure.highestDensity().coverage(0.9).high() < 0.8);
        assertTrue(sure.tarp().pValue() < 0.01);
        Calibration cautious = calibration(1.6, 0);
        assertTrue(cautious.highestDensity().coverage(0.5).low() > 0.6);
        assertTrue(cautious.tarp().pValue() < 0.01);
        Calibration shifted = calibration(1, 1);
        shifted.ranks().forEach(ranks -> assertTrue(ranks.pValue() < 0.01));
        assertTrue(shifted.tarp().pValue() < 0.01);
    }

    @Test
    void ranksWithoutContext() {
        NDList rows = new NDList(normal(300, 2, 0, 1, 5));
        Calibration right = Calibration.of(standardNormal(2), rows, 49);
        assertTrue(right.ranks().stream().allMatch(ranks -> ranks.pValue() > 0.02));
        NDList wider = new NDList(normal(300, 2, 0, 1.5, 5));
        assertTrue(Calibration.of(standardNormal(2), wider, 49).highestDensity().pValue() < 0.01);
    }

    /** Ties come in any order: constant ranks would be far from uniform. */
    @Test
    void tiesAreBroken() {
        NDList rows = new NDList(manager.zeros(new Shape(300, 1)));
        Calibration calibration = Calibration.of(new Zero(manager), rows, 9);
        assertTrue(calibration.ranks().get(0).pValue() > 0.02);
        assertTrue(calibration.highestDensity().pValue() > 0.02);
    }

    @Test
    void massOfNormals() {
        for (int features : new int[] {1, 2, 4}) {
            NDList rows = new NDList(normal(1000, features, 0, 1, 5));
            Estimate mass = Mass.of(standardNormal(features), rows);
            assertEquals(1, mass.value(), 4 * mass.standardError());
            assertTrue(mass.standardError() < 0.02, mass.toString());
            double[] low = new double[features];
            double[] high = new double[features];
            Arrays.fill(high, Double.POSITIVE_INFINITY);
            Estimate orthant =
                    Mass.of(standardNormal(features), rows, Bounds.of(low, high), 20_000);
            double truth = Math.pow(0.5, features);
            assertEquals(truth, orthant.value(), 4 * orthant.standardError());
        }
    }

    @Test
    void massThatIsMissing() {
        NDList rows = new NDList(normal(1000, 2, 0, 1, 5));
        Distribution truncated = new HalfNormal();
        truncated.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        Estimate half = Mass.of(truncated, rows);
        assertTrue(half.contains(0.5) && half.high() < 0.55, half.toString());
        NDArray flat = rows.get(0).get(":, 0:1");
        assertRefused(
                IllegalArgumentException.class,
                "vary in as many directions",
                () -> Mass.of(truncated, new NDList(flat.concat(flat, 1))));
    }

    @Test
    void massGivenAContext() {
        Posterior posterior = new Posterior(0.7);
        posterior.initialize(manager, DataType.FLOAT32, new Shape(1, 2), new Shape(1, 2));
        NDList rows = new NDList(normal(500, 2, 1, 1, 5), manager.full(new Shape(500, 2), 3f));
        Estimate mass = Mass.of(posterior, rows);
        assertEquals(1, mass.value(), 4 * mass.standardError());
    }

    /** N(c / 2, factor^2 / 2). */
    private static final class Posterior extends AbstractDistribution {

        private final double factor;

        Posterior(double factor) {
            this.factor = factor;
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String source =
                    """
                    def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                        assert c is not None
                        e = (x - c / 2) / DEVIATION
                        return (-0.5 * e.square() - LOG_DEVIATION - 0.9189385332046727).sum([1])


                    def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        assert c is not None
                        x = c / 2 + DEVIATION * torch.randn_like(c)
                        return x, log_prob(x, c, p)
                    """;
            double deviation = factor * Math.sqrt(0.5);
            return Optional.of(
                    Kernel.of("posterior", source)
                            .with("DEVIATION", deviation)
                            .with("LOG_DEVIATION", Math.log(deviation)));
        }
    }

    /** A standard normal without its left half. */
    private static final class HalfNormal extends AbstractDistribution {

        @Override
        protected Optional<Kernel> source(boolean training) {
            String source =
                    """
                    def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                        l = (-0.5 * x.square() - 0.9189385332046727).sum([1])
                        return l + (x[:, 0] > 0).to(x.dtype).log()


                    def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        x = torch.randn([rows.size(0), 2], dtype=rows.dtype)
                        return x, log_prob(x, c, p)
                    """;
            return Optional.of(Kernel.of("half_normal", source));
        }
    }

    /** Always 0. */
    private static final class Zero extends AbstractDistribution {

        Zero(NDManager manager) {
            initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String source =
                    """
                    def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                        return x.sum([1])


                    def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        x = torch.zeros([rows.size(0), 1], dtype=rows.dtype)
                        return x, log_prob(x, c, p)
                    """;
            return Optional.of(Kernel.of("zero", source));
        }
    }
}
