package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.tracker.Tracker;

import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Random;

class FusedAdamTest {

    private static final double DECAY = 0.1;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** AdamW as the paper writes it. */
    private static final class Reference {
        private final double[] w;
        private final double[] m;
        private final double[] v;
        private final double decay;
        private int t;

        private final double beta1;
        private final double beta2;

        Reference(float[] weights, double decay, double beta1, double beta2) {
            this.beta1 = beta1;
            this.beta2 = beta2;
            w = Fixtures.widen(weights);
            m = new double[w.length];
            v = new double[w.length];
            this.decay = decay;
        }

        void step(float[] g, double rate) {
            t++;
            for (int i = 0; i < w.length; i++) {
                m[i] = beta1 * m[i] + (1 - beta1) * g[i];
                v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
                double first = m[i] / (1 - Math.pow(beta1, t));
                double second = v[i] / (1 - Math.pow(beta2, t));
                w[i] -= rate * decay * w[i] + rate * first / (Math.sqrt(second) + 1e-8);
            }
        }
    }

    /** A schedule that changes with each step. */
    private static float rate(int step) {
        return 0.05f / (1 + step);
    }

    private static FusedAdam optimizer(double decay) {
        return FusedAdam.builder()
                .optLearningRate(FusedAdamTest::rate)
                .optWeightDecays((float) decay)
                .build();
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.999", "0.9, 0.95"})
    void agreesWithThePaper(double beta1, double beta2) {
        FusedAdam optimizer =
                FusedAdam.builder()
                        .optLearningRate(FusedAdamTest::rate)
                        .optWeightDecays((float) DECAY)
                        .optBetas(beta1, beta2)
                        .build();
        Random random = new Random(1);
        // Matrices decay, vectors do not.
        NDArray matrix = manager.create(normal(random, 6, 1), new Shape(3, 2));
        NDArray vector = manager.create(normal(random, 4, 1));
        Reference first = new Reference(matrix.toFloatArray(), DECAY, beta1, beta2);
        Reference second = new Reference(vector.toFloatArray(), 0, beta1, beta2);
        for (int step = 0; step < 20; step++) {
            // Gradients of very different sizes; the first are as small as epsilon.
            double size = step < 2 ? 1e-8 : Math.pow(10, random.nextInt(5) - 3);
            step(optimizer, "matrix", matrix, normal(random, 6, size), first, rate(step));
            step(optimizer, "vector", vector, normal(random, 4, size), second, rate(step));
            assertArrayEquals(first.w, Fixtures.doubles(matrix), 1e-5);
            assertArrayEquals(second.w, Fixtures.doubles(vector), 1e-5);
        }
    }

    @Test
    void decaysNothingUnlessAsked() {
        FusedAdam optimizer = FusedAdam.builder().optLearningRate(Tracker.fixed(0.1f)).build();
        NDArray matrix = manager.ones(new Shape(2, 2));
        optimizer.update("matrix", matrix, manager.zeros(new Shape(2, 2)));
        assertArrayEquals(new float[] {1, 1, 1, 1}, matrix.toFloatArray());
    }

    @Test
    void aGradientThatIsNotFiniteChangesNothing() {
        Random random = new Random(2);
        FusedAdam disturbed = optimizer(0);
        NDArray weight = manager.create(normal(random, 4, 1), new Shape(2, 2));
        Reference reference = new Reference(weight.toFloatArray(), 0, 0.9, 0.999);
        float[] bad = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int step = 0; step < 12; step++) {
            if (step % 3 == 1) {
                float[] gradient = normal(random, 4, 1);
                gradient[step % 4] = bad[step / 4];
                float[] before = weight.toFloatArray();
                NDArray array = manager.create(gradient, new Shape(2, 2));
                disturbed.update("weight", weight, array);
                assertArrayEquals(before, weight.toFloatArray());
            } else {
                // The moments know nothing of the skipped step; the schedule counts it.
                float[] gradient = normal(random, 4, 1);
                step(disturbed, "weight", weight, gradient, reference, rate(step));
                assertArrayEquals(reference.w, Fixtures.doubles(weight), 1e-5);
            }
        }
    }

    @Test
    void zeroesTheGradientsThatItUsed() {
        FusedAdam optimizer = FusedAdam.builder().build();
        NDArray weight = manager.ones(new Shape(3));
        weight.setRequiresGradient(true);
        Fixtures.backward(() -> weight.square().sum());
        NDArray gradient = weight.getGradient();
        boolean recording = Fixtures.isRecorded(weight.square());
        optimizer.update("weight", weight, gradient);
        assertArrayEquals(new float[3], gradient.toFloatArray());
        assertEquals(recording, Fixtures.isRecorded(weight.square()));
        Fixtures.backward(() -> weight.sum());
        assertArrayEquals(new float[] {1, 1, 1}, weight.getGradient().toFloatArray());
    }

    /** DJL hands the optimizer a copy of the gradient. */
    @Test
    void eachStepOfATrainerStartsFromNoGradient() {
        try (Model model = Model.newInstance("stepped", "PyTorch")) {
            DiagonalNormal normal = new DiagonalNormal();
            model.setBlock(normal);
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(new NegativeLogLikelihood())
                            .optOptimizer(FusedAdam.builder().build());
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(1, 2));
                NDList x = new NDList(trainer.getManager().ones(new Shape(4, 2)));
                for (int step = 0; step < 3; step++) {
                    Fixtures.backward(() -> trainer.forward(x, x).get(0).mean().neg());
                    trainer.step();
                    for (Parameter parameter : normal.getParameters().values()) {
                        NDArray gradient = parameter.getArray().getGradient();
                        assertArrayEquals(new float[2], gradient.toFloatArray());
                    }
                }
            }
        }
    }

    private void step(
            FusedAdam optimizer,
            String name,
            NDArray weight,
            float[] gradient,
            Reference reference,
            double rate) {
        optimizer.update(name, weight, manager.create(gradient, weight.getShape()));
        reference.step(gradient, rate);
    }

    private static float[] normal(Random random, int n, double size) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (size * random.nextGaussian());
        }
        return values;
    }

    @Test
    void eachParameterHasItsOwnState() {
        FusedAdam optimizer = optimizer(0);
        NDArray a = manager.create(new float[] {1});
        NDArray b = manager.create(new float[] {1});
        Reference alone = new Reference(new float[] {1}, 0, 0.9, 0.999);
        for (int step = 0; step < 3; step++) {
            optimizer.update("a", a, manager.create(new float[] {100}));
            step(optimizer, "b", b, new float[] {step - 1}, alone, rate(step));
        }
        assertArrayEquals(alone.w, Fixtures.doubles(b), 1e-6, Arrays.toString(alone.w));
    }

    @Test
    void numbersThatRuinWeightsAreRefused() {
        for (float decay : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            FusedAdam.Builder builder = FusedAdam.builder().optWeightDecays(decay);
            assertRefused(
                    IllegalArgumentException.class,
                    "FusedAdam: expected the decoupled weight decay of matrices",
                    builder::build);
        }
        assertRefused(
                IllegalArgumentException.class,
                "FusedAdam: expected the decay of the second moment to be in [0, 1) in float32",
                () -> FusedAdam.builder().optBetas(0.9, 1 - 1e-9));
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray weight = manager.ones(new Shape(2));
            for (float rate : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
                try (FusedAdam adam =
                        FusedAdam.builder().optLearningRate(Tracker.fixed(rate)).build()) {
                    assertRefused(
                            IllegalArgumentException.class,
                            "FusedAdam: expected the learning rate of step 0 to be at least 0",
                            () -> adam.update("w", weight, manager.ones(new Shape(2))));
                }
            }
            assertArrayEquals(new float[] {1, 1}, weight.toFloatArray());
        }
    }
}
