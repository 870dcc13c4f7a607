package org.djlflows.cli;

import org.djlflows.io.TableException;
import org.djlflows.io.TableFilter;
import org.djlflows.table.Table;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Draws rows again and again until they meet a condition, or hardly any does. */
final class Acceptance implements AutoCloseable {

    /** At a time; as many rows as are drawn without a condition. */
    private static final int CHUNK = 8192;

    private static final int FEWEST = 256;

    /** Without an accepted row among so many, the condition is given up. */
    private static final long MOST = 1_000_000;

    private final TableFilter filter;
    private final Pace pace;
    private long drawn;
    private long accepted;

    /**
     * Begins.
     *
     * @param condition the condition, of SQL
     * @param pace what tells how far this is
     */
    Acceptance(String condition, Pace pace) {
        filter = new TableFilter(condition);
        this.pace = pace;
    }

    /**
     * Draws rows that are all drawn alike.
     *
     * @param n how many are wanted
     * @param draw draws a number of rows
     * @param action receives the rows that meet the condition, in parts
     */
    void alike(long n, IntFunction<Table> draw, Consumer<Table> action) {
        long left = n;
        long inVain = 0;
        int size = (int) Math.min(CHUNK, Math.max(FEWEST, n));
        while (left > 0) {
            Table rows = draw.apply(size);
            int[] found = meeting(rows);
            int taken = (int) Math.min(left, found.length);
            inVain = found.length > 0 ? 0 : inVain + size;
            requireHope(inVain, "");
            if (taken > 0) {
                action.accept(rows.take(Arrays.copyOf(found, taken)));
            }
            left -= taken;
            size = Math.min(CHUNK, 2 * size);
        }
    }

    /**
     * Draws a row for each of some rows that are given.
     *
     * @param n how many there are
     * @param draw draws a row for each of some of them, by their numbers, which come again
     * @param described says which row of a file one of them is
     * @param action receives for each, in their order, a table of one row
     */
    void each(
            int n,
            Function<int[], Table> draw,
            IntFunction<String> described,
            Consumer<Table> action) {
        Table[] found = new Table[n];
        int[] open = IntStream.range(0, n).toArray();
        long each = 0;
        while (open.length > 0) {
            int repeats = Math.max(1, CHUNK / open.length);
            int[] wanted = open;
            int[] asked =
                    IntStream.range(0, open.length * repeats)
                            .map(i -> wanted[i / repeats])
                            .toArray();
            Table rows = draw.apply(asked);
            for (int row : meeting(rows)) {
                if (found[asked[row]] == null) {
                    found[asked[row]] = rows.slice(row, row + 1);
                }
            }
            open = Arrays.stream(open).filter(i -> found[i] == null).toArray();
            each += repeats;
            if (open.length > 0) {
                requireHope(each, described.apply(open[0]));
            }
        }
        Arrays.stream(found).forEach(action);
    }

    private int[] meeting(Table rows) {
        int[] found;
        try {
            found = filter.rows(rows);
        } catch (TableException e) {
            throw new WrongArguments("--where, " + e.getMessage());
        }
        drawn += rows.rows();
        accepted += found.length;
        double percent = 100.0 * accepted / drawn;
        pace.tell(String.format(Locale.ROOT, ", %.3g %% of the draws accepted", percent));
        return found;
    }

    private void requireHope(long inVain, String given) {
        if (inVain >= MOST) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "--where: expected rows that meet the condition%s, got none in %,d draws"
                                    + " (of all %,d draws %,d met it); take a wider one, or fix"
                                    + " columns by --given",
                            given,
                            inVain,
                            drawn,
                            accepted));
        }
    }

    @Override
    public void close() {
        filter.close();
    }
}
