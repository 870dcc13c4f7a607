package org.djlflows.estimator;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.spec.Column;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableProfile;
import org.djlflows.training.MaximumLikelihood;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

class CrossValidationTest {

    private static final int ROWS = 600;

    /** Of a normal distribution of correlation 0.8. */
    private static final double ENTROPY = Math.log(2 * Math.PI * Math.E * 0.6);

    /** Of two normal distributions of deviation 1. */
    private static final double APART = Math.log(2 * Math.PI * Math.E);

    private static final ColumnFlow SMALL =
            Presets.maskedAutoregressiveFlow().withTransforms(2).withHidden(8);

    private static final TableFlow ANY_ORDER =
            Specs.with(
                    Specs.with(Specs.with(Presets.anyOrder(), "width", 16), "blocks", 1),
                    "orders",
                    2);

    private static double[][] rows() {
        Random random = new Random(8);
        double[][] rows = new double[ROWS][];
        for (int i = 0; i < ROWS; i++) {
            double x = random.nextGaussian();
            rows[i] = new double[] {x, 0.8 * x + 0.6 * random.nextGaussian()};
        }
        return rows;
    }

    private static CrossValidation folds(double[][] rows, int folds) {
        Table table = Table.ofNumbers(List.of("x", "y"), rows);
        Map<String, Column> columns = TableProfile.of(table, Map.of()).kinds();
        return CrossValidation.of(table, columns, Map.of(), folds, 2);
    }

    private static MaximumLikelihood.Builder training(int epochs, double rate) {
        return MaximumLikelihood.builder().optEpochs(epochs).optBatchSize(32).optLearningRate(rate);
    }

    private static double nll(double[] logDensities) {
        return -Arrays.stream(logDensities).average().orElseThrow();
    }

    /** All compare with each other and with what is known. */
    @Test
    void densitiesOfNumbersAreOfTheSameUnits() {
        CrossValidation table = folds(rows(), 2);
        assertEquals(2, table.folds());
        double[] numbers = table.score(SMALL, training(15, 0.01));
        double[] any = table.score(ANY_ORDER, training(2, 0.003));
        double[] apart = new double[ROWS];
        for (int fold = 0; fold < 2; fold++) {
            double[] found = table.scoreIndependent(fold, training(10, 0.03));
            int[] rows = table.rows(fold);
            assertEquals(rows.length, found.length);
            for (int i = 0; i < rows.length; i++) {
                apart[rows[i]] = found[i];
            }
        }
        // The mean of 600 rows has a deviation of 0.04.
        assertEquals(ENTROPY, nll(numbers), 0.15);
        assertEquals(ENTROPY, nll(any), 0.15);
        assertEquals(APART, nll(apart), 0.15);
        assertTrue(nll(apart) > nll(any) + 0.3);
    }

    /** A row far out is scored, and only where it is not among those that are trained on. */
    @Test
    void allRowsAreScoredByFlowsThatDidNotSeeThem() {
        double[][] rows = rows();
        rows[17][1] = 1e4;
        double[] scores = folds(rows, 3).score(SMALL, training(1, 0.003));
        assertEquals(ROWS, scores.length);
        assertTrue(Arrays.stream(scores).allMatch(Double::isFinite));
        double least = Arrays.stream(scores).min().orElseThrow();
        assertEquals(least, scores[17]);
        assertTrue(least < -15, "" + least);
        assertArrayEquals(scores, folds(rows, 3).score(SMALL, training(1, 0.003)));
    }

    @Test
    void rowsOfAnyKindAndColumnsThatAreGiven() {
        Random random = new Random(3);
        int[] level = IntStream.range(0, 300).map(i -> random.nextInt(2)).toArray();
        Table table =
                Table.of(
                        List.of(
                                new TableColumn.Texts(
                                        "sex",
                                        Arrays.stream(level)
                                                .mapToObj(l -> l == 0 ? "f" : "m")
                                                .toArray(String[]::new)),
                                new TableColumn.Numbers(
                                        "size",
                                        Arrays.stream(level)
                                                .mapToDouble(l -> 10 * l + random.nextGaussian())
                                                .toArray())));
        Map<String, Column> kinds = TableProfile.of(table, Map.of()).kinds();
        Map<String, Column> size = Map.of("size", kinds.get("size"));
        Map<String, Column> sex = Map.of("sex", kinds.get("sex"));
        CrossValidation given = CrossValidation.of(table, size, sex, 2, 0);
        CrossValidation alone = CrossValidation.of(table, size, Map.of(), 2, 0);
        double known = nll(given.scoreIndependent(0, training(30, 0.03)));
        double unknown = nll(alone.scoreIndependent(0, training(30, 0.03)));
        assertEquals(0.69, unknown - known, 0.25);
        assertTrue(nll(given.score(ANY_ORDER, training(30, 0.01))) < unknown - 0.3);
        assertRefused(
                IllegalArgumentException.class,
                "got sex with other cells; take a TableFlow",
                () -> given.score(0, SMALL, training(1, 0.01)));
        assertRefused(
                IllegalArgumentException.class,
                "expected a column to model, got none",
                () -> CrossValidation.of(table, Map.of(), sex, 2, 0));
        assertRefused(
                IllegalArgumentException.class,
                "2 to 150 folds",
                () -> CrossValidation.of(table, sex, Map.of(), 1, 0));
    }
}
