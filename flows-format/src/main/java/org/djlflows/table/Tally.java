package org.djlflows.table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How often each value of a column occurs: exactly up to a number of different values, and beyond
 * it of the frequent ones, each short by at most one in so many of the cells.
 *
 * <p>It also tells whether two columns say the same in the first rows.
 *
 * @param <T> what the values are
 * @see <a href="https://doi.org/10.1016/0167-6423(82)90012-0">Misra and Gries, Finding repeated
 *     elements, 1982</a>
 */
final class Tally<T> {

    /** How many rows columns are compared in. */
    static final int COMPARED = 10_000;

    private static final int MISSING = -1;

    private static final class Count {

        private final int code;
        private long times = 1;

        Count(int code) {
            this.code = code;
        }
    }

    private final int most;
    private final Map<T, Count> counts = new HashMap<>();
    private Optional<T> example = Optional.empty();
    private long total;
    private long missing;
    private long rows;

    /** How many cells had come when there were too many different ones, or -1. */
    private long overflow = -1;

    private long cells;

    /** Of columns of which the levels go with each other it is the same. */
    private long pattern;

    /**
     * Creates a tally without cells.
     *
     * @param most up to how many different values counts are exact
     */
    Tally(int most) {
        this.most = most;
    }

    /** Counts a cell that is there. */
    void add(T value) {
        if (total++ == 0) {
            example = Optional.of(value);
        }
        Count count = counts.get(value);
        int code = counts.size();
        if (count != null) {
            count.times++;
            code = count.code;
        } else if (counts.size() < most) {
            counts.put(value, new Count(code));
        } else {
            overflow = overflow < 0 ? total : overflow;
            // As many cells were counted before as are now taken off, so this is rarely done.
            counts.values().removeIf(other -> --other.times == 0);
        }
        compare(value.hashCode(), code);
    }

    /** Counts a cell that is missing. */
    void addMissing() {
        missing++;
        compare(MISSING, MISSING);
    }

    private void compare(int cell, int code) {
        if (rows++ < COMPARED) {
            cells = mixed(cells ^ cell);
            pattern = mixed(pattern ^ code);
        }
    }

    /** Two finalising steps of MurmurHash3, so that each bit depends on all cells before. */
    private static long mixed(long x) {
        long y = (x + 0x9E3779B97F4A7C15L) * 0xFF51AFD7ED558CCDL;
        y = (y ^ (y >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return y ^ (y >>> 33);
    }

    /** Returns the number of cells that are there. */
    long total() {
        return total;
    }

    /** Returns the number of cells that are missing. */
    long missing() {
        return missing;
    }

    /** Returns the first cell that is there. */
    Optional<T> example() {
        return example;
    }

    /** Tells whether all different values are counted. */
    boolean isExact() {
        return overflow < 0;
    }

    /** Returns the number of different values, or -1 if there are too many to tell. */
    long distinct() {
        return isExact() ? counts.size() : -1;
    }

    /** Returns which part of the cells differs from those before; of many ones, of the first. */
    double differing() {
        return isExact() ? (double) counts.size() / total : (most + 1.0) / overflow;
    }

    /** Returns the values that were counted, in no order. */
    List<T> values() {
        return new ArrayList<>(counts.keySet());
    }

    /** Returns how often a value occurred. */
    long count(T value) {
        Count count = counts.get(value);
        return count == null ? 0 : count.times;
    }

    /**
     * Returns the probability that the next value is one that did not occur, by Good and Turing's
     * estimate, for which one more value that occurred once keeps it from 0.
     */
    double unseen() {
        long once = counts.values().stream().filter(count -> count.times == 1).count();
        double least = 1.0 / (total + 2);
        // More than one cell in ten is not expected to be new, since the column would be a key.
        return Math.max(least, Math.min(0.1, (once + 1) * least));
    }

    /** Tells whether the cells of another column are the same in each of the first rows. */
    boolean equalsCells(Tally<?> other) {
        return rows == other.rows && cells == other.cells && pattern == other.pattern;
    }

    /**
     * Tells whether each value of another column goes with one of this one, which says something
     * only of values that come again.
     */
    boolean goesWith(Tally<?> other) {
        return rows == other.rows
                && pattern == other.pattern
                && repeats()
                && other.repeats()
                && counts.size() == other.counts.size();
    }

    private boolean repeats() {
        return isExact() && counts.size() * 2L <= total;
    }
}
