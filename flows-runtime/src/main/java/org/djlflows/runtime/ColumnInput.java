package org.djlflows.runtime;

import org.djlflows.spec.Column;

import java.util.Arrays;
import java.util.List;

/**
 * What the first layer of the network of {@link AnyOrder} makes of the cells of a column: of their
 * class an embedding, and of numbers a linear map of features, which are the place z on the scale,
 * \(\sin 2^i z\) and \(\cos 2^i z\) for each octave i, and of times where in the day, the week and
 * the year they lie.
 *
 * <p>The classes of a number are 0 and from 1 on its atoms, those of a category its levels and one
 * that was never seen. Then there is one for cells that are missing.
 */
final class ColumnInput {

    /** A day, a week and a year, in seconds. */
    private static final float[] PERIODS = {86_400, 604_800, 31_556_952};

    private static final float TURN = (float) (2 * Math.PI);

    final Column column;

    /** The place of the column among all. */
    final int place;

    /** The place of the column among the numbers, -1 of a category. */
    final int number;

    final NumberScale scale;
    final float[] atoms;
    private final float[] embedding;
    private final SparseLinear values;
    private final int octaves;

    /**
     * Creates the part for a column.
     *
     * @param column the column
     * @param place its place among all columns
     * @param number its place among the numbers, -1 of a category
     * @param scale the scale of a number, not looked at of a category
     * @param embedding the embeddings of the classes, row by row
     * @param values the linear map of the features, without a bias; not looked at of a category
     * @param octaves the number of octaves
     */
    ColumnInput(
            Column column,
            int place,
            int number,
            NumberScale scale,
            float[] embedding,
            SparseLinear values,
            int octaves) {
        this.column = column;
        this.place = place;
        this.number = number;
        this.scale = scale;
        this.embedding = embedding;
        this.values = values;
        this.octaves = octaves;
        atoms = column instanceof Column.Number of ? floats(of.atoms()) : new float[0];
    }

    private static float[] floats(List<Double> values) {
        float[] narrow = new float[values.size()];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = values.get(i).floatValue();
        }
        return narrow;
    }

    /** Returns the number of features of times beside those of all numbers. */
    static int cycles() {
        return 2 * PERIODS.length;
    }

    /** Returns the class of a cell that is known. */
    int classOf(float cell) {
        int missing = column.classes();
        if (Float.isInfinite(cell)) {
            return missing;
        }
        if (number < 0) {
            return cell >= 0 && cell < missing - 1 ? (int) cell : missing - 1;
        }
        for (int i = 0; i < atoms.length; i++) {
            if (cell == atoms[i]) {
                return i + 1;
            }
        }
        return 0;
    }

    /**
     * Writes what the first layer makes of the cells, 0 where they are not given.
     *
     * @param tile the rows
     * @param sums receives it for each row, one behind the other
     * @param width the number of units
     */
    void see(Tile tile, float[] sums, int width) {
        for (int r = 0; r < tile.rows; r++) {
            int at = r * width;
            if (tile.now[r]) {
                int code = classOf(tile.cells[place * tile.rows + r]);
                System.arraycopy(embedding, code * width, sums, at, width);
            } else {
                Arrays.fill(sums, at, at + width, 0);
            }
        }
        if (number >= 0) {
            long mark = tile.workspace.mark();
            float[] features = tile.workspace.take(values.inputs * tile.rows);
            for (int r = 0; r < tile.rows; r++) {
                int at = r * values.inputs;
                if (tile.now[r] && tile.isThere(place, r)) {
                    features(tile, r, features, at);
                } else {
                    Arrays.fill(features, at, at + values.inputs, 0);
                }
            }
            values.add(features, sums, tile.rows);
            tile.workspace.release(mark);
        }
    }

    private void features(Tile tile, int row, float[] features, int at) {
        float z = tile.z[number * tile.rows + row];
        float near = Math.min(Math.max(z, -Tile.FAR), Tile.FAR);
        features[at] = near;
        double sine = Math.sin(near);
        double cosine = Math.cos(near);
        for (int i = 1; i <= octaves; i++) {
            features[at + i] = (float) sine;
            features[at + octaves + i] = (float) cosine;
            // Those of the double angle, which lose a bit of float64.
            double next = 2 * sine * cosine;
            cosine = 1 - 2 * sine * sine;
            sine = next;
        }
        if (column instanceof Column.Time) {
            float seconds = tile.cells[place * tile.rows + row];
            int first = at + 1 + 2 * octaves;
            for (int i = 0; i < PERIODS.length; i++) {
                // Rounded to float32 as the flow was trained.
                float angle = TURN * (seconds / PERIODS[i]);
                features[first + i] = (float) Math.sin(angle);
                features[first + PERIODS.length + i] = (float) Math.cos(angle);
            }
        }
    }
}
