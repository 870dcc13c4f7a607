package org.djlflows.runtime;

/** Which class the cells of a column have, by the hidden features, and whether they are missing. */
final class ClassOutput {

    /** How many classes a cell that is there can have of which there are logits. */
    final int classes;

    private final SparseLinear logits;
    private final boolean missing;

    /**
     * Creates the part for a column.
     *
     * @param logits what decides between the classes, and last whether a cell is missing
     * @param missing whether cells can be missing
     */
    ClassOutput(SparseLinear logits, boolean missing) {
        this.logits = logits;
        this.missing = missing;
        classes = logits.outputs - 1;
    }

    /** Returns the logits of each row, one behind the other, from the workspace of the tile. */
    float[] apply(Tile tile, float[] h) {
        float[] result = tile.workspace.take(logits.outputs * tile.rows);
        logits.apply(h, result, tile.rows);
        return result;
    }

    /** Returns where the logits of a row begin. */
    int begin(int row) {
        return row * logits.outputs;
    }

    /** Returns what logits of a row are above the log-probabilities of the classes. */
    double logSum(float[] logits, int row) {
        float most = most(logits, row);
        return most + Math.log(sum(logits, row, most));
    }

    private float most(float[] logits, int row) {
        int at = begin(row);
        float most = logits[at];
        for (int i = 1; i < classes; i++) {
            most = Math.max(most, logits[at + i]);
        }
        return most;
    }

    private double sum(float[] logits, int row, float most) {
        int at = begin(row);
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += Math.exp(logits[at + i] - most);
        }
        return sum;
    }

    /** Returns the log-probability that a cell is missing. */
    double logMissing(float[] logits, int row) {
        if (!missing) {
            return Double.NEGATIVE_INFINITY;
        }
        double x = logits[begin(row) + classes];
        return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** Returns the class that belongs to u, uniform on [0, 1). */
    int draw(float[] logits, int row, double u) {
        float most = most(logits, row);
        double left = u * sum(logits, row, most);
        int drawn = -1;
        do {
            drawn++;
            left -= Math.exp(logits[begin(row) + drawn] - most);
        } while (left >= 0 && drawn < classes - 1);
        return drawn;
    }
}
