package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.djlflows.tensors.ElementType;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** That of Java alone against the kernel, over columns of all kinds and a context of all kinds. */
class AnyOrderComparisonTest {

    private static final float NONE = Float.NaN;
    private static final float MISSING = Float.POSITIVE_INFINITY;
    private static final int CONTEXT = 4;
    private static final long YEAR_2024 = 1_704_067_200;
    private static final List<Column> COLUMNS =
            List.of(
                    new Column.Real(List.of(0.0), -100, 100, true),
                    new Column.Whole(List.of(), -100, 100, false),
                    new Column.Category(List.of("p", "q"), 0.01, true),
                    new Column.Time("", YEAR_2024, YEAR_2024 + 3e7, false),
                    new Column.Real(List.of(), -20, 20, false),
                    new Column.Real(List.of(0.25, 1.0), 0.01, 200, true),
                    new Column.Whole(List.of(), -80, 80, true),
                    new Column.Whole(List.of(0.0, 4.0), -2, 40, false),
                    new Column.Category(List.of("a", "b", "c"), 0.02, true),
                    new Column.Time("", YEAR_2024, YEAR_2024 + 3e7, true));
    private static final int WIDTH = COLUMNS.size();
    private static final int OWN = WIDTH - CONTEXT;

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
        Map<String, StoredWeights.Tensor> tensors = new LinkedHashMap<>();
        for (Pair<String, Parameter> entry : ParameterNames.paths(kernel)) {
            NDArray array = entry.getValue().getArray();
            tensors.put(
                    entry.getKey(),
                    new StoredWeights.Tensor(
                            ElementType.FLOAT32,
                            array.getShape().getShape(),
                            array.toFloatArray()));
        }
        return new StoredWeights(tensors);
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
                (float) (YEAR_2024 + 1.5e7 + 4e6 * random.nextGaussian()),
                (float) (2 * a - b + 0.01 * random.nextGaussian()),
                (float)
                        (random.nextInt(3) == 0
                                ? 0.25
                                : Math.exp(0.5 * b + 0.3 * random.nextGaussian())),
                (float) Math.rint(10 * a + 3 * random.nextGaussian()),
                (float) (random.nextInt(2) * Math.rint(Math.exp(1 + 0.5 * a))),
                (float) Math.abs(Math.rint(a)),
                (float) (YEAR_2024 + 1e7 + 5e6 * b)
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
}
