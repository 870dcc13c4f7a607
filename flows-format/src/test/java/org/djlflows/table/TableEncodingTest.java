package org.djlflows.table;

import static org.djlflows.files.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.djlflows.spec.Column;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class TableEncodingTest {

    private static final float INFINITE = Float.POSITIVE_INFINITY;

    private static TableEncoding of(Column column, double offset) {
        return new TableEncoding(List.of("x"), Map.of("x", column), Map.of("x", offset));
    }

    private static Table numbers(double... values) {
        return Table.of(List.of(new TableColumn.Numbers("x", values)));
    }

    private static Table texts(String... values) {
        return Table.of(List.of(new TableColumn.Texts("x", values)));
    }

    private static Table times(double... values) {
        return Table.of(List.of(new TableColumn.Times("x", values)));
    }

    private static void assertRoundTrip(Column column, double offset, Table table) {
        TableEncoding encoding = of(column, offset);
        assertEquals(table, encoding.decode(encoding.encode(table)));
    }

    private static Column.Real real(double least, double most, double step, Double... atoms) {
        return new Column.Real(List.of(atoms), least, most, true, step);
    }

    @Test
    void givesRealNumbersBack() {
        assertRoundTrip(real(-10, 500, 1e-4), 0, numbers(7.25, 71.2833, -3.1, Double.NaN));
        assertRoundTrip(
                real(1.7e9, 1.7e9 + 1000, 0.01),
                1.7e9 + 500,
                numbers(1.7e9 + 0.25, 1.7e9 + 999.75));
        // More decimals than float32 has.
        assertRoundTrip(real(0, 1, 1e-13), 0, numbers(0.1, 0.2));
        assertRoundTrip(real(0, 1, 0), 0, numbers(1e-20, 0.3));
    }

    @Test
    void givesBackWhatIsKnownAsItIs() {
        TableEncoding reals = of(real(-10, 500, 0.1), 0);
        assertEquals(
                numbers(7.123456789, 3.1),
                reals.decode(new float[] {7, 3.1f}, numbers(7.123456789, Double.NaN)));
        assertEquals(numbers(7.25), reals.decode(new float[] {9}, texts("7.25")));

        TableEncoding milliseconds =
                of(new Column.Time(TableEncoding.MILLISECONDS, 0, 9e9, false), 0);
        assertEquals(
                numbers(1234567.5), milliseconds.decode(new float[] {1234}, numbers(1234567.5)));
        assertEquals(numbers(1234567), milliseconds.decode(new float[] {1}, times(1234.567)));

        TableEncoding words = of(new Column.Category(List.of("yes", "no"), 0.1, false), 0);
        assertEquals(
                texts("no", "maybe", "no"),
                words.decode(new float[] {1, 2, 1}, texts("no", "maybe", null)));
        assertEquals(texts("3", "no"), words.decode(new float[] {2, 1}, numbers(3, Double.NaN)));
        TableEncoding codes = of(new Column.Category(List.of("0", "5"), 0.1, false), 0);
        assertEquals(numbers(5, 7), codes.decode(new float[] {1, 2}, numbers(Double.NaN, 7)));
        assertEquals(numbers(5, 0), codes.decode(new float[] {1, 0}, texts("5", null)));
        assertEquals(texts("5", "x"), codes.decode(new float[] {1, 2}, texts("5", "x")));

        assertThrows(
                IllegalArgumentException.class, () -> codes.decode(new float[] {1, 0}, texts("5")));
    }

    @Test
    void givesAtomsBackExactly() {
        double atom = 0.12345678901234;
        TableEncoding encoding = of(real(0, 9, 0.1, 0.1, atom), 0);

        assertEquals(
                numbers(atom, 0.1, 0.2), encoding.decode(encoding.encode(numbers(atom, 0.1, 0.2))));
        Column.Real encoded = (Column.Real) encoding.encoded().get(0);
        assertEquals(List.of((double) 0.1f, (double) (float) atom), encoded.atoms());
        assertEquals((float) (double) encoded.atoms().get(0), encoding.encode(numbers(0.1))[0]);
    }

    @Test
    void shiftsColumnsByTheirOffset() {
        TableEncoding encoding = of(real(1e9, 1e9 + 10, 0.01, 1e9 + 0.1), 1e9 + 5);

        assertArrayEquals(
                new float[] {-5, -4.9f, 1.25f},
                encoding.encode(numbers(1e9, 1e9 + 0.1, 1e9 + 6.25)));
        assertEquals(
                List.of(new Column.Real(List.of((double) -4.9f), -5, 5, true, 0.01)),
                encoding.encoded());
        assertRoundTrip(real(1e9, 1e9 + 10, 0.01, 1e9 + 0.1), 1e9 + 5, numbers(1e9 + 0.1));
        assertEquals(
                List.of(new Column.Whole(List.of(2.0), -1, 3, false)),
                of(new Column.Whole(List.of(12.0), 9, 13, false), 10).encoded());
        assertEquals(
                List.of(new Column.Time("", -1, 3, false)),
                of(new Column.Time("", 9, 13, false), 10).encoded());
    }

    @Test
    void mergesAtomsThatFloat32DoesNotTellApart() {
        TableEncoding encoding = of(real(0, 2e9, 0.1, 1e9, 1e9 + 1), 0);

        assertEquals(List.of(1e9), ((Column.Real) encoding.encoded().get(0)).atoms());
        assertEquals(numbers(1e9), encoding.decode(encoding.encode(numbers(1e9 + 1))));
    }

    @Test
    void keepsSamplesInTheirRange() {
        assertEquals(
                numbers(0.25, 3, 0.5),
                of(real(0.25, 3, 0.01), 0).decode(new float[] {0.1f, 7, 0.499999f}));
        assertEquals(
                numbers(2, 5, 3),
                of(new Column.Whole(List.of(), 2, 5, true), 0)
                        .decode(new float[] {-1, 7.4f, 3.4f}));
        assertEquals(numbers(0), of(real(-1, 1, 0.1), 0).decode(new float[] {-0.01f}));
    }

    @Test
    void givesWholeNumbersBack() {
        Column whole = new Column.Whole(List.of(3.0), 0, 1e6, true);
        assertRoundTrip(whole, 0, numbers(0, 3, 999_999, Double.NaN));
        Column large = new Column.Whole(List.of(), 1e12, 1e12 + 9, true);
        assertRoundTrip(large, 1e12, numbers(1e12, 1e12 + 7));
    }

    @Test
    void givesLevelsBack() {
        Column words = new Column.Category(List.of("no", "yes"), 0.01, true);
        assertRoundTrip(words, 0, texts("yes", null, "no"));
        assertArrayEquals(
                new float[] {1, 2, INFINITE}, of(words, 0).encode(texts("yes", "maybe", null)));
        assertEquals(texts(null, "yes", null), of(words, 0).decode(new float[] {2, 1, -1}));

        Column codes = new Column.Category(List.of("007", "1"), 0.01, true);
        assertRoundTrip(codes, 0, texts("007", "1"));
        assertArrayEquals(new float[] {2, 1}, of(codes, 0).encode(numbers(7, 1)));
    }

    @Test
    void comparesLevelsThatAreNumbersAsNumbers() {
        Column grades = new Column.Category(List.of("0", "0.25", "1"), 0.01, true);

        assertRoundTrip(grades, 0, numbers(1, 0.25, Double.NaN, 0));
        assertArrayEquals(
                new float[] {2, 1, 3, 3, 0},
                of(grades, 0).encode(texts("1.0", "25e-2", "2", "one", "-0")));
        assertArrayEquals(new float[] {0, 3}, of(grades, 0).encode(numbers(-0.0, 0.5)));
    }

    @Test
    void givesTimesBack() {
        double start = 1_551_396_543;
        Column.Time times = new Column.Time("yyyy-MM-dd HH:mm:ss", start, start + 2_679_282, true);
        double center = TableEncoding.offsets(Map.of("x", times)).get("x");
        assertEquals(start + 1_339_641, center);
        assertRoundTrip(times, center, times(start, start + 1, start + 2_679_281, Double.NaN));

        Column.Time seconds = new Column.Time("", start, start + 1000, true);
        assertRoundTrip(seconds, start, numbers(start + 1, start + 999));
        Column.Time milliseconds =
                new Column.Time(TableEncoding.MILLISECONDS, start, start + 1000, true);
        assertRoundTrip(milliseconds, start, numbers(start * 1000 + 1, start * 1000 + 999_998));
        Column.Time thousandths =
                new Column.Time("yyyy-MM-dd HH:mm:ss.SSS", start, start + 1000, true);
        assertRoundTrip(thousandths, start, times(start + 0.123, start + 999.998));
    }

    @Test
    void roundsTimesToTheirFormat() {
        double day = 86_400;
        Column.Time months = new Column.Time("yyyy-MM", 0, 365 * day, true);
        assertEquals(
                times(0, 31 * day, 31 * day, 365 * day),
                of(months, 0)
                        .decode(
                                new float[] {
                                    (float) (14 * day),
                                    (float) (17 * day),
                                    (float) (44 * day),
                                    (float) (400 * day)
                                }));
        Column.Time years = new Column.Time("yyyy", 0, 3650 * day, true);
        assertEquals(times(365 * day), of(years, 0).decode(new float[] {(float) (200 * day)}));
        Column.Time minutes = new Column.Time("yyyy-MM-dd HH:mm", 0, day, true);
        assertEquals(times(60, 120), of(minutes, 0).decode(new float[] {89, 91}));
        Column.Time days = new Column.Time("dd.MM.yyyy", 0, 9 * day, true);
        assertEquals(times(day), of(days, 0).decode(new float[] {100_000}));
    }

    @Test
    void readsTimesThatAreTexts() {
        Column.Time times = new Column.Time("MMM d, yyyy h:mm a", 0, 1e6, true);
        assertArrayEquals(
                new float[] {86_400 + 13 * 3600 + 60},
                of(times, 0).encode(texts("Jan 2, 1970 1:01 PM")));
        Column.Time zoned = new Column.Time("yyyy-MM-dd'T'HH:mm:ssxxx", 0, 1e6, true);
        assertArrayEquals(
                new float[] {3600}, of(zoned, 0).encode(texts("1970-01-01T03:00:00+02:00")));
        assertArrayEquals(
                new float[] {31 * 86_400},
                of(new Column.Time("yyyy-MM", 0, 1e6, true), 0).encode(texts("1970-02")));
    }

    @Test
    void tellsMissingFromNotKnown() {
        Column never = new Column.Whole(List.of(), 0, 9, false);
        TableEncoding encoding =
                new TableEncoding(
                        List.of("absent", "x", "y"),
                        Map.of("absent", never, "x", never, "y", real(0, 9, 0.1)),
                        Map.of());
        Table table =
                Table.ofNumbers(
                        List.of("y", "x"), new double[][] {{Double.NaN, Double.NaN}, {1.5, 2}});

        assertArrayEquals(
                new float[] {Float.NaN, Float.NaN, INFINITE, Float.NaN, 2, 1.5f},
                encoding.encode(table));
        Table back = encoding.decode(encoding.encode(table));
        assertEquals(List.of("absent", "x", "y"), back.names());
        assertEquals(table, back.select(List.of("y", "x")));
    }

    @Test
    void reportsCellsThatCannotBe() {
        List<BadCell> bad = new ArrayList<>();
        Column whole = new Column.Whole(List.of(), 0, 9, true);
        float[] rows =
                of(whole, 0).encode(texts("3", "three", " 4.0", "2.5", "NaN", null), bad::add);

        assertArrayEquals(new float[] {3, Float.NaN, 4, 2.5f, Float.NaN, INFINITE}, rows);
        assertEquals(
                List.of(
                        new BadCell(1, "x", "expected a whole number, got \"three\""),
                        new BadCell(4, "x", "expected a whole number, got \"NaN\"")),
                bad);
        assertRefused(
                IllegalArgumentException.class,
                "TableEncoding, row 1, column x: expected a whole number, got \"three\"; correct",
                () -> of(whole, 0).encode(texts("3", "three")));
    }

    @Test
    void refusesCellsOfOtherKinds() {
        assertBad("within \u00b13.4e38, got 1.0E300", real(0, 1, 1), numbers(1e300));
        assertBad("got Infinity", real(0, 1, 1), numbers(Double.POSITIVE_INFINITY));
        assertBad("expected a number, got the time 1970-01-01", real(0, 1, 1), times(3));
        Column.Time dates = new Column.Time("yyyy-MM-dd", 0, 1e6, true);
        assertBad("expected a time as yyyy-MM-dd, got 3", dates, numbers(3));
        assertBad("expected a time as yyyy-MM-dd, got \"soon\"", dates, texts("soon"));
        assertBad(
                "since 1970 as a number, got \"soon\"",
                new Column.Time("", 0, 1e6, true),
                texts("soon"));
        assertBad(
                "expected a level, got the time",
                new Column.Category(List.of("a"), 0.1, true),
                times(1e300));
    }

    private static void assertBad(String message, Column column, Table table) {
        assertRefused(IllegalArgumentException.class, message, () -> of(column, 0).encode(table));
    }

    @Test
    void proposesOffsetsWhereFloat32NeedsThem() {
        assertEquals(Map.of(), offsets(real(992.89, 1033.3, 0.01)));
        assertEquals(Map.of(), offsets(real(0, 2e9, 0.01)));
        assertEquals(Map.of("x", 1.7e9 + 500), offsets(real(1.7e9, 1.7e9 + 1000, 0.01)));
        // The range is smaller than a whole number.
        assertEquals(Map.of("x", 1000.5), offsets(real(1000.499, 1000.5001, 0)));
        assertEquals(Map.of(), offsets(new Column.Whole(List.of(), 0, 1e6, false)));
        assertEquals(Map.of("x", 4e6), offsets(new Column.Whole(List.of(), 0, 8e6, false)));
        assertEquals(Map.of("x", 50.0), offsets(new Column.Time("", 0, 100, false)));
        assertEquals(Map.of(), offsets(new Column.Category(List.of("a"), 0.1, false)));
        assertEquals(Map.of(), offsets(new Column.Real(List.of(), -Float.MAX_VALUE, 3, false)));
    }

    private static Map<String, Double> offsets(Column column) {
        return TableEncoding.offsets(Map.of("x", column));
    }

    @Test
    void tellsDoublesApartByTheProposedOffset() {
        Column.Real column = real(1.7e9, 1.7e9 + 0.75, 0.01);
        double offset = offsets(column).get("x");
        float[] rows = of(column, offset).encode(numbers(1.7e9 + 0.25, 1.7e9 + 0.26));

        assertNotEquals(rows[0], rows[1]);
        assertRoundTrip(column, offset, numbers(1.7e9 + 0.25, 1.7e9 + 0.26));
    }

    @Test
    void refusesWhatIsNoEncoding() {
        Column whole = new Column.Whole(List.of(), 0, 9, true);
        Class<IllegalArgumentException> refused = IllegalArgumentException.class;
        assertRefused(
                refused,
                "different names",
                () -> new TableEncoding(List.of("x", "x"), Map.of("x", whole), Map.of()));
        assertRefused(
                refused,
                "a kind for column y, got only those of [x]",
                () -> new TableEncoding(List.of("y"), Map.of("x", whole), Map.of()));
        assertRefused(refused, "a whole offset for column x, got 0.5", () -> of(whole, 0.5));
        assertRefused(refused, "a finite offset", () -> of(real(0, 1, 1), Double.NaN));
        assertRefused(
                refused, "no offset", () -> of(new Column.Category(List.of("a"), 0.1, true), 1));
        assertRefused(
                refused,
                "pattern of DateTimeFormatter",
                () -> of(new Column.Time("qqqqqqq", 0, 1, true), 0));
        assertRefused(
                refused,
                "expected one of the columns x, got only y",
                () -> of(whole, 0).encode(Table.ofNumbers(List.of("y"), new double[][] {{1}})));
        TableEncoding two =
                new TableEncoding(List.of("x", "y"), Map.of("x", whole, "y", whole), Map.of());
        assertRefused(refused, "rows of 2 values, got 3", () -> two.decode(new float[3]));
        assertThrows(UnsupportedOperationException.class, () -> two.names().clear());
    }
}
