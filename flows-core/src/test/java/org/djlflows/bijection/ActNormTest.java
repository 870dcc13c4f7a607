package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.testing.Fixtures;
import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;

class ActNormTest {

    private static final Shape VECTORS = new Shape(200, 3);
    private static final Shape IMAGES = new Shape(50, 3, 4, 2);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void theFirstTrainingBatchIsStandardised() {
        for (Shape shape : new Shape[] {VECTORS, IMAGES}) {
            Bijection forward = initialised(new ActNorm(), shape);
            assertStandard(forward.forward(store(manager), batch(shape), true).get(0));
            Bijection inverse = initialised(new ActNorm(), shape);
            assertStandard(inverse.inverse(store(manager), batch(shape), true).get(0));
            Bijection turned = initialised(new ActNorm().inverted(), shape);
            assertStandard(turned.forward(store(manager), batch(shape), true).get(0));
        }
    }

    @Test
    void evaluationBeforeTheFitIsTheIdentity() {
        Bijection layer = initialised(new ActNorm(), VECTORS);
        NDList x = batch(VECTORS);
        for (int i = 0; i < 2; i++) {
            NDList z = layer.forward(store(manager), x, false);
            assertArrayEquals(x.get(0).toFloatArray(), z.get(0).toFloatArray());
            assertEquals(0, z.get(1).abs().sum().getFloat());
            layer.inverse(store(manager), x, false);
        }
        // It was not fitted by that.
        assertStandard(layer.forward(store(manager), x, true).get(0));
    }

    @Test
    void laterBatchesDoNotFitAgain() {
        Bijection layer = initialised(new ActNorm(), VECTORS);
        layer.forward(store(manager), batch(VECTORS), true);
        NDList weights = Weights.copy(layer, manager);
        NDList other = new NDList(batch(VECTORS).get(0).add(50));
        NDArray z = layer.forward(store(manager), other, true).get(0);
        layer.inverse(store(manager), other, true);
        assertSameWeights(weights, layer);
        assertClose(layer.forward(store(manager), other, false).get(0), z, 0);
    }

    @Test
    void loadedLayersAreNotFittedAgain() throws Exception {
        Bijection layer = initialised(new ActNorm(), VECTORS);
        layer.forward(store(manager), batch(VECTORS), true);
        NDList other = new NDList(batch(VECTORS).get(0).add(50));
        NDArray expected = layer.forward(store(manager), other, true).get(0);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        layer.saveParameters(new DataOutputStream(bytes));
        Bijection loaded = new ActNorm();
        loaded.loadParameters(
                manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertClose(expected, loaded.forward(store(manager), other, true).get(0), 0);

        Bijection restored = initialised(new ActNorm(), VECTORS);
        Weights.restore(restored, Weights.copy(layer, manager));
        assertClose(expected, restored.forward(store(manager), other, true).get(0), 0);
    }

    @Test
    void aUsedLayerIsFittedAgainAfterWeightsOfAFreshOneAreLoaded() throws Exception {
        Bijection fresh =
                initialised(new SequentialBijection(new ActNorm(), Permutation.reverse()), VECTORS);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        fresh.saveParameters(new DataOutputStream(bytes));
        Bijection used =
                initialised(new SequentialBijection(new ActNorm(), Permutation.reverse()), VECTORS);
        used.forward(store(manager), batch(VECTORS), true);
        used.forward(store(manager), batch(VECTORS), true);
        used.loadParameters(
                manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertStandard(used.forward(store(manager), batch(VECTORS), true).get(0));
    }

    @Test
    void isFittedInsideASequence() {
        Bijection first = new ActNorm();
        Bijection second = new ActNorm();
        Bijection sequence =
                initialised(
                        new SequentialBijection(
                                first, new LuLinear(), Permutation.reverse(), second),
                        VECTORS);
        Fixtures.randomise(sequence);
        NDList x = batch(VECTORS);
        assertStandard(sequence.forward(store(manager), x, true).get(0));
        assertStandard(first.forward(store(manager), x, false).get(0));

        // From then on the sequence is one kernel, with the same values.
        NDList fused = sequence.forward(store(manager), x, true);
        assertStandard(fused.get(0));
        NDList back = sequence.inverse(store(manager), new NDList(fused.get(0)), true);
        assertClose(x.get(0), back.get(0), 1e-4);
        assertClose(fused.get(1).neg(), back.get(1), 1e-4);
    }

    @Test
    void isFittedInsideASequenceInTheInverseDirection() {
        Bijection first = new ActNorm();
        Bijection sequence =
                initialised(new SequentialBijection(first, new LuLinear(), new ActNorm()), VECTORS);
        assertStandard(sequence.inverse(store(manager), batch(VECTORS), true).get(0));
    }

    @Test
    void theFitRecordsNoGradientAndTheCallDoes() {
        Bijection layer = initialised(new ActNorm(), VECTORS);
        layer.getParameters().values().forEach(p -> p.getArray().setRequiresGradient(true));
        layer.getDirectParameters().get("fitted").getArray().setRequiresGradient(false);
        NDList x = batch(VECTORS);
        Fixtures.backward(() -> layer.forward(store(manager), x, true).get(1).sum());
        NDArray logScale = layer.getDirectParameters().get("log_scale").getArray();
        assertArrayEquals(new float[] {200, 200, 200}, logScale.getGradient().toFloatArray());
    }

    private Bijection initialised(Bijection bijection, Shape shape) {
        bijection.initialize(manager, DataType.FLOAT32, shape);
        return bijection;
    }

    /** Returns a batch whose channels have very different means and scales. */
    private NDList batch(Shape shape) {
        long[] channels = new long[shape.dimension()];
        java.util.Arrays.fill(channels, 1);
        channels[1] = 3;
        NDArray scale = manager.create(new float[] {1, 20, 0.05f}).reshape(channels);
        NDArray shift = manager.create(new float[] {0, -30, 7}).reshape(channels);
        return new NDList(manager.randomNormal(shape).mul(scale).add(shift));
    }

    private static void assertStandard(NDArray z) {
        double[] values = Fixtures.doubles(z.swapAxes(0, 1).flatten());
        int n = values.length / 3;
        for (int channel = 0; channel < 3; channel++) {
            double mean = 0;
            double square = 0;
            for (int i = 0; i < n; i++) {
                double value = values[channel * n + i];
                mean += value / n;
                square += value * value / n;
            }
            assertEquals(0, mean, 1e-3, "mean of channel " + channel);
            assertEquals(1, square - mean * mean, 1e-3, "variance of channel " + channel);
        }
    }

    private static void assertSameWeights(NDList expected, Bijection layer) {
        for (NDArray array : expected) {
            NDArray got = layer.getParameters().get(array.getName()).getArray();
            assertArrayEquals(array.toFloatArray(), got.toFloatArray(), array.getName());
        }
    }
}
