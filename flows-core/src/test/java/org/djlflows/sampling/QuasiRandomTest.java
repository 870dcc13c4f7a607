package org.djlflows.sampling;

import static org.djlflows.testing.Fixtures.assertClose;
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

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.ClassConditionalNormal;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.FullNormal;
import org.djlflows.distribution.GaussianMixture;
import org.djlflows.distribution.Laplace;
import org.djlflows.distribution.LowRankNormal;
import org.djlflows.distribution.Product;
import org.djlflows.distribution.Resampled;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.StudentT;
import org.djlflows.distribution.TruncatedNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.distribution.VonMises;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.DistributionSubject;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class QuasiRandomTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(2);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static NormalizingFlow flow() {
        return new NormalizingFlow(
                new SequentialBijection(
                        new LuLinear(),
                        new Coupling(
                                Mask.KEEP_FIRST_HALF,
                                new RationalQuadraticSpline(5, 2.5),
                                new Mlp(8))),
                new StandardNormal(),
                new Mlp(5, 2));
    }

    static Stream<DistributionSubject> subjects() {
        return Stream.of(
                DistributionSubject.of("standard normal", StandardNormal::new),
                DistributionSubject.of("diagonal normal", DiagonalNormal::new).ignoring(2),
                DistributionSubject.of("full normal", FullNormal::new),
                DistributionSubject.of("low-rank normal", () -> new LowRankNormal(3)),
                DistributionSubject.of("Laplace", Laplace::new),
                DistributionSubject.of("Student", StudentT::ofCommonDegrees),
                DistributionSubject.of("Student", StudentT::new),
                DistributionSubject.of("truncated normal", () -> new TruncatedNormal(1.2)),
                DistributionSubject.of("uniform box", () -> new UniformBox(-1, 2)),
                DistributionSubject.of("mixture", () -> new GaussianMixture(3)),
                DistributionSubject.of("normal of a class", ClassConditionalNormal::new).given(3),
                DistributionSubject.of(
                                "conditional normal", () -> new ConditionalNormal(new Mlp(6)))
                        .given(2),
                DistributionSubject.of(
                        "product",
                        () -> new Product(new Laplace(), new GaussianMixture(2), false, true)),
                DistributionSubject.of("flow", QuasiRandomTest::flow).given(3),
                DistributionSubject.of(
                                "cold and truncated flow",
                                () -> flow().withTemperature(0.6).withTruncation(1.3))
                        .given(3),
                DistributionSubject.of(
                                "flow over a flow",
                                () -> new NormalizingFlow(new LuLinear(), flow()))
                        .given(3));
    }

    /** Each elementary interval of volume 1/n has one of the first n points, which decides them. */
    @Test
    void theFirstTwoCoordinatesAreANet() {
        int m = 8;
        for (int seed = 0; seed < 5; seed++) {
            double[] u = doubles(new QuasiRandom(seed).points(manager, 2, 1 << m));
            for (int k = 0; k <= m; k++) {
                int across = 1 << k;
                int down = 1 << (m - k);
                long distinct =
                        IntStream.range(0, 1 << m)
                                .map(
                                        i ->
                                                down * (int) (u[2 * i] * across)
                                                        + (int) (u[2 * i + 1] * down))
                                .distinct()
                                .count();
                assertEquals(1 << m, distinct, "intervals of 1/" + across + " by 1/" + down);
            }
        }
    }

    @Test
    void eachCoordinateHasAPointInEachPart() {
        int n = 1024;
        int d = 300;
        double[] u = doubles(new QuasiRandom(4).points(manager, d, n));
        for (int j = 0; j < d; j++) {
            int at = j;
            assertEquals(
                    n,
                    IntStream.range(0, n).map(i -> (int) (u[i * d + at] * n)).distinct().count());
        }
        assertTrue(Arrays.stream(u).allMatch(v -> v > 0 && v < 1));
    }

    /** Over seeds each point is uniform: mean and variance are those of the interval. */
    @Test
    void aPointIsUniformOverSeeds() {
        int seeds = 600;
        double[][] values = new double[4][seeds];
        for (int seed = 0; seed < seeds; seed++) {
            double[] u = doubles(new QuasiRandom(seed).points(manager, 2, 6));
            values[0][seed] = u[0];
            values[1][seed] = u[10];
            values[2][seed] = 12 * Math.pow(u[7] - 0.5, 2) / 2;
            values[3][seed] = 0.5 + 6 * (u[2] - 0.5) * (u[3] - 0.5);
        }
        for (double[] value : values) {
            assertEquals(
                    0.5, Arrays.stream(value).average().orElseThrow(), 4 * 0.5 / Math.sqrt(seeds));
        }
    }

    @Test
    void partsAreTheWhole() {
        double[] whole = doubles(new QuasiRandom(9).points(manager, 3, 128));
        QuasiRandom parts = new QuasiRandom(9);
        double[] joined =
                IntStream.of(1, 0, 36, 91)
                        .mapToObj(n -> doubles(parts.points(manager, 3, n)))
                        .flatMapToDouble(Arrays::stream)
                        .toArray();
        assertArrayEquals(whole, joined);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void samplesAreThoseOfTheDistribution(DistributionSubject subject) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            Distribution distribution = subject.make(manager, type);
            int n = 1 << 12;
            int many = 40_000;
            NDArray one = subject.context() == 0 ? null : subject.inputs(manager, type, 1).get(1);
            NDList drawn =
                    one == null
                            ? new QuasiRandom(3).sampleWithLogProb(distribution, manager, n)
                            : new QuasiRandom(3).sampleWithLogProb(distribution, one.repeat(0, n));
            NDArray random =
                    one == null
                            ? distribution.sample(manager, many)
                            : distribution.sample(one.repeat(0, many));
            NDArray x = drawn.get(0);
            assertEquals(type, x.getDataType());
            NDArray logProb =
                    one == null
                            ? distribution.logProb(x)
                            : distribution.logProb(x, one.repeat(0, n));
            assertClose(logProb, drawn.get(1), type == DataType.FLOAT32 ? 1e-3 : 1e-8);
            DoubleBinaryOperator[] functions = {
                (a, b) -> Math.tanh(a),
                (a, b) -> Math.tanh(b),
                (a, b) -> Math.tanh(a) * Math.tanh(b),
                (a, b) -> a > 1.5 ? 1 : 0,
                (a, b) -> Math.abs(b) > 0.7 ? 1 : 0
            };
            for (DoubleBinaryOperator f : functions) {
                assertEquals(mean(random, f), mean(x, f), 4 * 0.7 / Math.sqrt(many));
            }
        }
    }

    private static double mean(NDArray samples, DoubleBinaryOperator f) {
        double[] x = doubles(samples);
        return IntStream.range(0, x.length / 2)
                .mapToDouble(i -> f.applyAsDouble(x[2 * i], x[2 * i + 1]))
                .average()
                .orElseThrow();
    }

    /** Of random samples the error would be 0.4 over the root of their number. */
    @Test
    void errorsOfMeansFallFasterThanThoseOfRandomSamples() {
        NormalizingFlow flow = flow();
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 2), new Shape(1, 3));
        Fixtures.randomise(flow);
        NDArray context = manager.randomNormal(new Shape(1, 3), DataType.FLOAT64);
        DoubleBinaryOperator f = (a, b) -> Math.tanh(a + 0.5 * b);
        double truth = mean(new QuasiRandom(77).sample(flow, context.repeat(0, 1 << 17)), f);
        double few = error(flow, context, f, truth, 1 << 6);
        double many = error(flow, context, f, truth, 1 << 12);
        // 64 times as many: 64 times the precision would be 1/n, 8 times that of random samples.
        assertTrue(few / many > 25, few + " and " + many);
        assertTrue(many < 0.1 * 0.4 / Math.sqrt(1 << 12), few + " and " + many);
    }

    private static double error(
            Distribution flow, NDArray context, DoubleBinaryOperator f, double truth, int n) {
        return Math.sqrt(
                IntStream.range(0, 20)
                        .mapToDouble(
                                seed ->
                                        mean(
                                                new QuasiRandom(seed)
                                                        .sample(flow, context.repeat(0, n)),
                                                f))
                        .map(mean -> (mean - truth) * (mean - truth))
                        .average()
                        .orElseThrow());
    }

    @Test
    void nothingStaysBehind() {
        NDManager own = manager.newSubManager();
        StandardNormal normal = new StandardNormal();
        normal.initialize(own, DataType.FLOAT32, new Shape(1, 2));
        int before = own.getManagedArrays().size();
        NDArray x = new QuasiRandom(1).sample(normal, own, 8);
        assertEquals(own, x.getManager());
        assertEquals(before + 1, own.getManagedArrays().size());
        assertEquals(new Shape(0, 2), new QuasiRandom(1).sample(normal, own, 0).getShape());
    }

    @Test
    void whatCannotBeIsRefused() {
        Resampled resampled = new Resampled(5, new Mlp(3));
        NormalizingFlow over = new NormalizingFlow(new LuLinear(), resampled);
        over.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        assertRefused(
                UnsupportedOperationException.class,
                "QuasiRandom: expected samples that are functions of uniform numbers, got those of"
                        + " Resampled",
                () -> new QuasiRandom(0).sample(over, manager, 4));
        Product circle = new Product(new VonMises(), new StandardNormal(), true, false);
        circle.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        assertRefused(
                UnsupportedOperationException.class,
                "got those of Product",
                () -> new QuasiRandom(0).sample(circle, manager, 4));
        assertRefused(
                IllegalArgumentException.class,
                "QuasiRandom: expected 1 to 21201 uniform numbers for a sample, got 21202",
                () -> new QuasiRandom(0).points(manager, 21_202, 1));
        assertRefused(
                IllegalArgumentException.class,
                "QuasiRandom: expected 0 to 1073741824 samples, after which the sequence ends, got"
                        + " -1",
                () -> new QuasiRandom(0).points(manager, 2, -1));
        NormalizingFlow given = flow();
        given.initialize(manager, DataType.FLOAT32, new Shape(1, 2), new Shape(1, 3));
        assertRefused(
                IllegalArgumentException.class,
                "NormalizingFlow: expected context shape (batch, 3), got none",
                () -> new QuasiRandom(0).sample(given, manager, 4));
        assertRefused(
                IllegalArgumentException.class,
                "NormalizingFlow: expected context shape (batch, 3), got (",
                () -> new QuasiRandom(0).sample(given, manager.ones(new Shape(4, 2))));
    }
}
