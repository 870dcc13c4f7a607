package org.djlflows.cli;

import org.djlflows.io.TableFile;
import org.djlflows.model.EncodedTable;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Some rows of a file, evenly spread.
 *
 * @param file the file
 * @param count how many
 */
record EvenRows(TableFile file, int count) {

    /** Returns as many rows of a file as there are, but no more than some. */
    static EvenRows of(TableFile file, int most) {
        return new EvenRows(file, (int) Math.min(most, file.rows()));
    }

    /**
     * Reads the rows.
     *
     * @param names the columns
     * @param action receives some of the rows, and their numbers in the file, from 0
     */
    void read(List<String> names, BiConsumer<Table, long[]> action) {
        long[] before = {0};
        int[] done = {0};
        file.forEachChunk(
                names,
                EncodedTable.CHUNK,
                chunk -> {
                    long[] numbers =
                            IntStream.range(done[0], count)
                                    .mapToLong(i -> i * file.rows() / count)
                                    .takeWhile(row -> row < before[0] + chunk.rows())
                                    .toArray();
                    int[] chosen =
                            LongStream.of(numbers)
                                    .mapToInt(row -> (int) (row - before[0]))
                                    .toArray();
                    action.accept(chunk.take(chosen), numbers);
                    done[0] += chosen.length;
                    before[0] += chunk.rows();
                });
    }

    /**
     * Reads rows of numbers.
     *
     * @param names the columns, all of which there have to be
     * @param cells how numbers are read
     * @return the rows
     * @throws IllegalArgumentException if a cell is no number; the message has the number of the
     *     row in the file
     */
    double[][] numbers(List<String> names, NumberCells cells) {
        NumberCells.require(file, names);
        List<double[]> rows = new ArrayList<>();
        read(
                names,
                (part, numbers) ->
                        Collections.addAll(
                                rows,
                                cells.rows(part, cell -> refuse(numbers[cell.row()] + 1, cell))));
        return rows.toArray(double[][]::new);
    }

    private static void refuse(long row, BadCell cell) {
        throw new IllegalArgumentException(
                String.format(
                        Locale.ROOT, "row %d, column %s: %s", row, cell.column(), cell.what()));
    }
}
