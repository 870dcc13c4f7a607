package org.djlflows.data;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class RowFileTest {

    /** More than are written at a time, and no whole number of it. */
    private static final int ROWS = 10_007;

    private static double[] row(int i) {
        return new double[] {i, 1.0 / (i + 1), -i * 1e12};
    }

    private static void write(Consumer<double[]> rows) {
        double[] row = new double[3];
        for (int i = 0; i < ROWS; i++) {
            System.arraycopy(row(i), 0, row, 0, 3);
            rows.accept(row);
        }
    }

    private static Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("flows-rows"))
                    .collect(Collectors.toSet());
        }
    }

    /** Also where the parts of the file that are mapped have few rows each. */
    @Test
    void rowsComeBackInAnyOrder() {
        for (int mapped : new int[] {1, 1000, 1 << 30}) {
            try (RowFile rows = RowFile.ofDoubles(3, ROWS, mapped, RowFileTest::write)) {
                assertEquals(ROWS, rows.size());
                for (int i : Split.shuffled(ROWS, 1)) {
                    assertArrayEquals(row(i), rows.get(i));
                }
            }
        }
    }

    @Test
    void singlePrecisionKeepsWhatFloat32Does() {
        double[] odd = {Double.NaN, Double.NEGATIVE_INFINITY, 0.1};
        try (RowFile rows = RowFile.ofFloats(3, 1, to -> to.accept(odd))) {
            assertArrayEquals(
                    new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 0.1f}, rows.get(0));
        }
    }

    @Test
    void aTableWithoutRowsIsOne() {
        try (RowFile rows = RowFile.ofDoubles(3, 0, to -> {})) {
            assertEquals(List.of(), rows);
        }
    }

    /** The disk is free again also after a failure on the way. */
    @Test
    void itLeavesNothingBehind() throws IOException {
        Set<Path> before = files();
        RowFile rows = RowFile.ofDoubles(3, ROWS, RowFileTest::write);
        rows.close();
        assertThrows(IndexOutOfBoundsException.class, () -> rows.get(0));
        assertRefused(
                IllegalStateException.class,
                "no more rows",
                () ->
                        RowFile.ofDoubles(
                                3,
                                ROWS,
                                to -> {
                                    to.accept(row(0));
                                    throw new IllegalStateException("no more rows");
                                }));
        assertRefused(
                IllegalArgumentException.class,
                "expected rows of 2 values, got 3",
                () -> RowFile.ofDoubles(2, ROWS, RowFileTest::write));
        assertEquals(before, files());
    }

    @Test
    void aTableThatDoesNotFitTheDiskIsRefusedBeforeItIsRead() throws IOException {
        Set<Path> before = files();
        assertRefused(
                UncheckedIOException.class,
                "name another folder by -Djava.io.tmpdir=DIR",
                () ->
                        RowFile.ofDoubles(
                                1000,
                                1L << 44,
                                to -> {
                                    throw new AssertionError("read");
                                }));
        assertEquals(before, files());
    }
}
