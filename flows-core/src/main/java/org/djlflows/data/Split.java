package org.djlflows.data;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.RandomAccess;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which rows of a table are for training, validation and test: about 80, 10 and 10 percent, or the
 * folds of a cross-validation.
 */
public final class Split {

    /** The fewest rows that are divided: a tenth of fewer would be a single row. */
    public static final int FEWEST_ROWS = 20;

    /** Of so many parts one is for validation and one for test. */
    public static final int PARTS = 10;

    /** More rows for validation choose no better epoch. */
    public static final int MOST_VALIDATED = 25_000;

    /** So many rows for test give percentiles in steps of a thousandth. */
    public static final int MOST_TESTED = 100_000;

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
     * @throws IllegalArgumentException if there are fewer than 20 rows
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
     * @throws IllegalArgumentException if there are fewer than 20 rows
     */
    public static Split random(int rows, long seed) {
        return of(shuffled(require(rows), seed));
    }

    /**
     * Divides a table for cross-validation: each row is for test in one of the folds, and of the
     * other rows of a fold one in ten is for validation.
     *
     * @param rows the number of rows
     * @param folds the number of folds, whose parts for test differ by at most one row in size
     * @param seed the seed
     * @return a split for each fold
     * @throws IllegalArgumentException if there are fewer than 20 rows, or not from 2 folds to one
     *     for every second row
     */
    public static List<Split> folds(int rows, int folds, long seed) {
        int[] order = shuffled(require(rows), seed);
        if (folds < 2 || folds > rows / 2) {
            throw new IllegalArgumentException(
                    String.format(
                            "Split: expected 2 to %d folds of %d rows, got %d",
                            rows / 2, rows, folds));
        }
        List<Split> splits = new ArrayList<>();
        for (int k = 0; k < folds; k++) {
            int fold = k;
            int[] test = chosen(order, i -> i % folds == fold);
            int[] rest = chosen(order, i -> i % folds != fold);
            splits.add(new Split(part(rest, 0, 8), part(rest, 9, 9), test));
        }
        return splits;
    }

    /**
     * Returns row numbers in an order that depends on the seed alone.
     *
     * @param rows the number of rows, at least 0
     * @param seed the seed
     * @return each number from 0 once
     */
    public static int[] shuffled(int rows, long seed) {
        int[] order = IntStream.range(0, rows).toArray();
        Random random = new Random(seed);
        for (int i = rows - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    /**
     * Returns this split with no more rows to measure by than that needs: 25,000 for validation, by
     * which an epoch is chosen, and 100,000 for test, which give percentiles in steps of a
     * thousandth. They are chosen evenly from all parts; the rows for training stay as they are.
     *
     * @return the split, which is the same for up to 250,000 rows
     */
    public Split bounded() {
        return new Split(
                training,
                at(validation, spread(validation.length, MOST_VALIDATED)),
                at(test, spread(test.length, MOST_TESTED)));
    }

    private static int[] at(int[] rows, int... places) {
        return Arrays.stream(places).map(i -> rows[i]).toArray();
    }

    /**
     * Returns places that are evenly spread.
     *
     * @param places the number of all places
     * @param most the most that are wanted
     * @return all places where they are no more
     */
    public static int[] spread(int places, int most) {
        int n = Math.min(places, most);
        return IntStream.range(0, n).map(i -> (int) ((long) i * places / n)).toArray();
    }

    private static int require(int rows) {
        requireRows("Split", rows);
        return rows;
    }

    /**
     * Refuses a table that cannot be divided.
     *
     * @param who what the message begins with
     * @param rows the number of rows
     * @throws IllegalArgumentException if there are fewer than 20 rows, or 2<sup>31</sup> and more
     */
    public static void requireRows(String who, long rows) {
        if (rows < FEWEST_ROWS || rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected %s, got %,d",
                            who,
                            rows < FEWEST_ROWS
                                    ? "at least " + FEWEST_ROWS + " rows, better thousands"
                                    : "less than 2^31 rows",
                            rows));
        }
    }

    private static Split of(int[] order) {
        return new Split(part(order, 0, 7), part(order, 8, 8), part(order, 9, 9));
    }

    private static int[] part(int[] order, int first, int last) {
        return chosen(order, i -> i % PARTS >= first && i % PARTS <= last);
    }

    private static int[] chosen(int[] order, IntPredicate places) {
        return IntStream.range(0, order.length).filter(places).map(i -> order[i]).toArray();
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
     * Takes rows of a list, which are not copied.
     *
     * @param <T> what a row is
     * @param list all rows
     * @param rows the row numbers
     * @return a view of these rows
     */
    public static <T> List<T> take(List<T> list, int[] rows) {
        return new Places<>(list, rows);
    }

    /** Some elements of a list. */
    private static final class Places<T> extends AbstractList<T> implements RandomAccess {

        private final List<T> list;
        private final int[] places;

        Places(List<T> list, int... places) {
            this.list = list;
            this.places = places;
        }

        @Override
        public T get(int index) {
            return list.get(places[index]);
        }

        @Override
        public int size() {
            return places.length;
        }
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
