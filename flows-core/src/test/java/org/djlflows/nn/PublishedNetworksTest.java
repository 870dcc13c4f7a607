package org.djlflows.nn;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.NoGrad;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.DoubleBuffer;

/** The networks of Glow and Real NVP against their formulas. */
class PublishedNetworksTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(8);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** One channel and one pixel, where a convolution is the number in its middle. */
    @Test
    void theLastConvolutionIsScaledByTheExponentialOfThreeTimesItsParameter() {
        ZeroConv network = new ZeroConv(1);
        network.initialize(manager, DataType.FLOAT64, new Shape(1, 1, 1, 1));
        double[] weight = {9, 9, 9, 9, 2, 9, 9, 9, 9};
        set(network, "weight", weight);
        set(network, "bias", 0.5);
        set(network, "log_scale", -0.1);
        double expected = (2 * 3 + 0.5) * Math.exp(-0.3);
        assertArrayEquals(
                new double[] {expected}, doubles(forward(network, pixel(3), false)), 1e-14);
    }

    @Test
    void theFirstBatchNormalisesTheHiddenChannelsOfGlow() {
        GlowNet network = new GlowNet(1, 1);
        NDArray x = manager.randomNormal(3, 2, new Shape(50, 1, 1, 1), DataType.FLOAT64);
        network.initialize(manager, DataType.FLOAT64, x.getShape());
        set(network, "first_weight", 0, 0, 0, 0, 5, 0, 0, 0, 0);
        set(network, "second_weight", 7);
        set(network, "last_weight", 0, 0, 0, 0, 1, 0, 0, 0, 0);
        double[] after = doubles(forward(network, x, true));
        // Standardised, the weights of the hidden layers are of no matter.
        double[] expected = relu(standardised(relu(standardised(doubles(x)))));
        assertArrayEquals(expected, after, 1e-12);
        assertArrayEquals(after, doubles(forward(network, x, false)), 1e-12);
        // Later batches do not.
        NDArray other = x.mul(manager.create(2.0));
        forward(network, other, true);
        assertArrayEquals(after, doubles(forward(network, x, true)), 0);
    }

    private static double[] standardised(double[] values) {
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double variance = 0;
        for (double value : values) {
            variance += (value - mean) * (value - mean) / values.length;
        }
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (values[i] - mean) / Math.sqrt(variance);
        }
        return result;
    }

    private static double[] relu(double[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = Math.max(0, values[i]);
        }
        return result;
    }

    @Test
    void aFirstBatchThatIsNotFiniteIsRefused() {
        GlowNet network = new GlowNet(2, 1);
        network.initialize(manager, DataType.FLOAT64, new Shape(1, 1, 1, 1));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "GlowNet: expected finite values in the first training batch",
                () -> forward(network, pixel(Double.NaN), true));
    }

    /** Mean 2 and variance 5 of the input, seen in the running statistics and in the result. */
    @Test
    void realNvpNormalisesByTheBatchInTrainingAndByRunningStatisticsLater() {
        RealNvpNet network = new RealNvpNet(2, 1, 1);
        NDArray x = manager.create(new double[] {-1, 1, 3, 5}, new Shape(4, 1, 1, 1));
        network.initialize(manager, DataType.FLOAT64, x.getShape());
        set(network, "last_scale", 1);
        NDArray training = forward(network, x, true);
        // The same after a scale and a shift of the batch, but for the 1e-4 beside variances.
        NDArray moved = x.mul(manager.create(100.0)).add(7);
        assertClose(training, forward(network, moved, true), 1e-3);
        // Afterwards the running statistics make something else of the same batch.
        assertNotEquals(doubles(training)[3], doubles(forward(network, x, false))[3], 1e-2);
    }

    @Test
    void aBatchThatIsNotFiniteMovesNoStatistics() {
        RealNvpNet network = new RealNvpNet(2, 1, 1);
        NDArray x = manager.create(new double[] {-1, 1, 3, 5}, new Shape(4, 1, 1, 1));
        network.initialize(manager, DataType.FLOAT64, x.getShape());
        NDArray wild = manager.create(new double[] {-1, 1, Double.NaN, 5}, x.getShape());
        forward(network, wild, true);
        assertArrayEquals(new double[] {0}, array(network, "input_mean"));
        forward(network, x, true);
        assertArrayEquals(new double[] {0.1 * 2}, array(network, "input_mean"), 1e-14);
        double variance = 0.9 * 1 + 0.1 * 5;
        assertArrayEquals(new double[] {variance}, array(network, "input_variance"), 1e-12);
        forward(network, x, false);
        assertArrayEquals(new double[] {0.1 * 2}, array(network, "input_mean"), 1e-14);
    }

    /** Weights that let nothing through but the channel of the mask. */
    @Test
    void thePixelsOfACheckerboardAreTold() {
        for (boolean oddPass : new boolean[] {true, false}) {
            RealNvpNet network = RealNvpNet.ofPixels(oddPass, 1, 1, 1);
            NDArray x = manager.zeros(new Shape(1, 1, 8, 8), DataType.FLOAT64);
            network.initialize(manager, DataType.FLOAT64, x.getShape());
            // Beside x and -x the third channel is the mask: the middle of its convolution counts.
            double[] first = new double[27];
            first[18 + 4] = 2;
            set(network, "first_weight", first);
            set(network, "skip_weight", 1);
            set(network, "block0_second_scale", 0);
            set(network, "block0_second_bias", 0);
            set(network, "block0_skip_scale", 0);
            for (String name : new String[] {"first", "skip", "block0_skip", "last"}) {
                set(network, name + "_bias", 0);
            }
            set(network, "last_weight", 1);
            set(network, "last_scale", 1);
            double[] z = doubles(forward(network, x, false));
            double one = 1 / Math.sqrt(1 + 1e-4);
            for (int i = 0; i < 64; i++) {
                boolean odd = (i / 8 + i % 8) % 2 == 1;
                assertEquals(odd == oddPass ? one : 0, z[i], 1e-12);
            }
        }
    }

    private NDArray pixel(double value) {
        return manager.create(new double[] {value}, new Shape(1, 1, 1, 1));
    }

    private NDArray forward(KernelBlock network, NDArray x, boolean training) {
        try (NoGrad noGrad = NoGrad.open()) {
            return network.forward(store(manager), new NDList(x), training).get(0);
        }
    }

    private static void set(KernelBlock network, String name, double... values) {
        network.getDirectParameters().get(name).getArray().set(DoubleBuffer.wrap(values));
    }

    private static double[] array(KernelBlock network, String name) {
        return doubles(network.getDirectParameters().get(name).getArray());
    }
}
