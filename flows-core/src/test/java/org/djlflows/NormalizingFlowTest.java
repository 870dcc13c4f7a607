package org.djlflows;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;

import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Elementwise;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.Permutation;
import org.djlflows.data.Toys;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.Product;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.distribution.VonMises;
import org.djlflows.kernel.NoGrad;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.NegativeLogLikelihood;
import org.djlflows.training.NllNats;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What flows offer beyond the contract of distributions. */
class NormalizingFlowTest {

    private static final Shape ROWS = new Shape(6, 3);
    private static final Shape CONTEXT = new Shape(6, 2);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void aTemperatureScalesTheNoise() {
        Permutation reverse = Permutation.reverse();
        NormalizingFlow flow = make(new NormalizingFlow(reverse, new StandardNormal()), ROWS);
        for (double temperature : new double[] {0.5, 1, 3}) {
            Fixtures.seed(1);
            double[] warm = Fixtures.doubles(flow.sample(manager, 50));
            Fixtures.seed(1);
            double[] samples =
                    Fixtures.doubles(flow.withTemperature(temperature).sample(manager, 50));
            for (int i = 0; i < warm.length; i++) {
                assertEquals(temperature * warm[i], samples[i], 1e-6);
            }
        }
    }

    /** Those of several chunks become data after all noise was drawn. */
    @Test
    void manySamplesComeWithTheirDensity() {
        Shape many = new Shape(5000, 3);
        NormalizingFlow flow = make(flow(new Mlp(8)), many);
        NDList samples = flow.sampleWithLogProb(manager, 5000);
        assertClose(flow.logProb(samples.get(0)), samples.get(1), 1e-9);
        NormalizingFlow given =
                new NormalizingFlow(coupling(new Mlp(8)), new StandardNormal(), new Mlp(4, 3));
        make(given, many, new Shape(5000, 2));
        NDArray context = normal(new Shape(5000, 2));
        samples = given.sampleWithLogProb(context);
        assertClose(given.logProb(samples.get(0), context), samples.get(1), 1e-9);
    }

    @Test
    void aTruncationBoundsTheNoise() {
        NormalizingFlow flow = new NormalizingFlow(new LuLinear(), new StandardNormal());
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        Fixtures.randomise(flow);
        NormalizingFlow truncated = flow.withTemperature(0.5).withTruncation(1.5);
        NDArray x = truncated.sample(manager, 2000);
        double[] noise = Fixtures.doubles(flow.toNoise(x));
        double furthest = Arrays.stream(noise).map(Math::abs).max().orElseThrow();
        assertTrue(furthest <= 0.75 && furthest > 0.7, "furthest " + furthest);
        // Each entry has 0.8663855974622837 of its mass there.
        NDArray more = truncated.logProb(x).sub(flow.withTemperature(0.5).logProb(x));
        double[] gained = Fixtures.doubles(more);
        for (double gain : gained) {
            assertEquals(-2 * Math.log(0.8663855974622837), gain, 1e-9);
        }
        NDArray out = flow.toData(manager.create(new double[] {0.1, -0.8}, new Shape(1, 2)));
        assertEquals(Double.NEGATIVE_INFINITY, Fixtures.doubles(truncated.logProb(out))[0]);
        NormalizingFlow other = new NormalizingFlow(new LuLinear(), new DiagonalNormal());
        assertRefused(
                UnsupportedOperationException.class,
                "NormalizingFlow: expected a StandardNormal base to be truncated, got DiagonalNormal",
                () -> other.withTruncation(2));
        assertRefused(
                IllegalArgumentException.class,
                "TruncatedNormal: expected a positive and finite bound, got 0.0",
                () -> flow.withTruncation(0));
    }

    @Test
    void temperaturesOutOfRangeAreRefused() {
        NormalizingFlow flow =
                make(new NormalizingFlow(new LuLinear(), new StandardNormal()), ROWS);
        for (double temperature : new double[] {0, -1, Double.POSITIVE_INFINITY, Double.NaN}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "NormalizingFlow: expected a positive and finite temperature, got "
                            + temperature,
                    () -> flow.withTemperature(temperature));
        }
    }

    @Test
    void noiseWithBoundsHasNoTemperature() {
        NormalizingFlow box = new NormalizingFlow(new LuLinear(), new UniformBox(-1, 1));
        assertRefused(
                UnsupportedOperationException.class,
                "NormalizingFlow: expected a base whose noise can be scaled, got UniformBox",
                () -> box.withTemperature(0.5));
        Product product = new Product(new StandardNormal(), new VonMises(), true, false);
        NormalizingFlow circle = new NormalizingFlow(Permutation.reverse(), product);
        assertRefused(
                UnsupportedOperationException.class,
                "got VonMises",
                () -> circle.withTemperature(0.5));
    }

    @Test
    void generatorGivesSamplesWithTheirDensity() {
        for (Block conditioner : new Block[] {new Mlp(8), foreign(8)}) {
            NormalizingFlow flow = make(flow(conditioner), ROWS);
            NDArray z = normal(ROWS);
            NDList x = flow.generator().forward(store(manager), new NDList(z), true);
            assertArrayEquals(new Shape[] {ROWS, new Shape(6)}, x.getShapes());
            NDList back = flow.getBijection().forward(store(manager), new NDList(x.get(0)), false);
            assertClose(z, back.get(0), 1e-9);
            assertClose(flow.logProb(x.get(0)), x.get(1), 1e-9);
        }
    }

    @Test
    void generatorEmbedsItsContext() {
        NormalizingFlow flow =
                new NormalizingFlow(coupling(new Mlp(8)), new StandardNormal(), new Mlp(4, 3));
        make(flow, ROWS, CONTEXT);
        NDArray context = normal(CONTEXT);
        NDList inputs = new NDList(normal(ROWS), context);
        NDList x = flow.generator().forward(store(manager), inputs, true);
        assertClose(flow.logProb(x.get(0), context), x.get(1), 1e-9);
    }

    @Test
    void generatorTrainsTheParametersOfTheFlow() {
        NormalizingFlow flow =
                make(new NormalizingFlow(coupling(new Mlp(8)), new DiagonalNormal()), ROWS);
        NDList z = new NDList(normal(ROWS));
        Block generator = flow.generator();
        assertEquals(flow.getParameters().size(), generator.getParameters().size());
        // A loss of samples and densities, as the reverse Kullback-Leibler divergence is.
        java.util.function.Supplier<NDArray> loss =
                () -> {
                    NDList x = generator.forward(store(manager), z, true);
                    return x.get(1).add(x.get(0).square().sum(new int[] {1})).sum();
                };
        Fixtures.backward(loss);
        double step = 1e-6;
        for (Pair<String, Parameter> parameter : flow.getParameters()) {
            NDArray array = parameter.getValue().getArray();
            double gradient = array.getGradient().flatten().toDoubleArray()[0];
            double value = array.flatten().toDoubleArray()[0];
            double[] losses = new double[2];
            for (int i = 0; i < 2; i++) {
                setFirst(array, value + (i == 0 ? step : -step));
                losses[i] = loss.get().toDoubleArray()[0];
            }
            setFirst(array, value);
            double expected = (losses[0] - losses[1]) / (2 * step);
            assertEquals(expected, gradient, 1e-5 * (1 + Math.abs(expected)), parameter.getKey());
            assertTrue(array.getGradient().abs().sum().toDoubleArray()[0] > 0, parameter.getKey());
        }
    }

    private static void setFirst(NDArray array, double value) {
        try (NoGrad noGrad = NoGrad.open()) {
            double[] values = array.toDoubleArray();
            values[0] = value;
            array.set(java.nio.DoubleBuffer.wrap(values));
        }
    }

    @Test
    void generatorRefusesWrongInput() {
        NormalizingFlow flow = make(flow(new Mlp(8)), ROWS);
        NDArray z = normal(new Shape(6, 4));
        assertRefused(
                IllegalArgumentException.class,
                "expected input shape (batch, 3), got (6, 4)",
                () -> flow.generator().forward(store(manager), new NDList(z), false));
    }

    @Test
    void foreignConditionerGivesTheNumbersOfTheKernel() {
        NormalizingFlow fused = make(flow(new Mlp(org.djlflows.spec.Activation.TANH, 8)), ROWS);
        NormalizingFlow inParts = make(flow(foreign(8)), ROWS);
        assertTrue(fused.kernel(false).isPresent());
        assertFalse(inParts.kernel(false).isPresent());
        copy(fused, inParts);
        NDArray x = normal(ROWS);
        assertClose(fused.logProb(x), inParts.logProb(x), 1e-12);
        Fixtures.seed(1);
        NDList expected = fused.sampleWithLogProb(manager, 9);
        Fixtures.seed(1);
        NDList got = inParts.sampleWithLogProb(manager, 9);
        assertClose(expected.get(0), got.get(0), 1e-12);
        assertClose(expected.get(1), got.get(1), 1e-12);
    }

    @Test
    void foreignEmbeddingGivesTheNumbersOfItsParts() {
        Linear embedding = Linear.builder().setUnits(4).build();
        NormalizingFlow flow =
                new NormalizingFlow(coupling(new Mlp(8)), new StandardNormal(), embedding);
        make(flow, ROWS, CONTEXT);
        assertFalse(flow.kernel(false).isPresent());
        NDArray x = normal(ROWS);
        NDArray context = normal(CONTEXT);

        NDArray e = embedding.forward(store(manager), new NDList(context), false).get(0);
        NDList z = flow.getBijection().forward(store(manager), new NDList(x, e), false);
        NDArray expected = flow.getBase().logProb(z.get(0), e).add(z.get(1));
        assertClose(expected, flow.logProb(x, context), 1e-12);

        Fixtures.seed(1);
        NDList samples = flow.sampleWithLogProb(context);
        Fixtures.seed(1);
        NDArray noise = flow.getBase().sample(e);
        NDList inverse = flow.getBijection().inverse(store(manager), new NDList(noise, e), false);
        assertClose(inverse.get(0), samples.get(0), 1e-12);
        assertClose(flow.logProb(samples.get(0), context), samples.get(1), 1e-9);
    }

    @Test
    void foreignEmbeddingGivesTheNumbersOfTheKernel() {
        NormalizingFlow fused =
                new NormalizingFlow(
                        coupling(new Mlp(8)),
                        new StandardNormal(),
                        new Mlp(org.djlflows.spec.Activation.TANH, 4));
        NormalizingFlow inParts =
                new NormalizingFlow(coupling(new Mlp(8)), new StandardNormal(), foreign(4));
        make(fused, ROWS, CONTEXT);
        make(inParts, ROWS, CONTEXT);
        copy(fused, inParts);
        NDArray x = normal(ROWS);
        NDArray context = normal(CONTEXT);
        assertClose(fused.logProb(x, context), inParts.logProb(x, context), 1e-12);
    }

    @Test
    void embeddingNeedsAContext() {
        NormalizingFlow flow =
                new NormalizingFlow(coupling(new Mlp(8)), new StandardNormal(), new Mlp(4));
        assertRefused(
                IllegalArgumentException.class,
                "expected shapes of x and context for the embedding",
                () -> flow.initialize(manager, DataType.FLOAT32, ROWS));
    }

    @Test
    void partsAreThoseGiven() {
        Bijection bijection = coupling(new Mlp(8));
        Distribution base = new StandardNormal();
        NormalizingFlow flow = new NormalizingFlow(bijection, base);
        assertSame(bijection, flow.getBijection());
        assertSame(base, flow.getBase());
    }

    @Test
    void finiteValuesLeaveNothingToLocate() {
        NormalizingFlow flow = layered();
        NDManager own = manager.newSubManager();
        NDList inputs = new NDList(own.ones(new Shape(4, 3)));
        int before = own.getManagedArrays().size();
        assertEquals(Optional.empty(), flow.locateNonFinite(inputs));
        assertEquals(before, own.getManagedArrays().size());
        assertEquals(4 * 3, inputs.get(0).sum().getFloat());
    }

    @Test
    void nonFiniteInputIsLocated() {
        NormalizingFlow flow = layered();
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            assertEquals("input, row 2 of the batch", locate(flow, rowsWith(2, value)));
        }
    }

    @Test
    void nonFiniteLayerIsLocated() {
        NormalizingFlow flow = layered();
        // The first layer doubles, the second reverses, the third doubles again.
        assertEquals(
                "layer 1, Elementwise, row 1 of the batch", locate(flow, rowsWith(1, 2.5e38f)));
        assertEquals(
                "layer 3, Elementwise, row 3 of the batch", locate(flow, rowsWith(3, 1.2e38f)));
        NDArray shift =
                flow.getBijection().getSteps().get(2).getParameters().get(0).getValue().getArray();
        try (NoGrad noGrad = NoGrad.open()) {
            shift.set(new NDIndex("0, 0, 1"), Float.NaN);
        }
        assertEquals("layer 3, Elementwise, row 0 of the batch", locate(flow, rowsWith(0, 1)));
    }

    @Test
    void nonFiniteBaseIsLocated() {
        // The square of a large number overflows.
        assertEquals(
                "base, StandardNormal, row 2 of the batch", locate(layered(), rowsWith(2, 1e30f)));
        NormalizingFlow nested = new NormalizingFlow(Permutation.reverse(), layered());
        nested.initialize(manager, DataType.FLOAT32, new Shape(4, 3));
        assertEquals(
                "base, NormalizingFlow, row 2 of the batch", locate(nested, rowsWith(2, 1e30f)));
    }

    @Test
    void nonFiniteContextIsLocated() {
        NormalizingFlow flow =
                new NormalizingFlow(
                        coupling(new Mlp(8)),
                        new StandardNormal(),
                        Linear.builder().setUnits(2).build());
        flow.initialize(manager, DataType.FLOAT32, new Shape(4, 3), new Shape(4, 2));
        flow.getParameters()
                .get(flow.getParameters().size() - 2)
                .getValue()
                .getArray()
                .set(new float[] {3, 0, 3, 0});
        NDArray x = manager.ones(new Shape(4, 3));
        NDArray context = manager.ones(new Shape(4, 2));
        assertEquals(Optional.empty(), flow.locateNonFinite(new NDList(x, context)));
        context.set(new NDIndex("1, 0"), 3e38f);
        assertEquals(
                Optional.of("embedding of the context, row 1 of the batch"),
                flow.locateNonFinite(new NDList(x, context)));
        context.set(new NDIndex("1, 0"), Float.NaN);
        assertEquals(
                Optional.of("context, row 1 of the batch"),
                flow.locateNonFinite(new NDList(x, context)));
    }

    @Test
    void flowWithAForeignConditionerTrains() throws Exception {
        NDArray rows = manager.create(Toys.twoMoons(512, 1), new Shape(512, 2));
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(
                                coupling(foreign(16)), new LuLinear(), coupling(foreign(16))),
                        new StandardNormal());
        try (Model model = Model.newInstance("moons", "PyTorch")) {
            model.setBlock(flow);
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(new NegativeLogLikelihood())
                            .optOptimizer(
                                    Optimizer.adam()
                                            .optLearningRateTracker(Tracker.fixed(0.01f))
                                            .build());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(1, 2));
                double before = NllNats.mean(flow, new NDList(rows));
                ArrayDataset dataset =
                        new ArrayDataset.Builder()
                                .setData(rows)
                                .optLabels(rows)
                                .setSampling(64, true)
                                .build();
                EasyTrain.fit(trainer, 10, dataset, null);
                assertTrue(NllNats.mean(flow, new NDList(rows)) < before - 0.3);
            }
        }
    }

    private NormalizingFlow layered() {
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(
                                new SequentialBijection(doubling(), Permutation.reverse()),
                                doubling()),
                        new StandardNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(4, 3));
        for (Pair<String, Parameter> parameter : flow.getParameters()) {
            if (parameter.getKey().endsWith("theta")) {
                // No shift; the logarithm of 2 as the scale map SOFT_CLIP makes it.
                float s = (float) (Math.log(2) / (1 - Math.log(2) / Math.log(1000)));
                NDArray theta = parameter.getValue().getArray();
                try (NoGrad noGrad = NoGrad.open()) {
                    theta.set(new NDIndex("0, 1"), s);
                }
            }
        }
        return flow;
    }

    private static Bijection doubling() {
        return new Elementwise(new Affine(ScaleMap.SOFT_CLIP));
    }

    private static String locate(NormalizingFlow flow, NDList rows) {
        return flow.locateNonFinite(rows).orElse("nowhere");
    }

    private NDList rowsWith(long row, float value) {
        NDArray x = manager.ones(new Shape(4, 3));
        x.set(new NDIndex("{}, 1", row), value);
        return new NDList(x);
    }

    private static NormalizingFlow flow(Block conditioner) {
        return new NormalizingFlow(
                new SequentialBijection(List.of(coupling(conditioner), new LuLinear())),
                new StandardNormal());
    }

    private static Bijection coupling(Block conditioner) {
        return new Coupling(Mask.KEEP_FIRST_HALF, new RationalQuadraticSpline(5, 3), conditioner);
    }

    private static Block foreign(int units) {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(units).build())
                .add(Activation::tanh);
    }

    private NormalizingFlow make(NormalizingFlow flow, Shape... shapes) {
        flow.initialize(manager, DataType.FLOAT64, shapes);
        Fixtures.randomise(flow);
        return flow;
    }

    private NDArray normal(Shape shape) {
        return manager.randomNormal(0, 1, shape, DataType.FLOAT64);
    }

    /** Copies weights in order: a block of ours and a foreign one have other names for them. */
    private static void copy(Block from, Block to) {
        try (NoGrad noGrad = NoGrad.open()) {
            List<Parameter> target = to.getParameters().values();
            List<Parameter> source = from.getParameters().values();
            assertEquals(source.size(), target.size());
            for (int i = 0; i < target.size(); i++) {
                source.get(i).getArray().copyTo(target.get(i).getArray());
            }
        }
    }
}
