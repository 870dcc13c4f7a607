package org.djlflows.estimator;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.Toys;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Column;
import org.djlflows.spec.Presets;
import org.djlflows.training.MaximumLikelihood;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class DensityEstimatorTest {

    /** More of them, for a run by hand: {@code -Dcloses=1000}. */
    private static final int CLOSES = Integer.getInteger("closes", 10);

    @TempDir private Path folder;

    /** Two moons, in units of which one is thousands of the other. */
    private static double[][] moons(int rows, long seed) {
        float[] values = Toys.twoMoons(rows, seed);
        double[][] moons = new double[rows][];
        for (int i = 0; i < rows; i++) {
            moons[i] = new double[] {5000 + 1000 * values[2 * i], values[2 * i + 1]};
        }
        return moons;
    }

    private static DensityEstimator.Builder quick() {
        return DensityEstimator.builder()
                .optFlow(Presets.neuralSplineFlow().withTransforms(4).withHidden(32))
                .optTraining(MaximumLikelihood.builder().optEpochs(8).optBatchSize(128));
    }

    @Test
    void learnsScoresAndDraws() {
        double[][] rows = moons(3000, 1);
        try (DensityEstimator estimator = quick().fit(rows)) {
            double mean = Arrays.stream(estimator.score(moons(500, 7))).average().orElseThrow();
            // A normal distribution fitted to two moons reaches -2.0, in these units -8.9.
            assertTrue(mean > -8.4, "mean log-density " + mean);
            double[] percentiles =
                    estimator.percentiles(new double[][] {{5500, 1.5}, rows[0], rows[1]});
            assertTrue(percentiles[0] < 1, "between the moons: " + percentiles[0]);
            assertTrue(percentiles[1] > 0 && percentiles[1] <= 100);

            double[][] drawn = estimator.sample(500, 3);
            assertEquals(500, drawn.length);
            double meanOfDrawn = Arrays.stream(estimator.score(drawn)).average().orElseThrow();
            assertEquals(mean, meanOfDrawn, 0.3);
            assertArrayEquals(drawn, estimator.sample(500, 3));
            assertFalse(Arrays.deepEquals(drawn, estimator.sample(500)));
        }
    }

    /** A tenth of other rows is below the tenth percentile. */
    @Test
    void percentilesAreThoseOfTheData() {
        try (DensityEstimator estimator = quick().fit(moons(6000, 1))) {
            double[] percentiles = estimator.percentiles(moons(4000, 9));
            for (double percent : new double[] {5, 10, 50, 90}) {
                double share = Arrays.stream(percentiles).filter(p -> p < percent).count() / 40.0;
                // 600 rows held out: the deviation of a share of one half is 2 %.
                assertEquals(percent, share, 6, "below " + percent);
            }
        }
    }

    @Test
    void savedIsLoaded() throws IOException {
        double[][] rows = moons(400, 1);
        Path model = folder.resolve("model");
        try (DensityEstimator estimator = quick().optColumns("price", "size").fit(rows)) {
            estimator.save(model);
            try (DensityEstimator loaded = DensityEstimator.load(model)) {
                assertArrayEquals(estimator.score(rows), loaded.score(rows));
                assertArrayEquals(estimator.percentiles(rows), loaded.percentiles(rows));
                assertEquals(estimator.columns(), loaded.columns());
                assertEquals(estimator.model().config(), loaded.model().config());
            }
        }
    }

    /** A seed decides all. */
    @Test
    void fitIsReproducible() {
        double[][] rows = moons(400, 1);
        try (DensityEstimator one = quick().optSeed(5).fit(rows);
                DensityEstimator same = quick().optSeed(5).fit(rows);
                DensityEstimator other = quick().optSeed(6).fit(rows)) {
            assertArrayEquals(one.score(rows), same.score(rows));
            assertFalse(Arrays.equals(one.score(rows), other.score(rows)));
        }
    }

    /** Whatever other threads draw. */
    @Test
    void seedsDecideAlsoWhileOtherThreadsDraw() {
        double[][] rows = moons(400, 1);
        try (DensityEstimator alone = quick().optSeed(5).fit(rows)) {
            double[] scores = alone.score(rows);
            double[][] samples = alone.sample(300, 9);
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> other =
                    CompletableFuture.runAsync(
                            () -> {
                                while (!done.get()) {
                                    alone.sample(5);
                                    alone.sample(5, 1);
                                }
                            });
            try (DensityEstimator same = quick().optSeed(5).fit(rows)) {
                assertArrayEquals(scores, same.score(rows));
                for (int i = 0; i < 30; i++) {
                    assertArrayEquals(samples, same.sample(300, 9));
                }
            } finally {
                done.set(true);
                other.join();
            }
        }
    }

    /** Without the wait the process ends at a closed array. */
    @Test
    void closingWaitsForCallsAndRefusesLaterOnes() throws IOException {
        double[][] rows = moons(6000, 1);
        Path model = folder.resolve("model");
        try (DensityEstimator estimator = quick().fit(moons(200, 1))) {
            estimator.save(model);
        }
        for (int i = 0; i < CLOSES; i++) {
            DensityEstimator loaded = DensityEstimator.load(model);
            CountDownLatch scored = new CountDownLatch(3);
            List<CompletableFuture<String>> users =
                    Stream.<Runnable>of(
                                    () -> loaded.score(rows),
                                    () -> loaded.sample(500),
                                    () -> loaded.percentiles(rows))
                            .map(call -> CompletableFuture.supplyAsync(() -> use(call, scored)))
                            .toList();
            await(scored);
            loaded.close();
            loaded.close();
            users.forEach(
                    user ->
                            assertEquals(
                                    "DensityEstimator: expected calls before it is closed, got one"
                                            + " after that",
                                    user.join()));
            assertThrows(IllegalStateException.class, () -> loaded.save(folder.resolve("late")));
            assertThrows(IllegalStateException.class, loaded::model);
        }
    }

    /** Calls until it is refused, and returns how. */
    private static String use(Runnable call, CountDownLatch first) {
        try {
            while (true) {
                call.run();
                first.countDown();
            }
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void farAwayIsRareAndNotNaN() {
        try (DensityEstimator estimator = quick().fit(moons(400, 1))) {
            double[][] far = {{1e30, 0}, {-1e30, 1e30}, {5000, -1e20}, {3e38, 3e38}, {3e38, -3e38}};
            for (double logDensity : estimator.score(far)) {
                assertTrue(logDensity < -1e4, "log-density " + logDensity);
            }
            assertArrayEquals(new double[far.length], estimator.percentiles(far));
        }
    }

    /**
     * Up to 1 % of wild cells, wherever they are, leave the densities of clean rows as they are.
     */
    @Test
    void wildCellsChangeLittle() {
        double[][] clean = moons(2000, 1);
        double[][] fresh = moons(1000, 7);
        try (DensityEstimator expected = quick().fit(clean)) {
            double[] truth = expected.score(fresh);
            for (double wild : new double[] {-50_000, -999_999, 1e6, 1e36}) {
                double[][] rows =
                        Arrays.stream(clean).map(double[]::clone).toArray(double[][]::new);
                for (int i = 0; i < 20; i++) {
                    rows[100 * i + 3 * (i % 7)][i % 2] = i % 3 == 0 ? wild : -wild / (1 + i);
                }
                try (DensityEstimator estimator = quick().fit(rows)) {
                    double[] got = estimator.score(fresh);
                    double off =
                            IntStream.range(0, got.length)
                                    .mapToDouble(i -> got[i] - truth[i])
                                    .average()
                                    .orElseThrow();
                    assertEquals(0, off, 0.05, "with " + wild);
                    double[][] far = {{60_000, 0}, {0, 12}, {wild, 0}};
                    assertArrayEquals(new double[3], estimator.percentiles(far));
                    assertTrue(estimator.notes().get(0).matches("x1: \\d+ of 2,000 values lie .*"));
                }
            }
        }
    }

    @Test
    void aConstantColumnIsExpectedToStay() throws IOException {
        double[][] rows =
                Arrays.stream(moons(400, 1))
                        .map(row -> new double[] {row[0], 0.1, row[1]})
                        .toArray(double[][]::new);
        try (DensityEstimator estimator = quick().fit(rows);
                DensityEstimator without = quick().fit(moons(400, 1))) {
            assertEquals(
                    "x2: always 0.1 in training; a row with another value is impossible",
                    estimator.notes().get(0));
            assertArrayEquals(without.score(moons(400, 1)), estimator.score(rows));
            double[][] other = {{rows[0][0], 0.1, rows[0][2]}, {rows[0][0], 0.2, rows[0][2]}};
            double[] scores = estimator.score(other);
            assertTrue(Double.isFinite(scores[0]));
            assertEquals(Double.NEGATIVE_INFINITY, scores[1]);
            assertEquals(0, estimator.percentiles(other)[1]);
            for (double[] row : estimator.sample(10)) {
                assertEquals(0.1, row[1]);
            }
            estimator.save(folder.resolve("constant"));
            try (DensityEstimator loaded = DensityEstimator.load(folder.resolve("constant"))) {
                assertArrayEquals(scores, loaded.score(other));
                assertEquals(List.of("x1", "x2", "x3"), loaded.columns());
            }
        }
    }

    /** Milliseconds since 1970 over two days keep their seconds, in scores and in samples. */
    @Test
    void timesKeepTheirSeconds() {
        double start = 1.5e12;
        double[][] rows =
                Arrays.stream(moons(1000, 1))
                        .map(row -> new double[] {start + Math.rint(row[0] * 1e4), row[1]})
                        .toArray(double[][]::new);
        try (DensityEstimator estimator = quick().fit(rows)) {
            long distinct =
                    Arrays.stream(estimator.sample(1000))
                            .mapToDouble(row -> row[0])
                            .distinct()
                            .count();
            assertTrue(distinct > 990, distinct + " distinct values");
            double[][] seconds = {rows[0].clone(), rows[0].clone()};
            seconds[1][0] += 1000;
            double[] scores = estimator.score(seconds);
            assertTrue(scores[0] != scores[1]);
        }
    }

    @Test
    void trainingThatDivergesIsCalledSo() {
        assertRefused(
                TrainingDivergedException.class,
                "Training diverged",
                () ->
                        DensityEstimator.builder()
                                .optFlow(
                                        Presets.neuralSplineFlow().withTransforms(4).withHidden(32))
                                .optTraining(
                                        MaximumLikelihood.builder()
                                                .optEpochs(2)
                                                .optBatchSize(32)
                                                .optLearningRate(30))
                                .fit(moons(400, 1)));
    }

    @Test
    void tellsProgress() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        quick().optProgress(out).fit(moons(400, 1)).close();
        String text = printed.toString(StandardCharsets.UTF_8);
        assertEquals(8, text.lines().filter(line -> line.startsWith("epoch ")).count());
    }

    @Test
    void tellsWhatToKnowOfAFit() {
        double[][] rows =
                Arrays.stream(moons(150, 1))
                        .map(row -> new double[] {row[0], row[1], 1e6 - 3 * row[0]})
                        .toArray(double[][]::new);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        MaximumLikelihood.Builder training =
                MaximumLikelihood.builder().optEpochs(8).optBatchSize(12);
        try (DensityEstimator estimator =
                quick().optTraining(training).optProgress(out).fit(rows)) {
            List<String> notes = estimator.notes();
            assertEquals(3, notes.size(), notes::toString);
            assertEquals(
                    "x3 is -3 times x1 + 1000000 but for rounding, in every row", notes.get(0));
            assertTrue(notes.get(1).startsWith("150 rows are few for 3 columns"), notes.get(1));
            assertTrue(notes.get(2).startsWith("The validation loss was still falling, by "));
            List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
            assertTrue(lines.containsAll(notes), lines::toString);
        }
    }

    @Test
    void emptyBatches() {
        try (DensityEstimator estimator = quick().fit(moons(400, 1))) {
            assertEquals(0, estimator.score(new double[0][]).length);
            assertEquals(0, estimator.sample(0).length);
        }
    }

    @Test
    void refusals() throws IOException {
        double[][] rows = moons(400, 1);
        assertRefused(
                IllegalArgumentException.class,
                "at least 20 rows",
                () -> DensityEstimator.fit(new double[0][]));
        assertRefused(
                IllegalArgumentException.class,
                "no columns",
                () -> DensityEstimator.fit(new double[50][0]));
        assertRefused(
                IllegalArgumentException.class,
                "2 values",
                () -> quick().optColumns("price").fit(rows));
        double[][] constant = new double[50][2];
        assertRefused(
                IllegalArgumentException.class,
                "expected a column that varies among the training rows, got only constant ones: [x1,"
                        + " x2]",
                () -> DensityEstimator.fit(constant));
        double[][] ragged = rows.clone();
        ragged[7] = new double[3];
        assertRefused(
                IllegalArgumentException.class,
                "got 3 values in row 7",
                () -> DensityEstimator.fit(ragged));
        double[][] missing = rows.clone();
        missing[8] = new double[] {1, Double.NaN};
        assertRefused(
                IllegalArgumentException.class,
                "got NaN in row 8, column x2",
                () -> DensityEstimator.fit(missing));
        double[][] large = rows.clone();
        large[9] = new double[] {1e300, 1};
        assertRefused(
                IllegalArgumentException.class,
                "got 1.0E300 in row 9, column x1",
                () -> DensityEstimator.fit(large));
        try (DensityEstimator estimator = quick().fit(rows)) {
            assertRefused(
                    IllegalArgumentException.class,
                    "rows of 2 values",
                    () -> estimator.score(ragged));
            assertRefused(
                    IllegalArgumentException.class,
                    "got NaN in row 8",
                    () -> estimator.score(missing));
            assertRefused(
                    IllegalArgumentException.class,
                    "0 samples or more",
                    () -> estimator.sample(-1));
        }
    }

    /** The command line trains flows over numbers on columns whose kinds it has found. */
    @Test
    void modelsOfNumbersOfKnownKindsAreLoaded() throws IOException {
        FlowConfig config =
                new FlowConfig(Presets.realNvp().withTransforms(1), List.of("x", "y"), List.of())
                        .withPreparation(
                                Preparation.NONE.withKinds(
                                        Map.of("x", new Column.Whole(List.of(), -9, 9, false))));
        Path model = folder.resolve("model");
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray rows = manager.randomNormal(new Shape(50, 2));
            FlowModel.create(config, new NDList(rows), manager).save(model, report -> {});
        }
        try (DensityEstimator loaded = DensityEstimator.load(model)) {
            assertEquals(List.of("x", "y"), loaded.columns());
        }
    }

    @Test
    void refusesConditionalModels() throws IOException {
        FlowConfig config =
                new FlowConfig(Presets.realNvp().withTransforms(1), List.of("x"), List.of("hour"));
        Path model = folder.resolve("model");
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray column = manager.randomNormal(new Shape(50, 1));
            FlowModel.create(config, new NDList(column, column), manager).save(model, report -> {});
        }
        assertRefused(
                IllegalArgumentException.class,
                "[x] given [hour]",
                () -> DensityEstimator.load(model));
    }
}
