package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        return ((TableColumn.Doubles) table.column(column)).values();
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
        assertThrows(
                UnsupportedOperationException.class,
                () -> numbers.density().logClasses(new float[3], new float[0], 1, 0));
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
