package org.djlflows.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class CsvTableTest {

    @TempDir private Path folder;

    @Test
    void readsValuesInOrder() {
        CsvTable table = CsvTable.read(file("AT,V\n1,0.1\n-3.5,4e2\n"));

        assertEquals(List.of("AT", "V"), table.columns());
        assertEquals(2, table.rows());
        assertArrayEquals(new double[][] {{1, 0.1}, {-3.5, 400}}, table.toRows());
    }

    @Test
    void toleratesByteOrderMarkQuotesBlanksAndBlankLinesAtTheEnd() {
        CsvTable table = CsvTable.read(file("\uFEFF AT ,\"V, m\"\r\n 1 ,\" 2\"\r\n\r\n  \r\n"));

        assertEquals(List.of("AT", "V, m"), table.columns());
        assertArrayEquals(new double[][] {{1, 2}}, table.toRows());
    }

    @Test
    void needsNoLineBreakAtTheEnd() {
        assertEquals(2, CsvTable.read(file("a\n1\n2")).rows());
    }

    @Test
    void ignoresColumnsNotAskedFor() {
        CsvTable table = CsvTable.read(file("id,x,day,y\n7a,1,Mon,2\n,3,,4\n"), List.of("y", "x"));

        assertEquals(List.of("y", "x"), table.columns());
        assertArrayEquals(new double[][] {{2, 1}, {4, 3}}, table.toRows());
    }

    @Test
    void selectsColumns() {
        CsvTable table = CsvTable.read(file("x,y,z\n1,2,3\n4,5,6\n"));

        assertArrayEquals(new double[][] {{3, 1}, {6, 4}}, table.toRows(List.of("z", "x")));
        assertMessage(
                "data.csv: expected a column \"w\", got x, y, z",
                () -> table.toRows(List.of("x", "w")));
        assertMessage(
                "data.csv: expected each column chosen once, got [x, x]",
                () -> table.toRows(List.of("x", "x")));
        assertMessage(
                "data.csv: expected a column to read, got none", () -> table.toRows(List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "n/a, a number",
        "'', a number",
        "NaN, a number",
        "-Infinity, a number",
        "1f, a number",
        "0x1p3, a number",
        "1 000, a number",
        "1e999, a number within \u00b13.4e38",
        "-1e39, a number within \u00b13.4e38"
    })
    void refusesWhatIsNoFiniteFloat(String text, String expected) {
        assertRefused(
                "data.csv line 3, column \"PE\": expected " + expected + ", got \"" + text + '"',
                "AT,PE\n1,2\n3," + text + "\n");
    }

    @Test
    void countsLinesNotRows() {
        assertMessage(
                "data.csv line 4, column \"x\": expected a number, got \"?\"",
                () -> CsvTable.read(file("x,note\n1,\"two\nlines\"\n?,\n"), List.of("x")));
    }

    @Test
    void refusesRowsOfAnotherLength() {
        assertRefused("data.csv line 3: expected 2 fields, got 1", "x,y\n1,2\n3\n");
        assertRefused("data.csv line 2: expected 2 fields, got 3", "x,y\n1,2,3\n");
    }

    @Test
    void refusesBlankLinesBetweenRows() {
        assertRefused("data.csv line 3: expected a row, got a blank line", "x,y\n1,2\n\n3,4\n");
    }

    @Test
    void refusesFilesWithoutRows() {
        assertRefused("data.csv: expected a header, got an empty file", "");
        assertRefused("data.csv: expected rows below the header, got none", "x,y");
        assertRefused("data.csv: expected rows below the header, got none", "x,y\n\n");
        assertMessage(
                "data.csv: expected rows below the header, got none",
                () -> chunks("x,y\n", List.of("x"), 2));
    }

    @Test
    void refusesBadHeaders() {
        assertRefused("data.csv line 1, column 2: expected a name, got \"\"", "x, ,z\n1,2,3\n");
        assertRefused(
                "data.csv line 1, column 3: expected a new name, got \"x\" again",
                "x,y, x\n1,2,3\n");
        assertMessage(
                "data.csv line 1: expected a column \"z\", got x, y",
                () -> CsvTable.read(file("x,y\n1,2\n"), List.of("x", "z")));
    }

    @Test
    void refusesWhatIsNoReadableFile() throws IOException {
        Path missing = folder.resolve("none.csv");
        assertMessage(
                missing + ": expected a file, got none of this name", () -> CsvTable.read(missing));
        Path directory = Files.createDirectory(folder.resolve("directory.csv"));
        assertTrue(
                assertThrows(CsvException.class, () -> CsvTable.read(directory))
                        .getMessage()
                        .startsWith("directory.csv: expected a readable file, got "));
    }

    @Test
    void refusesAQuoteThatIsNotClosed() {
        assertRefused(
                "data.csv: expected CSV text, got: Unclosed quoted field at end of input"
                        + " (record starting at line 2)",
                "x,y\n1,\"2\n3,4\n");
    }

    @Test
    void readsChunksOfRows() {
        List<double[][]> chunks =
                chunks("x,day,y\n1,Mon,2\n3,Tue,4\n5,Wed,6\n", List.of("y", "x"), 2);

        assertEquals(2, chunks.size());
        assertArrayEquals(new double[][] {{2, 1}, {4, 3}}, chunks.get(0));
        assertArrayEquals(new double[][] {{6, 5}}, chunks.get(1));
    }

    @Test
    void readsNoEmptyChunk() {
        assertEquals(2, chunks("x\n1\n2\n3\n4\n", List.of("x"), 2).size());
    }

    @Test
    void refusesInChunksAsInTables() {
        assertMessage(
                "data.csv line 3, column \"x\": expected a number, got \"-\"",
                () -> chunks("x\n1\n-\n", List.of("x"), 1));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> chunks("x\n1\n", List.of("x"), 0));
        assertEquals("CsvTable: expected at least 1 row per chunk, got 0", e.getMessage());
    }

    private List<double[][]> chunks(String text, List<String> columns, int rowsPerChunk) {
        List<double[][]> chunks = new ArrayList<>();
        CsvTable.forEachChunk(file(text), columns, rowsPerChunk, chunks::add);
        return chunks;
    }

    private void assertRefused(String message, String text) {
        assertMessage(message, () -> CsvTable.read(file(text)));
    }

    private static void assertMessage(String message, Executable action) {
        assertEquals(message, assertThrows(CsvException.class, action).getMessage());
    }

    private Path file(String text) {
        try {
            return Files.write(folder.resolve("data.csv"), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
