package org.djlflows.data;

import java.util.Random;
import java.util.stream.IntStream;

/** Which rows of a table are for training, validation and test: about 80, 10 and 10 percent. */
public final class Split {

    /** The fewest rows of which a flow learns something: one of ten twice for each part. */
    public static final int FEWEST_ROWS = 20;

    private static final int PARTS = 10;
    private static final int SMALLEST = 10;

    private final int[] training;
    private final int[] validation;
    private final int[] test;

    private Split(int[] training, int[] validation, int[] test) {
        this.training = training;
        this.validation = validation;
        this.test = test;
    }

    /**
     * Splits by row number: row i is for test where i % 10 = 9, for validation where i % 10 = 8.
     *
     * @param rows the number of rows
     * @return the split
     * @throws IllegalArgumentException if there are fewer than 10 rows
     */
    public static Split modulo(int rows) {
        return of(IntStream.range(0, require(rows)).toArray());
    }

    /**
     * Splits at random.
     *
     * @param rows the number of rows
     * @param seed the seed
     * @return the split
     * @throws IllegalArgumentException if there are fewer than 10 rows
     */
    public static Split random(int rows, long seed) {
        int[] order = IntStream.range(0, require(rows)).toArray();
        Random random = new Random(seed);
        for (int i = rows - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return of(order);
    }

    private static int require(int rows) {
        if (rows < SMALLEST) {
            throw new IllegalArgumentException(
                    "Split: expected at least " + SMALLEST + " rows, got " + rows);
        }
        return rows;
    }

    private static Split of(int[] order) {
        return new Split(part(order, 0, 7), part(order, 8, 8), part(order, 9, 9));
    }

    private static int[] part(int[] order, int first, int last) {
        return IntStream.range(0, order.length)
                .filter(i -> i % PARTS >= first && i % PARTS <= last)
                .map(i -> order[i])
                .toArray();
    }

    /**
     * Returns the rows for training.
     *
     * @return their numbers
     */
    public int[] training() {
        return training.clone();
    }

    /**
     * Returns the rows for validation.
     *
     * @return their numbers
     */
    public int[] validation() {
        return validation.clone();
    }

    /**
     * Returns the rows for test.
     *
     * @return their numbers
     */
    public int[] test() {
        return test.clone();
    }

    /**
     * Takes rows of a matrix.
     *
     * @param matrix values, row-major
     * @param width the number of columns
     * @param rows the row numbers
     * @return these rows, row-major
     */
    public static float[] take(float[] matrix, int width, int[] rows) {
        float[] taken = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(matrix, rows[i] * width, taken, i * width, width);
        }
        return taken;
    }
}
