package org.djlflows.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.stream.JsonReader;

import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;

class JsonCellsTest {

    @Test
    void numbersAmongTextsAreWrittenAsLevelsAre() throws IOException {
        JsonCells cells = new JsonCells(List.of("dose"));
        cells.readAll(
                new JsonReader(new StringReader("[[0.0001], [\"none\"], [null], [2], [-0.0]]")));
        String[] expected = {"0.0001", "none", null, "2", "0"};
        assertEquals(Table.of(List.of(new TableColumn.Texts("dose", expected))), cells.table());
    }
}
