package org.djlflows.estimator;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableProfile;
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
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

class TableEstimatorTest {

    /** A purchase: the fee of those by card is 2 % of the amount, of others nothing. */
    private record Purchase(String kind, int items, Double amount, double fee) {}

    @TempDir private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private static List<Purchase> purchases() {
        Random random = new Random(4);
        return IntStream.range(0, 400)
                .mapToObj(
                        i -> {
                            boolean card = random.nextInt(3) > 0;
                            double amount = Math.rint(100 * Math.exp(random.nextGaussian())) / 100;
                            return new Purchase(
                                    card ? "card" : "cash",
                                    1 + random.nextInt(4),
                                    i % 10 == 3 ? null : amount,
                                    card ? 0.02 * amount : 0);
                        })
                .toList();
    }

    /** A few epochs are enough for what is looked at. */
    private static TableEstimator fitted(Table table) {
        MaximumLikelihood.Builder few = TableEstimator.training(table.rows()).optEpochs(20);
        return TableEstimator.builder().optTraining(few).optSeed(1).fit(table);
    }

    @Test
    void rowsOfAnyKindAreLearnedScoredDrawnAndCompleted() throws IOException {
        Table table = Table.ofRecords(purchases());
        try (TableEstimator estimator = fitted(table)) {
            assertEquals(table.names(), estimator.columns());
            Table odd =
                    Table.ofMaps(
                            List.of(
                                    Map.of(
                                            "kind", "card", "items", 2.5, "amount", 1.0, "fee",
                                            0.02),
                                    Map.of("kind", "cash", "items", 2, "amount", -50, "fee", 0)));
            for (double percentile : estimator.percentiles(odd)) {
                assertTrue(percentile < 3, "percentile " + percentile);
            }
            double[] percentiles = estimator.percentiles(table);
            double median = Arrays.stream(percentiles).sorted().toArray()[200];
            assertEquals(50, median, 15);

            Table drawn = estimator.sample(300);
            TableColumn.Texts kinds = (TableColumn.Texts) drawn.column("kind");
            assertEquals(Set.of("card", "cash"), Set.copyOf(Arrays.asList(kinds.values())));
            TableColumn.Numbers items = (TableColumn.Numbers) drawn.column("items");
            assertTrue(
                    Arrays.stream(items.values()).allMatch(x -> x >= 1 && x <= 4 && x == (int) x));
            assertTrue(IntStream.range(0, 300).anyMatch(drawn.column("amount")::isMissing));

            Table complete = estimator.complete(table);
            assertEquals(table.column("fee"), complete.column("fee"));
            assertTrue(IntStream.range(0, 400).noneMatch(complete.column("kind")::isMissing));

            assertEquals(List.of("card", "cash"), estimator.levels("kind"));
            double[][] cards = estimator.probabilities("kind", table);
            double[] pits = estimator.pit("items", table);
            double[] cdf = estimator.cdf("items", table);
            TableColumn.Texts came = (TableColumn.Texts) table.column("kind");
            for (int i = 0; i < 400; i++) {
                assertEquals(came.value(i).equals("card"), cards[i][0] > 0.5, "row " + i);
                assertTrue(pits[i] < cdf[i] && pits[i] > 0);
            }
            assertEquals(0.5, Arrays.stream(pits).average().orElseThrow(), 0.05);
            assertRefused(
                    IllegalArgumentException.class,
                    "TableEstimator: expected a column of levels among [kind, items, amount, fee],"
                            + " got fee",
                    () -> estimator.levels("fee"));

            estimator.save(folder);
            try (TableEstimator loaded = TableEstimator.load(folder)) {
                assertArrayEquals(estimator.score(table), loaded.score(table), 1e-4);
            }
        }
    }

    @Test
    void tooFewRowsAreRefused() {
        Table table = Table.ofRecords(purchases().subList(0, 19));
        assertRefused(
                IllegalArgumentException.class,
                "TableEstimator: expected at least 20 rows, better thousands, got 19",
                () -> DensityEstimator.fit(table));
    }

    @Test
    void columnsAreLearnedGivenOthers() {
        Table table = Table.ofRecords(purchases());
        MaximumLikelihood.Builder few = TableEstimator.training(400).optEpochs(20);
        TableEstimator.Builder builder =
                TableEstimator.builder()
                        .optProfile(TableProfile.of(table, Map.of("items", "real")))
                        .optContext("kind", "items")
                        .optFlow(Specs.with(Presets.anyOrder(), "orders", 1))
                        .optTraining(few)
                        .optProgress(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (TableEstimator estimator = builder.fit(table)) {
            assertEquals(List.of("amount", "fee"), estimator.columns());
            assertEquals(List.of("kind", "items"), estimator.contextColumns());
            assertTrue(printed.toString(StandardCharsets.UTF_8).contains("epoch 20/20"));
            Table given = table.select(List.of("kind", "items"));
            Table drawn = estimator.complete(given);
            assertEquals(400, drawn.rows());
            Table two =
                    Table.ofMaps(
                            List.of(
                                    Map.of("kind", "card", "items", 2),
                                    Map.of("kind", "cash", "items", 2)));
            List<TableColumn> fees = estimator.quantiles("fee", two, 0.25, 0.75);
            double[] high = ((TableColumn.Numbers) fees.get(1)).values();
            assertTrue(high[0] > 2 * high[1], "fees " + Arrays.toString(high));
            assertRefused(
                    IllegalArgumentException.class,
                    "TableModel: expected values of the columns that are given, [kind, items]",
                    () -> estimator.sample(3));
        }
        assertRefused(
                IllegalArgumentException.class,
                "TableEstimator: expected as context different columns of [kind, items, amount,"
                        + " fee], got [kind, size]",
                () -> TableEstimator.builder().optContext("kind", "size").fit(table));
        assertRefused(
                IllegalArgumentException.class,
                "TableEstimator: expected a column that can be modelled and is not given",
                () ->
                        TableEstimator.builder()
                                .optContext("kind", "items", "amount", "fee")
                                .fit(table));
    }
}
