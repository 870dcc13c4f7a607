package org.djlflows.distribution;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

import org.djlflows.kernel.NoGrad;
import org.djlflows.spec.Column;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** What {@link AnyOrder} says of single columns given the other cells. */
class ConditionalsTest {

    private static final double NONE = Double.NaN;
    private static final double MISSING = Double.POSITIVE_INFINITY;

    private static final Column REAL = new Column.Real(List.of(), -300, 300, false);
    private static final Column ATOMS = new Column.Real(List.of(4.5, -1.0), -300, 300, true);
    private static final Column WHOLE = new Column.Whole(List.of(), -300, 300, false);
    private static final Column COUNTS = new Column.Whole(List.of(7.0, 3.0), -300, 300, true);
    private static final Column LEVELS = new Column.Category(List.of("a", "b", "c"), 0.02, true);
    private static final List<Column> ALL = List.of(ATOMS, COUNTS, LEVELS, REAL, WHOLE);

    /** Places of {@link #ALL}. */
    private static final int LEVEL = 2;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private AnyOrder fresh(DataType type, int orders, int given, List<Column> columns) {
        TableFlow flow =
                new TableFlow(
                        6,
                        6,
                        1,
                        2,
                        Specs.defaults(ScalarMap.RationalQuadraticSpline.class),
                        orders);
        AnyOrder density = new AnyOrder(flow, new RationalQuadraticSpline(4, 3), columns, given);
        Shape x = new Shape(1, columns.size() - given);
        density.initialize(
                manager, type, given == 0 ? new Shape[] {x} : new Shape[] {x, new Shape(1, given)});
        return density;
    }

    /** Weights are random, and scales are those of numbers around 2 with a deviation of 3. */
    private AnyOrder density(DataType type, int orders, int given, List<Column> columns) {
        AnyOrder density = fresh(type, orders, given, columns);
        Random random = new Random(8);
        double[][] rows = new double[500][];
        for (int i = 0; i < rows.length; i++) {
            double shared = random.nextGaussian();
            rows[i] = new double[columns.size()];
            for (int j = 0; j < columns.size(); j++) {
                double x2 = 2 + 3 * (0.6 * shared + 0.8 * random.nextGaussian());
                rows[i][j] =
                        columns.get(j) instanceof Column.Category
                                ? random.nextInt(3)
                                : columns.get(j) instanceof Column.Whole ? Math.rint(x2) : x2;
            }
        }
        density.fit(inputs(type, given, rows));
        try (NoGrad noGrad = NoGrad.open()) {
            for (Parameter parameter : density.getParameters().values()) {
                if (parameter.requiresGradient()) {
                    NDArray array = parameter.getArray();
                    array.addi(
                            manager.randomNormal(0, 0.2f, array.getShape(), DataType.FLOAT64)
                                    .toType(type, false));
                }
            }
        }
        return density;
    }

    private AnyOrder density(int orders, Column... columns) {
        return density(DataType.FLOAT64, orders, 0, List.of(columns));
    }

    private NDList inputs(DataType type, int given, double[]... rows) {
        NDArray all = manager.create(rows).toType(type, false);
        return given == 0
                ? new NDList(all)
                : new NDList(all.get(":, " + given + ":"), all.get(":, :" + given));
    }

    private NDList inputs(double[]... rows) {
        return inputs(DataType.FLOAT64, 0, rows);
    }

    private static double[][] repeated(int n, double... row) {
        double[][] rows = new double[n][];
        Arrays.fill(rows, row);
        return rows;
    }

    /** Probabilities below, of and above a value. */
    private double[] parts(AnyOrder density, int column, double value, double... row) {
        NDArray v = manager.create(new double[][] {{value}});
        return density.logParts(inputs(row), column, v).stream()
                .mapToDouble(part -> Math.exp(part.toDoubleArray()[0]))
                .toArray();
    }

    /** The density or probability of column j of a row given the others, from what is tested. */
    private double conditional(AnyOrder density, Column column, int j, double... row) {
        if (column instanceof Column.Category) {
            return Math.exp(density.logClasses(inputs(row), j).toDoubleArray()[(int) row[j]]);
        }
        double equal = parts(density, j, row[j], row)[1];
        if (equal > 0) {
            return equal;
        }
        double step = 1e-4;
        double[] left = parts(density, j, row[j] - step, row);
        double[] right = parts(density, j, row[j] + step, row);
        assertEquals(right[0] - left[0], left[2] - right[2], 1e-12);
        return (right[0] - left[0]) / (2 * step);
    }

    /** Of two columns there are two orders: 2 p(a, b) = p(a) p(b | a) + p(b) p(a | b). */
    @Test
    void conditionalsAreThoseOfTheDensity() {
        double[][] cells = {{0.7, -1}, {3, 12}, {0, 2}, {-0.4, 5.1}, {1, -2}};
        for (int a = 0; a < ALL.size(); a++) {
            for (int b = 0; b < ALL.size(); b++) {
                AnyOrder density = density(2, ALL.get(a), ALL.get(b));
                for (int i = 0; i < 4; i++) {
                    double[] row = {cells[a][i / 2], cells[b][i % 2]};
                    double[] logs =
                            density.logProb(
                                            manager.create(
                                                    new double[][] {
                                                        row, {row[0], NONE}, {NONE, row[1]}
                                                    }))
                                    .toDoubleArray();
                    double first = conditional(density, ALL.get(a), 0, row);
                    double second = conditional(density, ALL.get(b), 1, row);
                    double sum = Math.exp(logs[1]) * second + Math.exp(logs[2]) * first;
                    assertEquals(1, sum / (2 * Math.exp(logs[0])), 1e-6, a + " " + b + " " + i);
                }
            }
        }
    }

    @Test
    void probabilitiesOfClassesSumToOne() {
        AnyOrder density = density(1, ALL.toArray(Column[]::new));
        double[][] rows = {
            {1.2, 5, 1, -0.7, 3}, {NONE, MISSING, 2, 4, NONE}, {NONE, NONE, NONE, NONE, NONE}
        };
        for (int j = 0; j < ALL.size(); j++) {
            int classes = ALL.get(j).classes();
            NDArray found = density.logClasses(inputs(rows), j);
            assertEquals(new Shape(3, classes + 1), found.getShape());
            double[] logs = found.toDoubleArray();
            for (int i = 0; i < 3; i++) {
                int begin = i * (classes + 1);
                double sum = Arrays.stream(logs, begin, begin + classes).map(Math::exp).sum();
                assertEquals(1, sum, 1e-12);
                double missing = Math.exp(logs[begin + classes]);
                assertEquals(ALL.get(j).missing(), missing > 0.01 && missing < 0.99);
                if (j == LEVEL) {
                    assertEquals(0.02, Math.exp(logs[begin + 3]), 1e-12);
                }
            }
        }
        assertRefused(
                IllegalArgumentException.class,
                "AnyOrder: expected a column from 0 to 4, got 5",
                () -> density.logClasses(inputs(rows), 5));
    }

    /** How often a cell is missing among those that are drawn. */
    @Test
    void probabilitiesOfMissingCellsAreThoseOfDraws() {
        AnyOrder density = density(1, LEVELS, COUNTS);
        int n = 4000;
        double[] logs = density.logClasses(inputs(new double[] {1, NONE}), 1).toDoubleArray();
        double[] drawn = density.complete(inputs(repeated(n, 1, NONE))).toDoubleArray();
        long missing = Arrays.stream(drawn).filter(Double::isInfinite).count();
        assertEquals(Math.exp(logs[3]), (double) missing / n, 0.03);
    }

    @Test
    void partsSumToOneAndGrow() {
        AnyOrder density = density(1, ALL.toArray(Column[]::new));
        double[] row = {1.2, MISSING, 1, -0.7, 3};
        double[] values = IntStream.rangeClosed(-80, 100).mapToDouble(i -> i / 4.0).toArray();
        for (int j : new int[] {0, 1, 3, 4}) {
            boolean whole = ALL.get(j) instanceof Column.Whole;
            NDArray v = manager.create(values, new Shape(1, values.length));
            NDList found = density.logParts(inputs(row), j, v);
            double[] below = found.get(0).exp().toDoubleArray();
            double[] equal = found.get(1).exp().toDoubleArray();
            double[] above = found.get(2).exp().toDoubleArray();
            for (int i = 0; i < values.length; i++) {
                assertEquals(1, below[i] + equal[i] + above[i], 1e-12);
                if (i > 0) {
                    assertTrue(below[i] >= below[i - 1] + equal[i - 1] - 1e-15);
                }
                if (whole && i % 4 > 0) {
                    assertEquals(0, equal[i]);
                    assertEquals(below[i - 1] + equal[i - 1], below[i], 1e-12);
                }
            }
            assertEquals(j == 3, Arrays.stream(equal).allMatch(p -> p == 0));
        }
        double[] atom = parts(density, 0, 4.5, row);
        double[] classes = density.logClasses(inputs(row), 0).toDoubleArray();
        assertEquals(Math.exp(classes[1]), atom[1], 1e-12);
        NDArray unknown = manager.create(new double[][] {{NONE}});
        for (NDArray part : density.logParts(inputs(row), 0, unknown)) {
            assertTrue(Double.isNaN(part.toDoubleArray()[0]));
        }
    }

    /** Of a standard normal distribution whose scale is logarithmic beyond 5. */
    @Test
    void bothTailsAreAccurate() {
        AnyOrder density = fresh(DataType.FLOAT64, 1, 0, List.of(REAL, WHOLE));
        NDArray far = manager.create(new double[][] {{-250, 250}});
        for (int j = 0; j < 2; j++) {
            NDList parts = density.logParts(inputs(new double[] {NONE, NONE}), j, far);
            double[] below = parts.get(0).toDoubleArray();
            double[] above = parts.get(2).toDoubleArray();
            double z = 5 * (1 + Math.log((250 + 0.5 * j) / 5));
            double s = 1 / (z * z);
            double series = 1 - s * (1 - 3 * s * (1 - 5 * s * (1 - 7 * s)));
            double log = -z * z / 2 - Math.log(z * Math.sqrt(2 * Math.PI)) + Math.log(series);
            assertEquals(log, below[0], 1e-9 * -log);
            assertEquals(log, above[1], 1e-9 * -log);
            assertEquals(0, above[0], 1e-80);
            assertEquals(0, below[1], 1e-80);
        }
    }

    @Test
    void quantilesUndoTheDistributionFunction() {
        for (DataType type : new DataType[] {DataType.FLOAT64, DataType.FLOAT32}) {
            AnyOrder density = density(type, 1, 0, ALL);
            double[] row = {1.2, MISSING, 1, -0.7, 3};
            double[] values = IntStream.rangeClosed(-24, 32).mapToDouble(i -> i / 2.0).toArray();
            for (int j : new int[] {0, 1, 3, 4}) {
                boolean whole = ALL.get(j) instanceof Column.Whole;
                double[] own =
                        Arrays.stream(values).filter(v -> !whole || v == Math.rint(v)).toArray();
                NDArray v = manager.create(own, new Shape(1, own.length)).toType(type, false);
                NDList parts = density.logParts(inputs(type, 0, row), j, v);
                NDArray atMost = parts.get(0).exp().add(parts.get(1).exp());
                double[] found =
                        density.quantiles(inputs(type, 0, row), j, atMost)
                                .toType(DataType.FLOAT64, false)
                                .toDoubleArray();
                double[] u = atMost.toDoubleArray();
                for (int i = 0; i < own.length; i++) {
                    String where = type + " " + j + " " + own[i];
                    boolean jump = parts.get(1).toDoubleArray()[i] > Double.NEGATIVE_INFINITY;
                    if (u[i] < 1 - 1e-9 && u[i] > 1e-20) {
                        assertEquals(own[i], found[i], jump ? 0 : 1e-3, where);
                    }
                }
            }
        }
    }

    /** The definition: P(X < v) < u <= P(X <= v), for levels that fall into atoms and between. */
    @Test
    void quantilesAreTheLeastValuesThatReachTheirLevel() {
        AnyOrder density = density(1, ALL.toArray(Column[]::new));
        double[] row = {NONE, 5, 0, 1.5, NONE};
        double[] levels = IntStream.range(1, 500).mapToDouble(i -> (i + 0.37) / 500).toArray();
        NDArray u = manager.create(levels, new Shape(1, levels.length));
        for (int j : new int[] {0, 1, 3, 4}) {
            NDArray v = density.quantiles(inputs(row), j, u);
            NDList parts = density.logParts(inputs(row), j, v);
            double[] below = parts.get(0).exp().toDoubleArray();
            double[] equal = parts.get(1).exp().toDoubleArray();
            for (int i = 0; i < levels.length; i++) {
                String where = j + " " + levels[i] + " " + below[i] + " " + equal[i];
                assertTrue(below[i] <= levels[i] + 1e-9, where);
                assertTrue(below[i] + equal[i] >= levels[i] - 2e-6, where);
            }
            double[] values = v.toDoubleArray();
            for (Double atom : ((Column.Number) ALL.get(j)).atoms()) {
                long hits = Arrays.stream(values).filter(x -> x == atom).count();
                assertEquals(parts(density, j, atom, row)[1], hits / 500.0, 0.005);
            }
        }
    }

    @Test
    void quantilesStayWithinWhatWasSeen() {
        AnyOrder density =
                density(
                        1,
                        new Column.Real(List.of(), 1, 2.5, false),
                        new Column.Whole(List.of(2.0), 0, 4, false));
        NDArray levels = manager.create(new double[][] {{0, 1e-9, 0.999, 1}});
        NDList row = inputs(new double[] {NONE, NONE});
        assertArrayEquals(
                new double[] {1, 1, 2.5, 2.5}, density.quantiles(row, 0, levels).toDoubleArray());
        assertArrayEquals(
                new double[] {0, 0, 4, 4}, density.quantiles(row, 1, levels).toDoubleArray());
    }

    @Test
    void itsOwnCellIsNotLookedAtAndMissingOnesAreKnownToBe() {
        AnyOrder density = density(1, ALL.toArray(Column[]::new));
        NDArray own =
                density.logClasses(
                        inputs(
                                new double[] {1.2, 5, 1, -0.7, 3},
                                new double[] {1.2, 5, NONE, -0.7, 3},
                                new double[] {1.2, 5, MISSING, -0.7, 3},
                                new double[] {1.2, MISSING, 1, -0.7, 3},
                                new double[] {1.2, NONE, 1, -0.7, 3}),
                        LEVEL);
        double[] first = own.get(0).toDoubleArray();
        assertArrayEquals(first, own.get(1).toDoubleArray(), 1e-12);
        assertArrayEquals(first, own.get(2).toDoubleArray(), 1e-12);
        double missing = own.get(3).toDoubleArray()[0];
        double unknown = own.get(4).toDoubleArray()[0];
        assertTrue(Math.abs(missing - unknown) > 1e-6 && Math.abs(missing - first[0]) > 1e-6);
    }

    /** The same columns, two of them as a context, which are given first in all orders. */
    @Test
    void aContextIsGiven() {
        AnyOrder all = density(1, ALL.toArray(Column[]::new));
        AnyOrder given = density(DataType.FLOAT64, 1, 2, ALL);
        try (NoGrad noGrad = NoGrad.open()) {
            for (String name : all.getParameters().keys()) {
                all.getParameters()
                        .get(name)
                        .getArray()
                        .copyTo(given.getParameters().get(name).getArray());
            }
        }
        double[][] rows = {{1.2, 5, 1, -0.7, 3}, {0.2, 7, 2, 1.7, -3}};
        double[] expected = all.logClasses(inputs(rows), LEVEL).toDoubleArray();
        NDList parted = inputs(DataType.FLOAT64, 2, rows);
        assertArrayEquals(expected, given.logClasses(parted, 0).toDoubleArray(), 1e-12);
        NDArray v = manager.create(new double[][] {{0.3, 4}, {1, 2}});
        assertArrayEquals(
                all.logParts(inputs(rows), 3, v).get(2).toDoubleArray(),
                given.logParts(parted, 1, v).get(2).toDoubleArray(),
                1e-12);
    }

    /** By the probability integral transform of draws, randomised where values have a mass. */
    @Test
    void drawsOfOneColumnFollowItsDistribution() {
        AnyOrder density = density(3, ALL.toArray(Column[]::new));
        int n = 1500;
        double there = Double.NEGATIVE_INFINITY;
        Random random = new Random(1);
        for (int j : new int[] {0, 1, 3, 4}) {
            double[] row = {1.2, 5, NONE, NONE, 3};
            row[j] = there;
            NDArray x = density.complete(inputs(repeated(n, row)), new int[] {j});
            assertEquals(j == 3 ? 1 : 2, x.isNaN().sum(new int[] {1}).getLong(0));
            NDArray v = x.get(":, " + j + ":" + (j + 1));
            NDList parts = density.logParts(new NDList(x), j, v);
            double[] below = parts.get(0).exp().toDoubleArray();
            double[] equal = parts.get(1).exp().toDoubleArray();
            double[] pit =
                    IntStream.range(0, n)
                            .mapToDouble(i -> below[i] + random.nextDouble() * equal[i])
                            .sorted()
                            .toArray();
            for (int i = 0; i < n; i++) {
                assertEquals((i + 0.5) / n, pit[i], 1.95 / Math.sqrt(n), "column " + j);
            }
        }
        assertRefused(
                IllegalArgumentException.class,
                "AnyOrder: expected a column from 0 to 4, got -1",
                () -> density.complete(inputs(new double[5]), new int[] {-1}));
    }

    @Test
    void whatIsNoNumberHasNoQuantiles() {
        AnyOrder density = density(1, ALL.toArray(Column[]::new));
        NDArray two = manager.create(new double[2][1]);
        assertRefused(
                IllegalArgumentException.class,
                "AnyOrder: expected a column of numbers, got Category[",
                () -> density.quantiles(inputs(new double[5]), LEVEL, two));
        assertRefused(
                IllegalArgumentException.class,
                "AnyOrder: expected an array of shape (1, m) and type float64 for the rows, got"
                        + " (2, 1) of float64",
                () -> density.logParts(inputs(new double[5]), 0, two));
    }
}
