package org.djlflows.runtime;

import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An autoregressive density over columns of any kind, by one network for any order of them: \(\log
 * p_\sigma(x) = \sum_j \log p(x_j \mid x_{\sigma(\lt j)})\), and \(p(x) = \frac{1}{R} \sum_r
 * p_{\sigma_r}(x)\) over R orders.
 *
 * <p>A table has rows of a cell for each column, those of the context first, one row after the
 * other. Numbers are as they are, levels are their number, which for one that was never seen is any
 * other. NaN is a cell that is not known and infinite one that is known to be missing: neither has
 * a density, but the latter says something of the others.
 *
 * <p>A density costs a pass of the network for each set of columns with which an order begins, a
 * sample one for each column.
 */
final class AnyOrder {

    /** With more numbers, the matrices of many rows with different ones would be too large. */
    private static final int MOST_NUMBERS = 256;

    private final AnyOrderNetwork network;
    private final ColumnOrder[] orders;
    private final int context;

    /** Those of columns that are not of the context. */
    private final ColumnOutput[] outputs;

    private final int tileRows;

    /**
     * Creates the distribution.
     *
     * @param settings the sizes of the network and the number of orders
     * @param columns the columns, those of the context first
     * @param context how many of them are those of the context
     * @param weights the arrays
     * @throws IllegalArgumentException if an array is missing or does not fit
     */
    AnyOrder(TableFlow settings, List<Column> columns, int context, StoredWeights weights) {
        this.context = context;
        AnyOrderWeights parts = new AnyOrderWeights(settings, columns, weights);
        network = parts.network();
        outputs = new ColumnOutput[columns.size() - context];
        Arrays.setAll(outputs, j -> parts.output(context + j));
        orders = ColumnOrder.of(parts.orders(), network, context);
        tileRows = network.normal().size > MOST_NUMBERS ? 1 : Tile.MOST_ROWS;
    }

    /**
     * Computes the log-densities of rows, in nats.
     *
     * @param table the rows
     * @param count their number
     * @param result receives the log-density of each
     */
    void logProb(float[] table, int count, double[] result) {
        for (int begin = 0; begin < count; begin += tileRows) {
            try (Tile tile = open(table, begin, count)) {
                logProb(tile, result, begin);
            }
        }
    }

    private Tile open(float[] table, int begin, int count) {
        return Tile.open(network, table, begin, Math.min(tileRows, count - begin));
    }

    private void logProb(Tile tile, double[] result, int begin) {
        int rows = tile.rows;
        double[] logs = tile.workspace.takeDoubles(orders.length * rows);
        Arrays.fill(logs, 0, orders.length * rows, 0);
        double[] found = tile.workspace.takeDoubles(rows);
        for (ColumnOrder order : orders) {
            tile.begin(order.path(), true);
            ColumnOrder.Step[] steps = order.steps();
            for (int i = 0; i < steps.length; i++) {
                ask(tile, steps[i].asked(), found, logs);
                if (i < steps.length - 1) {
                    tile.give(steps[i].column());
                }
            }
        }
        for (int r = 0; r < tile.rows; r++) {
            result[begin + r] = logMean(logs, r, rows);
        }
    }

    /** Of what the orders make of a row. */
    private double logMean(double[] logs, int row, int rows) {
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < orders.length; k++) {
            most = Math.max(most, logs[k * rows + row]);
        }
        if (most == Double.NEGATIVE_INFINITY) {
            return most;
        }
        double sum = 0;
        for (int k = 0; k < orders.length; k++) {
            sum += Math.exp(logs[k * rows + row] - most);
        }
        return most + Math.log(sum / orders.length);
    }

    private void ask(Tile tile, ColumnOrder.Asked[] asked, double[] found, double[] logs) {
        int rows = tile.rows;
        long mark = tile.workspace.mark();
        float[] h = null;
        for (ColumnOrder.Asked next : asked) {
            int j = next.column();
            if (!tile.isThere(j)) {
                continue;
            }
            h = h == null ? network.hidden(tile) : h;
            outputs[j - context].logs(tile, h, found);
            for (int order : next.orders()) {
                for (int r = 0; r < rows; r++) {
                    logs[order * rows + r] += tile.isThere(j, r) ? found[r] : 0;
                }
            }
        }
        tile.workspace.release(mark);
    }

    /** Gives all that is known of rows except the cells of a column, and returns the features. */
    private float[] givenOthers(Tile tile, int place) {
        tile.begin(JointNormal.Path.NONE, true);
        for (int i = 0; i < context + outputs.length; i++) {
            if (i != place) {
                tile.give(i);
            }
        }
        return network.hidden(tile);
    }

    /**
     * Returns what cells of a column are, given all other cells of their row that are known.
     *
     * @param table the rows, of which the cells of the column itself are not looked at
     * @param count their number
     * @param column the column, from 0 without those of the context
     * @return for each row the logarithms of the probabilities of the classes of a cell that is
     *     there, of a category all levels and one that was never seen, of numbers none of the atoms
     *     and each of them; then of being missing
     */
    double[] logClasses(float[] table, int count, int column) {
        ColumnOutput output = outputs[column];
        int size = output.input().column.classes() + 1;
        double[] result = new double[Math.multiplyExact(count, size)];
        for (int begin = 0; begin < count; begin += tileRows) {
            try (Tile tile = open(table, begin, count)) {
                float[] h = givenOthers(tile, output.input().place);
                float[] logits = output.classes().apply(tile, h);
                for (int r = 0; r < tile.rows; r++) {
                    int at = (begin + r) * size;
                    output.logClasses(logits, r, result, at);
                    result[at + size - 1] = output.classes().logMissing(logits, r);
                }
            }
        }
        return result;
    }

    /**
     * Returns where values lie in the distributions of a column of numbers, given all other cells
     * that are known, if the cell is there.
     *
     * @param table the rows
     * @param count their number
     * @param column the column, from 0 without those of the context
     * @param values as many values v for each row
     * @return what they are, NaN where v is
     */
    RowDensity.LogParts logParts(float[] table, int count, int column, float[] values) {
        int perRow = values.length / Math.max(count, 1);
        RowDensity.LogParts result =
                new RowDensity.LogParts(
                        new double[values.length],
                        new double[values.length],
                        new double[values.length]);
        double[] parts = new double[3];
        ofNumbers(
                table,
                count,
                column,
                (tile, output, theta, logs, row, at) -> {
                    for (int i = at * perRow; i < (at + 1) * perRow; i++) {
                        output.logParts(tile, theta, logs, row, values[i], parts);
                        result.below()[i] = parts[0];
                        result.equal()[i] = parts[1];
                        result.above()[i] = parts[2];
                    }
                });
        return result;
    }

    /**
     * Returns quantiles of a column of numbers, given all other cells that are known, if the cell
     * is there: the least values v with \(P(X \le v) \ge u\), or the least and the greatest value
     * that was seen where they are beyond.
     *
     * @param table the rows
     * @param count their number
     * @param column the column, from 0 without those of the context
     * @param levels as many u for each row, from 0 to 1
     * @return the quantiles
     */
    float[] quantiles(float[] table, int count, int column, double[] levels) {
        int perRow = levels.length / Math.max(count, 1);
        float[] result = new float[levels.length];
        double[] parts = new double[3];
        ofNumbers(
                table,
                count,
                column,
                (tile, output, theta, logs, row, at) -> {
                    for (int i = at * perRow; i < (at + 1) * perRow; i++) {
                        result[i] = output.quantile(tile, theta, logs, row, levels[i], parts);
                    }
                });
        return result;
    }

    /** What is asked of the distribution of a number in a row. */
    private interface OfNumber {
        void ask(Tile tile, NumberOutput output, float[] theta, double[] logs, int row, int at);
    }

    private void ofNumbers(float[] table, int count, int column, OfNumber asked) {
        NumberOutput output = (NumberOutput) outputs[column];
        double[] logs = new double[output.classes().classes];
        for (int begin = 0; begin < count; begin += tileRows) {
            try (Tile tile = open(table, begin, count)) {
                float[] h = givenOthers(tile, output.input().place);
                float[] theta = output.theta(tile, h);
                float[] logits = output.classes().apply(tile, h);
                for (int r = 0; r < tile.rows; r++) {
                    output.logClasses(logits, r, logs, 0);
                    asked.ask(tile, output, theta, logs, r, begin + r);
                }
            }
        }
    }

    /**
     * Draws what is not known of rows in some columns, given what is known in all. What is drawn in
     * a row does not depend on the others.
     *
     * @param table the rows, with NaN in cells that are drawn, or minus infinity where it is known
     *     that they are not missing, which are replaced; it is NaN in other columns
     * @param wanted which columns are drawn, without those of the context
     * @param random where the randomness of each row comes from
     */
    void complete(float[] table, boolean[] wanted, SplittableRandom[] random) {
        // A tile has rows that follow the same order.
        List<List<Integer>> followers = new ArrayList<>();
        for (int k = 0; k < orders.length; k++) {
            followers.add(new ArrayList<>());
        }
        for (int i = 0; i < random.length; i++) {
            followers.get(random[i].nextInt(orders.length)).add(i);
        }
        for (int k = 0; k < orders.length; k++) {
            List<Integer> rows = followers.get(k);
            for (int begin = 0; begin < rows.size(); begin += tileRows) {
                int end = Math.min(begin + tileRows, rows.size());
                complete(table, orders[k], wanted, rows.subList(begin, end), random);
            }
        }
    }

    private void complete(
            float[] table,
            ColumnOrder order,
            boolean[] wanted,
            List<Integer> which,
            SplittableRandom[] random) {
        int columns = network.columns().length;
        float[] rows = new float[which.size() * columns];
        SplittableRandom[] ofRows = new SplittableRandom[which.size()];
        for (int r = 0; r < ofRows.length; r++) {
            System.arraycopy(table, which.get(r) * columns, rows, r * columns, columns);
            ofRows[r] = random[which.get(r)];
        }
        try (Tile tile = open(rows, 0, ofRows.length)) {
            complete(tile, order, wanted, ofRows);
            tile.write(rows);
        }
        for (int r = 0; r < ofRows.length; r++) {
            System.arraycopy(rows, r * columns, table, which.get(r) * columns, columns);
        }
    }

    private void complete(
            Tile tile, ColumnOrder order, boolean[] wanted, SplittableRandom[] random) {
        int rows = tile.rows;
        float[] asked = tile.workspace.take(network.columns().length * rows);
        System.arraycopy(tile.cells, 0, asked, 0, network.columns().length * rows);
        float[] drawn = tile.workspace.take(rows);
        tile.begin(JointNormal.Path.NONE, false);
        for (ColumnOrder.Step step : order.steps()) {
            tile.forget(step.column());
            tile.give(step.column());
        }
        for (ColumnOrder.Step step : order.steps()) {
            int j = step.column();
            boolean any = false;
            for (int r = 0; r < rows; r++) {
                tile.now[r] = Float.isNaN(tile.cells[j * rows + r]);
                any |= tile.now[r];
            }
            if (!any || j < context || !wanted[j - context]) {
                continue;
            }
            long mark = tile.workspace.mark();
            float[] h = network.hidden(tile);
            ColumnOutput output = outputs[j - context];
            float[] logits = output.classes().apply(tile, h);
            output.draw(tile, h, logits, random, drawn);
            for (int r = 0; r < tile.rows; r++) {
                if (tile.now[r]) {
                    double logMissing = output.classes().logMissing(logits, r);
                    boolean missing =
                            asked[j * rows + r] != Float.NEGATIVE_INFINITY
                                    && random[r].nextDouble() < Math.exp(logMissing);
                    tile.cells[j * rows + r] = missing ? Float.POSITIVE_INFINITY : drawn[r];
                }
            }
            tile.workspace.release(mark);
            tile.read(j);
            tile.giveNow(j);
        }
    }
}
