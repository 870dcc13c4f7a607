package org.djlflows.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.djlflows.format.CsvFormat;
import org.djlflows.spec.Column;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class CellTextsTest {

    private static List<List<String>> texts(CellTexts texts, TableColumn column) {
        return texts.rows(Table.of(List.of(column)));
    }

    @Test
    void numbersAreShort() {
        double[] numbers = {3, -0.5, 0.1, 1e-5, 123456789012.25, Double.NaN, 1e300};
        assertEquals(
                List.of("3", "-0.5", "0.1", "0.00001", "123456789012.25", "", "1.0E300"),
                texts(new CellTexts(Map.of()), new TableColumn.Numbers("x", numbers)).stream()
                        .map(row -> row.get(0))
                        .toList());
    }

    @Test
    void numbersAreAsInTheirFile() {
        CsvFormat csv = new CsvFormat(List.of("x"), true, ";", ",", "\"", Map.of("x", 2));
        CellTexts texts = new CellTexts(Map.of()).as(csv);
        double[] numbers = {3, -0.5, 1.25, 0.125, 1e300, Double.NEGATIVE_INFINITY, Double.NaN};
        assertEquals(
                List.of("3,00", "-0,50", "1,25", "0,125", "1,0E300", "-Infinity", ""),
                texts(texts, new TableColumn.Numbers("x", numbers)).stream()
                        .map(row -> row.get(0))
                        .toList());
        assertEquals(
                List.of(List.of("1,5")),
                texts(texts, new TableColumn.Numbers("y", new double[] {1.5})));
        TableColumn words = new TableColumn.Texts("x", new String[] {"1.5 m"});
        assertEquals(List.of(List.of("1.5 m")), texts(texts, words));
    }

    /** The formats of a file come before that of the model; a double keeps no exact .123. */
    @Test
    void timesAreAsTheyWere() {
        TableColumn times = new TableColumn.Times("t", new double[] {1.7e9 + 0.123, Double.NaN});
        Column time = new Column.Time("yyyy-MM-dd HH:mm:ss.SSS", 0, 2e9, true);
        CellTexts model = new CellTexts(Map.of("t", time));
        assertEquals(List.of(List.of("2023-11-14 22:13:20.123"), List.of("")), texts(model, times));
        CellTexts file = new CellTexts(Map.of("t", time), Map.of("t", "dd.MM.yyyy"));
        assertEquals("14.11.2023", texts(file, times).get(0).get(0));
        CellTexts unknown = new CellTexts(Map.of());
        assertEquals("2023-11-14 22:13:20", texts(unknown, times).get(0).get(0));
        Column number = new Column.Time(TableEncoding.MILLISECONDS, 0, 2e9, true);
        assertEquals(
                "1700000000123", texts(new CellTexts(Map.of("t", number)), times).get(0).get(0));
    }
}
