package org.djlflows.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.spec.Column;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class UnseenValuesTest {

    private static Table table(String name, Object... cells) {
        return Table.ofRows(
                List.of(name), Arrays.stream(cells).map(cell -> new Object[] {cell}).toList());
    }

    private static List<String> sentences(Column kind, Table... chunks) {
        UnseenValues unseen = new UnseenValues(Map.of("x", kind));
        List.of(chunks).forEach(unseen::add);
        return unseen.sentences();
    }

    @Test
    void numbersOutsideOfTheirRange() {
        Column price = new Column.Real(List.of(), 3, 95.5, true, 0.1);
        assertEquals(
                List.of(
                        "x: 2 of 6 rows are outside of what training saw, 3 to 95.5; the first is"
                                + " row 4 with 95.6"),
                sentences(price, table("x", 3, 95.5, null), table("x", 95.6, 2.9, 50)));
        assertEquals(List.of(), sentences(price, table("x", 3, 95.5), table("y", 1000)));
    }

    @Test
    void fractionsAmongWholeNumbers() {
        Column items = new Column.Whole(List.of(), 1, 4, false);
        assertEquals(
                List.of(
                        "x: 1 of 3 rows is outside of what training saw, whole numbers from 1 to 4;"
                                + " the first is row 2 with 2.5"),
                sentences(items, table("x", 1, 2.5, 4)));
    }

    @Test
    void levelsAndTimes() {
        Column sex = new Column.Category(List.of("f", "m"), 0.01, false);
        assertEquals(
                List.of(
                        "x: 2 of 3 rows are outside of what training saw, 2 levels; the first is"
                                + " row 1 with F"),
                sentences(sex, table("x", "F", "m", "M")));
        Column day = new Column.Time("yyyy-MM-dd", 0, 86_400, false);
        assertEquals(
                List.of(
                        "x: 1 of 2 rows is outside of what training saw, 1970-01-01 to 1970-01-02;"
                                + " the first is row 2 with 1970-01-03"),
                sentences(day, table("x", "1970-01-02", "1970-01-03")));
    }

    /** Those with the most rows come first. */
    @Test
    void thereAreNoMoreThanElevenSentences() {
        Map<String, Column> kinds = new HashMap<>();
        List<TableColumn> columns =
                IntStream.range(0, 15)
                        .mapToObj(
                                j -> {
                                    String name = "c" + j;
                                    kinds.put(name, new Column.Real(List.of(), 0, 1, false, 0.01));
                                    double[] cells = {2, j == 14 ? 2 : 0.5};
                                    return (TableColumn) new TableColumn.Numbers(name, cells);
                                })
                        .toList();
        UnseenValues unseen = new UnseenValues(kinds);
        unseen.add(Table.of(columns));
        List<String> sentences = unseen.sentences();
        assertEquals(11, sentences.size());
        assertTrue(sentences.get(0).startsWith("c14: 2 of 2 rows are"), sentences.get(0));
        assertEquals("The same in 5 other columns", sentences.get(10));
    }
}
