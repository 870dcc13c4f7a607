package org.djlflows.table;

import static org.djlflows.files.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.CharBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

class TableTest {

    private enum Size {
        SMALL,
        LARGE
    }

    private record Order(int pieces, Double price, Size size, boolean paid, Instant sent) {}

    private static final Table TABLE =
            Table.of(
                    List.of(
                            new TableColumn.Numbers("x", new double[] {1, Double.NaN, 3}),
                            new TableColumn.Texts("word", new String[] {"a", null, "c"}),
                            new TableColumn.Times("at", new double[] {0, Double.NaN, 86400.5})));

    @Test
    void keepsColumnsInOrder() {
        assertEquals(List.of("x", "word", "at"), TABLE.names());
        assertEquals(3, TABLE.rows());
        assertEquals(3, TABLE.columns().size());
        assertEquals("Table[3 rows: x, word, at]", TABLE.toString());
        assertEquals("Texts[word, 3 rows]", TABLE.column("word").toString());
        TABLE.columns().forEach(c -> assertTrue(!c.isMissing(0) && c.isMissing(1)));
    }

    @Test
    void cannotBeChangedFromOutside() {
        double[] values = {1, 2};
        TableColumn.Numbers numbers = new TableColumn.Numbers("x", values);
        values[0] = 7;
        numbers.values()[1] = 7;

        assertArrayEquals(new double[] {1, 2}, numbers.values());
        assertThrows(UnsupportedOperationException.class, () -> TABLE.names().clear());
        assertThrows(UnsupportedOperationException.class, () -> TABLE.columns().clear());
    }

    @Test
    void selectsColumnsAndRows() {
        Table chosen = TABLE.select(List.of("at", "x")).take(new int[] {2, 0, 2});

        assertEquals(List.of("at", "x"), chosen.names());
        assertArrayEquals(new double[] {86400.5, 0, 86400.5}, times(chosen, "at"));
        assertEquals(TABLE, TABLE.slice(0, 3));
        assertEquals(TABLE.take(new int[] {1, 2}), TABLE.slice(1, 3));
        assertEquals(TABLE.take(new int[] {1, 2}).hashCode(), TABLE.slice(1, 3).hashCode());
        assertNotEquals(TABLE, TABLE.slice(1, 3));
        assertEquals(0, TABLE.slice(3, 3).rows());
        assertThrows(IndexOutOfBoundsException.class, () -> TABLE.slice(2, 4));
        assertThrows(IndexOutOfBoundsException.class, () -> TABLE.take(new int[] {3}));
    }

    @Test
    void isPutTogetherOfParts() {
        Table whole =
                Table.ofRows(
                        List.of("name", "x", "day"),
                        List.of(
                                new Object[] {"a", 1, LocalDate.of(2024, 1, 1)},
                                new Object[] {null, 2.5, null},
                                new Object[] {"c", null, LocalDate.of(2024, 1, 3)}));
        assertEquals(whole, Table.concat(List.of(whole)));
        assertEquals(
                whole,
                Table.concat(List.of(whole.slice(0, 1), whole.slice(1, 1), whole.slice(1, 3))));
        refused("Table: expected at least one table, got none", () -> Table.concat(List.of()));
        Table other = whole.select(List.of("x", "name", "day"));
        refused(
                "Table: expected tables of the columns [name, x, day], got one of [x, name, day]",
                () -> Table.concat(List.of(whole, other)));
        Table texts = Table.ofRows(List.of("x"), List.<Object[]>of(new Object[] {"1"}));
        refused(
                "Table: expected one kind of cells in x, got [Numbers, Texts]",
                () -> Table.concat(List.of(whole.select(List.of("x")), texts)));
    }

    @Test
    void handsOutChunks() {
        List<Table> chunks = new ArrayList<>();
        TABLE.forEachChunk(2, chunks::add);

        assertEquals(List.of(TABLE.slice(0, 2), TABLE.slice(2, 3)), chunks);
        chunks.clear();
        TABLE.forEachChunk(Integer.MAX_VALUE, chunks::add);
        assertEquals(List.of(TABLE), chunks);
        TABLE.slice(0, 0).forEachChunk(2, chunk -> chunks.clear());
        assertEquals(1, chunks.size());
        refused("expected at least 1 row per chunk, got 0", () -> TABLE.forEachChunk(0, c -> {}));
    }

    @Test
    void readsRecords() {
        Table table =
                Table.ofRecords(
                        List.of(
                                new Order(2, 1.5, Size.SMALL, true, Instant.ofEpochMilli(1500)),
                                new Order(3, null, null, false, null)));

        assertEquals(List.of("pieces", "price", "size", "paid", "sent"), table.names());
        assertArrayEquals(new double[] {2, 3}, numbers(table, "pieces"));
        assertArrayEquals(new double[] {1.5, Double.NaN}, numbers(table, "price"));
        assertArrayEquals(new String[] {"SMALL", null}, texts(table, "size"));
        assertArrayEquals(new String[] {"true", "false"}, texts(table, "paid"));
        assertArrayEquals(new double[] {1.5, Double.NaN}, times(table, "sent"));
        refused("expected at least one record", () -> Table.ofRecords(List.of()));
        refused(
                "row 1: expected a " + Order.class.getName() + ", as the first",
                () -> Table.ofRecords(List.of(new Order(1, null, null, true, null), new Other(1))));
    }

    private record Other(int x) {}

    @Test
    void readsMaps() {
        Map<String, Object> first = new LinkedHashMap<>();
        first.put("a", 1);
        first.put("b", "x");
        Table table = Table.ofMaps(List.of(first, Map.of("c", 2.5, "a", 2)));

        assertEquals(List.of("a", "b", "c"), table.names());
        assertArrayEquals(new double[] {1, 2}, numbers(table, "a"));
        assertArrayEquals(new String[] {"x", null}, texts(table, "b"));
        assertArrayEquals(new double[] {Double.NaN, 2.5}, numbers(table, "c"));
        refused("expected at least one column, got none", () -> Table.ofMaps(List.of()));
    }

    @Test
    void readsRowsOfNumbers() {
        Table table = Table.ofNumbers(List.of("a", "b"), new double[][] {{1, 2}, {3, 4}, {5, 6}});

        assertArrayEquals(new double[] {2, 4, 6}, numbers(table, "b"));
        refused(
                "row 1: expected 2 cells, one for each name, got 1",
                () -> Table.ofNumbers(List.of("a", "b"), new double[][] {{1, 2}, {3}}));
    }

    @Test
    void takesAllKindsOfNumbersAndOptionals() {
        Object[] cells = {
            1,
            2L,
            3.5f,
            (short) 4,
            new BigDecimal("5.25"),
            BigInteger.valueOf(6),
            Optional.of(7),
            OptionalInt.of(8),
            OptionalLong.of(9),
            OptionalDouble.of(10.5),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            Double.NaN,
            null
        };
        TableColumn column = column(cells);

        double nan = Double.NaN;
        assertEquals(
                new TableColumn.Numbers(
                        "x",
                        new double[] {
                            1, 2, 3.5, 4, 5.25, 6, 7, 8, 9, 10.5, nan, nan, nan, nan, nan, nan
                        }),
                column);
    }

    @Test
    @SuppressWarnings("JavaUtilDate")
    void takesAllKindsOfTimes() {
        LocalDateTime local = LocalDateTime.of(1970, 1, 2, 0, 0, 1, 500_000_000);
        OffsetDateTime offset = local.atOffset(ZoneOffset.ofHours(1));
        Object[] cells = {
            local,
            LocalDate.of(1969, 12, 31),
            Instant.ofEpochSecond(5, 250_000_000),
            offset,
            ZonedDateTime.from(offset),
            new Date(2500),
            new java.sql.Date(3500)
        };

        assertEquals(
                new TableColumn.Times(
                        "x", new double[] {86401.5, -86400, 5.25, 82801.5, 82801.5, 2.5, 3.5}),
                column(cells));
    }

    @Test
    void takesAllKindsOfTexts() {
        assertEquals(
                new TableColumn.Texts("x", new String[] {"a", "b", "c", "LARGE", "true", "", null}),
                column("a", 'b', CharBuffer.wrap("c"), Size.LARGE, true, "", null));
        assertEquals(new TableColumn.Texts("x", new String[2]), column(null, Optional.empty()));
    }

    @Test
    void refusesMixedKinds() {
        refused(
                "Table, column x, row 2: expected a number as in the rows before (Integer 1), got a"
                        + " text (String unknown); convert the cells to one kind",
                () -> column(1, null, "unknown"));
        refused(
                "row 1: expected a text as in the rows before (String 2), got a time (Instant"
                        + " 1970-01-01T00:00:00Z)",
                () -> column("2", Instant.EPOCH));
        refused(
                "row 0: expected a number, a text or a time, got ArrayList []",
                () -> column(new ArrayList<>()));
    }

    @Test
    void refusesWholeNumbersThatADoubleWouldRound() {
        assertEquals(2, column(1L << 53, -(1L << 53)).rows());
        refused(
                "expected a whole number within \u00b12^53, which a double holds, got Long"
                        + " 9007199254740993; if it is a key, pass it as text",
                () -> column((1L << 53) + 1));
        refused("got Long -9223372036854775808", () -> column(Long.MIN_VALUE));
        refused(
                "got BigInteger 9223372036854775807",
                () -> column(new BigInteger("9223372036854775807")));
    }

    @Test
    void refusesWhatIsNoTable() {
        refused("expected at least one column, got none", () -> Table.of(List.of()));
        refused(
                "expected 3 rows in every column, as in the first, got 1 in y",
                () ->
                        Table.of(
                                List.of(
                                        TABLE.column("x"),
                                        new TableColumn.Texts("y", new String[1]))));
        refused(
                "expected distinct names of columns, got x twice",
                () -> TABLE.select(List.of("x", "x")));
        refused("expected a column of x, word, at, got y", () -> TABLE.select(List.of("x", "y")));
        refused("expected a name, got \" \"", () -> new TableColumn.Times(" ", new double[0]));
        refused("expected a name, got null", () -> new TableColumn.Numbers(null, new double[0]));
        refused(
                "row 0: expected 1 cells, one for each name, got 2",
                () -> Table.ofRows(List.of("a"), List.<Object[]>of(new Object[] {1, 2})));
    }

    private static TableColumn column(Object... cells) {
        return Table.ofRows(
                        List.of("x"),
                        Arrays.stream(cells).map(cell -> new Object[] {cell}).toList())
                .column("x");
    }

    private static double[] numbers(Table table, String name) {
        return ((TableColumn.Numbers) table.column(name)).values();
    }

    private static String[] texts(Table table, String name) {
        return ((TableColumn.Texts) table.column(name)).values();
    }

    private static double[] times(Table table, String name) {
        return ((TableColumn.Times) table.column(name)).values();
    }

    private static void refused(String message, Executable call) {
        assertRefused(IllegalArgumentException.class, message, call);
    }
}
