package org.djlflows.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.djlflows.spec.Column;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Three draws of two rows, of levels as texts and as numbers, and of a number. */
class ImputationTest {

    private static final Map<String, Column> KINDS =
            Map.of(
                    "text", new Column.Category(List.of("a", "b"), 0.1, false),
                    "level", new Column.Category(List.of("0", "5", "9"), 0.1, false),
                    "x", new Column.Real(List.of(), -10, 100, false));

    private static final Table ROWS =
            Table.of(
                    List.of(
                            new TableColumn.Numbers("x", new double[] {Double.NaN, 3}),
                            new TableColumn.Texts("text", new String[] {null, "b"}),
                            new TableColumn.Texts("other", new String[] {null, "z"}),
                            new TableColumn.Numbers("level", new double[] {Double.NaN, 5})));

    private static Table drawn(Table repeated) {
        assertEquals(6, repeated.rows());
        return Table.of(
                List.of(
                        new TableColumn.Numbers("level", new double[] {9, 0, 9, 5, 5, 5}),
                        new TableColumn.Numbers("x", new double[] {40, -2, 7, 3, 3, 3}),
                        new TableColumn.Texts(
                                "text", new String[] {"b", "a", "a", "b", "b", "b"})));
    }

    @Test
    void numbersAreMediansAndLevelsWhatComesMostOften() {
        Imputation imputation = new Imputation(3, false, Optional.of(0.5));
        Table filled = imputation.fill(ROWS, KINDS, ImputationTest::drawn);
        assertEquals(
                List.of(
                        List.of("7", "a", "", "9", "-2", "40"),
                        List.of("3", "b", "z", "5", "3", "3")),
                new CellTexts(KINDS).rows(filled));
        assertEquals(List.of("x", "text", "other", "level", "x_low", "x_high"), filled.names());
        assertEquals(List.of("x_low", "x_high"), imputation.added(ROWS.names(), KINDS));
        assertEquals(
                List.of(), new Imputation(3, false, Optional.empty()).added(ROWS.names(), KINDS));
    }

    @Test
    void numbersCanBeMeans() {
        Table filled =
                new Imputation(3, true, Optional.empty()).fill(ROWS, KINDS, ImputationTest::drawn);
        assertEquals(
                List.of(List.of("15", "a", "", "9"), List.of("3", "b", "z", "5")),
                new CellTexts(KINDS).rows(filled));
        Table two = Table.of(List.of(new TableColumn.Numbers("x", new double[] {Double.NaN, 0})));
        double exact = 0.1234567890123;
        double[] draws = {1, 1, 0, exact, exact, exact, Double.NaN, Double.NaN, Double.NaN};
        Table more =
                new Imputation(3, true, Optional.empty())
                        .fill(
                                two.take(new int[3]),
                                KINDS,
                                rows -> Table.of(List.of(new TableColumn.Numbers("x", draws))));
        assertEquals(
                new TableColumn.Numbers("x", new double[] {0.6666666667, exact, Double.NaN}),
                more.column("x"));
    }

    @Test
    void refusesWhatIsNoProbability() {
        assertThrows(
                IllegalArgumentException.class, () -> new Imputation(0, false, Optional.empty()));
        assertThrows(
                IllegalArgumentException.class, () -> new Imputation(2, false, Optional.of(1.0)));
    }
}
