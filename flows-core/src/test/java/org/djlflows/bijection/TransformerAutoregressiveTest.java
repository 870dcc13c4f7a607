package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.data.ClassWeights;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.model.Flows;
import org.djlflows.sampling.Inversion;
import org.djlflows.sampling.Sampler;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.TarFlow;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class TransformerAutoregressiveTest {

    private static final CausalTransformer SMALL = new CausalTransformer(8, 2, 4, 2, false);
    private static final Shape TOKENS = new Shape(3, 6, 2);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(11);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private TransformerAutoregressive layer(CausalTransformer network, DataType type) {
        TransformerAutoregressive layer = new TransformerAutoregressive(Order.DESCENDING, network);
        layer.initialize(manager, type, TOKENS, new Shape(3, 4));
        return layer;
    }

    private NDList inputs() {
        return new NDList(
                manager.randomNormal(TOKENS), ClassWeights.of(manager, 4, 0, 3, ClassWeights.NONE));
    }

    @Test
    void aFreshLayerIsTheIdentity() {
        NDList in = inputs();
        NDList out = layer(SMALL, DataType.FLOAT32).forward(Fixtures.store(manager), in, false);
        assertClose(in.get(0), out.get(0), 0);
        assertClose(manager.zeros(new Shape(3)), out.get(1), 0);
    }

    /** Tokens are kept in arrays made before, or concatenated where there are gradients. */
    @Test
    void bothCachesGiveTheSameNumbers() {
        TransformerAutoregressive layer = layer(SMALL, DataType.FLOAT32);
        Fixtures.randomise(layer);
        NDList in = inputs();
        NDArray recorded = layer.inverse(Fixtures.store(manager), in, true).get(0);
        try (NoGrad noGrad = NoGrad.open()) {
            NDArray found = layer.inverse(Fixtures.store(manager), in, false).get(0);
            assertClose(recorded, found, 1e-6);
        }
    }

    @Test
    void bfloat16IsCloseAndNotTheSame() {
        TransformerAutoregressive full = layer(SMALL, DataType.FLOAT32);
        TransformerAutoregressive half =
                layer(new CausalTransformer(8, 2, 4, 2, true), DataType.FLOAT32);
        Fixtures.randomise(full);
        for (int i = 0; i < full.getParameters().size(); i++) {
            NDArray to = half.getParameters().valueAt(i).getArray();
            full.getParameters().valueAt(i).getArray().copyTo(to);
        }
        NDList in = inputs();
        NDArray exact = full.forward(Fixtures.store(manager), in, false).get(0);
        NDArray rounded = half.forward(Fixtures.store(manager), in, false).get(0);
        double most = Fixtures.doubles(exact.sub(rounded).abs().max())[0];
        assertTrue(most > 1e-5 && most < 0.1, "largest difference " + most);
        NDArray back =
                half.inverse(Fixtures.store(manager), new NDList(rounded, in.get(1)), false).get(0);
        assertClose(in.get(0), back, 0.05);
    }

    /** Of weight 0 it changes nothing; else all rules move the samples, but not the first token. */
    @ParameterizedTest
    @EnumSource
    void guidanceMovesWhatItShould(Guidance.Rule rule) {
        TransformerAutoregressive layer = layer(SMALL, DataType.FLOAT64);
        Fixtures.randomise(layer);
        NDArray z = manager.randomNormal(TOKENS).toType(DataType.FLOAT64, false);
        NDArray c = ClassWeights.of(manager, 4, 0, 3, 1).toType(DataType.FLOAT64, false);
        NDArray plain = inverse(layer, z, c);
        assertClose(plain, inverse(new Guidance(rule, 0, false, 2).guide(layer), z, c), 1e-12);
        NDArray guided = inverse(new Guidance(rule, 1, true, 1).guide(layer), z, c);
        NDArray moved = guided.sub(plain).abs();
        // In descending order the first token is the last one.
        assertEquals(0, Fixtures.doubles(moved.get(":, 5").max())[0], 1e-12);
        assertTrue(Fixtures.doubles(moved.get(":, 4").min())[0] > 1e-6);
        // No class is its own opposite, at the same temperature.
        NDArray none = ClassWeights.repeat(manager, 4, ClassWeights.NONE, 3);
        NDArray ofNone = none.toType(DataType.FLOAT64, false);
        assertClose(
                inverse(layer, z, ofNone),
                inverse(new Guidance(rule, 1, true, 1).guide(layer), z, ofNone),
                1e-12);
    }

    /** The normal distribution that is proportional to N(mu, s)^(1 + w) / N(mu_u, s_u)^w. */
    @Test
    void theCombinedRuleIsAQuotientOfNormalDensities() {
        Kernel kernel = Kernel.of(Guidance.class, "guidance_combined");
        Program program = Program.of(kernel, 0, "guide");
        for (double[] row : new double[][] {{0.5, 0.8, 2}, {0.7, 0.4, 3}}) {
            double s = row[0];
            double su = row[1];
            double w = row[2];
            double mu = 1.2;
            double muU = -0.4;
            // A wider one than the other counts as of the same width.
            double ratio = Math.min(1, s * s / (su * su));
            double precision = (1 + w - w * ratio) / (s * s);
            double mean = ((1 + w) * mu / (s * s) - w * ratio * muU / (s * s)) / precision;
            NDList in = new NDList();
            for (double value : new double[] {Math.log(s), mu, Math.log(su), muU, w}) {
                in.add(manager.create(new double[] {value}, new Shape(1, 1)));
            }
            NDList out = program.call("guide", in, new NDList(), List.of());
            assertEquals(-0.5 * Math.log(precision), out.get(0).toDoubleArray()[0], 1e-12);
            assertEquals(mean, out.get(1).toDoubleArray()[0], 1e-12);
        }
    }

    @Test
    void guidanceReachesCheckpointedLayersAndRefusesFlowsWithoutTransformers() {
        NormalizingFlow flow =
                new NormalizingFlow(
                        new Checkpointed(new TransformerAutoregressive(Order.ASCENDING, SMALL)),
                        new StandardNormal());
        flow.initialize(manager, DataType.FLOAT32, TOKENS, new Shape(3, 4));
        Fixtures.randomise(flow);
        NDList in = inputs();
        NDArray plain = flow.logProb(in.get(0), in.get(1));
        NDArray guided = Guidance.of(1).guide(flow).logProb(in.get(0), in.get(1));
        assertTrue(Fixtures.doubles(plain.sub(guided).abs().max())[0] > 1e-4);

        NormalizingFlow other = new NormalizingFlow(new Rescale(2), new StandardNormal());
        other.initialize(manager, DataType.FLOAT32, TOKENS);
        assertRefused(
                IllegalArgumentException.class,
                "expected a flow with a TransformerAutoregressive layer, got [Rescale]",
                () -> Guidance.of(1).guide(other));
        assertRefused(
                IllegalArgumentException.class,
                "expected steps on the parameters of this flow, got new ones",
                () -> other.withSteps(step -> new LuLinear()));
    }

    private NDArray inverse(Bijection layer, NDArray z, NDArray c) {
        return layer.inverse(Fixtures.store(manager), new NDList(z, c), false).get(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void parallelInversionGivesTheSequentialResult(int segments) {
        TarFlow tarFlow = new TarFlow(2, 8, 3, 2, 4, false, 0.1, false);
        List<String> classes = List.of("a", "b", "c", "d");
        NormalizingFlow flow = Flows.of(new FlowConfig(tarFlow, new ImageShape(1, 8, 8), classes));
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 8, 8), new Shape(1, 4));
        Fixtures.randomise(flow);
        calm(flow);
        NormalizingFlow guided = new Guidance(Guidance.Rule.COMBINED, 0.5, true, 1).guide(flow);
        NDArray c = ClassWeights.inTurn(manager, 4, 12);
        for (NormalizingFlow f : new NormalizingFlow[] {flow, guided}) {
            Fixtures.seed(3);
            Inversion sequential = Sampler.sequential().sample(f, c);
            Fixtures.seed(3);
            Inversion parallel = Sampler.gaussSeidelJacobi(segments, 1e-6).sample(f, c);
            assertClose(sequential.x(), parallel.x(), 1e-4);
            assertTrue(parallel.residual() < 1e-5, parallel.toString());
            for (Inversion.Layer layer : parallel.layers().subList(2, 5)) {
                // Rows that fell back would hide a fault of the iteration.
                assertTrue(layer.iterations() > 0, layer.toString());
                assertEquals(0, layer.fallbacks(), layer.toString());
            }
            assertClose(f.logProb(parallel.x(), c), parallel.output().get(1), 1e-2);
        }
    }

    /** Brings alpha to the size that it has in trained flows: its exponentials multiply up. */
    private void calm(NormalizingFlow flow) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> parameter : flow.getParameters()) {
                if (parameter.getKey().contains("_out_")) {
                    parameter.getValue().getArray().divi(manager.create(5f));
                }
            }
        }
    }

    @Test
    void otherInputsAreRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "of at least 2 tokens, got (3, 1, 2)",
                () ->
                        new TransformerAutoregressive(Order.ASCENDING, SMALL)
                                .initialize(manager, DataType.FLOAT32, new Shape(3, 1, 2)));
        assertRefused(
                IllegalArgumentException.class,
                "expected an order of 6 tokens, one by one, got [[0, 1, 2]",
                () ->
                        new TransformerAutoregressive(Order.ASCENDING.inPasses(2), SMALL)
                                .initialize(manager, DataType.FLOAT32, TOKENS));
        assertRefused(
                IllegalArgumentException.class,
                "CausalTransformer: expected positive sizes",
                () -> new CausalTransformer(10, 1, 4, 4, false));
        assertRefused(
                IllegalArgumentException.class,
                "Guidance: expected a weight of at least 0",
                () -> new Guidance(Guidance.Rule.SCALE, -1, true, 1));
        assertRefused(
                IllegalArgumentException.class,
                "Patchify: expected an image (channels, height, width) that patches of side 3",
                () -> new Patchify(new Shape(1, 6, 4), 3));
        assertRefused(
                IllegalArgumentException.class,
                "Reshape: expected two shapes of as many entries, got (6) and (2, 2)",
                () -> new Reshape(new Shape(6), new Shape(2, 2)));
    }
}
