package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.anomaly.RowScore;
import org.djlflows.estimator.DensityEstimator;
import org.djlflows.estimator.TableEstimator;
import org.djlflows.runtime.Explanation;
import org.djlflows.spec.Domain;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.training.MaximumLikelihood;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Shares of a score, and what was expected, where both are known. */
class ExplainerTest {

    private static final int ROWS = 1000;

    /** The fee is 2 % of the amount, and the weight is not known in a tenth of the rows. */
    private static Table purchases() {
        Random random = new Random(4);
        String[] kinds = new String[ROWS];
        double[] amounts = new double[ROWS];
        double[] fees = new double[ROWS];
        double[] weights = new double[ROWS];
        for (int i = 0; i < ROWS; i++) {
            kinds[i] = List.of("card", "cash").get(random.nextInt(2));
            amounts[i] = Math.rint(1000 * Math.exp(0.6 * random.nextGaussian())) / 100;
            fees[i] = Math.rint(200 * amounts[i]) / 10_000;
            weights[i] = i % 10 == 3 ? Double.NaN : 5 + random.nextGaussian();
        }
        return Table.of(
                List.of(
                        new TableColumn.Texts("kind", kinds),
                        new TableColumn.Numbers("amount", amounts),
                        new TableColumn.Numbers("fee", fees),
                        new TableColumn.Numbers("weight", weights)));
    }

    private static TableEstimator fitted(Table table) {
        TableFlow flow =
                new TableFlow(
                        32, 8, 1, 2, Specs.defaults(ScalarMap.RationalQuadraticSpline.class), 2);
        return TableEstimator.builder()
                .optFlow(flow)
                .optTraining(TableEstimator.training(table.rows()).optEpochs(30))
                .fit(table);
    }

    private static Map<String, Object> row(Object kind, double amount, double fee, Object weight) {
        Map<String, Object> row = new HashMap<>();
        row.put("kind", kind);
        row.put("amount", amount);
        row.put("fee", fee);
        row.put("weight", weight);
        return row;
    }

    private static double sum(Explanation explanation) {
        return explanation.cells().stream().mapToDouble(Explanation.Cell::share).sum();
    }

    private static Explanation.Cell cell(Explanation explanation, String column) {
        return explanation.cells().stream()
                .filter(cell -> cell.column().equals(column))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theCellThatBreaksARuleIsFirst() {
        Table table = purchases();
        try (TableEstimator estimator = fitted(table)) {
            Table odd =
                    Table.ofMaps(
                            List.of(
                                    row("card", 10, 0.9, 5.1),
                                    row("cash", 10, 0.2, 30.0),
                                    row("cheque", 10, 0.2, 5.1),
                                    row("card", 10, 0.2, null),
                                    row(null, 10, 0.2, 5.1)));
            List<Explanation> found = estimator.explain(odd);
            List<RowScore> scores = estimator.rowScores(odd);
            assertEquals(
                    List.of("fee", "weight", "kind"),
                    found.stream().limit(3).map(e -> e.cells().get(0).column()).toList());
            for (int i = 0; i < found.size(); i++) {
                assertEquals(4, found.get(i).cells().size());
                assertEquals(scores.get(i).score(), found.get(i).score().score());
                assertEquals(scores.get(i).pValue(), found.get(i).score().pValue());
                assertEquals(scores.get(i).score().orElseThrow(), sum(found.get(i)), 1e-6);
                assertEquals(1, Arrays.stream(found.get(i).relativeShares()).sum(), 1e-9);
            }
            Explanation.Cell fee = found.get(0).cells().get(0);
            assertEquals("0.9", fee.came());
            assertEquals(0.2, Double.parseDouble(fee.expected()), 0.03);
            assertTrue(Double.parseDouble(fee.low()) <= 0.2);
            assertTrue(Double.parseDouble(fee.high()) >= 0.2);
            assertTrue(fee.probability() < 1e-3, fee.toString());
            assertTrue(fee.sentence().startsWith("came 0.9, expected 0.2"), fee.sentence());
            Explanation.Cell cheque = found.get(2).cells().get(0);
            assertEquals("cheque", cheque.came());
            assertTrue(List.of("card", "cash").contains(cheque.expected()), cheque.toString());
            assertEquals("", cheque.low());
            assertTrue(cheque.probability() < 0.02, cheque.toString());

            // A tenth of the weights is missing, no kind ever was.
            Explanation.Cell weight = cell(found.get(3), "weight");
            assertEquals("", weight.came());
            assertEquals(0.1, weight.probability(), 0.08);
            assertTrue(weight.sentence().startsWith("came none, expected "), weight.sentence());
            assertTrue(cell(found.get(4), "kind").probability() <= 1);

            double[] percentiles = estimator.percentiles(odd);
            assertArrayEquals(
                    scores.stream().mapToDouble(s -> s.percentile().orElseThrow()).toArray(),
                    percentiles);
            assertEquals(List.of(), estimator.explain(odd.slice(0, 0)));
        }
    }

    @Test
    void oneColumnHasTheWholeScore() {
        Table table = purchases().select(List.of("weight"));
        try (TableEstimator estimator = fitted(table)) {
            Explanation found =
                    estimator.explain(Table.ofMaps(List.of(Map.of("weight", 11)))).get(0);
            assertEquals(1, found.cells().size());
            assertEquals(found.score().score().orElseThrow(), found.cells().get(0).share(), 1e-9);
            assertEquals(5, Double.parseDouble(found.cells().get(0).expected()), 0.3);
        }
    }

    /** x and y have deviations 2 and 3 and a correlation of 0.8: y is 2.4 + 1.2 (x - 1) +- 1.8. */
    private static double[][] correlated(int rows) {
        Random random = new Random(3);
        double[][] all = new double[rows][];
        for (int i = 0; i < rows; i++) {
            double x = random.nextGaussian();
            double y = 0.8 * x + 0.6 * random.nextGaussian();
            all[i] = new double[] {1 + 2 * x, 2.4 + 3 * y};
        }
        return all;
    }

    /** An affine autoregressive flow holds all normal distributions, and learns this one. */
    private static DensityEstimator normal(double[][] rows) {
        return DensityEstimator.builder()
                .optFlow(Presets.maskedAutoregressiveFlow().withTransforms(1).withHidden(16))
                .optTraining(MaximumLikelihood.builder().optEpochs(40).optBatchSize(128))
                .fit(rows);
    }

    /** Quantiles of y given x by the density of the estimator, summed over a fine grid. */
    private static double[] quantiles(DensityEstimator estimator, double x) {
        double[][] grid =
                IntStream.range(0, 6000)
                        .mapToObj(i -> new double[] {x, -15 + 0.006 * i})
                        .toArray(double[][]::new);
        double[] density = Arrays.stream(estimator.score(grid)).map(Math::exp).toArray();
        double whole = Arrays.stream(density).sum();
        double[] levels = {0.05, 0.5, 0.95};
        double[] quantiles = new double[levels.length];
        double sum = 0;
        for (int i = 0, k = 0; k < levels.length; i++) {
            sum += density[i] / whole;
            if (sum >= levels[k]) {
                quantiles[k++] = grid[i][1];
            }
        }
        return quantiles;
    }

    @Test
    void numbersAreExpectedGivenTheOthers() {
        try (DensityEstimator estimator = normal(correlated(4000))) {
            double[][] odd = {{1, 2.4}, {3, 4.8}, {1, 2.4 + 4 * 1.8}, {1e9, 2.4}};
            List<Explanation> found = estimator.explain(odd);
            double[] medians = {2.4, 4.8, 2.4};
            double[] tails = {1, 1, 6.334e-5};
            for (int i = 0; i < medians.length; i++) {
                Explanation.Cell y = cell(found.get(i), "x2");
                assertEquals(medians[i], Double.parseDouble(y.expected()), 0.3);
                assertEquals(medians[i] - 1.645 * 1.8, Double.parseDouble(y.low()), 0.7);
                assertEquals(medians[i] + 1.645 * 1.8, Double.parseDouble(y.high()), 0.7);
                double[] quantiles = quantiles(estimator, odd[i][0]);
                assertEquals(quantiles[0], Double.parseDouble(y.low()), 0.02);
                assertEquals(quantiles[1], Double.parseDouble(y.expected()), 0.02);
                assertEquals(quantiles[2], Double.parseDouble(y.high()), 0.02);
                assertEquals(tails[i], y.probability(), i < 2 ? 0.12 : 6e-5);
                assertEquals(found.get(i).score().score().orElseThrow(), sum(found.get(i)), 1e-6);
            }
            assertEquals("x2", found.get(2).cells().get(0).column());

            // However far out it is, what is expected is as it was.
            Explanation.Cell far = cell(found.get(3), "x1");
            assertEquals(far, found.get(3).cells().get(0));
            assertEquals("1000000000", far.came());
            assertEquals(1, Double.parseDouble(far.expected()), 0.3);
            assertEquals(1 - 1.645 * 1.2, Double.parseDouble(far.low()), 0.4);
            assertEquals(0, far.probability(), 1e-100);
            assertArrayEquals(
                    estimator.rowScores(odd).stream()
                            .mapToDouble(s -> s.percentile().orElseThrow())
                            .toArray(),
                    estimator.percentiles(odd));
        }
    }

    /** What cannot be has the whole share. */
    @Test
    void anInfiniteScoreIsThatOfTheImpossibleCells() {
        double[][] rows =
                Arrays.stream(correlated(400))
                        .map(row -> new double[] {row[0], 0.5, Math.exp(row[1])})
                        .toArray(double[][]::new);
        try (DensityEstimator estimator =
                DensityEstimator.builder()
                        .optColumns("x", "always", "y")
                        .optDomains(Map.of("y", new Domain.HalfLine(0)))
                        .optFlow(Presets.neuralSplineFlow().withTransforms(2).withHidden(8))
                        .optTraining(MaximumLikelihood.builder().optEpochs(2))
                        .fit(rows)) {
            double[][] odd = {{1, 0.7, 8}, {1, 0.5, -3}, {1, 0.5, 8}};
            List<Explanation> found = estimator.explain(odd);
            double infinite = Double.POSITIVE_INFINITY;
            assertEquals(
                    new Explanation.Cell("always", "0.7", infinite, "0.5", "0.5", "0.5", 0),
                    found.get(0).cells().get(0));
            Explanation.Cell negative = found.get(1).cells().get(0);
            assertEquals("y", negative.column());
            assertEquals("-3", negative.came());
            assertTrue(Double.parseDouble(negative.low()) > 0, negative.toString());
            assertTrue(Double.parseDouble(negative.high()) < 1e4, negative.toString());
            for (Explanation explanation : found.subList(0, 2)) {
                assertEquals(infinite, explanation.score().score().orElseThrow());
                assertEquals(infinite, sum(explanation));
                double[] shares = explanation.relativeShares();
                assertEquals(1, shares[0]);
                assertEquals(
                        0, IntStream.range(1, shares.length).mapToDouble(j -> shares[j]).sum());
            }
            assertTrue(Double.isFinite(sum(found.get(2))));
            assertEquals(2, found.get(2).cells().size());

            FlowModel earlier = new FlowModel(estimator.model().config(), estimator.model().flow());
            assertRefused(
                    IllegalArgumentException.class,
                    "Explainer: expected a model that compares rows, got one of images, of an"
                            + " earlier version or that was imported: train it again, or call"
                            + " FlowModel.comparingRows",
                    () -> RowScorer.of(earlier).explainer());
        }
    }
}
