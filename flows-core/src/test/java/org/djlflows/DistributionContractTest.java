package org.djlflows;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;

import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.Permutation;
import org.djlflows.data.Toys;
import org.djlflows.distribution.Augmented;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.Funnel;
import org.djlflows.distribution.GaussianMixture;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.Flows;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.HandWrittenGradients;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The promises that every distribution keeps, shown on the plane. A new distribution is one line in
 * the table of cases.
 */
class DistributionContractTest {

    private static final int SAMPLES = 20_000;
    private static final int GRID = 500;
    private static final int SEVERAL_CHUNKS = 9000;

    private NDManager manager;

    /** A distribution over the plane, and the number of features of its context. */
    record Case(String name, Supplier<Distribution> maker, int context) {

        static Case of(String name, Supplier<Distribution> maker) {
            return new Case(name, maker, 0);
        }

        Case given(int features) {
            return new Case(name + " | c", maker, features);
        }

        Distribution make(NDManager manager, DataType type) {
            Fixtures.seed(11);
            Distribution distribution = maker.get();
            Shape x = new Shape(1, 2);
            distribution.initialize(
                    manager,
                    type,
                    context == 0 ? new Shape[] {x} : new Shape[] {x, new Shape(1, context)});
            Fixtures.randomise(distribution);
            return distribution;
        }

        /** Returns n rows and, for a conditional distribution, a context for each. */
        NDList inputs(NDManager manager, DataType type, int n) {
            NDList inputs = new NDList(manager.randomNormal(0, 0.5f, new Shape(n, 2), type));
            if (context > 0) {
                inputs.add(manager.randomNormal(0, 1, new Shape(n, context), type));
            }
            return inputs;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                Case.of("standard normal", StandardNormal::new),
                Case.of("diagonal normal", DiagonalNormal::new),
                Case.of("diagonal normal", DiagonalNormal::new).given(2),
                Case.of("uniform box", () -> new UniformBox(-1, 2)),
                Case.of("uniform box of a small volume", () -> new UniformBox(0, 0.5)),
                Case.of("mixture", () -> new GaussianMixture(3)),
                Case.of("conditional normal", () -> new ConditionalNormal(new Mlp(6))).given(2),
                Case.of(
                                "augmented by nothing",
                                () -> new Augmented(new ConditionalNormal(new Mlp(6)), 0))
                        .given(2),
                Case.of("funnel", () -> new Funnel(0.5)),
                Case.of("spline flow", () -> flow(spline(new Mlp(8)))),
                Case.of("spline flow", () -> flow(spline(new Mlp(8)))).given(2),
                Case.of("flow without kernel", () -> flow(spline(foreign()))),
                Case.of("flow without kernel", () -> flow(spline(foreignConditional()))).given(2),
                Case.of("flow over a mixture", DistributionContractTest::overMixture),
                Case.of("flow over a flow", DistributionContractTest::overFlow),
                Case.of("flow over a flow", DistributionContractTest::overFlow).given(2),
                Case.of("flow with embedding", DistributionContractTest::embedding).given(3),
                Case.of("cold flow over a flow", () -> overFlow().withTemperature(0.6)),
                Case.of("hot flow with embedding", () -> embedding().withTemperature(1.3)).given(3),
                Case.of("Real NVP", () -> realNvp(0)),
                Case.of("Real NVP", () -> realNvp(2)).given(2),
                Case.of("neural spline flow", () -> neuralSplineFlow(0)),
                Case.of("MAF", () -> maf(0)),
                Case.of("MAF", () -> maf(2)).given(2),
                Case.of("autoregressive splines", () -> autoregressiveSplines(0)),
                Case.of("autoregressive splines", () -> autoregressiveSplines(1)).given(1),
                Case.of("neural spline flow", () -> neuralSplineFlow(1)).given(1),
                Case.of("BNAF", () -> small(Presets.blockNeuralAutoregressiveFlow(), 0)),
                Case.of("BNAF", () -> small(Presets.blockNeuralAutoregressiveFlow(), 2)).given(2),
                Case.of("planar flow", () -> small(Presets.planarFlow(), 0)),
                Case.of("planar flow", () -> small(Presets.planarFlow(), 2)).given(2),
                Case.of("radial flow", () -> small(Presets.radialFlow(), 0)),
                Case.of("radial flow", () -> small(Presets.radialFlow(), 2)).given(2));
    }

    static Stream<VectorFlow> presets() {
        return Stream.of(
                        Presets.realNvp(),
                        Presets.neuralSplineFlow(),
                        Presets.maskedAutoregressiveFlow(),
                        Presets.autoregressiveSplineFlow(),
                        Presets.blockNeuralAutoregressiveFlow(),
                        Presets.planarFlow(),
                        Presets.radialFlow())
                .map(flow -> flow.withTransforms(4));
    }

    static Stream<Case> conditional() {
        // The context of a base alone is accepted and ignored.
        return cases().filter(c -> c.context() > 0 && !c.name().startsWith("diagonal"));
    }

    static Stream<Case> trainable() {
        return cases().filter(c -> !c.name().startsWith("standard"))
                .filter(c -> !c.name().startsWith("uniform"))
                .filter(c -> !c.name().startsWith("funnel"));
    }

    static Stream<Case> fused() {
        return cases().filter(c -> !c.name().contains("without kernel"));
    }

    private static Distribution flow(Bijection bijection) {
        return new NormalizingFlow(bijection, new StandardNormal());
    }

    private static Bijection spline(ai.djl.nn.Block conditioner) {
        return new SequentialBijection(
                new LuLinear(),
                new Coupling(
                        Mask.KEEP_FIRST_HALF, new RationalQuadraticSpline(5, 2.5), conditioner));
    }

    /** A conditioner from DJL, which can only be called from Java. */
    private static SequentialBlock foreign() {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(6).build())
                .add(Activation::tanh);
    }

    private static SequentialBlock foreignConditional() {
        SequentialBlock block = new SequentialBlock();
        block.add(new ai.djl.nn.LambdaBlock(l -> new NDList(l.get(0).concat(l.get(1), 1)), "join"));
        return block.add(Linear.builder().setUnits(6).build()).add(Activation::tanh);
    }

    private static Distribution overMixture() {
        return new NormalizingFlow(affine(), new GaussianMixture(2));
    }

    private static NormalizingFlow overFlow() {
        return new NormalizingFlow(
                Permutation.reverse(), new NormalizingFlow(affine(), new DiagonalNormal()));
    }

    private static NormalizingFlow embedding() {
        return new NormalizingFlow(spline(new Mlp(8)), new StandardNormal(), new Mlp(5, 2));
    }

    private static Bijection affine() {
        return new Coupling(Mask.KEEP_SECOND_HALF, new Affine(ScaleMap.SOFT_CLIP), new Mlp(8));
    }

    private static Distribution realNvp(int context) {
        return Flows.of(Presets.realNvp().withTransforms(3).withHidden(8), 2, context);
    }

    private static Distribution maf(int context) {
        return Flows.of(
                Presets.maskedAutoregressiveFlow().withTransforms(3).withHidden(8, 6), 2, context);
    }

    private static Distribution autoregressiveSplines(int context) {
        return Flows.of(
                Presets.autoregressiveSplineFlow().withTransforms(2).withHidden(8), 2, context);
    }

    private static Distribution small(VectorFlow flow, int context) {
        return Flows.of(flow.withTransforms(3).withHidden(6), 2, context);
    }

    private static Distribution neuralSplineFlow(int context) {
        return Flows.of(
                Presets.neuralSplineFlow()
                        .withTransforms(2)
                        .with("bins", 4)
                        .with("bound", 3.0)
                        .withHidden(8),
                2,
                context);
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @MethodSource("fused")
    void handWrittenGradientsAreThoseOfAutograd(Case c) {
        Distribution distribution = c.make(manager, DataType.FLOAT64);
        NDList inputs = c.inputs(manager, DataType.FLOAT64, 5);
        Kernel kernel = distribution.kernel(true).orElseThrow();
        HandWrittenGradients.assertRightForDistribution(distribution, kernel, inputs, 1e-9);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void samplesAndDensityAgree(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        NDArray context =
                subject.context() == 0
                        ? null
                        : manager.randomNormal(new Shape(1, subject.context()));
        double[] samples = doubles(sample(distribution, context, SAMPLES).get(0));
        Grid grid = Grid.around(samples);
        NDList inputs = new NDList(manager.create(grid.points(), new Shape(GRID * GRID, 2)));
        if (context != null) {
            inputs.add(context.repeat(0, (long) GRID * GRID));
        }
        double[] logProb = doubles(logProb(distribution, inputs));
        grid.fill(logProb);

        assertEquals(1, grid.mean((x, y) -> 1), 0.01, "mass");
        double[] mean = {grid.mean((x, y) -> x), grid.mean((x, y) -> y)};
        Function[] moments = {
            (x, y) -> x,
            (x, y) -> y,
            (x, y) -> (x - mean[0]) * (x - mean[0]),
            (x, y) -> (x - mean[0]) * (y - mean[1]),
            (x, y) -> (y - mean[1]) * (y - mean[1])
        };
        for (int i = 0; i < moments.length; i++) {
            Function f = moments[i];
            double expected = grid.mean(f);
            double variance = grid.mean((x, y) -> Math.pow(f.of(x, y) - expected, 2));
            double got = 0;
            for (int row = 0; row < SAMPLES; row++) {
                got += f.of(samples[2 * row], samples[2 * row + 1]) / SAMPLES;
            }
            assertEquals(expected, got, 4 * Math.sqrt(variance / SAMPLES), "moment " + i);
        }
    }

    /** At first, and trained on a density with sharp edges. */
    @ParameterizedTest
    @MethodSource("presets")
    void massOfPresetsIsOne(VectorFlow preset) {
        NormalizingFlow flow = Flows.of(preset, 2, 0);
        NDArray x = manager.create(Toys.twoMoons(1000, 1), new Shape(1000, 2));
        flow.initialize(manager, DataType.FLOAT32, x.getShape());
        assertEquals(1, mass(flow), 0.01, "untrained");
        for (Parameter parameter : flow.getParameters().values()) {
            parameter.getArray().setRequiresGradient(parameter.requiresGradient());
        }
        try (FusedAdam adam = FusedAdam.builder().optLearningRate(Tracker.fixed(0.01f)).build()) {
            TrainingStep step = TrainingStep.of(flow, adam, 5).orElseThrow();
            for (int i = 0; i < 100; i++) {
                step.take(new NDList(x));
            }
        }
        assertEquals(1, mass(flow), 0.01, "trained");
    }

    private double mass(Distribution distribution) {
        double[] samples = doubles(sample(distribution, null, SAMPLES).get(0));
        Grid grid = Grid.around(samples);
        NDArray points = manager.create(grid.points(), new Shape(GRID * GRID, 2));
        grid.fill(doubles(logProb(distribution, new NDList(points))));
        return grid.mean((x, y) -> 1);
    }

    /** A function on the plane. */
    private interface Function {
        double of(double x, double y);
    }

    /** A density on the cells of a grid. */
    private static final class Grid {
        private final double[] low = new double[2];
        private final double[] step = new double[2];
        private final double[] mass = new double[GRID * GRID];

        /** Returns a grid half as wide again as the samples spread. */
        static Grid around(double[] samples) {
            Grid grid = new Grid();
            for (int axis = 0; axis < 2; axis++) {
                double min = Double.POSITIVE_INFINITY;
                double max = Double.NEGATIVE_INFINITY;
                for (int i = axis; i < samples.length; i += 2) {
                    min = Math.min(min, samples[i]);
                    max = Math.max(max, samples[i]);
                }
                grid.step[axis] = 1.5 * (max - min) / GRID;
                grid.low[axis] = min - 0.25 * (max - min);
            }
            return grid;
        }

        private double x(int cell) {
            return low[0] + (Math.floorDiv(cell, GRID) + 0.5) * step[0];
        }

        private double y(int cell) {
            return low[1] + (cell % GRID + 0.5) * step[1];
        }

        float[] points() {
            float[] points = new float[2 * mass.length];
            for (int i = 0; i < mass.length; i++) {
                points[2 * i] = (float) x(i);
                points[2 * i + 1] = (float) y(i);
            }
            return points;
        }

        void fill(double[] logProb) {
            for (int i = 0; i < mass.length; i++) {
                mass[i] = Math.exp(logProb[i]) * step[0] * step[1];
            }
        }

        /** Integrates a function times the density. */
        double mean(Function f) {
            double sum = 0;
            for (int i = 0; i < mass.length; i++) {
                sum += f.of(x(i), y(i)) * mass[i];
            }
            return sum;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void samplesComeWithTheirDensity(Case subject) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            Distribution distribution = subject.make(manager, type);
            NDList inputs = subject.inputs(manager, type, 1000);
            NDList drawn = sample(distribution, inputs);
            NDArray logProb = logProb(distribution, with(drawn.get(0), inputs));
            assertClose(logProb, drawn.get(1), type == DataType.FLOAT32 ? 1e-4 : 1e-9);
            assertEquals(type, drawn.get(0).getDataType());
            assertEquals(type, drawn.get(1).getDataType());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void manyRowsAreComputedAsFew(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, SEVERAL_CHUNKS);
        NDArray all = logProb(distribution, inputs);
        NDList drawn = sample(distribution, inputs);
        NDArray drawnLogProb = logProb(distribution, with(drawn.get(0), inputs));
        assertClose(drawnLogProb, drawn.get(1), 1e-9);
        for (int row : new int[] {0, 4095, 4096, 8191, 8192, SEVERAL_CHUNKS - 1}) {
            String slice = row + ":" + (row + 1);
            NDList one = new NDList(inputs.stream().map(array -> array.get(slice)).toList());
            assertClose(logProb(distribution, one), all.get(slice), 1e-9);
        }
        if (subject.context() > 0) {
            NDArray longer = inputs.get(1).concat(inputs.get(1), 0);
            NDList wrong = new NDList(inputs.get(0), longer);
            assertRefused(
                    IllegalArgumentException.class,
                    "expected a context of 9000 rows, got 18000",
                    () -> logProb(distribution, wrong));
        }
        NDArray narrow = inputs.get(0).toType(DataType.FLOAT32, false);
        NDList wrong = with(narrow, inputs);
        assertRefused(
                IllegalArgumentException.class,
                "expected input type float64, got float32",
                () -> logProb(distribution, wrong));
        int managed = manager.getManagedArrays().size();
        sample(distribution, inputs).close();
        logProb(distribution, inputs).close();
        assertEquals(managed, manager.getManagedArrays().size());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shapesAreAsDeclared(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        assertEquals(new Shape(2), distribution.getEventShape());
        for (int n : new int[] {0, 1, 7}) {
            NDList inputs = subject.inputs(manager, DataType.FLOAT32, n);
            assertEquals(new Shape(n), logProb(distribution, inputs).getShape());
            Shape[] declared = distribution.getOutputShapes(inputs.getShapes());
            assertArrayEquals(new Shape[] {new Shape(n)}, declared);
            NDList drawn = sample(distribution, inputs);
            assertArrayEquals(new Shape[] {new Shape(n, 2), new Shape(n)}, drawn.getShapes());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void precisionIsThatOfTheParameters(Case subject) {
        Distribution wide = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, 20);
        NDArray expected = logProb(wide, inputs);
        assertEquals(DataType.FLOAT64, wide.getDataType());
        assertEquals(DataType.FLOAT64, expected.getDataType());

        // The generator draws other numbers in float32, so the weights are copied.
        Distribution narrow = subject.make(manager, DataType.FLOAT32);
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> to : narrow.getParameters()) {
                NDArray from = wide.getParameters().get(to.getKey()).getArray();
                from.toType(DataType.FLOAT32, true).copyTo(to.getValue().getArray());
            }
        }
        NDList rounded = new NDList();
        inputs.forEach(array -> rounded.add(array.toType(DataType.FLOAT32, true)));
        assertClose(expected, logProb(narrow, rounded), 1e-3);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSeedOfTheEngineDecidesTheSamples(Case subject) {
        theSeedOfTheEngineDecidesTheSamples(subject, 5);
        theSeedOfTheEngineDecidesTheSamples(subject, SEVERAL_CHUNKS);
    }

    private void theSeedOfTheEngineDecidesTheSamples(Case subject, int n) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        NDList inputs = subject.inputs(manager, DataType.FLOAT32, n);
        Fixtures.seed(1);
        NDArray first = sample(distribution, inputs).get(0);
        Fixtures.seed(1);
        assertArrayEquals(first.toFloatArray(), sample(distribution, inputs).get(0).toFloatArray());
        Fixtures.seed(2);
        NDArray other = sample(distribution, inputs).get(0);
        assertTrue(first.sub(other).abs().sum().getFloat() > 0);
    }

    @ParameterizedTest
    @MethodSource("trainable")
    void gradientReachesEveryParameter(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, 50);
        Fixtures.backward(() -> distribution.forward(store(manager), inputs, true).get(0).sum());
        int reached = 0;
        for (Pair<String, Parameter> parameter : distribution.getParameters()) {
            if (parameter.getValue().requiresGradient()) {
                NDArray gradient = parameter.getValue().getArray().getGradient();
                assertTrue(gradient.abs().sum().toDoubleArray()[0] > 0, parameter.getKey());
                reached++;
            }
        }
        assertTrue(reached > 0);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void evaluationRecordsNoGradients(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        NDList inputs = subject.inputs(manager, DataType.FLOAT32, 3);
        // The mode in which a worker thread starts.
        ai.djl.pytorch.jni.JniUtils.setGradMode(true);
        try {
            assertFalse(Fixtures.isRecorded(logProb(distribution, inputs)));
            sample(distribution, inputs).forEach(a -> assertFalse(Fixtures.isRecorded(a)));
        } finally {
            ai.djl.pytorch.jni.JniUtils.setGradMode(false);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rowsAreIndependent(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, 4);
        NDArray all = logProb(distribution, inputs);
        for (int i = 0; i < 4; i++) {
            NDList row = new NDList();
            for (NDArray array : inputs) {
                row.add(array.get(i + ":" + (i + 1)));
            }
            assertClose(all.get(i + ":" + (i + 1)), logProb(distribution, row), 1e-12);
        }
    }

    @ParameterizedTest
    @MethodSource("conditional")
    void eachSampleIsThatOfItsContext(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDArray context = subject.inputs(manager, DataType.FLOAT64, 3).get(1);
        NDArray changed = context.duplicate();
        changed.set(new ai.djl.ndarray.index.NDIndex("1"), changed.get(1).add(1));
        Fixtures.seed(3);
        double[] before = distribution.sample(context).toDoubleArray();
        Fixtures.seed(3);
        double[] after = distribution.sample(changed).toDoubleArray();
        assertArrayEquals(new double[] {before[0], before[1]}, new double[] {after[0], after[1]});
        assertNotEquals(before[2] + before[3], after[2] + after[3]);
        assertArrayEquals(new double[] {before[4], before[5]}, new double[] {after[4], after[5]});

        NDArray x = manager.zeros(new Shape(3, 2), DataType.FLOAT64);
        double[] density = distribution.logProb(x, context).toDoubleArray();
        double[] other = distribution.logProb(x, changed).toDoubleArray();
        assertEquals(density[0], other[0]);
        assertNotEquals(density[1], other[1]);
        assertEquals(density[2], other[2]);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void nothingStaysOnTheManagerOfTheModel(Case subject) {
        NDManager model = manager.newSubManager();
        Distribution distribution = subject.make(model, DataType.FLOAT32);
        int before = model.getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
            try (NDManager batch = manager.newSubManager()) {
                NDList inputs = subject.inputs(batch, DataType.FLOAT32, 4);
                logProb(distribution, inputs);
                sample(distribution, inputs);
                distribution.forward(store(batch), inputs, true);
            }
        }
        assertEquals(before, model.getManagedArrays().size());
    }

    @ParameterizedTest
    @MethodSource("fused")
    void samplingLeavesOnlyTheSamples(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        NDManager own = manager.newSubManager();
        NDList inputs = subject.inputs(own, DataType.FLOAT32, 4);
        sample(distribution, inputs);
        int before = own.getManagedArrays().size();
        NDArray samples =
                subject.context() == 0
                        ? distribution.sample(own, 4)
                        : distribution.sample(inputs.get(1));
        assertEquals(before + 1, own.getManagedArrays().size());
        assertEquals(own, samples.getManager());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void wrongInputIsRefused(Case subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        String name = distribution.getClass().getSimpleName();
        NDList inputs = subject.inputs(manager, DataType.FLOAT32, 4);
        NDArray x = inputs.get(0);
        refuses(
                name + ": expected input shape (batch, 2), got (4, 4)",
                distribution,
                with(x.concat(x, 1), inputs));
        refuses(
                name + ": expected input shape (batch, 2), got (4)",
                distribution,
                with(x.get(":, 0"), inputs));
        refuses(
                name + ": expected input type float32, got float64",
                distribution,
                with(x.toType(DataType.FLOAT64, false), inputs));
        NDArray wrong = manager.ones(new Shape(5, 9));
        if (subject.context() == 0) {
            String message = name + ": expected no context";
            refuses(message, distribution, new NDList(x, wrong));
            assertRefused(
                    IllegalArgumentException.class, message, () -> distribution.sample(wrong));
        } else {
            String shape = "(batch, " + subject.context() + ")";
            String message = name + ": expected context shape " + shape;
            refuses(message + ", got none", distribution, new NDList(x));
            refuses(message + ", got (5, 9)", distribution, new NDList(x, wrong));
            assertRefused(
                    IllegalArgumentException.class,
                    message + ", got none",
                    () -> distribution.sample(manager, 4));
            assertRefused(
                    IllegalArgumentException.class,
                    message + ", got (5, 9)",
                    () -> distribution.sample(wrong));
            NDArray context = inputs.get(1);
            refuses(
                    name + ": expected a context of 4 rows, got 8",
                    distribution,
                    new NDList(x, context.concat(context, 0)));
            refuses(
                    name + ": expected context type float32, got float64",
                    distribution,
                    new NDList(x, context.toType(DataType.FLOAT64, false)));
        }
    }

    private static void refuses(String message, Distribution distribution, NDList inputs) {
        assertRefused(IllegalArgumentException.class, message, () -> logProb(distribution, inputs));
    }

    private static NDArray logProb(Distribution distribution, NDList inputs) {
        return inputs.size() == 1
                ? distribution.logProb(inputs.get(0))
                : distribution.logProb(inputs.get(0), inputs.get(1));
    }

    /** Draws as many samples as there are rows, for the context of the rows if they have one. */
    private static NDList sample(Distribution distribution, NDList inputs) {
        NDArray x = inputs.get(0);
        return inputs.size() == 1
                ? distribution.sampleWithLogProb(x.getManager(), x.getShape().get(0))
                : distribution.sampleWithLogProb(inputs.get(1));
    }

    private NDList sample(Distribution distribution, NDArray context, int n) {
        return context == null
                ? distribution.sampleWithLogProb(manager, n)
                : distribution.sampleWithLogProb(context.repeat(0, n));
    }

    private static NDList with(NDArray x, NDList inputs) {
        return new NDList(x).addAll(inputs.subNDList(1));
    }
}
