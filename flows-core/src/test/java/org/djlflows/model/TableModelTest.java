package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;

import org.djlflows.kernel.NoGrad;
import org.djlflows.runtime.Conditional;
import org.djlflows.spec.Column;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** A model whose weights are random: times, prices, counts, words and codes in a shop. */
class TableModelTest {

    private static final double BEGIN = Instant.parse("2024-01-01T00:00:00Z").getEpochSecond();
    private static final double DAY = 86_400;

    private static final Column.Time TIME =
            new Column.Time("yyyy-MM-dd HH:mm", BEGIN, BEGIN + 300 * DAY, false);
    private static final Column PRICE = new Column.Real(List.of(0.0), -900, 900, true, 0.01);
    private static final Column ITEMS = new Column.Whole(List.of(), -90, 90, false);
    private static final Column WORD =
            new Column.Category(List.of("card", "cash", "cheque"), 0.01, false);
    private static final Column CODE = new Column.Category(List.of("1", "2"), 0.01, true);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(3);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Of the context, if wanted, is the code. */
    private TableModel model(boolean context) {
        Map<String, Column> kinds = new LinkedHashMap<>();
        kinds.put("items", ITEMS);
        kinds.put("price", PRICE);
        kinds.put("time", TIME);
        kinds.put("word", WORD);
        Column always = new Column.Category(List.of("1", "2"), 0.01, false);
        Map<String, Column> given = context ? Map.of("code", always) : Map.of();
        if (!context) {
            kinds.put("code", CODE);
        }
        TableFlow flow =
                new TableFlow(
                        8, 8, 1, 2, Specs.defaults(ScalarMap.RationalQuadraticSpline.class), 1);
        var config = TableModel.config(flow, kinds, given);
        FlowModel model =
                FlowModel.create(
                        config, TableModel.arrays(config, manager, rows(400), cell -> {}), manager);
        try (NoGrad noGrad = NoGrad.open()) {
            for (Parameter parameter : model.flow().getParameters().values()) {
                if (parameter.requiresGradient()) {
                    NDArray array = parameter.getArray();
                    array.addi(manager.randomNormal(0, 0.2f, array.getShape(), DataType.FLOAT32));
                }
            }
        }
        return new TableModel(model);
    }

    private static Table rows(int n) {
        Random random = new Random(n);
        double[] times = random.doubles(n, BEGIN, BEGIN + 300 * DAY).map(Math::rint).toArray();
        double[] prices = random.doubles(n).map(u -> Math.rint(3000 * u) / 100 - 7).toArray();
        double[] items = random.doubles(n).map(u -> Math.rint(9 * u)).toArray();
        for (int i = 0; i < n; i += 5) {
            prices[i] = i % 10 == 0 ? 0 : Double.NaN;
        }
        return Table.of(
                List.of(
                        new TableColumn.Times("time", times),
                        new TableColumn.Numbers("price", prices),
                        new TableColumn.Numbers("items", items),
                        new TableColumn.Texts("word", words(n, random, "card", "cash", "cheque")),
                        new TableColumn.Texts("code", words(n, random, "1", "2"))));
    }

    private static String[] words(int n, Random random, String... levels) {
        return IntStream.range(0, n)
                .mapToObj(i -> levels[random.nextInt(levels.length)])
                .toArray(String[]::new);
    }

    private static double[] values(TableColumn column) {
        return ((TableColumn.Doubles) column).values();
    }

    /** Rows without the column are rows in which it is not known. */
    private static Table without(Table rows, String column) {
        List<String> names = new ArrayList<>(rows.names());
        names.remove(column);
        return rows.select(names);
    }

    /** The last column in the one order of the columns is given all others there too. */
    @Test
    void conditionalsAreDifferencesOfScores() {
        TableModel model = model(false);
        Table rows = rows(60);
        double[] joint = model.score(rows);
        Map<String, Double> largest = new LinkedHashMap<>();
        for (String column : List.of("items", "word", "code")) {
            double[] rest = model.score(without(rows, column));
            double[] p = probabilities(model.conditional(column, rows), rows.column(column));
            largest.put(
                    column,
                    IntStream.range(0, 60)
                            .mapToDouble(i -> Math.abs(joint[i] - rest[i] - Math.log(p[i])))
                            .max()
                            .orElseThrow());
        }
        assertEquals(
                1, largest.values().stream().filter(x -> x < 1e-3).count(), () -> "" + largest);
    }

    private static double[] probabilities(Conditional conditional, TableColumn column) {
        if (column instanceof TableColumn.Texts texts) {
            double[][] p = conditional.probabilities();
            List<String> levels = conditional.levels();
            return IntStream.range(0, p.length)
                    .mapToDouble(i -> p[i][levels.indexOf(texts.value(i))])
                    .toArray();
        }
        double[] cdf = conditional.cdf();
        double[] pit = conditional.pit();
        return IntStream.range(0, cdf.length).mapToDouble(i -> 2 * (cdf[i] - pit[i])).toArray();
    }

    @Test
    void quantilesAreCellsOfTheirColumn() {
        TableModel model = model(false);
        Table rows = rows(80);
        for (String column : List.of("time", "price", "items")) {
            Conditional conditional = model.conditional(column, rows);
            double[] levels = {0.05, 0.5, 0.95};
            List<TableColumn> found = conditional.quantiles(levels);
            assertEquals(3, found.size());
            for (int k = 0; k < 3; k++) {
                TableColumn quantile = found.get(k);
                assertEquals(rows.column(column).getClass(), quantile.getClass());
                assertEquals(column, quantile.name());
                Table at = replaced(rows, quantile);
                double[] cdf = model.conditional(column, at).cdf();
                double[] pit = model.conditional(column, at).pit();
                for (int i = 0; i < 80; i++) {
                    // Prices are rounded to hundredths, and times to minutes between their ends.
                    double value = values(quantile)[i];
                    double below = value == BEGIN ? 0 : 2 * pit[i] - cdf[i];
                    double atMost = value == BEGIN + 300 * DAY ? 1 : cdf[i];
                    assertTrue(atMost >= levels[k] - 2e-3, column + " " + atMost);
                    assertTrue(below <= levels[k] + 2e-3, column + " " + below);
                    assertEquals(column.equals("time") ? Math.rint(value / 60) * 60 : value, value);
                    assertEquals(Math.rint(100 * value) / 100, value, 1e-9);
                }
            }
        }
        double[] prices = values(rows.column("price"));
        double[] cdf = model.conditional("price", rows).cdf();
        IntStream.range(0, 80)
                .forEach(i -> assertEquals(Double.isNaN(prices[i]), Double.isNaN(cdf[i])));
        double[] missing = model.conditional("price", rows).missing();
        assertTrue(Arrays.stream(missing).allMatch(p -> p > 0.01 && p < 0.99));
        assertArrayEquals(new double[80], model.conditional("time", rows).missing());
    }

    private static Table replaced(Table rows, TableColumn column) {
        List<TableColumn> columns = new ArrayList<>(without(rows, column.name()).columns());
        columns.add(column);
        return Table.of(columns);
    }

    @Test
    void probabilitiesAreThoseOfLevels() {
        TableModel model = model(false);
        Table rows = rows(50);
        Conditional word = model.conditional("word", rows);
        assertEquals(List.of("card", "cash", "cheque"), word.levels());
        for (double[] row : word.probabilities()) {
            assertEquals(0.99, Arrays.stream(row).sum(), 1e-6);
        }
        double[][] same = model.conditional("word", without(rows, "word")).probabilities();
        assertArrayEquals(word.probabilities()[7], same[7], 1e-6);
        assertEquals(0, model.conditional("word", rows.slice(0, 0)).probabilities().length);
        assertEquals(0, model.conditional("price", rows.slice(0, 0)).cdf().length);
        assertRefused(
                IllegalArgumentException.class,
                "Conditional: expected a column of numbers or times, got word, which is one of"
                        + " levels: ask for probabilities",
                word::cdf);
        assertRefused(
                IllegalArgumentException.class,
                "Conditional: expected a column of levels, got time, which is one of numbers: ask"
                        + " for quantiles",
                () -> model.conditional("time", rows).probabilities());
        assertRefused(
                IllegalArgumentException.class,
                "TableCells: expected one of the columns [items, price, time, word, code], got size",
                () -> model.conditional("size", rows));
        assertRefused(
                IllegalArgumentException.class,
                "Conditional: expected levels from 0 to 1, got [0.5, 1.1]",
                () -> model.conditional("time", rows).quantiles(0.5, 1.1));
    }

    @Test
    void aContextIsGiven() {
        TableModel model = model(true);
        Table rows = rows(30);
        double[][] both = model.conditional("word", rows).probabilities();
        double[][] code = model.conditional("word", rows.select(List.of("code"))).probabilities();
        assertTrue(Math.abs(both[0][0] - code[0][0]) > 1e-6);
        List<BadCell> bad = new ArrayList<>();
        Table unknown = replaced(rows, new TableColumn.Texts("code", new String[30]));
        model.conditional("word", unknown, bad::add);
        assertEquals(30, bad.size());
        assertThrows(
                IllegalArgumentException.class,
                () -> model.conditional("word", without(rows, "code")));
    }

    @Test
    void cellsThatCannotBeAreToldAndNotLookedAt() {
        TableModel model = model(false);
        Table rows = rows(3);
        Table odd = replaced(rows, new TableColumn.Texts("items", new String[] {"2", "many", "3"}));
        List<BadCell> bad = new ArrayList<>();
        double[][] found = model.conditional("word", odd, bad::add).probabilities();
        assertEquals("row 1, column items", bad.get(0).toString().substring(0, 19));
        double[][] without = model.conditional("word", without(rows, "items")).probabilities();
        assertArrayEquals(without[1], found[1], 1e-6);
        assertFalse(Math.abs(without[0][0] - found[0][0]) < 1e-6);
        assertThrows(IllegalArgumentException.class, () -> model.conditional("word", odd));
    }

    /** As float32 keeps neither all seconds nor all digits, nor the model words it never saw. */
    @Test
    void whatIsKnownComesBackAsItCame() {
        TableModel model = model(false);
        double second = BEGIN + 12 * DAY + 34_567.25;
        Map<String, Object> known = new LinkedHashMap<>();
        known.put("time", "2024-01-13 09:37");
        known.put("price", 123.456789);
        known.put("items", 3);
        known.put("word", "voucher");
        known.put("code", "x7");
        Table row = Table.ofMaps(List.of(known));
        Table complete = model.complete(row);
        double time = values(complete.column("time"))[0];
        assertEquals(BEGIN + 12 * DAY + 9 * 3600 + 37 * 60, time);
        for (String column : List.of("price", "items", "word", "code")) {
            assertEquals(row.column(column), complete.column(column));
        }
        Table times = Table.of(List.of(new TableColumn.Times("time", new double[] {second})));
        assertEquals(times.column("time"), model.complete(times).column("time"));
        Table number = Table.of(List.of(new TableColumn.Numbers("code", new double[] {9})));
        assertEquals(number.column("code"), model.complete(number).column("code"));
        Table text =
                Table.of(List.of(new TableColumn.Texts("code", new String[] {"2", null, "x7"})));
        TableColumn.Texts codes = (TableColumn.Texts) model.complete(text).column("code");
        assertEquals("2", codes.value(0));
        assertTrue(List.of("1", "2").contains(codes.value(1)));
        assertEquals("x7", codes.value(2));
    }

    @Test
    void onlyWantedCellsAreDrawn() {
        TableModel model = model(false);
        Table rows = rows(40);
        Table drawn = model.complete(rows, List.of("price"));
        assertEquals(List.of("price"), drawn.names());
        double[] before = values(rows.column("price"));
        double[] after = values(drawn.column("price"));
        for (int i = 0; i < 40; i++) {
            assertTrue(
                    Double.isFinite(after[i])
                            && (Double.isNaN(before[i]) || before[i] == after[i]));
        }
        assertRefused(
                IllegalArgumentException.class,
                "TableCells: expected one of the columns [items, price, time, word, code], got size",
                () -> model.complete(rows, List.of("size")));
    }

    @Test
    void valuesAreGivenAsTablesTakeThem() {
        TableModel model = model(false);
        Instant noon = Instant.parse("2024-02-03T12:00:00Z");
        Table given = model.given(Map.of("time", noon, "price", 0.1, "code", 2), 3).orElseThrow();
        assertEquals(3, given.rows());
        Table drawn = model.complete(given);
        assertEquals((double) noon.getEpochSecond(), values(drawn.column("time"))[2]);
        assertEquals(0.1, values(drawn.column("price"))[1]);
        assertEquals(2, values(drawn.column("code"))[0]);
        assertRefused(
                IllegalArgumentException.class,
                "TableModel: expected one of [card, cash, cheque] for word, got voucher",
                () -> model.given(Map.of("word", "voucher"), 1));
        assertRefused(
                IllegalArgumentException.class,
                "TableModel: expected a value for price, got NaN",
                () -> model.given(Map.of("price", Double.NaN), 1));
        assertRefused(
                IllegalArgumentException.class,
                "TableModel: expected 0 rows or more, got -1",
                () -> model.sample(-1));
    }
}
