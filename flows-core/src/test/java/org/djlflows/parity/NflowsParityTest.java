package org.djlflows.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.Permutation;
import org.djlflows.model.Weights;
import org.djlflows.nn.ResidualNet;
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
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * With the weights of nflows the layers give the numbers of nflows.
 *
 * <p>The resources {@code *-nflows.safetensors} hold random weights and inputs in float32 and what
 * nflows 0.14 makes of them in float64: {@code z} and {@code logdet} from {@code x} and {@code
 * context}. All flows have 5 features; the networks of couplings are residual, with one block of
 * width 16.
 */
class NflowsParityTest {

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
    void realNvp(DataType type) throws IOException {
        Fixture fixture = Fixture.read("realnvp-nflows", manager);
        Bijection flow = couplings(() -> new Affine(ScaleMap.SHIFTED_SIGMOID));
        assertParity(fixture, flow, new NflowsWeights(fixture)::affineCoupling, type);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void realNvpWithContext(DataType type) throws IOException {
        Fixture fixture = Fixture.read("realnvp-conditional-nflows", manager);
        Bijection flow = couplings(() -> new Affine(ScaleMap.SHIFTED_SIGMOID));
        assertParity(fixture, flow, new NflowsWeights(fixture)::affineCoupling, type);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void splineCouplings(DataType type) throws IOException {
        Fixture fixture = Fixture.read("nsf-coupling-nflows", manager);
        Bijection flow = couplings(() -> new RationalQuadraticSpline(BINS, 2.5));
        NflowsWeights weights = new NflowsWeights(fixture);
        assertParity(fixture, flow, layer -> weights.splineCoupling(layer, BINS), type);
    }

    /** The file names 3 layers and has 2, which alone, without permutations, reproduce its z. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void luLinear(DataType type) throws IOException {
        Fixture fixture = Fixture.read("lu-linear-nflows", manager);
        Bijection flow = new SequentialBijection(new LuLinear(), new LuLinear());
        assertParity(fixture, flow, new NflowsWeights(fixture)::luLinear, type);
    }

    /** The file names another scale than nflows 0.14 has, softplus(s) + 1e-3. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void maskedAutoregressive(DataType type) throws IOException {
        Fixture fixture = Fixture.read("maf-nflows", manager);
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Affine affine = new Affine(ScaleMap.SOFTPLUS);
            layers.add(new MaskedAutoregressive(affine, 16, 16, 16));
            layers.add(Permutation.reverse());
        }
        NflowsWeights weights = new NflowsWeights(fixture);
        assertParity(
                fixture,
                new SequentialBijection(layers),
                i -> i % 2 == 0 ? weights.maskedAffine(i, 5) : weights.permutation(i),
                type);
    }

    private static Bijection couplings(Supplier<Univariate> univariate) {
        return new SequentialBijection(
                new Coupling(Mask.KEEP_ODD, univariate.get(), new ResidualNet(16, 1)),
                new Coupling(Mask.KEEP_EVEN, univariate.get(), new ResidualNet(16, 1)),
                new Coupling(Mask.KEEP_ODD, univariate.get(), new ResidualNet(16, 1)));
    }

    private void assertParity(
            Fixture fixture, Bijection flow, IntFunction<NDList> weights, DataType type) {
        NDList context = cast(fixture.context(), type);
        NDList x = cast(new NDList(fixture.get("x")), type).addAll(context);
        flow.initialize(manager, type, x.getShapes());
        List<Bijection> layers = flow.getSteps();
        for (int i = 0; i < layers.size(); i++) {
            Weights.restore(layers.get(i), cast(weights.apply(i), type));
        }
        ParameterStore store = new ParameterStore(manager, false);
        boolean wide = type == DataType.FLOAT64;

        NDList forward = flow.forward(store, x, false);
        assertClose(fixture.get("z"), forward.get(0), wide ? 1e-10 : 1e-5);
        assertClose(fixture.get("logdet"), forward.get(1), wide ? 1e-10 : 1e-5);

        NDList z = cast(new NDList(fixture.get("z")), type).addAll(context);
        NDList inverse = flow.inverse(store, z, false);
        assertClose(fixture.get("x"), inverse.get(0), wide ? 1e-9 : 1e-4);
        assertClose(fixture.get("logdet").neg(), inverse.get(1), wide ? 1e-9 : 1e-4);
    }

    private static NDList cast(NDList arrays, DataType type) {
        NDList results = new NDList();
        for (NDArray array : arrays) {
            NDArray result = array.toType(type, false);
            result.setName(array.getName());
            results.add(result);
        }
        return results;
    }

    private static void assertClose(NDArray expected, NDArray got, double tolerance) {
        assertEquals(expected.getShape(), got.getShape());
        double[] values = got.toType(DataType.FLOAT64, false).toDoubleArray();
        assertArrayEquals(expected.toDoubleArray(), values, tolerance);
    }
}
