package org.djlflows.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.Fixtures;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.bijection.BlockNeuralAutoregressive.Residual;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.MaskedNet;
import org.djlflows.bijection.Order;
import org.djlflows.bijection.Permutation;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.ScaleMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    private <B extends ai.djl.nn.Block> B randomised(B block, DataType type, Shape... shapes) {
        block.initialize(manager, type, shapes);
        Fixtures.randomise(block);
        return block;
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
        for (Sampler sampler :
                new Sampler[] {
                    Sampler.sequential(),
                    Sampler.jacobi(tolerance),
                    Sampler.gaussSeidelJacobi(4, tolerance)
                }) {
            Inversion found = invert(sampler, bijection, noise);
            System.out.println(found.layers() + " " + bijection.getClass().getSimpleName());
            Fixtures.assertClose(expected.get(0), found.x(), largest);
            Fixtures.assertClose(expected.get(1), found.output().get(1), largest);
            assertEquals(0, found.notFinite());
            assertTrue(found.residual() <= 10 * tolerance, "residual " + found.residual());
        }
    }

    private static Inversion invert(Sampler sampler, Bijection bijection, NDList noise) {
        return noise.size() > 1
                ? sampler.invert(bijection, noise.get(0), noise.get(1))
                : sampler.invert(bijection, noise.get(0));
    }
}
