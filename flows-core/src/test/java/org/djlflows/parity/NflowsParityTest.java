package org.djlflows.parity;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.Permutation;
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
        fixture.assertSameNumbers(flow, new NflowsWeights(fixture)::affineCoupling, type);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void realNvpWithContext(DataType type) throws IOException {
        Fixture fixture = Fixture.read("realnvp-conditional-nflows", manager);
        Bijection flow = couplings(() -> new Affine(ScaleMap.SHIFTED_SIGMOID));
        fixture.assertSameNumbers(flow, new NflowsWeights(fixture)::affineCoupling, type);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void splineCouplings(DataType type) throws IOException {
        Fixture fixture = Fixture.read("nsf-coupling-nflows", manager);
        Bijection flow = couplings(() -> new RationalQuadraticSpline(BINS, 2.5));
        NflowsWeights weights = new NflowsWeights(fixture);
        fixture.assertSameNumbers(flow, layer -> weights.splineCoupling(layer, BINS), type);
    }

    /** The file names 3 layers and has 2, which alone, without permutations, reproduce its z. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void luLinear(DataType type) throws IOException {
        Fixture fixture = Fixture.read("lu-linear-nflows", manager);
        Bijection flow = new SequentialBijection(new LuLinear(), new LuLinear());
        fixture.assertSameNumbers(flow, new NflowsWeights(fixture)::luLinear, type);
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
        fixture.assertSameNumbers(
                new SequentialBijection(layers),
                i -> i % 2 == 0 ? weights.maskedAffine(i) : weights.permutation(i),
                type);
    }

    private static Bijection couplings(Supplier<Univariate> univariate) {
        return new SequentialBijection(
                new Coupling(Mask.KEEP_ODD, univariate.get(), new ResidualNet(16, 1)),
                new Coupling(Mask.KEEP_EVEN, univariate.get(), new ResidualNet(16, 1)),
                new Coupling(Mask.KEEP_ODD, univariate.get(), new ResidualNet(16, 1)));
    }
}
