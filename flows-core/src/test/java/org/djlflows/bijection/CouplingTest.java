package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;

import org.djlflows.kernel.Kernel;
import org.djlflows.nn.ConvNet;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Additive;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.Univariate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

class CouplingTest {

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
    void theMaskDecidesWhatPasses() {
        Map<Mask, boolean[]> masks =
                Map.of(
                        Mask.KEEP_FIRST_HALF,
                        new boolean[] {true, true, false, false, false},
                        Mask.KEEP_SECOND_HALF,
                        new boolean[] {false, false, true, true, true},
                        Mask.KEEP_ODD,
                        new boolean[] {false, true, false, true, false},
                        Mask.KEEP_EVEN,
                        new boolean[] {true, false, true, false, true},
                        Mask.of(true, false, false, true, false),
                        new boolean[] {true, false, false, true, false});
        masks.forEach(
                (mask, passes) -> {
                    assertArrayEquals(passes, passes(mask, 5));
                    Coupling coupling = coupling(mask, 5);
                    Fixtures.randomise(coupling);
                    NDArray x = manager.randomNormal(0, 1, new Shape(1, 5), DataType.FLOAT64);
                    double[] before = x.toDoubleArray();
                    double[] after =
                            doubles(coupling.forward(store(manager), new NDList(x), false).get(0));
                    for (int i = 0; i < 5; i++) {
                        if (passes[i]) {
                            assertEquals(before[i], after[i]);
                        } else {
                            assertNotEquals(before[i], after[i]);
                        }
                    }
                });
    }

    @Test
    void movesByTheFormula() {
        // The conditioner passes its input on: z_b = x_b + W x_a + b.
        Coupling coupling =
                new Coupling(
                        Mask.KEEP_FIRST_HALF,
                        new Additive(),
                        new LambdaBlock(features -> new NDList(features.get(0)), "same"));
        coupling.initialize(manager, DataType.FLOAT64, new Shape(1, 4));
        set(coupling, "weight", 1, 2, 3, 4);
        set(coupling, "bias", 10, 20);
        NDArray x = manager.create(new double[] {1, -1, 5, 7}, new Shape(1, 4));
        NDList z = coupling.forward(store(manager), new NDList(x), false);
        assertArrayEquals(
                new double[] {1, -1, 5 + 1 - 2 + 10, 7 + 3 - 4 + 20}, z.get(0).toDoubleArray());
        assertArrayEquals(new double[] {0}, z.get(1).toDoubleArray());
    }

    @Test
    void parametersOfOneScalarLieTogetherOnTheirAxis() {
        // Affine: shift rows first, then scale rows, as theta is (count, n).
        Coupling coupling =
                new Coupling(
                        Mask.KEEP_FIRST_HALF,
                        new Affine(ScaleMap.SOFT_CLIP),
                        new LambdaBlock(features -> new NDList(features.get(0)), "same"));
        coupling.initialize(manager, DataType.FLOAT64, new Shape(1, 3));
        set(coupling, "bias", 10, 20, 0.5, -0.5);
        double scale = 0.5 / (1 + 0.5 / Math.log(1000));
        NDArray x = manager.create(new double[] {9, 1, 1}, new Shape(1, 3));
        NDList z = coupling.forward(store(manager), new NDList(x), false);
        double[] expected = {9, Math.exp(scale) + 10, Math.exp(-scale) + 20};
        assertArrayEquals(expected, z.get(0).toDoubleArray(), 1e-12);
        assertArrayEquals(new double[] {0}, z.get(1).toDoubleArray(), 1e-12);
    }

    @Test
    void aDirectCouplingTakesParametersAsTheyCome() {
        // Shifts 4 and 5, then the parameters of the scales.
        Coupling coupling =
                Coupling.direct(
                        Mask.of(true, true, true, true, false, false),
                        new Affine(ScaleMap.EXPONENTIAL),
                        new LambdaBlock(features -> new NDList(features.get(0)), "same"));
        NDArray x = manager.create(new double[] {4, 5, -1, 0.5, 7, 8}, new Shape(1, 6));
        coupling.initialize(manager, DataType.FLOAT64, x.getShape());
        assertEquals(0, coupling.getParameters().size());
        NDList z = coupling.forward(store(manager), new NDList(x), false);
        double[] expected = {4, 5, -1, 0.5, 7 * Math.exp(-1) + 4, 8 * Math.exp(0.5) + 5};
        assertArrayEquals(expected, z.get(0).toDoubleArray(), 1e-14);
        assertArrayEquals(new double[] {-0.5}, z.get(1).toDoubleArray(), 1e-14);
    }

    @Test
    void aNetworkOfAnotherNumberOfParametersIsRefused() {
        Coupling coupling =
                Coupling.direct(Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.EXPONENTIAL), new Mlp(5));
        assertRefused(
                IllegalArgumentException.class,
                "Coupling: expected a network that makes the 4 parameters of the scalar maps, got"
                        + " one that makes (1, 5)",
                () -> coupling.initialize(manager, DataType.FLOAT64, new Shape(1, 4)));
    }

    @Test
    void aRandomHalfPasses() {
        boolean[] some = passes(Mask.keepRandomHalf(0), 17);
        boolean[] others = passes(Mask.keepRandomHalf(1), 17);
        for (boolean[] half : new boolean[][] {some, others}) {
            int passing = 0;
            for (boolean passes : half) {
                passing += passes ? 1 : 0;
            }
            assertEquals(8, passing);
        }
        assertFalse(Arrays.equals(some, others));
        assertArrayEquals(some, passes(Mask.keepRandomHalf(0), 17));
    }

    private static void set(Coupling coupling, String name, double... values) {
        coupling.getDirectParameters().get(name).getArray().set(java.nio.DoubleBuffer.wrap(values));
    }

    @Test
    void isTheIdentityAtFirst() {
        for (Mask mask :
                new Mask[] {
                    Mask.KEEP_FIRST_HALF, Mask.KEEP_SECOND_HALF, Mask.KEEP_ODD, Mask.KEEP_EVEN
                }) {
            Coupling coupling = coupling(mask, 5);
            NDArray x = manager.randomNormal(0, 1, new Shape(3, 5), DataType.FLOAT64);
            NDList z = coupling.forward(store(manager), new NDList(x), false);
            assertClose(x, z.get(0), 1e-14);
            assertArrayEquals(new double[3], z.get(1).toDoubleArray(), 1e-13);
        }
    }

    @Test
    void aMaskThatMovesNothingIsRefused() {
        for (Mask mask : new Mask[] {Mask.of(true, true, true), Mask.KEEP_EVEN}) {
            int features = mask == Mask.KEEP_EVEN ? 1 : 3;
            assertRefused(
                    IllegalArgumentException.class,
                    "Coupling: expected a mask that moves something",
                    () -> coupling(mask, features));
        }
    }

    @Test
    void aMaskOfAnotherSizeIsRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "Mask: expected 3 places, got 4",
                () -> coupling(Mask.of(true, false, false), 4));
    }

    private static boolean[] passes(Mask mask, int size) {
        return ((Channels) mask.division()).passes(size);
    }

    /** Pixels of one colour pass, and each of the others is moved by what its neighbours are. */
    @Test
    void aCheckerboardDividesPixels() {
        for (Mask mask : new Mask[] {Mask.KEEP_EVEN_PIXELS, Mask.KEEP_ODD_PIXELS}) {
            Coupling coupling =
                    new Coupling(mask, new Affine(ScaleMap.SOFT_CLIP), new ConvNet(8, 4));
            Shape shape = new Shape(1, 2, 4, 6);
            coupling.initialize(manager, DataType.FLOAT64, shape);
            Fixtures.randomise(coupling);
            double[] x = doubles(manager.randomNormal(0, 1, shape, DataType.FLOAT64));
            double[] z = forward(coupling, x, shape);
            for (int i = 0; i < x.length; i++) {
                boolean even = (i / 6 % 4 + i % 6) % 2 == 0;
                assertEquals(even == (mask == Mask.KEEP_EVEN_PIXELS), x[i] == z[i]);
                double[] other = x.clone();
                other[i] += 1;
                double[] moved = forward(coupling, other, shape);
                for (int j = 0; j < x.length; j++) {
                    boolean neighbour =
                            Math.abs(i / 6 % 4 - j / 6 % 4) + Math.abs(i % 6 - j % 6) == 1;
                    if (x[i] != z[i] && i != j) {
                        assertEquals(z[j], moved[j]);
                    } else if (neighbour) {
                        assertNotEquals(z[j], moved[j]);
                    }
                }
            }
        }
    }

    private double[] forward(Coupling coupling, double[] x, Shape shape) {
        NDList in = new NDList(manager.create(x, shape));
        return doubles(coupling.forward(store(manager), in, false).get(0));
    }

    @Test
    void aCheckerboardOfAnOddSizeIsRefused() {
        for (long[] shape : new long[][] {{1, 2, 3, 4}, {1, 2, 4, 3}, {1, 4}}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "Mask: expected images (channels, height, width) with an even height and width",
                    () ->
                            new Coupling(Mask.KEEP_ODD_PIXELS, new Additive(), new ConvNet(4, 4))
                                    .initialize(manager, DataType.FLOAT32, new Shape(shape)));
        }
    }

    @Test
    void aMaskDoesNotFollowItsArray() {
        boolean[] passes = {true, false};
        Mask mask = Mask.of(passes);
        passes[1] = true;
        passes(mask, 2)[0] = false;
        assertArrayEquals(new boolean[] {true, false}, passes(mask, 2));
    }

    @Test
    void aSoleFeatureIsMovedByBothHalves() {
        for (Mask mask : new Mask[] {Mask.KEEP_FIRST_HALF, Mask.KEEP_SECOND_HALF, Mask.KEEP_ODD}) {
            assertArrayEquals(new boolean[] {false}, passes(mask, 1));
            Coupling coupling = coupling(mask, 1);
            Fixtures.randomise(coupling);
            NDArray x = manager.ones(new Shape(2, 1), DataType.FLOAT64);
            NDList z = coupling.forward(store(manager), new NDList(x), false);
            assertNotEquals(1, z.get(0).toDoubleArray()[0]);
            NDList back = coupling.inverse(store(manager), new NDList(z.get(0)), false);
            assertClose(x, back.get(0), 1e-10);
        }
    }

    @Test
    void inPartsItTellsTrainingFromEvaluation() {
        Coupling coupling =
                new Coupling(
                        Mask.KEEP_FIRST_HALF,
                        new ShiftOfPhase(),
                        new LambdaBlock(list -> new NDList(list.get(0)), "foreign"));
        coupling.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        NDList x = new NDList(manager.zeros(new Shape(1, 2), DataType.FLOAT64));
        for (boolean training : new boolean[] {false, true, false}) {
            double moved = coupling.forward(store(manager), x, training).get(0).getDouble(0, 1);
            assertEquals(training ? 1 : 2, moved);
        }
    }

    /** Differs in training. */
    private static final class ShiftOfPhase extends Univariate {

        ShiftOfPhase() {
            super(1);
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            return Optional.of(
                    Kernel.of(
                                    "shift",
                                    """
                                    def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                                        return x + SHIFT, torch.zeros_like(x)


                                    def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                                        return z - SHIFT, torch.zeros_like(z)
                                    """)
                            .with("SHIFT", training ? 1.0 : 2.0));
        }
    }

    private Coupling coupling(Mask mask, int features) {
        Coupling coupling = new Coupling(mask, new RationalQuadraticSpline(4, 3), new Mlp(8));
        coupling.initialize(manager, DataType.FLOAT64, new Shape(1, features));
        return coupling;
    }
}
