package org.djlflows.runtime;

/** Which class the cells of a column have, by the hidden features, and whether they are missing. */
final class ClassOutput {

    /** Of how many classes there are logits. */
    final int classes;

    private final Linear logits;
    private final boolean missing;

    /**
     * Creates the part for a column.
     *
     * @param logits what decides between the classes, and last whether a cell is missing
     * @param missing whether cells can be missing
     */
    ClassOutput(Linear logits, boolean missing) {
        this.logits = logits;
        this.missing = missing;
        classes = logits.outputs - 1;
    }

    /** Returns the logits, [class * rows + row], from the workspace of the tile. */
    float[] apply(Tile tile, float[] h) {
        float[] result = tile.workspace.take(logits.outputs * tile.rows);
        logits.apply(h, result, tile.rows);
        return result;
    }

    /** Returns what logits of a row are above the log-probabilities of the classes. */
    double logSum(float[] logits, int rows, int row) {
        float most = most(logits, rows, row);
        return most + Math.log(sum(logits, rows, row, most));
    }

    private float most(float[] logits, int rows, int row) {
        float most = logits[row];
        for (int i = 1; i < classes; i++) {
            most = Math.max(most, logits[i * rows + row]);
        }
        return most;
    }

    private double sum(float[] logits, int rows, int row, float most) {
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += Math.exp(logits[i * rows + row] - most);
        }
        return sum;
    }

    /** Returns the log-probability that a cell is missing. */
    double logMissing(float[] logits, int rows, int row) {
        if (!missing) {
            return Double.NEGATIVE_INFINITY;
        }
        double x = logits[classes * rows + row];
        return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** Returns the class that belongs to u, uniform on [0, 1). */
    int draw(float[] logits, int rows, int row, double u) {
        float most = most(logits, rows, row);
        double left = u * sum(logits, rows, row, most);
        int drawn = -1;
        do {
            drawn++;
            left -= Math.exp(logits[drawn * rows + row] - most);
        } while (left >= 0 && drawn < classes - 1);
        return drawn;
    }
}
