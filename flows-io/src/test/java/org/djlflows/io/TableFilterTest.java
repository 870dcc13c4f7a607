package org.djlflows.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Conditions over a table of numbers, times and texts, of which some cells are missing. */
class TableFilterTest {

    private static final Table TABLE =
            Table.of(
                    List.of(
                            new TableColumn.Numbers("the age", new double[] {30, Double.NaN, 7.5}),
                            new TableColumn.Times("seen", new double[] {0, 86_400, 1.7e9}),
                            new TableColumn.Texts("row", new String[] {"a'b", "True", null})));

    private static void holds(String condition, int... rows) {
        try (TableFilter filter = new TableFilter(condition)) {
            assertArrayEquals(rows, filter.rows(TABLE), condition);
            // Again, without the rows before.
            assertArrayEquals(rows, filter.rows(TABLE), condition);
        }
    }

    @Test
    void comparesCellsOfEachKind() {
        holds("\"the age\" > 7", 0, 2);
        holds("\"THE AGE\" BETWEEN 7 AND 8", 2);
        holds("\"the age\" IS NULL", 1);
        holds("seen >= '1970-01-02'", 1, 2);
        holds("year(seen) = 1970 -- or another", 0, 1);
        holds("row = 'a''b' OR row IS NULL", 0, 2);
        holds("row IN ('True', 'False')", 1);
        holds("false");
        holds("1 = 1", 0, 1, 2);
    }

    private static void refuses(String message, String condition) {
        try (TableFilter filter = new TableFilter(condition)) {
            TableException e = assertThrows(TableException.class, () -> filter.rows(TABLE));
            assertTrue(e.getMessage().contains(message), e.getMessage());
        }
    }

    @Test
    void whatIsNoConditionIsRefused() {
        refuses("expected a condition of SQL such as", "seen >");
        refuses("expected a condition of SQL such as", "");
        refuses("Referenced column \"age\" not found", "age > 1");
        refuses("got 2 statements", "true); SELECT (1");
        refuses("Could not convert string", "\"the age\" > 'old'");
    }

    @Test
    void filesAreOutOfReach() {
        refuses("does not exist", "(SELECT count(*) FROM 'pom.xml') > 0");
        for (String condition :
                List.of(
                        "(SELECT count(*) FROM read_text('pom.xml')) > 0",
                        "(SELECT count(*) FROM glob('*')) > 0")) {
            refuses("disabled by configuration", condition);
        }
    }
}
