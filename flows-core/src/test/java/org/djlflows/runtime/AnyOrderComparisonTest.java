package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.spec.Column;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.SplineConstraint;
import org.djlflows.spec.TableFlow;
import org.djlflows.tensors.SavedArray;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** That of Java alone against the kernel, over columns of all kinds and a context of all kinds. */
class AnyOrderComparisonTest {

    private static final float NONE = Float.NaN;
    private static final float MISSING = Float.POSITIVE_INFINITY;
    private static final int CONTEXT = 4;
    private static final List<Column> COLUMNS =
            List.of(
                    new Column.Real(List.of(0.0), -100, 100, true),
                    new Column.Whole(List.of(), -100, 100, false),
                    new Column.Category(List.of("p", "q"), 0.01, true),
                    new Column.Time("", -2e7, 5e7, false),
                    new Column.Real(List.of(), -20, 20, false),
                    new Column.Real(List.of(0.25, 1.0), 0.01, 200, true),
                    new Column.Whole(List.of(), -80, 80, true),
                    new Column.Whole(List.of(0.0, 4.0), -2, 40, false),
                    new Column.Category(List.of("a", "b", "c"), 0.02, true),
                    new Column.Time("", -2e7, 5e7, true));
    private static final int WIDTH = COLUMNS.size();
    private static final int OWN = WIDTH - CONTEXT;

    /** Of log-probabilities of -400, by float32 values of which they are the squares. */
    private static final double FAR_OFF = 3e-5;

    /** Those of the columns that are modelled. */
    private static final int[] NUMBERS = {0, 1, 2, 3, 5};

    private static NDManager manager;
    private static org.djlflows.distribution.AnyOrder kernel;
    private static AnyOrder java;

    @BeforeAll
    static void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(7);
        TableFlow flow =
                new TableFlow(
                        24,
                        10,
                        2,
                        6,
                        new ScalarMap.RationalQuadraticSpline(6, 4, SplineConstraint.SOFTPLUS),
                        3);
        kernel =
                new org.djlflows.distribution.AnyOrder(
                        flow,
                        new org.djlflows.univariate.RationalQuadraticSpline(6, 4),
                        COLUMNS,
                        CONTEXT);
        kernel.initialize(manager, DataType.FLOAT32, new Shape(1, OWN), new Shape(1, CONTEXT));
        float[] table = rows(new Random(1), 800);
        withHoles(new Random(2), table, 0.1);
        kernel.fit(arrays(table));
        randomise();
        java = new AnyOrder(flow, COLUMNS, CONTEXT, weights());
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    /** Weights alone: a random deviation would not be positive. */
    private static void randomise() {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> entry : kernel.getParameters()) {
                if (entry.getValue().requiresGradient()) {
                    NDArray array = entry.getValue().getArray();
                    float size = entry.getKey().contains("number") ? 0.1f : 0.2f;
                    array.addi(manager.randomNormal(0, size, array.getShape(), DataType.FLOAT32));
                }
            }
        }
    }

    private static StoredWeights weights() {
        List<SavedArray> arrays = new ArrayList<>();
        for (Pair<String, Parameter> entry : ParameterNames.paths(kernel)) {
            NDArray array = entry.getValue().getArray();
            FloatBuffer values = FloatBuffer.wrap(array.toFloatArray());
            arrays.add(new SavedArray(entry.getKey(), array.getShape().getShape(), values));
        }
        return new StoredWeights(arrays);
    }

    /** Rows whose columns depend on each other. */
    private static float[] rows(Random random, int count) {
        float[] table = new float[count * WIDTH];
        for (int i = 0; i < count; i++) {
            double a = random.nextGaussian();
            double b = a + 0.3 * random.nextGaussian();
            float[] row = {
                (float) (random.nextInt(4) == 0 ? 0 : 10 * a),
                (float) Math.rint(20 * b),
                random.nextInt(3),
                (float) (1.5e7 + 4e6 * random.nextGaussian()),
                (float) (2 * a - b + 0.01 * random.nextGaussian()),
                (float)
                        (random.nextInt(3) == 0
                                ? 0.25
                                : Math.exp(0.5 * b + 0.3 * random.nextGaussian())),
                (float) Math.rint(10 * a + 3 * random.nextGaussian()),
                (float) (random.nextInt(2) * Math.rint(Math.exp(1 + 0.5 * a))),
                (float) Math.abs(Math.rint(a)),
                (float) (1e7 + 5e6 * b)
            };
            System.arraycopy(row, 0, table, i * WIDTH, WIDTH);
        }
        return table;
    }

    /** Of cells a share is not known, and where they can be, as many are missing. */
    private static void withHoles(Random random, float[] table, double share) {
        for (int i = 0; i < table.length; i++) {
            double u = random.nextDouble();
            boolean context = i % WIDTH < CONTEXT;
            if (u < share && !context) {
                table[i] = NONE;
            } else if (u > 1 - share && COLUMNS.get(i % WIDTH).missing()) {
                table[i] = MISSING;
            }
        }
    }

    private static NDList arrays(float[] table) {
        int count = table.length / WIDTH;
        float[] x = new float[count * OWN];
        float[] c = new float[count * CONTEXT];
        for (int i = 0; i < count; i++) {
            System.arraycopy(table, i * WIDTH, c, i * CONTEXT, CONTEXT);
            System.arraycopy(table, i * WIDTH + CONTEXT, x, i * OWN, OWN);
        }
        return new NDList(
                manager.create(x, new Shape(count, OWN)),
                manager.create(c, new Shape(count, CONTEXT)));
    }

    private static double[] logProb(float[] table) {
        double[] result = new double[table.length / WIDTH];
        java.logProb(table, result.length, result);
        return result;
    }

    private static void assertSame(float[] table) {
        NDList arrays = arrays(table);
        double[] expected = Fixtures.doubles(kernel.logProb(arrays.get(0), arrays.get(1)));
        double[] got = logProb(table);
        assertClose(expected, got, 1e-5);
    }

    private static void assertClose(double[] expected, double[] got, double tolerance) {
        assertEquals(expected.length, got.length);
        for (int i = 0; i < expected.length; i++) {
            double size = Math.max(1, Math.abs(expected[i]));
            int at = i;
            assertEquals(
                    expected[i],
                    got[i],
                    Double.isFinite(expected[i]) ? tolerance * size : 0,
                    () -> "number " + at);
        }
    }

    @Test
    void completeRowsAreTheSame() {
        assertSame(rows(new Random(3), 100));
    }

    @Test
    void rowsOfWhichLittleIsKnownAreTheSame() {
        for (double share : new double[] {0.1, 0.4, 0.9}) {
            float[] table = rows(new Random(4), 100);
            withHoles(new Random(5), table, share / 2);
            assertSame(table);
        }
        float[] nothing = rows(new Random(4), 1);
        Arrays.fill(nothing, CONTEXT, WIDTH, NONE);
        assertEquals(0, logProb(nothing)[0]);
    }

    /** Values far off, atoms, levels that were never seen and numbers that cannot be. */
    @Test
    void oddRowsAreTheSame() {
        float[] odd = {-1e9f, -3e4f, -1, 0, 0.25f, 1, 2, 2.5f, 4, 17, 3e4f, 1e9f, 1e30f};
        float[] table = rows(new Random(6), odd.length * WIDTH);
        for (int i = 0; i < odd.length * WIDTH; i++) {
            table[i * WIDTH + i % WIDTH] = odd[i / WIDTH];
        }
        assertSame(table);
        assertTrue(Arrays.stream(logProb(table)).anyMatch(Double::isInfinite));
    }

    @Test
    void rowsDoNotDependOnThoseBeside() {
        float[] table = rows(new Random(7), 75);
        withHoles(new Random(8), table, 0.1);
        double[] all = logProb(table);
        for (int i = 0; i < all.length; i++) {
            float[] row = Arrays.copyOfRange(table, i * WIDTH, (i + 1) * WIDTH);
            assertEquals(all[i], logProb(row)[0]);
        }
    }

    @Test
    void classesGivenAllElseAreTheSame() {
        float[] table = rows(new Random(9), 70);
        withHoles(new Random(10), table, 0.1);
        for (int j = 0; j < OWN; j++) {
            double[] expected = Fixtures.doubles(kernel.logClasses(arrays(table), j));
            assertClose(expected, java.logClasses(table, 70, j), 1e-5);
        }
    }

    @Test
    void partsGivenAllElseAreTheSame() {
        float[] table = rows(new Random(11), 40);
        withHoles(new Random(12), table, 0.1);
        float[] values = new float[40 * 8];
        for (int j : NUMBERS) {
            for (int i = 0; i < values.length; i++) {
                float own = table[i / 8 * WIDTH + CONTEXT + j];
                float[] some = {own, own + 1, -300, 0.25f, 4, 0.5f, 300, NONE};
                values[i] = some[i % 8];
            }
            NDList expected =
                    kernel.logParts(arrays(table), j, manager.create(values, new Shape(40, 8)));
            RowDensity.LogParts got = java.logParts(table, 40, j, values);
            assertClose(Fixtures.doubles(expected.get(0)), got.below(), FAR_OFF);
            // Far off it is that of a difference of two float32 values.
            assertClose(Fixtures.doubles(expected.get(1)), got.equal(), 1e-3);
            assertClose(Fixtures.doubles(expected.get(2)), got.above(), FAR_OFF);
        }
    }

    @Test
    void quantilesGivenAllElseAreTheSame() {
        float[] table = rows(new Random(13), 40);
        withHoles(new Random(14), table, 0.1);
        double[] levels = new double[40 * 9];
        double[] some = {0, 1e-9, 0.01, 0.3, 0.5, 0.7, 0.99, 1 - 1e-9, 1};
        Arrays.setAll(levels, i -> some[i % 9]);
        for (int j : NUMBERS) {
            double[] expected =
                    Fixtures.doubles(
                            kernel.quantiles(
                                    arrays(table), j, manager.create(levels, new Shape(40, 9))));
            double[] got = Fixtures.widen(java.quantiles(table, 40, j, levels));
            if (COLUMNS.get(CONTEXT + j) instanceof Column.Whole) {
                // A level can be so near to a step that rounding decides.
                for (int i = 0; i < got.length; i++) {
                    assertEquals(expected[i], got[i], 1);
                }
                int[] other =
                        IntStream.range(0, got.length).filter(i -> got[i] != expected[i]).toArray();
                assertTrue(other.length < 4, Arrays.toString(other));
            } else {
                assertClose(expected, got, 1e-4);
            }
        }
    }

    private static SplittableRandom[] randoms(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Stream.generate(random::split).limit(count).toArray(SplittableRandom[]::new);
    }

    /** What is known stays, what is drawn can be in its column, and seeds decide. */
    @Test
    void completedRowsKeepWhatIsKnown() {
        float[] table = rows(new Random(15), 150);
        withHoles(new Random(16), table, 0.2);
        boolean[] wanted = {true, true, true, true, true, false};
        float[] got = table.clone();
        java.complete(got, wanted, randoms(150, 1));
        float[] again = table.clone();
        java.complete(again, wanted, randoms(150, 1));
        assertArrayEquals(got, again);
        float[] fewer = Arrays.copyOf(table, 41 * WIDTH);
        java.complete(fewer, wanted, randoms(41, 1));
        assertArrayEquals(Arrays.copyOf(got, fewer.length), fewer);
        for (int i = 0; i < table.length; i++) {
            int j = i % WIDTH;
            if (!Float.isNaN(table[i]) || j == WIDTH - 1) {
                assertEquals(table[i], got[i]);
            } else if (COLUMNS.get(j) instanceof Column.Number number) {
                boolean missing = number.missing() && got[i] == MISSING;
                assertTrue(missing || (got[i] >= number.least() && got[i] <= number.most()));
                assertTrue(missing || !(number instanceof Column.Whole) || got[i] % 1 == 0);
            } else {
                assertTrue(got[i] == MISSING || (got[i] >= 0 && got[i] < 3 && got[i] % 1 == 0));
            }
        }
    }

    @Test
    void cellsThatAreThereAreNotDrawnAsMissing() {
        float[] table = rows(new Random(17), 300);
        for (int i = 0; i < table.length; i++) {
            table[i] = i % WIDTH < CONTEXT ? table[i] : Float.NEGATIVE_INFINITY;
        }
        boolean[] all = new boolean[OWN];
        Arrays.fill(all, true);
        java.complete(table, all, randoms(300, 2));
        for (float cell : table) {
            assertTrue(Float.isFinite(cell), "cell " + cell);
        }
    }

    /** The distribution functions of 6,000 samples, of each column and of two together. */
    @Test
    void samplesAreDistributedAsThoseOfTheKernel() {
        int count = 6000;
        float[] one = rows(new Random(18), 1);
        float[] given = new float[count * CONTEXT];
        for (int i = 0; i < given.length; i++) {
            given[i] = one[i % CONTEXT];
        }
        float[] expected =
                kernel.sample(manager.create(given, new Shape(count, CONTEXT))).toFloatArray();
        float[] got = new float[count * WIDTH];
        for (int i = 0; i < got.length; i++) {
            got[i] = i % WIDTH < CONTEXT ? one[i % WIDTH] : NONE;
        }
        boolean[] all = new boolean[OWN];
        Arrays.fill(all, true);
        java.complete(got, all, randoms(count, 3));
        for (int j = 0; j < OWN; j++) {
            float[] a = column(expected, OWN, j);
            float[] b = column(got, WIDTH, CONTEXT + j);
            assertTrue(distance(a, b) < 0.04, "column " + j + ": " + distance(a, b));
            assertEquals(share(a, MISSING), share(b, MISSING), 0.04, "missing in column " + j);
        }
        float[] a = difference(column(expected, OWN, 0), column(expected, OWN, 3));
        float[] b = difference(column(got, WIDTH, CONTEXT), column(got, WIDTH, CONTEXT + 3));
        assertTrue(distance(a, b) < 0.04, "difference: " + distance(a, b));
    }

    private static float[] column(float[] table, int width, int j) {
        float[] column = new float[table.length / width];
        for (int i = 0; i < column.length; i++) {
            column[i] = table[i * width + j];
        }
        return column;
    }

    private static float[] difference(float[] a, float[] b) {
        float[] difference = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = 3 * a[i] - b[i];
        }
        return difference;
    }

    private static double share(float[] values, float value) {
        double count = 0;
        for (float x : values) {
            count += x == value ? 1 : 0;
        }
        return count / values.length;
    }

    /** Of Kolmogorov and Smirnov: how far the distribution functions are apart, at most. */
    private static double distance(float[] a, float[] b) {
        float[] x = a.clone();
        float[] y = b.clone();
        Arrays.sort(x);
        Arrays.sort(y);
        double most = 0;
        int i = 0;
        int j = 0;
        while (i < x.length && j < y.length) {
            float next = Math.min(x[i], y[j]);
            while (i < x.length && x[i] == next) {
                i++;
            }
            while (j < y.length && y[j] == next) {
                j++;
            }
            most = Math.max(most, Math.abs((double) i / x.length - (double) j / y.length));
        }
        return most;
    }
}
