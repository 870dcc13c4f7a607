package org.djlflows.runtime;

import java.util.Arrays;

/**
 * A few rows of a table of mixed columns, of which a network is given one column after the other.
 * What belongs to them lies column by column, [column * rows + row], in arrays of the workspace. A
 * tile belongs to one thread, as that does.
 */
final class Tile implements AutoCloseable {

    static final int MOST_ROWS = 32;

    /** In deviations; further off, the network sees no difference. */
    static final float FAR = 8;

    private static final ThreadLocal<Tile> OF_THREAD = ThreadLocal.withInitial(Tile::new);

    final Workspace workspace = Workspace.ofThread();
    final JointNormal.Given normal = new JointNormal.Given();

    /** In which rows the column that is just given is. */
    final boolean[] now = new boolean[MOST_ROWS];

    int rows;

    /** The cells, NaN where they are not known, infinite where they are known to be missing. */
    float[] cells;

    /**
     * Of each number its place on the scale, NaN where there is none, and the logarithm of the
     * slope there.
     */
    float[] z;

    float[] logSlope;

    /** What the first layer makes of the cells that are given, row by row. */
    float[] first;

    private AnyOrderNetwork network;
    private long mark;
    private float[][] sums = new float[0][];
    private boolean[] seen = new boolean[0];

    private Tile() {}

    /**
     * Opens the tile of this thread, which has one at a time.
     *
     * @param network the network
     * @param table rows of all columns, row by row
     * @param begin the first row
     * @param size the number of rows
     * @return the tile
     */
    static Tile open(AnyOrderNetwork network, float[] table, int begin, int size) {
        Tile tile = OF_THREAD.get();
        tile.mark = tile.workspace.mark();
        tile.take(network, table, begin, size);
        return tile;
    }

    /** Gives its arrays back, and keeps no model alive. */
    @Override
    public void close() {
        network = null;
        normal.close();
        workspace.release(mark);
    }

    private void take(AnyOrderNetwork to, float[] table, int begin, int size) {
        network = to;
        rows = size;
        int columns = network.columns().length;
        int numbers = network.normal().size;
        cells = workspace.take(columns * rows);
        z = workspace.take(numbers * rows);
        logSlope = workspace.take(numbers * rows);
        first = workspace.take(network.width() * rows);
        if (seen.length < columns) {
            seen = new boolean[columns];
            sums = new float[columns][];
        }
        for (int j = 0; j < columns; j++) {
            sums[j] = workspace.take(network.width() * rows);
        }
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                cells[j * rows + r] = table[(begin + r) * columns + j];
            }
        }
        for (int j = 0; j < columns; j++) {
            read(j);
        }
        normal.open(network.normal(), z, rows);
    }

    /** Takes note of the cells of a column. */
    void read(int j) {
        seen[j] = false;
        ColumnInput column = network.columns()[j];
        if (column.number >= 0) {
            for (int r = 0; r < rows; r++) {
                float x = isThere(j, r) ? cells[j * rows + r] : Float.NaN;
                z[column.number * rows + r] = column.scale.forward(x);
                logSlope[column.number * rows + r] = column.scale.logSlope(x);
            }
        }
    }

    /** Makes cells that are known not to be missing such as are not known. */
    void forget(int j) {
        for (int r = 0; r < rows; r++) {
            if (cells[j * rows + r] == Float.NEGATIVE_INFINITY) {
                cells[j * rows + r] = Float.NaN;
            }
        }
    }

    /** Writes the cells into rows of all columns. */
    void write(float[] table) {
        int columns = network.columns().length;
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                table[r * columns + j] = cells[j * rows + r];
            }
        }
    }

    /** Tells whether a cell is known and not missing. */
    boolean isThere(int j, int row) {
        return Float.isFinite(cells[j * rows + row]);
    }

    /** Tells whether a cell of a column is known and not missing in some row. */
    boolean isThere(int j) {
        for (int r = 0; r < rows; r++) {
            if (isThere(j, r)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Begins with nothing given.
     *
     * @param path what the numbers of rows that have all follow
     * @param alike whether rows that have the same numbers are given them at the same time
     */
    void begin(JointNormal.Path path, boolean alike) {
        Arrays.fill(first, 0, network.width() * rows, 0);
        normal.begin(path, alike);
    }

    /** Gives all cells of a column that are known. */
    void give(int j) {
        boolean any = false;
        for (int r = 0; r < rows; r++) {
            now[r] = !Float.isNaN(cells[j * rows + r]);
            any |= now[r];
        }
        if (any) {
            giveNow(j);
        }
    }

    /** Gives the cells of a column in the rows that say so. */
    void giveNow(int j) {
        int size = network.width() * rows;
        ColumnInput column = network.columns()[j];
        if (!seen[j]) {
            column.see(this, sums[j], network.width());
            seen[j] = true;
        }
        for (int i = 0; i < size; i++) {
            first[i] += sums[j][i];
        }
        if (column.number >= 0) {
            for (int r = 0; r < rows; r++) {
                now[r] &= isThere(j, r);
            }
            normal.give(column.number, now);
        }
    }
}
