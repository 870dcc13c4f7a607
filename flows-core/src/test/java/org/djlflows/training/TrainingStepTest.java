package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.tracker.Tracker;

import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.GaussianMixture;
import org.djlflows.nn.Mlp;
import org.djlflows.nn.ResidualNet;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The step in one program does what DJL's trainer does with the same plug-ins. */
class TrainingStepTest {

    private static final int ROWS = 32;
    private static final int STEPS = 6;
    private static final double LIMIT = 0.5;

    private NDManager manager;
    private NDArray x;
    private NDArray context;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(null, "PyTorch");
        Fixtures.seed(3);
        x = manager.randomNormal(new Shape(ROWS, 4));
        context = manager.randomNormal(new Shape(ROWS, 2));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static NormalizingFlow flow(Block conditioner) {
        return new NormalizingFlow(
                new SequentialBijection(
                        new Coupling(
                                Mask.KEEP_FIRST_HALF,
                                new RationalQuadraticSpline(4, 3),
                                new ResidualNet(8, 1)),
                        new LuLinear(),
                        new Coupling(
                                Mask.KEEP_ODD, new RationalQuadraticSpline(4, 3), conditioner)),
                new GaussianMixture(2));
    }

    private Model model(NormalizingFlow flow, boolean conditional) {
        Model model = Model.newInstance("step", "PyTorch");
        Fixtures.seed(5);
        Shape[] shapes = {x.getShape(), context.getShape()};
        flow.initialize(
                model.getNDManager(),
                DataType.FLOAT32,
                conditional ? shapes : new Shape[] {shapes[0]});
        Fixtures.randomise(flow);
        model.setBlock(flow);
        return model;
    }

    private static FusedAdam adam() {
        return FusedAdam.builder()
                .optLearningRate(step -> 0.01f / (1 + step))
                .optWeightDecays(0.1f)
                .build();
    }

    @Test
    void trainsInDoublePrecision() {
        NDArray wide = x.toType(DataType.FLOAT64, true);
        try (Model model = Model.newInstance("step", "PyTorch");
                FusedAdam adam = FusedAdam.builder().build()) {
            NormalizingFlow flow = flow(new Mlp(8));
            flow.initialize(model.getNDManager(), DataType.FLOAT64, wide.getShape());
            Fixtures.randomise(flow);
            TrainingStep step = TrainingStep.of(flow, adam, LIMIT).orElseThrow();
            float first = step.take(new NDList(wide)).meanLogProb();
            for (int i = 0; i < STEPS; i++) {
                step.take(new NDList(wide));
            }
            assertTrue(step.take(new NDList(wide)).meanLogProb() > first);
        }
    }

    /** More rows than a chunk of the step has. */
    @Test
    void agreesWithTheTrainerInChunks() throws Exception {
        x = manager.randomNormal(new Shape(5000, 4));
        context = manager.randomNormal(new Shape(5000, 2));
        agreesWithTheTrainer(true);
    }

    /** The gradients are added up, so that the step is the same but for rounding. */
    @Test
    void chunksOfAnySizeMakeTheSameStep() {
        try (Model whole = model(flow(new Mlp(8)), false);
                Model parts = model(flow(new Mlp(8)), false);
                FusedAdam first = adam();
                FusedAdam second = adam()) {
            TrainingStep atOnce = TrainingStep.of(whole.getBlock(), first, LIMIT).orElseThrow();
            TrainingStep inChunks =
                    TrainingStep.of(parts.getBlock(), second, LIMIT, 7).orElseThrow();
            for (int i = 0; i < STEPS; i++) {
                TrainingStep.Result expected = atOnce.take(new NDList(x));
                TrainingStep.Result got = inChunks.take(new NDList(x));
                assertEquals(expected.meanLogProb(), got.meanLogProb(), 1e-4);
                assertEquals(expected.gradientNorm(), got.gradientNorm(), 1e-3);
            }
            assertSame(whole, parts, 1e-4);
        }
    }

    @Test
    void refusesAContextOfOtherRows() {
        try (Model model = model(flow(new Mlp(8)), true);
                FusedAdam adam = adam()) {
            TrainingStep step = TrainingStep.of(model.getBlock(), adam, LIMIT).orElseThrow();
            NDList longer = new NDList(x, context.concat(context, 0));
            Fixtures.assertRefused(
                    IllegalArgumentException.class, "got 32 and 64", () -> step.take(longer));
            NDList none = new NDList(x.get("0:0"), context.get("0:0"));
            Fixtures.assertRefused(
                    IllegalArgumentException.class, "got 0 and 0", () -> step.take(none));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void agreesWithTheTrainer(boolean conditional) throws Exception {
        NDList rows = conditional ? new NDList(x, context) : new NDList(x);
        try (Model expected = model(flow(new Mlp(8)), conditional);
                Model got = model(flow(new Mlp(8)), conditional);
                FusedAdam trainers = adam();
                FusedAdam own = adam()) {
            for (Model model : new Model[] {expected, got}) {
                // A parameter that is not trained stays as it is.
                model.getBlock().freezeParameters(true, p -> p.getName().equals("log_deviations"));
            }
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(new NegativeLogLikelihood())
                            .optOptimizer(trainers)
                            .addTrainingListeners(new GradientGuard(LIMIT, 0));
            try (Trainer trainer = expected.newTrainer(config)) {
                trainer.initialize(rows.getShapes());
                expected.getBlock()
                        .freezeParameters(true, p -> p.getName().equals("log_deviations"));
                ArrayDataset dataset =
                        new ArrayDataset.Builder()
                                .setData(rows.toArray(NDArray[]::new))
                                .optLabels(x)
                                .setSampling((int) x.getShape().get(0), false)
                                .build();
                EasyTrain.fit(trainer, STEPS, dataset, null);
            }
            TrainingStep step = TrainingStep.of(got.getBlock(), own, LIMIT).orElseThrow();
            float first = step.take(rows).meanLogProb();
            float last = first;
            for (int i = 1; i < STEPS; i++) {
                last = step.take(rows).meanLogProb();
            }
            assertTrue(last > first, last + " after " + first);
            assertSame(expected, got, 1e-5);
        }
    }

    @Test
    void aStepThatIsNotFiniteChangesNothing() {
        try (Model model = model(flow(new Mlp(8)), false);
                Model untouched = model(flow(new Mlp(8)), false);
                FusedAdam adam = adam()) {
            TrainingStep step = TrainingStep.of(model.getBlock(), adam, LIMIT).orElseThrow();
            float[] values = x.toFloatArray();
            values[7] = Float.NaN;
            NDArray damaged = manager.create(values, x.getShape());
            assertFalse(Float.isFinite(step.take(new NDList(damaged)).gradientNorm()));
            assertSame(untouched, model, 0);
        }
    }

    @Test
    void limitsThatAreNotPositiveAreRefused() {
        try (Model model = model(flow(new Mlp(8)), false);
                FusedAdam adam = adam()) {
            for (double limit : new double[] {0, -1, Double.NaN}) {
                Fixtures.assertRefused(
                        IllegalArgumentException.class,
                        "TrainingStep: expected the largest global norm of a gradient to be"
                                + " positive in float32, infinity for none, got "
                                + limit,
                        () -> TrainingStep.of(model.getBlock(), adam, limit));
            }
        }
    }

    @Test
    void leavesNothingBehind() {
        try (Model model = model(flow(new Mlp(8)), false);
                FusedAdam adam = adam()) {
            TrainingStep step = TrainingStep.of(model.getBlock(), adam, LIMIT).orElseThrow();
            step.take(new NDList(x));
            int parameters = model.getNDManager().getManagedArrays().size();
            int data = manager.getManagedArrays().size();
            for (int i = 0; i < 20; i++) {
                step.take(new NDList(x));
            }
            assertEquals(parameters, model.getNDManager().getManagedArrays().size());
            assertEquals(data, manager.getManagedArrays().size());
        }
    }

    @Test
    void thereIsNoneWhileABlockHasNoKernel() {
        try (Model foreign = model(flow(Linear.builder().setUnits(6).build()), false);
                FusedAdam adam = FusedAdam.builder().optLearningRate(Tracker.fixed(0.1f)).build()) {
            assertTrue(TrainingStep.of(foreign.getBlock(), adam, LIMIT).isEmpty());
        }
    }

    private static void assertSame(Model expected, Model got, double tolerance) {
        for (Parameter parameter : expected.getBlock().getParameters().values()) {
            String name = parameter.getName();
            int i = expected.getBlock().getParameters().values().indexOf(parameter);
            Parameter other = got.getBlock().getParameters().valueAt(i);
            assertArrayEquals(
                    Fixtures.doubles(parameter.getArray()),
                    Fixtures.doubles(other.getArray()),
                    tolerance,
                    name);
        }
    }
}
