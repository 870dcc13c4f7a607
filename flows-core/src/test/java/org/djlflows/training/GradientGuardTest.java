package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListener;
import ai.djl.translate.StackBatchifier;

import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Elementwise;
import org.djlflows.bijection.LuLinear;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.kernel.NoGrad;
import org.djlflows.spec.ScaleMap;
import org.djlflows.stochastic.Rounding;
import org.djlflows.stochastic.StochasticFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Affine;
import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class GradientGuardTest {

    private NDManager manager;
    private Model model;

    @BeforeEach
    void open() {
        Fixtures.seed(3);
        manager = NDManager.newBaseManager();
        model = Model.newInstance("guarded", "PyTorch");
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(
                                new LuLinear(), new Elementwise(new Affine(ScaleMap.SOFT_CLIP))),
                        new DiagonalNormal());
        model.setBlock(flow);
        flow.initialize(
                model.getNDManager(), ai.djl.ndarray.types.DataType.FLOAT32, new Shape(1, 3));
        Fixtures.randomise(flow);
    }

    @AfterEach
    void close() {
        model.close();
        manager.close();
    }

    @Test
    void clipsToTheLimitAndKeepsTheDirection() {
        float[] plain = gradients(Double.POSITIVE_INFINITY);
        double norm = norm(plain);
        assertTrue(norm > 1);
        for (double limit : new double[] {0.5, 1e-3, 0.999 * norm}) {
            float[] clipped = gradients(limit);
            assertEquals(limit, norm(clipped), 1e-5 * limit);
            for (int i = 0; i < plain.length; i++) {
                assertEquals(plain[i] * limit / norm, clipped[i], 1e-5 * limit);
            }
        }
    }

    @Test
    void leavesSmallGradientsAsTheyAre() {
        float[] plain = gradients(Double.POSITIVE_INFINITY);
        assertArrayEquals(plain, gradients(1.001 * norm(plain)));
        assertArrayEquals(plain, gradients(1e30));
    }

    /** Returns all gradients of one batch after the guard, as one vector. */
    private float[] gradients(double limit) {
        try (Trainer trainer = trainer(new GradientGuard(limit, 0))) {
            EasyTrain.trainBatch(trainer, batch(1, 1));
            NDList all = new NDList();
            for (Parameter parameter : trained()) {
                NDArray gradient = parameter.getArray().getGradient();
                all.add(gradient.duplicate().flatten());
                gradient.subi(gradient);
            }
            return NDArrays.concat(all).toFloatArray();
        }
    }

    private static double norm(float[] gradient) {
        double sum = 0;
        for (float g : gradient) {
            sum += (double) g * g;
        }
        return Math.sqrt(sum);
    }

    @Test
    void skipsStepsThatAreNotFinite() {
        GradientGuard guard = new GradientGuard(5, 2);
        try (Trainer trainer = trainer(guard)) {
            step(trainer, batch(1, 1));
            NDList before = weights();
            step(trainer, batch(1, Float.NaN));
            step(trainer, batch(1, 3e38f));
            assertSame(before, weights());
            assertEquals(2, guard.getSkipped());
            step(trainer, batch(1, 1));
            NDList after = weights();
            for (int i = 0; i < before.size(); i++) {
                NDArray change = after.get(i).sub(before.get(i));
                boolean trained = trained().contains(model.getBlock().getParameters().valueAt(i));
                assertEquals(trained, change.abs().sum().getFloat() > 0, "parameter " + i);
            }
            assertEquals(2, guard.getSkipped());
        }
    }

    @Test
    void stopsAfterTooManySkippedSteps() {
        try (Trainer trainer = trainer(new GradientGuard(5, 2))) {
            step(trainer, batch(1, Float.NaN));
            step(trainer, batch(1, 1));
            step(trainer, batch(1, Float.NaN));
            NDList before = weights();
            String message =
                    assertRefused(
                                    TrainingDivergedException.class,
                                    "after 3 steps",
                                    () -> step(trainer, batch(2, Float.NaN)))
                            .getMessage();
            assertTrue(message.contains("input, row 2 of the batch"), message);
            assertSame(before, weights());
        }
    }

    @Test
    void namesLayerAndRow() {
        try (Trainer trainer = trainer(new GradientGuard(5, 0))) {
            try (NoGrad noGrad = NoGrad.open()) {
                for (Parameter parameter : trained()) {
                    NDArray array = parameter.getArray();
                    array.subi(array);
                    if (parameter.getName().endsWith("theta")) {
                        // Scales near 1000: the second layer overflows where the first does not.
                        array.set(new NDIndex("0, 1"), 1e6f);
                    }
                }
            }
            assertRefused(
                    TrainingDivergedException.class,
                    "layer 2, Elementwise, row 3 of the batch",
                    () -> step(trainer, batch(3, 2e36f)));
            assertRefused(
                    TrainingDivergedException.class,
                    "base, DiagonalNormal, row 1 of the batch",
                    () -> step(trainer, batch(1, 1e25f)));
        }
    }

    /** What such a block computed is not known, so nothing is said about it. */
    @Test
    void claimsNothingOfOtherDistributions() {
        StochasticFlow quantised =
                new StochasticFlow(new Rounding(4).inverted(), new DiagonalNormal());
        NDList rows = new NDList(manager.create(new float[] {Float.NaN}, new Shape(1, 1)));
        quantised.initialize(manager, ai.djl.ndarray.types.DataType.FLOAT32, new Shape(1, 1));
        assertRefused(
                TrainingDivergedException.class,
                "not finite. Where is not known: only flows are searched for it.",
                () ->
                        new GradientGuard(5, 0)
                                .judge(Float.NaN, () -> GradientGuard.where(quantised, rows)));
    }

    @Test
    void limitsThatAreNotPositiveAreRefused() {
        for (double limit : new double[] {0, -1, Double.NaN, 1e-50}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "GradientGuard: expected the largest global norm of a gradient to be positive"
                            + " in float32, infinity for none, got "
                            + limit,
                    () -> new GradientGuard(limit, 0));
        }
    }

    private Trainer trainer(TrainingListener listener) {
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(new NegativeLogLikelihood())
                        .optOptimizer(FusedAdam.builder().build())
                        .addTrainingListeners(listener);
        Trainer trainer = model.newTrainer(config);
        trainer.initialize(new Shape(1, 3));
        return trainer;
    }

    private static void step(Trainer trainer, Batch batch) {
        EasyTrain.trainBatch(trainer, batch);
        trainer.step();
    }

    /** Returns five rows with a value planted in one of them. */
    private Batch batch(long row, float value) {
        NDManager own = manager.newSubManager();
        NDArray x = own.arange(15f).reshape(5, 3).div(own.create(10f));
        x.set(new NDIndex("{}, 1", row), value);
        StackBatchifier none = new StackBatchifier();
        return new Batch(own, new NDList(x), new NDList(x), 5, none, none, 0, 0);
    }

    private List<Parameter> trained() {
        return model.getBlock().getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .toList();
    }

    private NDList weights() {
        return Weights.copy(model.getBlock(), manager);
    }

    private static void assertSame(NDList expected, NDList got) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i).toFloatArray(), got.get(i).toFloatArray());
        }
    }
}
