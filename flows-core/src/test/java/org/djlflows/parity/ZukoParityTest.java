package org.djlflows.parity;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Bijection;
import org.djlflows.Fixtures;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.MaskedNet;
import org.djlflows.bijection.Order;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.ScaleMap;
import org.djlflows.univariate.Univariate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * With the weights of zuko 1.6.0 the layers give its numbers.
 *
 * <p>The resources {@code *-zuko.safetensors} hold random weights of three layers over 5 features,
 * hidden layers of 16, and what zuko makes of x in float64: z and the log-determinant.
 */
class ZukoParityTest {

    private static final int BINS = 6;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void maskedAutoregressive(DataType type) throws IOException {
        Fixture fixture = Fixture.read("maf-zuko", manager);
        assertParity(
                fixture,
                () -> new Affine(ScaleMap.SOFT_CLIP),
                new int[] {0, 1},
                new double[] {0, 0},
                type);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void autoregressiveSplinesWithContext(DataType type) throws IOException {
        Fixture fixture = Fixture.read("nsf-autoregressive-zuko", manager);
        int count = 3 * BINS - 1;
        assertParity(
                fixture,
                () -> RationalQuadraticSpline.clipped(BINS, 5, 1e-3),
                IntStream.range(0, count).toArray(),
                new double[count],
                type);
    }

    private static void assertParity(
            Fixture fixture,
            Supplier<Univariate> univariate,
            int[] parameters,
            double[] offset,
            DataType type) {
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            double[] ranks = Fixtures.doubles(fixture.get(state(i) + "order"));
            int[] inOrder =
                    IntStream.range(0, ranks.length)
                            .boxed()
                            .sorted((a, b) -> Double.compare(ranks[a], ranks[b]))
                            .mapToInt(j -> j)
                            .toArray();
            layers.add(
                    new MaskedAutoregressive(
                            univariate.get(),
                            Order.of(inOrder),
                            MaskedNet.mlp(Activation.RELU, 16, 16)));
        }
        fixture.assertSameNumbers(
                new SequentialBijection(layers),
                layer ->
                        MaskedWeights.of(
                                3,
                                (i, part) ->
                                        fixture.get(state(layer) + "hyper." + 2 * i + "." + part),
                                parameters,
                                offset),
                type);
    }

    private static String state(int layer) {
        return "state.transform.transforms." + layer + ".";
    }
}
