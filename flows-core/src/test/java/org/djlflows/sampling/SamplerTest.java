package org.djlflows.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.AbstractBijection;
import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.MaskedNet;
import org.djlflows.bijection.Order;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Standardize;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Residual;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Holds the inverses in parallel to the sequential ones. */
class SamplerTest {

    private static final int FEATURES = 6;
    private static final int ROWS = 9;

    private NDManager manager;

    static Stream<Arguments> layers() {
        return Stream.of(
                layer("affine", () -> affine(Order.ASCENDING)),
                layer("affine, descending", () -> affine(Order.DESCENDING)),
                layer("affine, shuffled", () -> affine(Order.of(2, 0, 5, 1, 4, 3))),
                layer("affine, groups", () -> affine(Order.DESCENDING.inPasses(3))),
                layer("spline", () -> spline(Order.ASCENDING)),
                layer("spline, shuffled", () -> spline(Order.of(2, 0, 5, 1, 4, 3))),
                layer("spline, groups", () -> spline(groups())),
                layer("block", () -> new BlockNeuralAutoregressive(4, 3)),
                layer("block, no residual", () -> block(Residual.NONE)),
                layer("block, normal residual", () -> block(Residual.NORMAL)),
                layer("sequence", SamplerTest::sequence));
    }

    private static Arguments layer(String name, Supplier<Bijection> maker) {
        return Arguments.of(name, maker);
    }

    private static Order groups() {
        return Order.ofGroups(new int[] {3, 0}, new int[] {1}, new int[] {4, 2, 5});
    }

    private static Bijection affine(Order order) {
        return new MaskedAutoregressive(
                new Affine(ScaleMap.SOFT_CLIP), order, MaskedNet.mlp(Activation.SILU, 16, 12));
    }

    private static Bijection spline(Order order) {
        return new MaskedAutoregressive(
                new RationalQuadraticSpline(5, 3),
                order,
                MaskedNet.residual(Activation.SILU, 16, 1));
    }

    private static Bijection block(Residual residual) {
        return new BlockNeuralAutoregressive(residual, 4);
    }

    private static Bijection sequence() {
        return new SequentialBijection(
                affine(Order.ASCENDING),
                Permutation.random(3),
                new BlockNeuralAutoregressive(3),
                new LuLinear(),
                new SequentialBijection(spline(groups()), affine(Order.ASCENDING).inverted()));
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(4);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray normal(DataType type, long... shape) {
        return manager.randomNormal(0, 1, new Shape(shape), type);
    }

    private void randomised(Block block, DataType type, Shape... shapes) {
        block.initialize(manager, type, shapes);
        Fixtures.randomise(block);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layers")
    void allWaysAgree(String name, Supplier<Bijection> maker) {
        for (boolean given : new boolean[] {false, true}) {
            assertAgree(maker.get(), DataType.FLOAT64, given, 1e-12, 1e-9);
            assertAgree(maker.get(), DataType.FLOAT32, given, 1e-5, 1e-3);
        }
    }

    private void assertAgree(
            Bijection bijection, DataType type, boolean given, double tolerance, double largest) {
        NDList in = new NDList(normal(type, ROWS, FEATURES));
        if (given) {
            in.add(normal(type, ROWS, 2));
        }
        randomised(bijection, type, in.getShapes());
        // Noise that has data, also where there is no residual.
        NDList forward = bijection.forward(Fixtures.store(manager), in, false);
        NDList noise = new NDList(forward.get(0)).addAll(in.subNDList(1));
        NDList expected = bijection.inverse(Fixtures.store(manager), noise, false);
        Sampler[] ways = {
            Sampler.sequential(),
            Sampler.jacobi(tolerance),
            Sampler.gaussSeidelJacobi(2, tolerance),
            // One step for each position, which is exact if those before are.
            Sampler.gaussSeidelJacobi(FEATURES, tolerance)
        };
        for (Sampler sampler : ways) {
            Inversion found = invert(sampler, bijection, noise);
            Fixtures.assertClose(expected.get(0), found.x(), largest);
            Fixtures.assertClose(expected.get(1), found.output().get(1), largest);
            assertEquals(0, found.notFinite());
            assertTrue(found.residual() <= 10 * tolerance, "residual " + found.residual());
            // Nothing was left to the sequential way.
            List<Inversion.Layer> measured = found.layers();
            assertEquals(0, measured.stream().mapToLong(Inversion.Layer::fallbacks).sum());
            boolean inParallel = measured.stream().anyMatch(layer -> layer.iterations() > 0);
            assertEquals(sampler != ways[0], inParallel);
        }
    }

    private static Inversion invert(Sampler sampler, Bijection bijection, NDList noise) {
        return noise.size() > 1
                ? sampler.invert(bijection, noise.get(0), noise.get(1))
                : sampler.invert(bijection, noise.get(0));
    }

    /** Weights so large that two steps do not suffice. */
    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT32", "FLOAT64"})
    void rowsThatDoNotConvergeAreInvertedSequentially(DataType type) {
        Bijection layer = affine(Order.ASCENDING);
        NDArray z = normal(type, ROWS, FEATURES);
        randomised(layer, type, z.getShape());
        multiply(layer, "weight2", 60);
        NDList expected = layer.inverse(Fixtures.store(manager), new NDList(z), false);
        Inversion found = Sampler.jacobi(1e-4).withIterations(2).invert(layer, z);
        Inversion.Layer report = found.layers().get(0);
        assertEquals(2, report.iterations());
        assertEquals(ROWS, report.fallbacks());
        Fixtures.assertClose(expected.get(0), found.x(), 0);
        Fixtures.assertClose(expected.get(1), found.output().get(1), 0);
        assertEquals(report.residual(), found.residual());
        Inversion sequential = Sampler.sequential().invert(layer, z);
        assertEquals(sequential.residual(), found.residual());
        // As many steps as there are positions are exact, whatever the guesses were.
        found = Sampler.jacobi(1e-4).invert(layer, z);
        assertEquals(0, found.layers().get(0).fallbacks());
        assertTrue(found.residual() <= 1e-3, "residual " + found.residual());
    }

    @Test
    void rowsThatDoNotConvergeAreCountedInAllChunks() {
        Bijection layer = affine(Order.ASCENDING);
        NDArray z = normal(DataType.FLOAT32, 5000, FEATURES);
        randomised(layer, DataType.FLOAT32, z.getShape());
        multiply(layer, "weight2", 60);
        Sampler sampler = Sampler.jacobi(1e-4).withIterations(2);
        long fallbacks = 0;
        for (String rows : new String[] {"0:2500", "2500:"}) {
            long some = sampler.invert(layer, z.get(rows)).layers().get(0).fallbacks();
            assertTrue(some > 2000, rows + ": " + some);
            fallbacks += some;
        }
        assertEquals(fallbacks, sampler.invert(layer, z).layers().get(0).fallbacks());
    }

    /** The first call may be within a scope that ends before the second. */
    @Test
    void aSamplerOutlivesTheScopeOfItsFirstCall() {
        NormalizingFlow flow = new NormalizingFlow(sequence(), new StandardNormal());
        randomised(flow, DataType.FLOAT32, new Shape(1, FEATURES));
        Sampler sampler = Sampler.jacobi(1e-5);
        NormalizingFlow tempered;
        try (NDScope scope = new NDScope()) {
            sampler.sample(flow, manager, 3);
            tempered = flow.withTemperature(0.5);
        }
        assertEquals(0, sampler.sample(flow, manager, 3).notFinite());
        assertEquals(0, sampler.sample(tempered, manager, 3).notFinite());
    }

    @Test
    void guessesThatOverflowSpoilNoOtherPosition() {
        Bijection layer = new Narrowing();
        NDArray x = normal(DataType.FLOAT64, ROWS, FEATURES);
        layer.initialize(manager, DataType.FLOAT64, x.getShape());
        NDArray z = layer.forward(Fixtures.store(manager), new NDList(x), false).get(0);
        Inversion found = Sampler.jacobi(1e-7).invert(layer, z);
        Fixtures.assertClose(x, found.x(), 1e-5);
        assertEquals(0, found.layers().get(0).fallbacks());
    }

    /** \(z_i = x_i \exp(-(x_1 + ... + x_{i-1})^2)\): at wrong guesses the inverse overflows. */
    private static final class Narrowing extends AbstractBijection {

        @Override
        protected Optional<Kernel> source(boolean training) {
            return Optional.of(
                    Kernel.of(
                            "narrowing",
                            """
                            def exponent(x: Tensor) -> Tensor:
                                before = torch.ones([x.size(1), x.size(1)], dtype=x.dtype).triu(1)
                                return x.mm(before).square()

                            def forward(
                                x: Tensor, c: Optional[Tensor], p: List[Tensor]
                            ) -> Tuple[Tensor, Tensor]:
                                e = exponent(x)
                                return x * (-e).exp(), -e.sum([1])

                            def inverse(
                                z: Tensor, c: Optional[Tensor], p: List[Tensor]
                            ) -> Tuple[Tensor, Tensor]:
                                x = torch.zeros_like(z)
                                for i in range(z.size(1)):
                                    x[:, i] = (z * exponent(x).exp())[:, i]
                                return x, exponent(x).sum([1])

                            def start(
                                z: Tensor, c: Optional[Tensor], p: List[Tensor]
                            ) -> List[Tensor]:
                                return [z]

                            def improve(
                                x: Tensor, begin: int, end: int, state: List[Tensor],
                                c: Optional[Tensor], p: List[Tensor]
                            ) -> Tensor:
                                return (state[0] * exponent(x).exp())[:, begin:end]

                            def finish(x: Tensor) -> Tensor:
                                return x
                            """));
        }
    }

    private void multiply(Bijection layer, String weight, float factor) {
        try (NoGrad noGrad = NoGrad.open()) {
            NDArray array = layer.getParameters().get(weight).getArray();
            array.muli(manager.full(new Shape(1), factor).toType(array.getDataType(), false));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layers")
    void noiseThatIsNotFiniteIsCountedAndSpoilsNoOtherRow(String name, Supplier<Bijection> maker) {
        Bijection bijection = maker.get();
        NDArray x = normal(DataType.FLOAT32, ROWS, FEATURES);
        randomised(bijection, DataType.FLOAT32, x.getShape());
        NDArray z = bijection.forward(Fixtures.store(manager), new NDList(x), false).get(0);
        NDArray bad = z.duplicate();
        bad.set(new NDIndex("2, 1"), Float.NaN);
        bad.set(new NDIndex("5, 0"), Float.POSITIVE_INFINITY);
        for (Sampler sampler : new Sampler[] {Sampler.sequential(), Sampler.jacobi(1e-5)}) {
            Inversion good = sampler.invert(bijection, z);
            Inversion found = sampler.invert(bijection, bad);
            assertEquals(0, good.notFinite());
            assertEquals(2, found.notFinite());
            assertTrue(found.residual() <= 1e-4, "residual " + found.residual());
            for (String rows : new String[] {"0:2", "3:5", "6:"}) {
                Fixtures.assertClose(good.x().get(rows), found.x().get(rows), 1e-4);
            }
            assertTrue(found.layers().stream().allMatch(layer -> layer.fallbacks() <= 2));
        }
    }

    @Test
    void samplesAreThoseOfTheFlowForTheSameSeed() {
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(new Standardize(), sequence()),
                        new StandardNormal());
        randomised(flow, DataType.FLOAT32, new Shape(1, FEATURES));
        // More rows than go through in one chunk.
        for (long n : new long[] {0, 20, 4100}) {
            Fixtures.seed(8);
            NDList expected = flow.sampleWithLogProb(manager, n);
            Fixtures.seed(8);
            Inversion found = Sampler.jacobi(1e-5).sample(flow, manager, n);
            assertSamples(expected, found, 1 + 6);
        }
        Fixtures.seed(8);
        NDList expected = flow.withTemperature(0.5).sampleWithLogProb(manager, 20);
        Fixtures.seed(8);
        NormalizingFlow tempered = flow.withTemperature(0.5);
        assertSamples(expected, Sampler.jacobi(1e-5).sample(tempered, manager, 20), 1 + 6 + 1);
    }

    @Test
    void samplesGivenAContextAreThoseOfTheFlowForTheSameSeed() {
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(
                                spline(Order.ASCENDING),
                                new Coupling(
                                        Mask.KEEP_FIRST_HALF,
                                        new Affine(ScaleMap.SOFT_CLIP),
                                        new Mlp(8)),
                                affine(Order.DESCENDING)),
                        new ConditionalNormal(new Mlp(8)),
                        new Mlp(5));
        for (long n : new long[] {20, 4100}) {
            NDArray context = normal(DataType.FLOAT32, n, 3);
            if (n == 20) {
                Shape x = new Shape(n, FEATURES);
                randomised(flow, DataType.FLOAT32, x, context.getShape());
            }
            Fixtures.seed(8);
            NDList expected = flow.sampleWithLogProb(context);
            Fixtures.seed(8);
            Inversion found = Sampler.gaussSeidelJacobi(2, 1e-5).sample(flow, context);
            assertSamples(expected, found, 3);
        }
    }

    private static void assertSamples(NDList expected, Inversion found, int layers) {
        Fixtures.assertClose(expected.get(0), found.x(), 1e-3);
        Fixtures.assertClose(expected.get(1), found.output().get(1), 1e-3);
        assertEquals(layers, found.layers().size());
        assertEquals(0, found.notFinite());
        assertTrue(found.residual() <= 1e-4, "residual " + found.residual());
    }

    @Test
    void nothingIsLeftBehind() {
        Bijection bijection = sequence();
        NDArray z = normal(DataType.FLOAT32, ROWS, FEATURES);
        randomised(bijection, DataType.FLOAT32, z.getShape());
        Sampler sampler = Sampler.jacobi(1e-5);
        sampler.invert(bijection, z).output().close();
        int before = manager.getManagedArrays().size();
        sampler.invert(bijection, z).output().close();
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void nothingIsRecorded() {
        Bijection bijection = affine(Order.ASCENDING);
        NDArray z = normal(DataType.FLOAT32, ROWS, FEATURES);
        randomised(bijection, DataType.FLOAT32, z.getShape());
        assertFalse(Fixtures.isRecorded(Sampler.jacobi(1e-5).invert(bijection, z).x()));
    }

    @Test
    void inputsAndSettingsAreChecked() {
        Class<IllegalArgumentException> refused = IllegalArgumentException.class;
        Fixtures.assertRefused(refused, "Sampler: expected 1 segment", () -> Sampler.jacobi(0));
        Fixtures.assertRefused(refused, "got 0 and 0.1", () -> Sampler.gaussSeidelJacobi(0, 0.1));
        Sampler sampler = Sampler.jacobi(1e-5);
        Fixtures.assertRefused(
                refused, "Sampler: expected 1 iteration", () -> sampler.withIterations(0));
        Bijection bijection = affine(Order.ASCENDING);
        NDArray z = normal(DataType.FLOAT32, ROWS, FEATURES);
        bijection.initialize(manager, DataType.FLOAT32, z.getShape());
        Fixtures.assertRefused(
                refused,
                "expected input shape (batch, 6), got (9, 5)",
                () -> sampler.invert(bijection, z.get(":, 1:")));
        Fixtures.assertRefused(
                refused, "expected no context", () -> sampler.invert(bijection, z, z));
    }
}
