package org.djlflows.estimator;

import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.NormalizingFlow;
import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Presets;
import org.djlflows.table.ColumnStatistics;
import org.djlflows.training.MaximumLikelihood;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Which rows an estimator learns from, chooses by and is measured on. */
class EstimatorMeasuresTest {

    private static final int ROWS = 210;
    private static final int SEED = 3;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Split split = Split.random(ROWS, SEED);
    private double[][] rows;
    private DensityEstimator estimator;

    @BeforeEach
    void fit() {
        Random random = new Random(1);
        rows = new double[ROWS][];
        Arrays.setAll(
                rows,
                i -> new double[] {5 + 3 * random.nextGaussian(), 0.1 * random.nextGaussian()});
        estimator =
                DensityEstimator.builder()
                        .optFlow(Presets.realNvp().withTransforms(2).withHidden(4))
                        .optTraining(MaximumLikelihood.builder().optEpochs(4).optBatchSize(16))
                        .optSeed(SEED)
                        .optProgress(new PrintStream(printed, true, StandardCharsets.UTF_8))
                        .fit(rows);
    }

    @AfterEach
    void close() {
        estimator.close();
    }

    private double[][] part(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(i -> rows[i]).toArray(double[][]::new);
    }

    private double nll(int[] numbers) {
        return -Arrays.stream(estimator.score(part(numbers))).average().orElseThrow();
    }

    @Test
    void itStandardisesByTheTrainingRows() {
        double[][] training = part(split.training());
        NormalizingFlow flow = estimator.model().flow();
        for (int i = 0; i < 2; i++) {
            int column = i;
            double[] values = Arrays.stream(training).mapToDouble(row -> row[column]).toArray();
            ColumnStatistics expected = ColumnStatistics.of(values);
            assertEquals(expected.center(), buffer(flow, "mean")[i], 1e-5);
            assertEquals(expected.deviation(), buffer(flow, "deviation")[i], 1e-5);
        }
    }

    private static double[] buffer(NormalizingFlow flow, String name) {
        for (Pair<String, Parameter> parameter : flow.getParameters()) {
            if (parameter.getKey().endsWith(name)) {
                return doubles(parameter.getValue().getArray());
            }
        }
        throw new AssertionError("no " + name);
    }

    /** The best epoch is marked, with its loss on the validation rows. */
    @Test
    void itChoosesByTheValidationRows() {
        String best =
                printed.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.contains(" * "))
                        .reduce((first, last) -> last)
                        .orElseThrow();
        double loss = Double.parseDouble(best.replaceAll(".*validation (\\S+) \\*.*", "$1"));
        assertEquals(nll(split.validation()), loss, 1e-4, best);
    }

    @Test
    void itIsMeasuredOnTheTestRows() {
        double expected = nll(split.test());
        assertNotEquals(expected, nll(split.validation()), 1e-3);
        double got = estimator.model().config().metrics().get("testNll");
        assertEquals(expected, got, 1e-5);
    }

    /** What percentiles come from, however the configuration keeps it. */
    @Test
    void itsPercentilesAreThoseOfTheTestRows() {
        FlowModel model = estimator.model();
        try (NDManager manager = NDManager.newBaseManager()) {
            float[] flat = new float[2 * split.test().length];
            for (int i = 0; i < flat.length; i++) {
                flat[i] = (float) rows[split.test()[i / 2]][i % 2];
            }
            NDArray test = manager.create(flat).reshape(-1, 2);
            FlowConfig measured = model.measuredOn(new NDList(test)).config();
            assertEquals(measured.toJson(), model.config().toJson());
        }
        double[] percentiles = estimator.percentiles(part(split.test()));
        Arrays.sort(percentiles);
        for (int k = 0; k < percentiles.length; k++) {
            assertEquals(100.0 * (k + 1) / (percentiles.length + 1), percentiles[k], 1e-9);
        }
        double[] all = estimator.percentiles(rows);
        assertTrue(Arrays.stream(all).allMatch(p -> p >= 0 && p <= 100));
    }

    /** Samples and scores take columns in the same order. */
    @Test
    void columnsKeepTheirOrder() {
        double[][] drawn = estimator.sample(2000, 1);
        for (int column = 0; column < 2; column++) {
            int at = column;
            double mean = Arrays.stream(drawn).mapToDouble(row -> row[at]).average().orElseThrow();
            assertEquals(column == 0 ? 5 : 0, mean, column == 0 ? 1 : 0.05);
        }
        double[] scores = estimator.score(new double[][] {{5, 0}, {0, 5}});
        assertTrue(scores[0] > scores[1] + 100, Arrays.toString(scores));
        assertArrayEquals(new double[] {scores[0]}, estimator.score(new double[][] {{5, 0}}), 1e-5);
    }
}
