package org.djlflows.runtime;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The distribution of a column of numbers: which atom a cell is or none, and of none by a scalar
 * map \(\tau\) to the standard normal distribution the density \(\phi(\tau(x)) \tau'(x)\), or of
 * whole numbers the probability \(\Phi(\tau(k + \frac12)) - \Phi(\tau(k - \frac12))\). The map
 * begins at what the joint normal distribution says of the number given the others.
 */
final class NumberOutput implements ColumnOutput {

    /** Where float32 does not tell the ends of a whole number apart, its mass is its density. */
    private static final float NARROW = 1e-3f;

    /** Quantiles are looked for no further out, in deviations. */
    private static final double FAR = 40;

    /** A probability that was rounded up by as much still belongs to the value of which it is. */
    private static final double ROUNDING = 1e-6;

    private static final double LEAST_DRAWN = 1e-15;

    private final ColumnInput input;
    private final ClassOutput classes;
    private final SparseLinear parameters;
    private final Univariate map;
    private final boolean whole;
    private final float least;
    private final float most;

    /**
     * Creates the distribution.
     *
     * @param input what the network sees of the column
     * @param classes what decides between none of the atoms and each of them
     * @param parameters what makes the parameters of the map
     * @param map the family of the map
     * @param whole whether the numbers are whole
     * @param least the least value that was seen
     * @param most the greatest value that was seen
     */
    NumberOutput(
            ColumnInput input,
            ClassOutput classes,
            SparseLinear parameters,
            Univariate map,
            boolean whole,
            float least,
            float most) {
        this.input = input;
        this.classes = classes;
        this.parameters = parameters;
        this.map = map;
        this.whole = whole;
        this.least = least;
        this.most = most;
    }

    @Override
    public ColumnInput input() {
        return input;
    }

    @Override
    public ClassOutput classes() {
        return classes;
    }

    private boolean hasAtoms() {
        return classes.classes > 1;
    }

    /** Returns the parameters of the maps, from the workspace of the tile. */
    float[] theta(Tile tile, float[] h) {
        int rows = tile.rows;
        int count = map.parameters();
        float[] theta = tile.workspace.take(count * rows);
        long mark = tile.workspace.mark();
        float[] byRow = tile.workspace.take(count * rows);
        parameters.apply(h, byRow, rows);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < count; i++) {
                theta[i * rows + r] = byRow[r * count + i];
            }
        }
        tile.workspace.release(mark);
        return theta;
    }

    @Override
    public void logs(Tile tile, float[] h, double[] logs) {
        int rows = tile.rows;
        long mark = tile.workspace.mark();
        float[] theta = theta(tile, h);
        if (whole) {
            logMasses(tile, theta, logs);
        } else {
            logDensities(tile, theta, 0, rows, logs);
        }
        if (hasAtoms()) {
            float[] logits = classes.apply(tile, h);
            for (int r = 0; r < rows; r++) {
                int atom = input.classOf(tile.cells[input.place * rows + r]);
                // A cell that is missing has no logarithm.
                if (atom <= input.atoms.length) {
                    double sum = classes.logSum(logits, r);
                    double own = logits[classes.begin(r) + atom] - sum;
                    double other = logits[classes.begin(r)] - sum + logs[r];
                    logs[r] = atom == 0 ? other : whole ? Normal.logAdd(own, other) : own;
                }
            }
        }
        tile.workspace.release(mark);
    }

    private void logDensities(Tile tile, float[] theta, int from, int to, double[] logs) {
        int rows = tile.rows;
        int axis = input.number * rows;
        long mark = tile.workspace.mark();
        float[] y = tile.workspace.take(rows);
        float[] logSlope = tile.workspace.take(rows);
        for (int r = from; r < to; r++) {
            y[r] = start(tile, r, tile.z[axis + r]);
        }
        map.forward(tile.workspace, y, theta, logSlope, rows, from, to);
        for (int r = from; r < to; r++) {
            logs[r] =
                    Normal.logDensity(y[r])
                            + logSlope[r]
                            + tile.logSlope[axis + r]
                            - tile.normal.logDeviation(input.number, r);
        }
        tile.workspace.release(mark);
    }

    private void logMasses(Tile tile, float[] theta, double[] logs) {
        int rows = tile.rows;
        long mark = tile.workspace.mark();
        float[] lower = tile.workspace.take(rows);
        float[] upper = tile.workspace.take(rows);
        float[] logSlope = tile.workspace.take(rows);
        for (int r = 0; r < rows; r++) {
            float v = tile.cells[input.place * rows + r];
            lower[r] = start(tile, r, input.scale.forward(v - 0.5f));
            upper[r] = start(tile, r, input.scale.forward(v + 0.5f));
        }
        map.forward(tile.workspace, lower, theta, logSlope, rows, 0, rows);
        map.forward(tile.workspace, upper, theta, logSlope, rows, 0, rows);
        for (int r = 0; r < rows; r++) {
            float v = tile.cells[input.place * rows + r];
            if (v != Math.rint(v)) {
                logs[r] = Double.NEGATIVE_INFINITY;
            } else if (upper[r] - lower[r] < NARROW) {
                logDensities(tile, theta, r, r + 1, logs);
            } else {
                logs[r] = Normal.logMass(lower[r], upper[r]);
            }
        }
        tile.workspace.release(mark);
    }

    /** Where the map takes a place z over: standardised by the joint normal distribution. */
    private float start(Tile tile, int row, float z) {
        JointNormal.Given normal = tile.normal;
        return (float) ((z - normal.mean(input.number, row)) / normal.deviation(input.number, row));
    }

    /** Returns \(\tau(v)\) of a row. */
    private float score(Tile tile, float[] theta, int row, float v) {
        long mark = tile.workspace.mark();
        float[] y = tile.workspace.take(tile.rows);
        float[] logSlope = tile.workspace.take(tile.rows);
        y[row] = start(tile, row, input.scale.forward(v));
        map.forward(tile.workspace, y, theta, logSlope, tile.rows, row, row + 1);
        tile.workspace.release(mark);
        return y[row];
    }

    /** Returns \(\tau^{-1}(y)\) of a row. */
    private float fromScore(Tile tile, float[] theta, int row, float y) {
        long mark = tile.workspace.mark();
        float[] t = tile.workspace.take(tile.rows);
        float[] logSlope = tile.workspace.take(tile.rows);
        t[row] = y;
        map.inverse(tile.workspace, t, theta, logSlope, tile.rows, row, row + 1);
        tile.workspace.release(mark);
        JointNormal.Given normal = tile.normal;
        int k = input.number;
        return input.scale.inverse(
                (float) (t[row] * normal.deviation(k, row) + normal.mean(k, row)));
    }

    @Override
    public void logClasses(float[] logits, int row, double[] logs, int begin) {
        double sum = classes.logSum(logits, row);
        for (int i = 0; i < classes.classes; i++) {
            logs[begin + i] = logits[classes.begin(row) + i] - sum;
        }
    }

    /**
     * Computes \(\log P(X < v)\), \(\log P(X = v)\) and \(\log P(X > v)\).
     *
     * @param tile the rows
     * @param theta the parameters of the maps
     * @param logs the log-probabilities of the classes of the row
     * @param row the row
     * @param v the value
     * @param parts receives the three
     */
    void logParts(Tile tile, float[] theta, double[] logs, int row, float v, double[] parts) {
        float lower = whole ? (float) Math.ceil(v) - 0.5f : v;
        float upper = whole ? (float) Math.floor(v) + 0.5f : v;
        double a = score(tile, theta, row, lower);
        double b = score(tile, theta, row, upper);
        parts[0] = logs[0] + Normal.logCdf(a);
        parts[1] = lower < upper ? logs[0] + Normal.logMass(a, b) : Double.NEGATIVE_INFINITY;
        parts[2] = logs[0] + Normal.logCdf(-b);
        for (int i = 0; i < input.atoms.length; i++) {
            int part = input.atoms[i] < v ? 0 : input.atoms[i] == v ? 1 : 2;
            parts[part] = Normal.logAdd(parts[part], logs[i + 1]);
        }
        if (Float.isNaN(v)) {
            Arrays.fill(parts, Double.NaN);
        }
    }

    /**
     * Returns the least value whose distribution function reaches u, within what was seen.
     *
     * @param tile the rows
     * @param theta the parameters of the maps
     * @param logs the log-probabilities of the classes of the row
     * @param row the row
     * @param u a probability
     * @param parts for what is computed on the way
     */
    float quantile(Tile tile, float[] theta, double[] logs, int row, double u, double[] parts) {
        if (u <= 0) {
            return least;
        }
        if (u >= 1) {
            return most;
        }
        double level = u - ROUNDING * Math.min(u, 1 - u);
        double inner = level;
        double outer = 1 - level;
        float from = least;
        float to = most;
        for (int i = 0; i < input.atoms.length; i++) {
            float atom = input.atoms[i];
            logParts(tile, theta, logs, row, atom, parts);
            double begin = Math.exp(parts[0]);
            boolean left = begin + Math.exp(parts[1]) < level;
            boolean right = begin >= level;
            inner -= left ? Math.exp(logs[i + 1]) : 0;
            outer -= right ? Math.exp(logs[i + 1]) : 0;
            // An atom that is neither to the left nor to the right is the quantile.
            from = right ? from : Math.max(from, atom);
            to = left ? to : Math.min(to, atom);
        }
        double ofOthers = Math.exp(logs[0]);
        inner = Math.min(Math.max(inner / ofOthers, 0), 1);
        outer = Math.min(Math.max(outer / ofOthers, 0), 1);
        double y = inner < 0.5 ? Normal.quantile(inner) : -Normal.quantile(outer);
        float v = fromScore(tile, theta, row, (float) Math.min(Math.max(y, -FAR), FAR));
        if (whole) {
            v = (float) Math.ceil(v - 0.5f);
            logParts(tile, theta, logs, row, v, parts);
            double begin = Math.exp(parts[0]);
            if (begin >= level) {
                v--;
            } else if (begin + Math.exp(parts[1]) < level) {
                v++;
            }
        }
        return Math.min(Math.max(v, from), to);
    }

    @Override
    public void draw(
            Tile tile, float[] h, float[] logits, SplittableRandom[] random, float[] drawn) {
        long mark = tile.workspace.mark();
        float[] theta = theta(tile, h);
        for (int r = 0; r < tile.rows; r++) {
            if (tile.now[r]) {
                int atom = hasAtoms() ? classes.draw(logits, r, random[r].nextDouble()) : 0;
                drawn[r] = atom > 0 ? input.atoms[atom - 1] : draw(tile, theta, r, random[r]);
            }
        }
        tile.workspace.release(mark);
    }

    /** From the part of the distribution between what was seen. */
    private float draw(Tile tile, float[] theta, int row, SplittableRandom random) {
        float half = whole ? 0.5f : 0;
        double begin = Normal.cdf(score(tile, theta, row, least - half));
        double end = Normal.cdf(score(tile, theta, row, most + half));
        double u = begin + (end - begin) * random.nextDouble();
        double y = Normal.quantile(Math.min(Math.max(u, LEAST_DRAWN), 1 - LEAST_DRAWN));
        float v = fromScore(tile, theta, row, (float) y);
        return Math.min(Math.max(whole ? (float) Math.rint(v) : v, least), most);
    }
}
