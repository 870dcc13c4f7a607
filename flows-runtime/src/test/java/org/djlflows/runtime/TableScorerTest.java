package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.anomaly.RowScore;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** A small model of sales, which has one order of its columns, where there is no DJL. */
class TableScorerTest {

    private static Scorer scorer;

    @BeforeAll
    static void load() throws IOException {
        scorer = Scorer.load(stored("kinds"));
    }

    private static Path stored(String name) {
        return Path.of(
                URI.create(
                        TableScorerTest.class
                                .getResource("/org/djlflows/spark/" + name)
                                .toString()));
    }

    private static Map<String, Object> sale(int i) {
        Map<String, Object> sale = new HashMap<>();
        sale.put("city", List.of("Bern", "Oslo", "Paris", "Rome").get(i % 4));
        sale.put("member", i % 3 == 0);
        sale.put("items", 1L + i % 4);
        sale.put("amount", i % 5 == 0 ? null : 5 + i * 0.25);
        sale.put("day", LocalDate.of(2025, 1, 1).plusDays(i));
        sale.put("at", LocalDateTime.of(2025, 1, 1, 3, 53, 26).plusHours(31L * i));
        return sale;
    }

    private static Table sales(int rows) {
        return Table.ofMaps(IntStream.range(0, rows).mapToObj(TableScorerTest::sale).toList());
    }

    private static Table without(Table table, String column) {
        List<String> names = new ArrayList<>(table.names());
        names.remove(column);
        return table.select(names);
    }

    private static double[] values(Table table, String column) {
        return values(table.column(column));
    }

    private static double[] values(TableColumn column) {
        return ((TableColumn.Doubles) column).values();
    }

    /** Of the column that is last in the order all others are given in the density too. */
    @Test
    void conditionalsAreDifferencesOfLogDensities() {
        Table rows = sales(90);
        double[] joint = scorer.logDensities(rows);
        List<String> last = new ArrayList<>();
        for (String column : List.of("city", "member", "items")) {
            double[] rest = scorer.logDensities(without(rows, column));
            double[] p = probabilities(scorer.conditional(column, rows), rows.column(column));
            double off =
                    IntStream.range(0, 90)
                            .mapToDouble(i -> Math.abs(joint[i] - rest[i] - Math.log(p[i])))
                            .max()
                            .orElseThrow();
            if (off < 1e-4) {
                last.add(column);
            }
        }
        assertEquals(1, last.size(), last.toString());
    }

    private static double[] probabilities(Conditional conditional, TableColumn column) {
        if (column instanceof TableColumn.Texts texts) {
            double[][] p = conditional.probabilities();
            List<String> levels = conditional.levels();
            return IntStream.range(0, p.length)
                    .mapToDouble(i -> ofLevel(p[i], levels.indexOf(texts.value(i))))
                    .toArray();
        }
        double[] cdf = conditional.cdf();
        double[] pit = conditional.pit();
        return IntStream.range(0, cdf.length).mapToDouble(i -> 2 * (cdf[i] - pit[i])).toArray();
    }

    private static double ofLevel(double[] p, int level) {
        return level < 0 ? 1 - Arrays.stream(p).sum() : p[level];
    }

    @Test
    void quantilesAndTailsAreThoseOfTheDistributionFunction() {
        Table rows = sales(60);
        Conditional amount = scorer.conditional("amount", rows);
        double[] levels = {0.05, 0.5, 0.95};
        for (int k = 0; k < levels.length; k++) {
            TableColumn quantile = amount.quantiles(levels).get(k);
            List<TableColumn> columns = new ArrayList<>(without(rows, "amount").columns());
            columns.add(quantile);
            double[] cdf = scorer.conditional("amount", Table.of(columns)).cdf();
            for (double p : cdf) {
                assertEquals(levels[k], p, 2e-3);
            }
        }
        double[] tails = amount.logTails();
        double[] cdf = amount.cdf();
        double[] missing = amount.missing();
        for (int i = 0; i < tails.length; i++) {
            double expected = i % 5 == 0 ? missing[i] : 2 * Math.min(cdf[i], 1 - cdf[i]);
            assertEquals(expected, Math.exp(tails[i]), 1e-5);
        }
        assertArrayEquals(new double[60], scorer.conditional("city", rows).missing());
        // Levels that were never seen are the least probable.
        double[] cities = scorer.conditional("city", rows).logTails();
        double[][] p = scorer.conditional("city", without(rows, "city")).probabilities();
        assertEquals(1 - Arrays.stream(p[3]).sum(), Math.exp(cities[3]), 1e-6);
        assertEquals(0, scorer.conditional("amount", rows.slice(0, 0)).logTails().length);
    }

    @Test
    void whatIsKnownStaysAndTheRestIsDrawn() {
        Table rows = sales(100);
        Table some = rows.select(List.of("city", "amount"));
        Table drawn = scorer.complete(some, 4);
        assertEquals(scorer.config().columns(), drawn.names());
        assertEquals(some.column("city"), drawn.column("city"));
        double[] before = values(some, "amount");
        double[] after = values(drawn, "amount");
        for (int i = 0; i < 100; i++) {
            assertTrue(Double.isNaN(before[i]) ? after[i] >= 4.84 : before[i] == after[i]);
            assertTrue(values(drawn, "items")[i] % 1 == 0);
        }
        assertEquals(drawn, scorer.complete(some, 4));
        assertNotEquals(drawn, scorer.complete(some, 5));
        assertEquals(drawn.slice(0, 37), scorer.complete(some.slice(0, 37), 4));
        assertEquals(List.of("day", "at"), scorer.complete(some, List.of("day", "at"), 4).names());
    }

    /** Each by its own seed, whatever is beside it. */
    @Test
    void rowsAreDrawnAloneAsAmongOthers() throws IOException {
        Scorer given = Scorer.load(stored("kinds-given"));
        Table rows = sales(80).select(List.of("city"));
        long[] seeds = new Random(3).longs(80).toArray();
        Table drawn = given.sampleTable(rows, seeds);
        for (int i = 0; i < 80; i += 7) {
            Table alone = given.sampleTable(rows.slice(i, i + 1), new long[] {seeds[i]});
            assertEquals(drawn.slice(i, i + 1), alone);
        }
        assertNotEquals(values(drawn, "amount")[0], values(drawn, "amount")[4]);
        assertRefused(
                "Scorer: expected a seed for each of 80 rows, got 1",
                () -> given.sampleTable(rows, new long[1]));
        // What is given counts in a conditional, also where nothing else is known.
        double oslo = values(given.conditional("amount", rows).quantiles(0.5).get(0))[1];
        double bern = values(given.conditional("amount", rows).quantiles(0.5).get(0))[0];
        assertEquals(20, oslo - bern, 3);
        assertEquals(drawn.names(), given.complete(rows, 1).names());
        assertThrows(IllegalArgumentException.class, () -> given.conditional("amount", drawn));

        Scorer numbers = Scorer.load(stored("given"));
        double[][] context = {{8.041, 20.03}, {8.1, 20}, {8.041, 20.03}};
        double[][] sample = numbers.sample(context, new long[] {1, 2, 1});
        assertArrayEquals(sample[0], sample[2]);
        assertArrayEquals(
                sample[1], numbers.sample(new double[][] {context[1]}, new long[] {2})[0]);
    }

    private static Explanation.Cell cell(Explanation explanation, String column) {
        return explanation.cells().stream()
                .filter(cell -> cell.column().equals(column))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sharesAddUpToTheScore() {
        Table rows = sales(40);
        List<RowScore> scores = scorer.scores(rows);
        List<Explanation> found = scorer.explain(rows);
        Conditional amount = scorer.conditional("amount", rows);
        Conditional city = scorer.conditional("city", rows);
        List<TableColumn> quantiles = amount.quantiles(0.5, 0.05, 0.95);
        for (int i = 0; i < 40; i++) {
            Explanation row = found.get(i);
            assertEquals(scores.get(i), row.score());
            assertEquals(
                    scores.get(i).score().orElseThrow(),
                    row.cells().stream().mapToDouble(Explanation.Cell::share).sum(),
                    1e-9);
            Explanation.Cell number = cell(row, "amount");
            assertEquals(Math.exp(amount.logTails()[i]), number.probability());
            assertEquals(i % 5 == 0 ? "" : 5 + i * 0.25, written(number.came()));
            assertEquals(value(quantiles.get(0), i), written(number.expected()));
            assertEquals(value(quantiles.get(1), i), written(number.low()));
            assertEquals(value(quantiles.get(2), i), written(number.high()));
            double[] p = city.probabilities()[i];
            int best = IntStream.of(0, 1, 2).reduce(0, (a, b) -> p[b] > p[a] ? b : a);
            assertEquals(city.levels().get(best), cell(row, "city").expected());
        }
        assertEquals(List.of(), scorer.explain(rows.slice(0, 0)));
    }

    private static Object written(String cell) {
        return cell.isEmpty() ? "" : (Object) Double.valueOf(cell);
    }

    private static Object value(TableColumn column, int row) {
        return ((TableColumn.Doubles) column).value(row);
    }

    @Test
    void numbersAreExplainedByTheirDensity() throws IOException {
        Scorer numbers = Scorer.load(stored("numbers"));
        double[] row = {0.3, -0.2, 1};
        double[] odd = {0.3, 25, 1};
        List<Explanation> found = numbers.explain(new double[][] {row, odd});
        assertEquals("x1", found.get(1).cells().get(0).column());
        assertEquals("25", found.get(1).cells().get(0).came());
        for (Explanation explanation : found) {
            assertEquals(
                    explanation.score().score().orElseThrow(),
                    explanation.cells().stream().mapToDouble(Explanation.Cell::share).sum(),
                    1e-9);
        }
        // The median divides the density along the column in halves.
        Explanation.Cell cell = cell(found.get(0), "x1");
        double below = 0;
        double whole = 0;
        for (int i = 0; i < 20_000; i++) {
            row[1] = -10 + i * 1e-3;
            double density = Math.exp(numbers.logDensity(row));
            whole += density;
            below += row[1] <= Double.parseDouble(cell.expected()) ? density : 0;
        }
        assertEquals(0.5, below / whole, 2e-3);
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Table rows = sales(3);
        assertRefused(
                "TableCells: expected one of the columns [city, member, items, amount, day, at],"
                        + " got size",
                () -> scorer.conditional("size", rows));
        assertRefused(
                "TableCells: expected one of the columns [city, member, items, amount, day, at],"
                        + " got size",
                () -> scorer.complete(rows, List.of("size"), 1));
        Scorer numbers = Scorer.load(stored("numbers"));
        String advice =
                "Scorer: expected rows of numbers, which the columns of the model are, got a Table:"
                        + " call logDensities(double[][]), scores(double[][]) or sample";
        assertRefused(advice, () -> numbers.conditional("x0", rows));
        assertRefused(advice, () -> numbers.complete(rows, 1));
        assertRefused(
                "Explainer: expected a model of columns of any kind, got one of numbers: give it"
                        + " rows of numbers",
                () -> numbers.explain(rows));
        assertRefused(
                "Explainer: expected a model of numbers, got one of columns of any kind: give it a"
                        + " Table",
                () -> scorer.explain(new double[1][6]));
        Scorer earlier = Scorer.load(stored("given"));
        assertThrows(
                IllegalArgumentException.class,
                () -> earlier.explain(new double[][] {{0, 1.55e12, 7, 8, 20}}));
        assertThrows(
                UnsupportedOperationException.class,
                () -> numbers.density().logClasses(new float[3], new float[0], 1, 0));
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
