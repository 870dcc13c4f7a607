package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

import org.djlflows.NormalizingFlow;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.OptionalDouble;

class StandardizeTest {

    private NDManager manager;
    private Standardize layer;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        layer = new Standardize();
        layer.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void standardisesByTheMomentsOfThePopulation() {
        NDArray x = rows(1, 100, 3, 100, 5, 400);
        layer.fit(x);
        NDList z = layer.forward(store(manager), new NDList(x), false);
        double first = Math.sqrt(8 / 3.0);
        double second = Math.sqrt(20_000);
        double[] expected = {-2 / first, -100 / second, 0, -100 / second, 2 / first, 200 / second};
        assertArrayEquals(expected, z.get(0).toDoubleArray(), 1e-12);
        // The change of units counts in the density.
        double logDet = -Math.log(first) - Math.log(second);
        assertArrayEquals(new double[] {logDet, logDet, logDet}, z.get(1).toDoubleArray(), 1e-12);
        NDList back = layer.inverse(store(manager), new NDList(z.get(0)), false);
        assertClose(x, back.get(0), 1e-12);
        assertClose(z.get(1).neg(), back.get(1), 1e-12);
    }

    @Test
    void theDensityIsInTheUnitsOfTheData() {
        NormalizingFlow flow = new NormalizingFlow(layer, new StandardNormal());
        flow.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        layer.fit(rows(-10, 0, 10, 2));
        // The normal density with deviations 10 and 1 at its mean.
        double expected = -Math.log(2 * Math.PI * 10);
        assertEquals(expected, flow.logProb(rows(0, 1)).toDoubleArray()[0], 1e-12);
    }

    @Test
    void isTheIdentityBeforeTheFit() {
        NDArray x = rows(1, 100, 3, -7);
        NDList z = layer.forward(store(manager), new NDList(x), true);
        assertClose(x, z.get(0), 0);
        assertEquals(0, z.get(1).abs().sum().toDoubleArray()[0]);
    }

    /**
     * Behind a trained layer the gradient of x counts, also where x is the centre or in the tails.
     */
    @Test
    void gradientsAreFiniteAtTheCentre() {
        Standardize tails = new Standardize(OptionalDouble.of(2));
        tails.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        tails.set(new double[] {3, 5}, new double[] {2, 0.5});
        Kernel kernel = tails.kernel(true).orElseThrow();
        Program program =
                Program.of(
                        Kernel.of(
                                        "gradient",
                                        "def gradient(x: Tensor, p: List[Tensor]) -> Tensor:\n"
                                                + "    tape: List[Tensor] = []\n"
                                                + "    z, l = layer.record(x, None, p, tape)\n"
                                                + "    g = torch.ones_like(l)\n"
                                                + "    return layer.backward(2 * z, g, None, p, tape,"
                                                + " [])[0]\n")
                                .calling("layer", kernel),
                        2,
                        "gradient");
        NDList p =
                new NDList(
                        tails.getParameters().values().stream().map(Parameter::getArray).toList());
        NDArray x = rows(3, 5, 7, 4);
        double[] got =
                program.call("gradient", new NDList(x), new NDList(), p).get(0).toDoubleArray();
        // Of the sum of squares plus the log-determinant; 7 is two deviations away, 4 too.
        assertEquals(0, got[0]);
        assertEquals(0, got[1]);
        assertTrue(Double.isFinite(got[2]) && Double.isFinite(got[3]));
        double[] far =
                program.call("gradient", new NDList(rows(11, 5, 3, 1)), new NDList(), p)
                        .get(0)
                        .toDoubleArray();
        // z = 4 becomes 2 (1 + log 2), with slope 1 / 2; the log-slope falls by 1 / z.
        assertEquals((2 * 2 * (1 + Math.log(2)) / 2 - 1 / 4.0) / 2, far[0], 1e-12);
    }

    @Test
    void tailsBeginSomewhere() {
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "expected tails from a positive number of deviations on, got " + wrong,
                    () -> new Standardize(OptionalDouble.of(wrong)));
        }
    }

    @Test
    void isNeverTrained() {
        layer.getParameters().values().forEach(p -> assertFalse(p.requiresGradient()));
        assertEquals(2, layer.getParameters().size());
    }

    @Test
    void keepsLargeOffsetsApart() {
        // Seconds since 1970: float32 sums of squares would give no deviation at all.
        Standardize narrow = new Standardize();
        narrow.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        float[] seconds = new float[100];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = 1.7e9f + 128 * i;
        }
        NDArray x = manager.create(seconds, new Shape(100, 1));
        narrow.fit(x);
        NDArray z = narrow.forward(store(manager), new NDList(x), false).get(0);
        assertEquals(1, z.square().mean().getFloat(), 0.02);
    }

    @Test
    void aConstantColumnIsRefused() {
        layer.fit(rows(0, 0, 2, 2));
        String message = "expected finite values that vary, got entry 1 with standard deviation";
        for (double constant : new double[] {0, 0.1, 1e17}) {
            assertRefused(
                    IllegalArgumentException.class,
                    message,
                    () -> layer.fit(rows(1, constant, 2, constant, 5, constant)));
        }
        assertRefused(IllegalArgumentException.class, "got entry 0", () -> layer.fit(rows(1, 2)));
        // The earlier fit stays.
        NDArray z = layer.forward(store(manager), new NDList(rows(2, 2)), false).get(0);
        assertArrayEquals(new double[] {1, 1}, z.toDoubleArray());
    }

    @Test
    void valuesThatAreNotFiniteAreRefused() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "expected finite values that vary, got entry 1",
                    () -> layer.fit(rows(1, 2, 3, bad, 5, 6)));
        }
    }

    @Test
    void fitNeedsTheShapesOfInitialize() {
        assertRefused(
                IllegalArgumentException.class,
                "expected input shape (batch, 2), got (1, 3)",
                () -> layer.fit(manager.ones(new Shape(1, 3), DataType.FLOAT64)));
        assertRefused(
                IllegalStateException.class,
                "not initialized",
                () -> new Standardize().fit(rows(1, 2)));
    }

    private NDArray rows(double... values) {
        return manager.create(values, new Shape(values.length / 2, 2));
    }
}
