package org.djlflows.table;

import static org.djlflows.files.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.spec.Column;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

class TableProfileTest {

    private static TableColumn numbers(int rows, IntToDoubleFunction cell) {
        return new TableColumn.Numbers("x", IntStream.range(0, rows).mapToDouble(cell).toArray());
    }

    private static TableColumn texts(int rows, IntFunction<String> cell) {
        return new TableColumn.Texts(
                "x", IntStream.range(0, rows).mapToObj(cell).toArray(String[]::new));
    }

    private static TableColumn times(double... seconds) {
        return new TableColumn.Times("x", seconds);
    }

    private static ColumnProfile profile(TableColumn column) {
        return TableProfile.of(Table.of(List.of(column)), Map.of()).columns().get(0);
    }

    private static Column kind(TableColumn column) {
        return profile(column).column().orElseThrow();
    }

    private static Column kind(TableColumn column, String said) {
        return TableProfile.of(Table.of(List.of(column)), Map.of("x", said)).kinds().get("x");
    }

    private static String reason(TableColumn column) {
        ColumnProfile profile = profile(column);
        assertEquals(Optional.empty(), profile.column());
        return profile.reason();
    }

    private static void assertKindRefused(TableColumn column, String said, String message) {
        assertRefused(IllegalArgumentException.class, message, () -> kind(column, said));
    }

    /** A whole number of each row that repeats and jumps. */
    private static double spread(int i) {
        return i * 7919 % 997 % 613;
    }

    @Test
    void takesFewWordsForCategories() {
        ColumnProfile profile = profile(texts(100, i -> i == 7 ? null : i % 3 == 0 ? "b" : "a"));

        assertEquals(
                new ColumnProfile(
                        "x",
                        Optional.of(new Column.Category(List.of("a", "b"), 1.0 / 101, true)),
                        "",
                        1,
                        2,
                        "a, b",
                        "b"),
                profile);
    }

    @Test
    void ordersLevelsThatAreNumbersAsNumbers() {
        assertEquals(
                List.of("2", "10", "30"),
                ((Column.Category) kind(texts(90, i -> List.of("30", "2", "10").get(i % 3))))
                        .levels());
        assertEquals(
                List.of("007", "10", "2"),
                ((Column.Category) kind(texts(90, i -> List.of("2", "007", "10").get(i % 3))))
                        .levels());
    }

    @Test
    void leavesOutKeysAndFreeText() {
        assertEquals("key: every row has another", reason(texts(20, i -> "id" + i)));
        assertTrue(kind(texts(19, i -> "id" + i)) instanceof Column.Category);
        assertEquals("key: nearly every row has another", reason(texts(100, i -> "id" + i % 95)));
        assertEquals("free text: 94 texts in 100 rows", reason(texts(100, i -> "id" + i % 94)));
        assertTrue(kind(texts(100, i -> "id" + i % 50)) instanceof Column.Category);
        assertEquals("free text: 51 texts in 100 rows", reason(texts(100, i -> "id" + i % 51)));
        assertTrue(kind(texts(3000, i -> "id" + i % 1000)) instanceof Column.Category);
        assertEquals(
                "free text: 1,001 texts in 3,000 rows", reason(texts(3000, i -> "id" + i % 1001)));
        assertEquals(
                "free text: many texts in 30,000 rows", reason(texts(30_000, i -> "" + i / 2)));
        assertEquals("always missing", reason(texts(30, i -> null)));
        assertEquals("always missing", reason(numbers(30, i -> Double.NaN)));
    }

    @Test
    void takesTwoNumbersForCategories() {
        assertEquals(
                new Column.Category(List.of("0", "1"), 1.0 / 32, false),
                kind(numbers(30, i -> i % 2)));
        assertEquals(
                new Column.Category(List.of("0.25"), 1.0 / 32, false),
                kind(numbers(30, i -> 0.25)));
        assertEquals(
                new Column.Category(List.of("0"), 1.0 / 32, false),
                kind(numbers(30, i -> i % 2 == 0 ? 0.0 : -0.0)));
        assertTrue(kind(numbers(30, i -> i % 3)) instanceof Column.Whole);
    }

    @Test
    void leavesOutNumbersOfRows() {
        String inOrder = "key: every row has another, in order";
        assertEquals(inOrder, reason(numbers(20, i -> 1000 + i)));
        assertEquals(inOrder, reason(numbers(20, i -> -3600 * i)));
        assertEquals(inOrder, reason(numbers(30, i -> 10 * i + i % 2)));
        assertTrue(kind(numbers(19, i -> i)) instanceof Column.Whole);
        // Sorted, but measured.
        assertTrue(kind(numbers(30, i -> 200 * i * i)) instanceof Column.Whole);
        assertTrue(kind(numbers(30, i -> i - i % 2)) instanceof Column.Whole);
        // Shuffled.
        assertEquals("key: every row has another", reason(numbers(50, i -> i * 37 % 101)));
        assertTrue(kind(numbers(49, i -> i * 37 % 101)) instanceof Column.Whole);
        assertTrue(kind(numbers(50, i -> i * 37 % 101 * 4)) instanceof Column.Whole);
        assertTrue(kind(numbers(144, i -> 100 + i * 37 % 118)) instanceof Column.Whole);
        assertEquals("key: every row has another", reason(numbers(30_000, i -> i * 7L % 30_011)));
    }

    @Test
    void takesWholeNumbersForWhole() {
        assertEquals(
                new Column.Whole(List.of(), 0, 612, true),
                kind(numbers(2000, i -> i == 3 ? Double.NaN : spread(i))));
        assertTrue(kind(numbers(2000, i -> spread(i) * 1600)) instanceof Column.Whole);
        assertEquals(
                new Column.Real(List.of(), 0, 612 * 1700, false, 100),
                kind(numbers(2000, i -> spread(i) * 1700)));
    }

    @Test
    void findsAtomsOfWholeNumbers() {
        // Two in a hundred rows, of which 9 in a thousand have the last.
        assertEquals(
                List.of(0.0, 1.0, 2.0),
                atoms(numbers(1000, i -> i % 50 == 0 ? 2 : i < 9 ? 3 : i % 2)));
        // In a short table that is chance.
        assertEquals(List.of(1.0), atoms(numbers(20, i -> i < 12 ? 1 : i)));
        // One in five, where others are one in a thousand.
        assertEquals(List.of(99.0), atoms(numbers(2000, i -> i % 5 == 0 ? 99 : spread(i))));
    }

    private static List<Double> atoms(TableColumn column) {
        return ((Column.Number) kind(column)).atoms();
    }

    @Test
    void takesFractionsForReal() {
        assertEquals(
                new Column.Real(List.of(), 0, 153, false, 0.25),
                kind(numbers(2000, i -> spread(i) / 4)));
        assertEquals(5e-5, ((Column.Real) kind(numbers(30, i -> i * 15 / 1e5))).step());
        assertEquals(0, ((Column.Real) kind(numbers(30, i -> 1.5e-20 * i))).step());
        assertEquals(0, ((Column.Real) kind(numbers(30, i -> (float) (0.1 * i)))).step());
    }

    @Test
    void findsAtomsOfReal() {
        assertEquals(
                List.of(0.0, 9.99),
                atoms(numbers(2000, i -> i % 5 == 0 ? 0 : i % 7 == 0 ? 9.99 : spread(i) / 4)));
        // Eight in a thousand rows, and nine rows.
        assertEquals(List.of(), atoms(numbers(2000, i -> i < 16 ? -0.5 : spread(i) / 4)));
        assertEquals(List.of(), atoms(numbers(200, i -> i < 9 ? -0.5 : i / 7.0)));
        assertEquals(List.of(-0.5), atoms(numbers(200, i -> i < 10 ? -0.5 : i / 7.0)));
        // Rounded to few values, none is special.
        assertEquals(List.of(), atoms(numbers(2000, i -> i % 30 / 8.0)));
        // More different values than are counted.
        assertEquals(
                List.of(0.5),
                atoms(numbers(40_000, i -> i % 9 == 0 ? 0.5 : i * 7919L % 39_989 / 8.0)));
    }

    @Test
    void takesFewFractionsForAtoms() {
        assertEquals(List.of(0.0, 0.25, 0.5), atoms(numbers(60, i -> i % 3 * 0.25)));
        assertEquals(List.of(), atoms(numbers(59, i -> i % 3 * 0.25)));
        assertEquals(20, atoms(numbers(400, i -> i % 20 * 0.25)).size());
        assertEquals(0, atoms(numbers(420, i -> i % 21 * 0.25)).size());
    }

    @Test
    void leavesWildNumbersAside() {
        TableProfile profile =
                TableProfile.of(
                        Table.of(List.of(numbers(100, i -> i == 1 ? 1e300 : spread(i) / 4))),
                        Map.of());

        assertFalse(profile.kinds().get("x").missing());
        assertEquals(0, profile.columns().get(0).missing());
        assertTrue(profile.notes().get(0).contains("x: 1 numbers such as 1.0E300"));
        assertTrue(reason(numbers(100, i -> 1e-60 * i + 1e-61)).startsWith("too small"));
    }

    @Test
    void takesTimesForTimes() {
        double day = 86_400;
        assertEquals(
                new Column.Time("yyyy-MM-dd", 0, 3 * day, true),
                kind(times(3 * day, 0, Double.NaN)));
        assertEquals("yyyy-MM-dd HH:mm", ((Column.Time) kind(times(60, day))).format());
        assertEquals("yyyy-MM-dd HH:mm:ss", ((Column.Time) kind(times(61, 60))).format());
        assertEquals(
                "yyyy-MM-dd HH:mm:ss.SSS",
                ((Column.Time) kind(times(1.5e9, 1.5e9 + 0.123))).format());
        assertEquals(
                "yyyy-MM-dd HH:mm:ss.SSSSSS", ((Column.Time) kind(times(0, 0.000123))).format());
        assertEquals("1970-01-04 to 1970-01-06", profile(times(3 * day, 5 * day)).range());
        assertEquals("always 1970-01-04", reason(times(3 * day, 3 * day)));
        assertEquals(
                new Column.Time("MMM yyyy", 0, 3 * day, false),
                TableProfile.of(
                                Table.of(List.of(times(3 * day, 0))),
                                Map.of(),
                                Map.of("x", "MMM yyyy"))
                        .kinds()
                        .get("x"));
    }

    @Test
    void followsWhatTheUserSays() {
        assertEquals(
                new Column.Real(List.of(), 0, 19, false, 1), kind(numbers(20, i -> i), "real"));
        assertTrue(kind(numbers(20, i -> i), "whole") instanceof Column.Whole);
        assertTrue(kind(numbers(20, i -> i % 2), "whole") instanceof Column.Whole);
        assertEquals(
                List.of("0", "0.5", "1"),
                ((Column.Category) kind(numbers(60, i -> i % 3 * 0.5), "category")).levels());
        assertEquals(
                30, ((Column.Category) kind(texts(30, i -> "id" + i), "category")).levels().size());
        assertEquals(null, kind(texts(30, i -> "a"), "key"));
        assertEquals(
                new Column.Time("", 1.5e9, 1.5e9 + 19, false),
                kind(numbers(20, i -> 1.5e9 + i), "time"));
        assertEquals(
                new Column.Time(TableEncoding.MILLISECONDS, 1.5e9, 1.5e9 + 0.019, false),
                kind(numbers(20, i -> 1.5e12 + i), "time"));
        assertEquals(
                "1970-01-01T00:00:00Z to 1970-01-01T00:00:19Z",
                TableProfile.of(Table.of(List.of(numbers(20, i -> i))), Map.of("x", "time"))
                        .columns()
                        .get(0)
                        .range());
    }

    @Test
    void refusesWhatCannotBe() {
        TableColumn words = texts(30, i -> "word");
        assertKindRefused(
                words,
                "time",
                "expected category or key for column x, which holds texts such as \"word\", got time");
        assertKindRefused(words, "whole", "texts such as \"word\"");
        assertKindRefused(numbers(9, i -> i / 4.0), "whole", "fractions such as 0.25");
        assertKindRefused(numbers(9, i -> i * 1e9), "whole", "from 0 to 8000000000, further apart");
        assertKindRefused(numbers(9, i -> i / 4.0), "time", "numbers such as 0.25");
        assertKindRefused(numbers(9, i -> i * 1e17), "time", "numbers such as 8.0E17");
        assertKindRefused(numbers(9, i -> 5), "real", "no other number than 5");
        assertKindRefused(numbers(9, i -> i * 1e-60), "real", "numbers too small for float32");
        assertKindRefused(times(3, 4), "whole", "times such as 1970-01-01 00:00:03");
        assertKindRefused(texts(30, i -> null), "category", "no cell");
        assertKindRefused(texts(20_000, i -> "" + i), "category", "too many texts");
        assertKindRefused(words, "words", "expected real, whole, category, time, key for column x");
        assertRefused(
                IllegalArgumentException.class,
                "expected kinds of the columns x, got one of y",
                () -> TableProfile.of(Table.of(List.of(words)), Map.of("y", "key")));
        assertRefused(
                IllegalArgumentException.class,
                "expected rows",
                () -> TableProfile.of(Table.of(List.of(texts(0, i -> ""))), Map.of()));
    }

    private static Table table() {
        int rows = 60;
        String[] names = new String[rows];
        Arrays.setAll(names, i -> i % 3 == 0 ? "yes" : "no");
        return Table.of(
                List.of(
                        new TableColumn.Numbers(
                                "id", IntStream.range(0, rows).asDoubleStream().toArray()),
                        new TableColumn.Numbers(
                                "survived",
                                IntStream.range(0, rows)
                                        .mapToDouble(i -> i % 3 == 0 ? 1 : 0)
                                        .toArray()),
                        new TableColumn.Texts("alive", names),
                        new TableColumn.Texts("again\u001b[2J", names),
                        new TableColumn.Numbers("one", ones(rows)),
                        new TableColumn.Numbers("two", ones(rows))));
    }

    private static double[] ones(int rows) {
        double[] ones = new double[rows];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void notesWhatAPersonShouldKnow() {
        TableProfile profile = TableProfile.of(table(), Map.of());

        assertEquals(
                List.of(
                        "id is left out, key: every row has another, in order",
                        "alive says the same in other words as survived in every row",
                        "again\u001b[2J says the same in other words as survived in every row",
                        "one is always 1",
                        "two is always 1"),
                profile.notes());
        assertEquals(List.of("id"), profile.leftOut());
        assertEquals(
                List.of("survived", "alive", "again\u001b[2J", "one", "two"),
                List.copyOf(profile.kinds().keySet()));
        assertEquals(60, profile.rows());
        assertEquals(
                List.of("x has only 19 cells, few to learn from"),
                TableProfile.of(Table.of(List.of(numbers(19, i -> i % 4))), Map.of()).notes());
    }

    /** Of 30 temperatures, as numbers that do not come again. */
    @Test
    void findsLinesOfOtherColumns() {
        double[] celsius = IntStream.range(0, 30).mapToDouble(i -> i * i / 37.0 - 5).toArray();
        double[] rounded = Arrays.stream(celsius).map(c -> Math.rint(10 * c) / 10).toArray();
        double[] fahrenheit =
                Arrays.stream(celsius).map(c -> Math.rint(180 * c + 3200) / 100).toArray();
        double[] bent = Arrays.stream(celsius).map(c -> c + 0.2 * Math.sin(c)).toArray();
        double[] missing = celsius.clone();
        missing[4] = Double.NaN;
        Table table =
                Table.of(
                        List.of(
                                new TableColumn.Numbers("celsius", celsius),
                                new TableColumn.Numbers("fahrenheit", fahrenheit),
                                new TableColumn.Numbers("bent", bent),
                                new TableColumn.Numbers("missing", missing),
                                new TableColumn.Numbers(
                                        "minus", Arrays.stream(celsius).map(c -> -2 * c).toArray()),
                                new TableColumn.Numbers("rounded", rounded)));
        TableProfile profile = TableProfile.of(table, Map.of());
        assertEquals(
                List.of(
                        "fahrenheit is 1.8 times celsius + 32 but for rounding, in every row",
                        "minus is -2 times celsius but for rounding, in every row"),
                profile.copies());
        assertTrue(profile.notes().containsAll(profile.copies()));
        Table few = table.slice(0, 19);
        assertEquals(List.of(), TableProfile.of(few, Map.of()).copies());
    }

    @Test
    void comparesCellsBeforeLevels() {
        Table one = Table.of(List.of(table().column("alive"), table().column("again\u001b[2J")));

        assertEquals(
                List.of("again\u001b[2J is the same as alive in every row"),
                TableProfile.of(one, Map.of()).notes());
    }

    @Test
    void printsAlignedLines() {
        List<String> lines = TableProfile.of(table(), Map.of()).lines();

        assertEquals("column     kind      distinct  missing  range    example", lines.get(0));
        assertEquals(
                "id         left out        60        -  0 to 59  key: every row has another, in order",
                lines.get(1));
        assertEquals("again?[2J  category         2        -  no, yes  yes", lines.get(4));
    }

    @Test
    void cutsLongNames() {
        String name = "begin" + "x".repeat(500) + "end";
        TableColumn column = new TableColumn.Texts(name, new String[] {"y".repeat(500), "z"});
        List<String> lines = TableProfile.of(Table.of(List.of(column)), Map.of()).lines();

        assertTrue(lines.get(1).startsWith("beginxxxxxxxx...xxxxxxxxxend "), lines.get(1));
        assertTrue(lines.get(1).length() < 170, lines.get(1));
    }
}
