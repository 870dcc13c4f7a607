package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.data.Toys;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.model.FlowModel;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.MixtureShape;
import org.djlflows.spec.Presets;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.MixtureCdf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

/** Layers that begin with what makes data normal: elementwise mixtures and rotations. */
class GaussianizationTest {

    private static final int ROWS = 4000;

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

    private static MixtureCdf normals(int components) {
        return new MixtureCdf(components, MixtureShape.NORMAL);
    }

    /** Two normal distributions in one feature, their exponential in the other. */
    private NDArray twoHills() {
        Random random = new Random(3);
        double[] rows = new double[2 * ROWS];
        for (int i = 0; i < rows.length; i += 2) {
            boolean left = random.nextDouble() < 0.3;
            rows[i] = left ? -4 + 0.5 * random.nextGaussian() : 2 + 1.5 * random.nextGaussian();
            rows[i + 1] = Math.exp(0.7 * random.nextGaussian());
        }
        return manager.create(rows, new Shape(ROWS, 2));
    }

    private static double density(double x, double mean, double deviation) {
        double u = (x - mean) / deviation;
        return Math.exp(-0.5 * u * u) / (deviation * Math.sqrt(2 * Math.PI));
    }

    @Test
    void mixturesFitThemselvesToTheDensityOfEachFeature() {
        Bijection layer = new Elementwise(normals(2));
        layer.initialize(manager, DataType.FLOAT64, new Shape(ROWS, 2));
        NDArray x = twoHills();
        double[] z = doubles(layer.forward(store(manager), new NDList(x), true).get(0));
        double[] mean = new double[2];
        double[] square = new double[2];
        for (int i = 0; i < z.length; i++) {
            mean[i % 2] += z[i] / ROWS;
            square[i % 2] += z[i] * z[i] / ROWS;
        }
        for (int j = 0; j < 2; j++) {
            assertEquals(0, mean[j], 0.02);
            assertEquals(1, square[j], 0.1);
        }
        // The first feature is of the family: its density is found.
        NormalizingFlow flow = new NormalizingFlow(layer, new StandardNormal());
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        double[] places = {-5, -4, -1, 0, 2, 3.5};
        double[] atOne = new double[2 * places.length];
        for (int i = 0; i < places.length; i++) {
            atOne[2 * i] = places[i];
            atOne[2 * i + 1] = 1;
        }
        double[] logs = doubles(flow.logProb(manager.create(atOne, new Shape(places.length, 2))));
        double[] expected = new double[places.length];
        for (int i = 0; i < places.length; i++) {
            double x0 = places[i];
            expected[i] = Math.log(0.3 * density(x0, -4, 0.5) + 0.7 * density(x0, 2, 1.5));
            // What the other feature adds is the same for all.
            assertEquals(expected[i] - expected[0], logs[i] - logs[0], 0.15, "at " + x0);
        }
    }

    @Test
    void laterBatchesAndOtherDirectionsDoNotFitAgain() {
        Bijection layer = new Elementwise(normals(3), new Mlp(4));
        layer.initialize(manager, DataType.FLOAT64, new Shape(ROWS, 2), new Shape(ROWS, 1));
        NDArray c = manager.randomNormal(new Shape(ROWS, 1), DataType.FLOAT64);
        assertFalse(KernelBlock.isFitted(layer));
        NDList first = layer.forward(store(manager), new NDList(twoHills(), c), true);
        assertTrue(KernelBlock.isFitted(layer));
        layer.forward(store(manager), new NDList(twoHills().mul(manager.create(3.0)), c), true);
        NDArray same = manager.zeros(c.getShape(), DataType.FLOAT64);
        // Nothing depends on the context yet.
        NDList again = layer.forward(store(manager), new NDList(twoHills(), same), false);
        assertClose(first.get(0), again.get(0), 1e-12);

        Bijection other = new Elementwise(normals(3));
        other.initialize(manager, DataType.FLOAT64, new Shape(ROWS, 2));
        NDArray z = manager.randomNormal(new Shape(5, 2), DataType.FLOAT64);
        NDArray before = other.inverse(store(manager), new NDList(z), false).get(0);
        assertClose(before, other.inverse(store(manager), new NDList(z), true).get(0), 0);
        assertTrue(KernelBlock.isFitted(other));
    }

    @Test
    void batchesThatAreNotFiniteAreRefused() {
        for (Bijection layer : List.of(new Elementwise(normals(3)), Rotation.fitted())) {
            layer.initialize(manager, DataType.FLOAT32, new Shape(4, 2));
            NDArray x =
                    manager.create(new float[] {1, 2, Float.NaN, 3, 4, 5, 6, 7}, new Shape(4, 2));
            assertRefused(
                    IllegalArgumentException.class,
                    layer.getClass().getSimpleName()
                            + ": expected finite values in the first training batch",
                    () -> layer.forward(store(manager), new NDList(x), true));
            assertFalse(KernelBlock.isFitted(layer));
        }
    }

    @Test
    void rotationsFindThePrincipalAxesOfNormalRows() {
        Bijection layer = Rotation.fitted();
        layer.initialize(manager, DataType.FLOAT64, new Shape(ROWS, 3));
        NDArray drawn = manager.randomNormal(new Shape(ROWS, 3), DataType.FLOAT64);
        double[] mixing = {1, 0.9, -0.3, 0, 0.4, 0.2, 0, 0, 0.7};
        NDArray x = drawn.matMul(manager.create(mixing, new Shape(3, 3)));
        NDArray z = layer.forward(store(manager), new NDList(x), true).get(0);
        z = z.sub(z.mean(new int[] {0}));
        double[] covariance = doubles(z.transpose().matMul(z).div(manager.create((double) ROWS)));
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < i; j++) {
                assertEquals(0, covariance[3 * i + j], 1e-9);
            }
        }
        double[] norms = doubles(z.square().sum());
        NDArray centred = x.sub(x.mean(new int[] {0}));
        assertEquals(doubles(centred.square().sum())[0], norms[0], 1e-6);
    }

    /** Two features of variance 1 without a correlation: axes tell nothing, shapes do. */
    @Test
    void rotationsFindFeaturesThatAreNotNormal() {
        Random random = new Random(5);
        double angle = 0.4;
        double[] rows = new double[2 * ROWS];
        for (int i = 0; i < rows.length; i += 2) {
            double u = Math.sqrt(3) * (2 * random.nextDouble() - 1);
            double v = Math.sqrt(3) * (2 * random.nextDouble() - 1);
            rows[i] = Math.cos(angle) * u - Math.sin(angle) * v;
            rows[i + 1] = Math.sin(angle) * u + Math.cos(angle) * v;
        }
        Bijection layer = Rotation.fitted();
        layer.initialize(manager, DataType.FLOAT64, new Shape(ROWS, 2));
        NDArray x = manager.create(rows, new Shape(ROWS, 2));
        layer.forward(store(manager), new NDList(x), true);
        NDArray east = manager.create(new double[] {1, 0}, new Shape(1, 2));
        double[] to = doubles(layer.forward(store(manager), new NDList(east), false).get(0));
        double quarter = Math.PI / 2;
        double turned = Math.atan2(to[1], to[0]) + angle;
        assertEquals(0, turned - quarter * Math.rint(turned / quarter), 0.1);
    }

    /** Iterative Gaussianization needs no training. */
    @Test
    void theFlowIsADensityBeforeTraining() {
        FlowConfig config =
                new FlowConfig(Presets.gaussianizationFlow(), List.of("x", "y"), List.of());
        NDList rows = new NDList(manager.create(Toys.twoMoons(ROWS, 1), new Shape(ROWS, 2)));
        FlowModel model = FlowModel.create(config, rows, manager);
        assertTrue(KernelBlock.isFitted(model.flow()));
        NDArray others = manager.create(Toys.twoMoons(1000, 2), new Shape(1000, 2));
        // A normal distribution has 1.8, trained flows have 1.07.
        assertTrue(-model.flow().logProb(others).mean().getFloat() < 1.35);
    }
}
