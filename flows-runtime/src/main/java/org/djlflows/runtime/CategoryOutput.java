package org.djlflows.runtime;

import org.djlflows.spec.Column;

import java.util.SplittableRandom;

/** The levels of a category, of which one that was never seen has a probability that is fixed. */
final class CategoryOutput implements ColumnOutput {

    private final ColumnInput input;
    private final ClassOutput classes;
    private final double logUnseen;
    private final double logSeen;

    /**
     * Creates the distribution.
     *
     * @param input what the network sees of the column
     * @param column the column
     * @param classes what decides between the levels
     */
    CategoryOutput(ColumnInput input, Column.Category column, ClassOutput classes) {
        this.input = input;
        this.classes = classes;
        logUnseen = Math.log(column.unseen());
        logSeen = Math.log1p(-column.unseen());
    }

    @Override
    public ColumnInput input() {
        return input;
    }

    @Override
    public ClassOutput classes() {
        return classes;
    }

    @Override
    public void logs(Tile tile, float[] h, double[] logs) {
        int rows = tile.rows;
        long mark = tile.workspace.mark();
        float[] logits = classes.apply(tile, h);
        for (int r = 0; r < rows; r++) {
            int level = input.classOf(tile.cells[input.place * rows + r]);
            logs[r] =
                    level < classes.classes
                            ? logSeen + logits[classes.begin(r) + level] - classes.logSum(logits, r)
                            : logUnseen;
        }
        tile.workspace.release(mark);
    }

    @Override
    public void logClasses(float[] logits, int row, double[] logs, int begin) {
        double sum = classes.logSum(logits, row);
        for (int i = 0; i < classes.classes; i++) {
            logs[begin + i] = logSeen + logits[classes.begin(row) + i] - sum;
        }
        logs[begin + classes.classes] = logUnseen;
    }

    /** Draws none that was never seen. */
    @Override
    public void draw(
            Tile tile, float[] h, float[] logits, SplittableRandom[] random, float[] drawn) {
        for (int r = 0; r < tile.rows; r++) {
            if (tile.now[r]) {
                drawn[r] = classes.draw(logits, r, random[r].nextDouble());
            }
        }
    }
}
