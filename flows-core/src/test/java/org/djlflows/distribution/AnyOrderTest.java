package org.djlflows.distribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

class AnyOrderTest {

    private static final double NONE = Double.NaN;
    private static final double MISSING = Double.POSITIVE_INFINITY;
    private static final Column REAL = Specs.defaults(Column.Real.class);
    private static final Column LEVELS = new Column.Category(List.of("a", "b", "c"), 0.02, false);

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

    private static Column whole(boolean missing, Double... atoms) {
        return new Column.Whole(List.of(atoms), -300, 300, missing);
    }

    private AnyOrder fresh(int orders, Column... columns) {
        TableFlow flow =
                new TableFlow(
                        6,
                        4,
                        1,
                        2,
                        Specs.defaults(ScalarMap.RationalQuadraticSpline.class),
                        orders);
        AnyOrder density =
                new AnyOrder(flow, new RationalQuadraticSpline(4, 3), List.of(columns), 0);
        density.initialize(manager, DataType.FLOAT64, new Shape(1, columns.length));
        return density;
    }

    /** Weights alone: a random deviation would not be positive. */
    private AnyOrder random(int orders, Column... columns) {
        AnyOrder density = fresh(orders, columns);
        try (NoGrad noGrad = NoGrad.open()) {
            for (Parameter parameter : density.getParameters().values()) {
                if (parameter.requiresGradient()) {
                    NDArray array = parameter.getArray();
                    array.addi(manager.randomNormal(0, 0.2f, array.getShape(), DataType.FLOAT64));
                }
            }
        }
        return density;
    }

    private double[] logProb(AnyOrder density, double[]... rows) {
        return density.logProb(manager.create(rows)).toDoubleArray();
    }

    private double total(AnyOrder density, List<double[]> rows) {
        return Arrays.stream(logProb(density, rows.toArray(double[][]::new))).map(Math::exp).sum();
    }

    @Test
    void probabilitiesSumToOne() {
        AnyOrder density = random(3, LEVELS, whole(false), whole(false, 0.0, 4.0), LEVELS);
        List<double[]> rows = new ArrayList<>();
        for (int a = 0; a <= 3; a++) {
            for (int b = -90; b <= 90; b++) {
                for (int c = -90; c <= 90; c++) {
                    for (int d = 0; d <= 3; d++) {
                        rows.add(new double[] {a, b, c, d});
                    }
                }
            }
        }
        assertEquals(1, total(density, rows), 1e-6);
    }

    /** A sum over levels and an atom, and an integral by midpoints. */
    @Test
    void densitiesAndAtomsSumToOne() {
        Column atom = new Column.Real(List.of(0.25), -300, 300, false);
        AnyOrder density = random(2, atom, LEVELS);
        double width = 0.002;
        double sum = 0;
        List<double[]> atoms = new ArrayList<>();
        List<double[]> others = new ArrayList<>();
        for (int level = 0; level <= 3; level++) {
            atoms.add(new double[] {0.25, level});
            for (int i = 0; i < 40_000; i++) {
                others.add(new double[] {-40 + width * (i + 0.5003), level});
            }
        }
        sum += total(density, atoms);
        sum += width * total(density, others);
        assertEquals(1, sum, 1e-5);
    }

    @Test
    void cellsThatAreNotKnownAreSummedOver() {
        AnyOrder density = random(1, whole(false), LEVELS);
        for (double level : new double[] {0, 1, 2}) {
            List<double[]> rows =
                    IntStream.rangeClosed(-100, 100)
                            .mapToObj(k -> new double[] {k, level})
                            .toList();
            double marginal = logProb(density, new double[] {NONE, level})[0];
            List<double[]> levels =
                    IntStream.rangeClosed(0, 3).mapToObj(k -> new double[] {NONE, k}).toList();
            assertEquals(1, total(density, levels), 1e-9);
            assertTrue(marginal < 0 && Double.isFinite(Math.log(total(density, rows))));
        }
        assertEquals(0, logProb(density, new double[] {NONE, NONE})[0]);
    }

    /** A missing cell has no density, and is not the same as one of which nothing is known. */
    @Test
    void missingCellsSaySomethingOfTheOthers() {
        AnyOrder density = random(4, whole(true), LEVELS, REAL);
        double known = logProb(density, new double[] {MISSING, 1, 0.3})[0];
        double unknown = logProb(density, new double[] {NONE, 1, 0.3})[0];
        assertTrue(Double.isFinite(known));
        assertTrue(Math.abs(known - unknown) > 1e-6, known + " " + unknown);
        List<double[]> rows =
                IntStream.rangeClosed(0, 3).mapToObj(k -> new double[] {MISSING, k, NONE}).toList();
        assertEquals(1, total(density, rows), 1e-9);
    }

    /** P(k) of a standard normal distribution whose scale is logarithmic beyond 5. */
    @Test
    void massesFarInTheTailsAreRight() {
        AnyOrder density = fresh(1, whole(false));
        // Of Phi(-13.7...): -z^2 / 2 - log(z sqrt(2 pi)) + log(1 - 1 / z^2 + 3 / z^4 - 15 / z^6).
        for (int k : new int[] {30, -30, 250, -250}) {
            double z = 5 * (1 + Math.log((Math.abs(k) - 0.5) / 5));
            double further = 5 * (1 + Math.log((Math.abs(k) + 0.5) / 5));
            double expected = logTail(z) + Math.log1p(-Math.exp(logTail(further) - logTail(z)));
            assertEquals(expected, logProb(density, new double[] {k})[0], 1e-5 * -expected);
        }
        double fraction = logProb(density, new double[] {2.5})[0];
        assertEquals(Double.NEGATIVE_INFINITY, fraction);
    }

    private static double logTail(double z) {
        double s = 1 / (z * z);
        return -z * z / 2
                - Math.log(z * Math.sqrt(2 * Math.PI))
                + Math.log1p(-s * (1 - 3 * s * (1 - 5 * s * (1 - 7 * s))));
    }

    @Test
    void levelsThatWereNeverSeenShareTheirProbability() {
        AnyOrder density = random(2, LEVELS);
        double[] got = logProb(density, new double[] {3}, new double[] {17}, new double[] {-1});
        for (double log : got) {
            assertEquals(Math.log(0.02), log, 1e-12);
        }
    }

    /** Without a step of training: what follows of the joint normal distribution is exact. */
    @Test
    void fitIsTheJointNormalDensity() {
        Random random = new Random(2);
        int n = 20_000;
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            double a = random.nextGaussian();
            double b = 5 + 3 * a + 0.01 * random.nextGaussian();
            double c = Math.exp(0.7 * a - 0.2 * b + 0.1 * random.nextGaussian());
            rows[i] = new double[] {c, a, b};
        }
        AnyOrder density = fresh(2, REAL, REAL, REAL);
        density.fit(new NDList(manager.create(rows)));
        double[] got = logProb(density, rows);
        // The log-determinant of the factor, and the mean of log c of the change of scale.
        double entropy =
                1.5 * Math.log(2 * Math.PI * Math.E)
                        + Math.log(0.01)
                        + Math.log(0.1)
                        + Arrays.stream(rows)
                                .mapToDouble(row -> Math.log(row[0]))
                                .average()
                                .orElse(0);
        assertEquals(entropy, -Arrays.stream(got).average().orElse(0), 0.02);
    }

    /** A mean in place of what is missing would lose a third of the dependence. */
    @Test
    void fitKnowsHowColumnsDependWhereCellsAreMissing() {
        Random random = new Random(3);
        double[][] holes = new double[20_000][];
        double[][] complete = new double[2000][];
        for (int i = 0; i < holes.length + complete.length; i++) {
            double a = random.nextGaussian();
            double[] row = {a, -2 * a + 0.3 * random.nextGaussian()};
            if (i < complete.length) {
                complete[i] = row;
            } else {
                row[0] = random.nextDouble() < 0.3 ? NONE : row[0];
                row[1] = random.nextDouble() < 0.3 ? NONE : row[1];
                holes[i - complete.length] = row;
            }
        }
        AnyOrder density = fresh(2, REAL, REAL);
        density.fit(new NDList(manager.create(holes)));
        double entropy = Math.log(2 * Math.PI * Math.E) + Math.log(0.3);
        double[] got = logProb(density, complete);
        assertEquals(entropy, -Arrays.stream(got).average().orElse(0), 0.05);
    }

    /** Five of 10,000 values say nothing of a bulk, but they are no error. */
    @Test
    void columnsThatNearlyDoNotVaryAreFitted() {
        double[][] rows = new double[10_000][2];
        for (int i = 0; i < rows.length; i++) {
            rows[i][0] = i % 2000 == 7 ? i : 0;
            rows[i][1] = Math.sin(i);
        }
        AnyOrder density = fresh(1, whole(false, 0.0), REAL);
        density.fit(new NDList(manager.create(rows)));
        for (double log : logProb(density, rows[7], rows[8])) {
            assertTrue(Double.isFinite(log), "log-density " + log);
        }
    }

    /** In float32, whose steps of a logarithm are as wide as a unit here. */
    @Test
    void massesOfLargeNumbersAreSmooth() {
        Random random = new Random(6);
        float[] values = new float[5000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.rint(1e6 * Math.exp(random.nextGaussian() / 2));
        }
        AnyOrder density =
                new AnyOrder(
                        Specs.defaults(TableFlow.class),
                        new RationalQuadraticSpline(4, 3),
                        List.of(new Column.Whole(List.of(), 0, 1e7, false)),
                        0);
        density.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        density.fit(new NDList(manager.create(values, new Shape(values.length, 1))));
        float[] near = {1_000_001, 1_000_002, 1_000_003, 1_000_004};
        float[] got = density.logProb(manager.create(near, new Shape(4, 1))).toFloatArray();
        for (float log : got) {
            assertEquals(-Math.log(1e6 * 0.5 * Math.sqrt(2 * Math.PI)), log, 0.1);
        }
    }

    /** Rare values, and those of columns that are nearly always missing, can be in other rows. */
    @Test
    void columnsWithoutTwoValuesHaveTheDeviationOne() {
        AnyOrder density = fresh(1, REAL, REAL, REAL);
        double none = Double.NaN;
        density.fit(new NDList(manager.create(new double[][] {{1, 2, none}, {3, 2, none}})));
        double[] logs = logProb(density, new double[] {1, 2, 0}, new double[] {1, 3, 1});
        assertEquals(-0.5 - 0.5, logs[1] - logs[0], 1e-6);
    }

    @Test
    void completedRowsKeepWhatIsKnown() {
        Column atom = new Column.Real(List.of(0.25), -1, 1, true);
        AnyOrder density = random(3, atom, whole(false, 2.0), LEVELS);
        double[][] rows =
                IntStream.range(0, 600)
                        .mapToObj(
                                i ->
                                        new double[][] {
                                                    {0.5, NONE, NONE},
                                                    {NONE, 7, 2},
                                                    {NONE, NONE, NONE}
                                                }
                                                [i % 3])
                        .toArray(double[][]::new);
        double[] got = density.complete(new NDList(manager.create(rows))).toDoubleArray();
        int missing = 0;
        int atoms = 0;
        for (int i = 0; i < rows.length; i++) {
            double[] row = Arrays.copyOfRange(got, 3 * i, 3 * i + 3);
            for (int j = 0; j < 3; j++) {
                assertFalse(Double.isNaN(row[j]));
                if (!Double.isNaN(rows[i][j])) {
                    assertEquals(rows[i][j], row[j]);
                }
            }
            missing += row[0] == MISSING ? 1 : 0;
            atoms += row[0] == 0.25 ? 1 : 0;
            assertTrue(row[0] == MISSING || Math.abs(row[0]) <= 1, "real " + row[0]);
            assertEquals(Math.rint(row[1]), row[1]);
            assertTrue(row[2] == 0 || row[2] == 1 || row[2] == 2, "level " + row[2]);
        }
        assertTrue(missing > 0 && atoms > 0, missing + " missing, " + atoms + " atoms");
    }

    @Test
    void cellsThatAreThereAreNotDrawnAsMissing() {
        Column levels = new Column.Category(List.of("a", "b", "c"), 0.02, true);
        AnyOrder density = random(2, levels, whole(true), REAL);
        double there = Double.NEGATIVE_INFINITY;
        double[][] rows = new double[200][];
        Arrays.fill(rows, new double[] {there, there, NONE});
        double[] drawn = density.complete(new NDList(manager.create(rows))).toDoubleArray();
        assertTrue(Arrays.stream(drawn).allMatch(Double::isFinite));
        Arrays.fill(rows, new double[] {NONE, there, NONE});
        double[] some = density.complete(new NDList(manager.create(rows))).toDoubleArray();
        long missing = Arrays.stream(some).filter(Double::isInfinite).count();
        assertTrue(missing > 20 && missing < 180, "" + missing);
    }

    /** Of two columns there are two orders: each row has one that gives it more. */
    @Test
    void choosesTheBestOrder() {
        Column[] columns = {whole(false, 1.0), LEVELS};
        AnyOrder both = random(2, columns);
        AnyOrder one = withSharedParameters(fresh(1, columns), both);
        Set<Boolean> changes = new HashSet<>();
        for (int k = 0; k < 12; k++) {
            double[] row = {Math.floorDiv(k, 3), k % 3};
            double first = logProb(withSharedParameters(fresh(1, columns), both), row)[0];
            double other = Math.log(2 * Math.exp(logProb(both, row)[0]) - Math.exp(first));
            one.tune(new NDList(manager.create(new double[][] {row})));
            assertEquals(Math.max(first, other), logProb(one, row)[0], 1e-9);
            changes.add(other > first);
        }
        assertEquals(2, changes.size());
    }

    /** Scales that are half as wide as the data become as wide, but for what 50 rows count. */
    @Test
    void widensWhatIsTooSure() {
        AnyOrder density = fresh(1, REAL, REAL);
        Random random = new Random(3);
        double[][] rows = new double[2000][];
        for (int i = 0; i < rows.length; i++) {
            double x = random.nextGaussian();
            rows[i] = new double[] {5 + 3 * x, -2 + 0.7 * (x + random.nextGaussian())};
        }
        NDList heldOut = new NDList(manager.create(rows));
        density.fit(heldOut);
        double right = Arrays.stream(logProb(density, rows)).average().orElseThrow();
        NDArray bias = density.getParameters().get("number_bias").getArray();
        double[] narrow = bias.toDoubleArray();
        double log2 = Math.log(2);
        for (int last = narrow.length - 2; last < narrow.length; last++) {
            narrow[last] += log2 / (1 - log2 / Math.log(1000));
        }
        bias.set(narrow);
        double tooSure = Arrays.stream(logProb(density, rows)).average().orElseThrow();
        assertTrue(tooSure < right - 1, right + " " + tooSure);
        density.tune(heldOut);
        double widened = Arrays.stream(logProb(density, rows)).average().orElseThrow();
        assertEquals(right, widened, 0.05);
    }

    /** Two orders whose mean density is the greatest are not the best one twice. */
    @Test
    void choosesOrdersThatMakeUpForEachOther() {
        Column[] columns = {whole(false, 1.0), LEVELS};
        AnyOrder both = random(2, columns);
        double[][] rows = {{0, 0}, {1, 1}, {2, 2}, {3, 0}};
        double before = Arrays.stream(logProb(both, rows)).sum();
        both.tune(new NDList(manager.create(rows)));
        AnyOrder one = withSharedParameters(fresh(1, columns), both);
        one.tune(new NDList(manager.create(rows)));
        double best = Arrays.stream(logProb(one, rows)).sum();
        double after = Arrays.stream(logProb(both, rows)).sum();
        assertEquals(Math.max(before, best), after, 1e-9);
    }

    /** Without the value itself and the year, times a week apart are one, and others are not. */
    @Test
    void seesTheCyclesOfTimes() {
        AnyOrder density = random(1, Specs.defaults(Column.Time.class), LEVELS);
        try (NoGrad noGrad = NoGrad.open()) {
            for (String name : new String[] {"value_weight", "placed_weight"}) {
                NDArray weight = density.getParameters().get(name).getArray();
                weight.zerosLike().copyTo(weight);
            }
            density.getParameters().get("orders").getArray().set(new double[] {0, 1});
            NDArray cycles = density.getParameters().get("cycle_weight").getArray();
            cycles.set(new NDIndex("2"), 0);
            cycles.set(new NDIndex("5"), 0);
        }
        double day = 86_400;
        double[] times = {1000, 1000 + 7 * day, 1000 + 14 * day, 1000 + day, 1000 + day / 2};
        double[] conditional =
                Arrays.stream(times)
                        .map(
                                t ->
                                        logProb(density, new double[] {t, 1})[0]
                                                - logProb(density, new double[] {t, Double.NaN})[0])
                        .toArray();
        assertEquals(conditional[0], conditional[1], 1e-9);
        assertEquals(conditional[0], conditional[2], 1e-9);
        assertTrue(Math.abs(conditional[0] - conditional[3]) > 1e-4);
        assertTrue(Math.abs(conditional[3] - conditional[4]) > 1e-4);
    }

    /** Gives one density the weights of another, but for the orders. */
    private static AnyOrder withSharedParameters(AnyOrder to, AnyOrder from) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> parameter : to.getParameters()) {
                if (!parameter.getKey().equals("orders")) {
                    from.getParameters()
                            .get(parameter.getKey())
                            .getArray()
                            .copyTo(parameter.getValue().getArray());
                }
            }
        }
        return to;
    }

    /** Of two columns there are two orders, and both are among those of the density. */
    @Test
    void randomOrdersAverageOverAll() {
        Column[] columns = {whole(false, 1.0), LEVELS};
        AnyOrder both = random(2, columns);
        AnyOrder one = withSharedParameters(fresh(1, columns), both);
        double[] row = {1, 2};
        double mean = Math.exp(logProb(both, row)[0]);
        double first = Math.exp(logProb(one, row)[0]);
        double expected = (Math.log(first) + Math.log(2 * mean - first)) / 2;

        RandomOrder estimator = new RandomOrder(both);
        estimator.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        double[][] rows = new double[64][];
        Arrays.fill(rows, row);
        NDList inputs = new NDList(manager.create(rows));
        double sum = 0;
        int calls = 400;
        for (int i = 0; i < calls; i++) {
            sum +=
                    estimator
                            .forward(Fixtures.store(manager), inputs, true)
                            .get(0)
                            .mean()
                            .getDouble();
        }
        assertEquals(expected, sum / calls, 0.02);
        double[] evaluated = estimator.logProb(inputs.get(0)).toDoubleArray();
        assertEquals(Math.log(first), evaluated[0], 1e-9);
    }

    @Test
    void categoriesNeedNoNumbers() {
        AnyOrder density = random(2, LEVELS, LEVELS);
        double[] drawn = density.sample(manager, 50).toDoubleArray();
        assertArrayEquals(
                drawn, Arrays.stream(drawn).map(x -> Math.min(2, Math.max(0, x))).toArray());
        RandomOrder estimator = new RandomOrder(density);
        estimator.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        NDList inputs = new NDList(manager.create(drawn, new Shape(50, 2)));
        NDArray estimated = estimator.forward(Fixtures.store(manager), inputs, true).get(0);
        assertTrue(Double.isFinite(estimated.sum().getDouble()));
    }
}
