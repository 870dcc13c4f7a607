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
    private final Linear values;
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
            Linear values,
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
     * @param sums receives sums[begin + unit * rows + row]
     * @param begin where that begins
     * @param width the number of units
     */
    void see(Tile tile, float[] sums, int begin, int width) {
        int rows = tile.rows;
        long mark = tile.workspace.mark();
        float[] ofValues = tile.workspace.take(width * rows);
        if (number < 0) {
            Arrays.fill(ofValues, 0, width * rows, 0);
        } else {
            values.apply(features(tile), ofValues, rows);
        }
        for (int r = 0; r < rows; r++) {
            int at = tile.now[r] ? classOf(tile.cells[place * rows + r]) * width : 0;
            for (int o = 0; o < width; o++) {
                sums[begin + o * rows + r] =
                        tile.now[r] ? embedding[at + o] + ofValues[o * rows + r] : 0;
            }
        }
        tile.workspace.release(mark);
    }

    /** The features of cells that are given and there, 0 of others. */
    private float[] features(Tile tile) {
        int rows = tile.rows;
        float[] features = tile.workspace.take(values.inputs * rows);
        for (int r = 0; r < rows; r++) {
            float cell = tile.cells[place * rows + r];
            if (!tile.now[r] || Float.isInfinite(cell)) {
                for (int i = 0; i < values.inputs; i++) {
                    features[i * rows + r] = 0;
                }
                continue;
            }
            float z = tile.z[number * rows + r];
            float near = Math.min(Math.max(z, -Tile.FAR), Tile.FAR);
            features[r] = near;
            // Of a double angle from that of the angle.
            double sine = Math.sin(near);
            double cosine = Math.cos(near);
            for (int i = 1; i <= octaves; i++) {
                features[i * rows + r] = (float) sine;
                features[(octaves + i) * rows + r] = (float) cosine;
                double next = 2 * sine * cosine;
                cosine = 1 - 2 * sine * sine;
                sine = next;
            }
            if (column instanceof Column.Time) {
                int first = 1 + 2 * octaves;
                for (int i = 0; i < PERIODS.length; i++) {
                    // In float32, as the flow was trained.
                    float angle = TURN * (cell / PERIODS[i]);
                    features[(first + i) * rows + r] = (float) Math.sin(angle);
                    features[(first + PERIODS.length + i) * rows + r] = (float) Math.cos(angle);
                }
            }
        }
        return features;
    }
}
