package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.spec.Activation;
import org.djlflows.spec.SplineConstraint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.Random;

/** Loops in vectors and those of the compiler give the same numbers. */
class LoopsTest {

    private static final Loops PLAIN = new PlainLoops();
    private static final Loops VECTORS = new VectorLoops();

    /** The build adds the module to its tests. */
    @Test
    void vectorsAreTakenWhereTheModuleIs() {
        assertInstanceOf(VectorLoops.class, Loops.CHOSEN);
    }

    private static float[] numbers(int count, double size, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count + Workspace.LANES];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (size * random.nextGaussian());
        }
        return values;
    }

    @Test
    void productsAgree() {
        int[][] sizes = {{1, 1}, {3, 5}, {64, 64}, {7, 130}, {131, 6}, {4, 0}};
        for (int[] size : sizes) {
            Linear map =
                    new Linear(
                            Arrays.copyOf(numbers(size[0] * size[1], 1, 1), size[0] * size[1]),
                            Arrays.copyOf(numbers(size[0], 1, 2), size[0]),
                            size[1]);
            for (int rows : new int[] {1, 32, 96}) {
                float[] x = numbers(size[1] * rows, 1, 3);
                for (int begin : new int[] {0, size[0] / 3}) {
                    int inputs = begin == 0 ? size[1] : size[1] / 2;
                    float[] plain = new float[size[0] * rows + Workspace.LANES];
                    float[] vectors = plain.clone();
                    PLAIN.product(map, begin, size[0], inputs, x, plain, rows);
                    VECTORS.product(map, begin, size[0], inputs, x, vectors, rows);
                    for (int k = begin * rows; k < size[0] * rows; k++) {
                        assertEquals(
                                exact(map, inputs, x, k / rows, k % rows, rows), plain[k], 2e-5);
                        assertEquals(plain[k], vectors[k], 2e-5);
                    }
                }
            }
        }
    }

    private static double exact(Linear map, int inputs, float[] x, int o, int row, int rows) {
        double sum = map.bias[o];
        for (int i = 0; i < inputs; i++) {
            sum += (double) map.byOutput[o * map.inputs + i] * x[i * rows + row];
        }
        return sum;
    }

    /** One of many rows goes another way than one alone. */
    @Test
    void aProductDoesNotDependOnTheRowsBeside() {
        Linear map =
                new Linear(
                        Arrays.copyOf(numbers(37 * 41, 1, 1), 37 * 41),
                        Arrays.copyOf(numbers(37, 1, 2), 37),
                        41);
        float[] x = numbers(41 * 32, 1, 3);
        float[] one = new float[41];
        for (int i = 0; i < 41; i++) {
            one[i] = x[i * 32 + 9];
        }
        for (Loops loops : new Loops[] {PLAIN, VECTORS}) {
            float[] all = new float[37 * 32 + Workspace.LANES];
            float[] alone = new float[37 + Workspace.LANES];
            loops.product(map, 0, 37, 41, x, all, 32);
            loops.product(map, 0, 37, 41, one, alone, 1);
            for (int o = 0; o < 37; o++) {
                assertEquals(alone[o], all[o * 32 + 9]);
            }
            float[] few = new float[37 + Workspace.LANES];
            Arrays.fill(few, 7);
            loops.product(map, 10, 30, 41, one, few, 1);
            loops.product(map, 30, 33, 41, one, few, 1);
            assertArrayEquals(Arrays.copyOfRange(alone, 10, 33), Arrays.copyOfRange(few, 10, 33));
            for (int o = 33; o < 37; o++) {
                assertEquals(7, few[o]);
            }
            assertEquals(7, few[9]);
        }
    }

    /** Outputs that fill vectors and those that do not; the rows behind are left as they are. */
    @Test
    void sparseProductsAgree() {
        for (int outputs : new int[] {1, 16, 85, 192}) {
            int inputs = 50;
            SparseLinear map =
                    new SparseLinear(
                            Arrays.copyOf(numbers(inputs * outputs, 1, 1), inputs * outputs),
                            Arrays.copyOf(numbers(outputs, 1, 2), outputs));
            int rows = 3;
            float[] x = numbers(inputs * rows, 1, 3);
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.max(x[i], 0);
            }
            float[] plain = numbers(outputs * rows, 1, 4);
            float[] vectors = plain.clone();
            double[] exact = new double[outputs * rows];
            for (int k = 0; k < exact.length; k++) {
                exact[k] = plain[k];
                for (int i = 0; i < inputs; i++) {
                    float weight = map.byInput[i][k % outputs];
                    exact[k] += (double) x[k / outputs * inputs + i] * weight;
                }
            }
            PLAIN.addSparse(map, x, plain, rows);
            VECTORS.addSparse(map, x, vectors, rows);
            for (int k = 0; k < exact.length; k++) {
                assertEquals(exact[k], plain[k], 2e-5);
                assertEquals(exact[k], vectors[k], 2e-5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void activationsAreTheSameToTheLastBit(Activation activation) {
        float[] plain = numbers(500, 6, 4);
        plain[3] = Float.POSITIVE_INFINITY;
        plain[4] = Float.NEGATIVE_INFINITY;
        plain[5] = Float.NaN;
        plain[6] = 200;
        plain[7] = -200;
        plain[8] = 0;
        float[] vectors = plain.clone();
        PLAIN.activate(activation, plain, 0, 500);
        VECTORS.activate(activation, vectors, 0, 500);
        assertArrayEquals(Arrays.copyOf(plain, 500), Arrays.copyOf(vectors, 500));
    }

    @Test
    void functionsAreExactToRounding() {
        float[] x = numbers(20_000, 20, 5);
        float[] exps = x.clone();
        VECTORS.exp(exps, 0, 20_000);
        for (int i = 0; i < 20_000; i++) {
            assertEquals(FloatMath.exp(x[i]), exps[i]);
            assertClose(Math.exp(x[i]), exps[i]);
            assertClose(Math.tanh(x[i] / 10), FloatMath.tanh(x[i] / 10));
            assertClose(Math.log1p(Math.exp(x[i])), FloatMath.softplus(x[i]));
            if (exps[i] >= Float.MIN_NORMAL && exps[i] <= Float.MAX_VALUE) {
                assertClose(Math.log(exps[i]), FloatMath.log(exps[i]));
            }
        }
        assertEquals(Float.POSITIVE_INFINITY, FloatMath.exp(89));
        assertEquals(0, FloatMath.exp(-104), 2e-45);
        assertTrue(Float.isNaN(FloatMath.log(-1)) && Float.isNaN(FloatMath.exp(Float.NaN)));
    }

    private static void assertClose(double exact, float got) {
        double rounding = Math.max(Math.abs(exact) * 3e-7, Float.MIN_NORMAL);
        double nearest = exact > Float.MAX_VALUE ? Double.POSITIVE_INFINITY : exact;
        assertEquals(nearest, got, rounding);
    }

    @Test
    void splinesAreTheSameToTheLastBit() {
        Workspace workspace = Workspace.ofThread();
        for (SplineConstraint constraint : SplineConstraint.values()) {
            for (boolean closed : new boolean[] {false, true}) {
                RationalQuadraticSpline spline =
                        new RationalQuadraticSpline(7, 3, constraint, closed);
                int n = 70;
                float[] theta = numbers(n * spline.parameters(), 2, 6);
                for (boolean forward : new boolean[] {true, false}) {
                    float[] alone = numbers(n, 2, 7);
                    alone[2] = 3;
                    alone[3] = -3;
                    alone[4] = Float.NaN;
                    float[] vectors = alone.clone();
                    float[] logOfAlone = new float[n + Workspace.LANES];
                    float[] logOfVectors = new float[n + Workspace.LANES];
                    for (int i = 0; i < n; i++) {
                        move(workspace, spline, forward, alone, theta, logOfAlone, n, i, i + 1);
                    }
                    move(workspace, spline, forward, vectors, theta, logOfVectors, n, 0, n);
                    assertArrayEquals(alone, vectors);
                    assertArrayEquals(Arrays.copyOf(logOfAlone, n), Arrays.copyOf(logOfVectors, n));
                }
            }
        }
    }

    private static void move(
            Workspace workspace,
            RationalQuadraticSpline spline,
            boolean forward,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to) {
        if (forward) {
            spline.forward(workspace, x, theta, logSlope, n, from, to);
        } else {
            spline.inverse(workspace, x, theta, logSlope, n, from, to);
        }
    }
}
