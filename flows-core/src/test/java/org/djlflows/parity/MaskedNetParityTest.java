package org.djlflows.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.MaskedNet;
import org.djlflows.bijection.Order;
import org.djlflows.bijection.Permutation;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.ScaleMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * With the weights of nflows 0.14 and zuko 1.6.0 masked layers with residual blocks, and with fewer
 * passes than features, give their numbers.
 *
 * <p>The resources hold random weights and inputs in float32 and what the library makes of x in
 * float64: z and the log-determinant. {@code maf-residual-nflows} has two layers {@code
 * MaskedAffineAutoregressiveTransform} over 4 features with 2 residual blocks of width 12, and a
 * reversal between; {@code maf-passes-zuko} is a {@code MAF} of three layers over 5 features with
 * {@code passes=2}.
 */
class MaskedNetParityTest {

    /** What softplus maps to 1; in this library that is 0. */
    private static final double SOFTPLUS_ONE = Math.log(Math.expm1(1));

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
    void residualBlocksOfNflows(DataType type) throws IOException {
        Fixture fixture = Fixture.read("maf-residual-nflows", manager);
        Supplier<Bijection> layer =
                () ->
                        new MaskedAutoregressive(
                                new Affine(ScaleMap.SOFTPLUS),
                                Order.ASCENDING,
                                MaskedNet.residual(Activation.RELU, 12, 2));
        fixture.assertSameNumbers(
                new SequentialBijection(layer.get(), Permutation.reverse(), layer.get()),
                step -> step == 1 ? reversal(fixture) : residual(fixture, step),
                type);
    }

    private static NDList reversal(Fixture fixture) {
        NDArray places = fixture.get("state._transforms.1._permutation");
        places.setName("places");
        return new NDList(places);
    }

    /** In nflows the scale comes before the shift. */
    private static NDList residual(Fixture fixture, int step) {
        List<String> names = new ArrayList<>(List.of("initial_layer"));
        for (int block = 0; block < 2; block++) {
            names.add("blocks." + block + ".linear_layers.0");
            names.add("blocks." + block + ".linear_layers.1");
        }
        names.add("final_layer");
        String state = "state._transforms." + step + ".autoregressive_net.";
        return MaskedWeights.of(
                names.size(),
                (i, part) -> fixture.get(state + names.get(i) + "." + part),
                new int[] {1, 0},
                new double[] {0, SOFTPLUS_ONE});
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void passesOfZuko(DataType type) throws IOException {
        Fixture fixture = Fixture.read("maf-passes-zuko", manager);
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Order order = i % 2 == 0 ? Order.ASCENDING : Order.DESCENDING;
            layers.add(
                    new MaskedAutoregressive(
                            new Affine(ScaleMap.SOFT_CLIP),
                            order.inPasses(2),
                            MaskedNet.mlp(Activation.RELU, 12, 12)));
        }
        fixture.assertSameNumbers(
                new SequentialBijection(layers),
                layer ->
                        MaskedWeights.of(
                                3,
                                (i, part) ->
                                        fixture.get(
                                                "state.transform.transforms."
                                                        + layer
                                                        + ".hyper."
                                                        + 2 * i
                                                        + "."
                                                        + part),
                                new int[] {0, 1},
                                new double[] {0, 0}),
                type);
    }
}
