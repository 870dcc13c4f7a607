package org.djlflows.runtime;

/**
 * The network of {@link AnyOrder}, which sees any set of given cells: a first layer that adds up
 * what {@link ColumnInput} makes of each, and what the joint normal distribution says of the
 * numbers, then residual blocks that are narrow within. All units are rectified.
 *
 * @param width the number of units
 * @param columns what the first layer makes of the cells of each column
 * @param normal the joint normal distribution of the numbers
 * @param placed what the first layer makes of where that places the numbers, and its bias
 * @param blocks the linear maps of the blocks, two of each
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record AnyOrderNetwork(
        int width,
        ColumnInput[] columns,
        JointNormal normal,
        SparseLinear placed,
        SparseLinear[] blocks) {

    /**
     * Applies the network to what is given of a tile.
     *
     * @param tile the rows
     * @return the hidden features of each row, one behind the other, from the workspace of the tile
     */
    float[] hidden(Tile tile) {
        int rows = tile.rows;
        int size = width * rows;
        float[] h = tile.workspace.take(size);
        float[] active = tile.workspace.take(size);
        float[] places = tile.workspace.take(placed.inputs * rows);
        tile.normal.place(places);
        placed.apply(places, h, rows);
        for (int i = 0; i < size; i++) {
            h[i] += tile.first[i];
        }
        for (int i = 0; i < blocks.length; i += 2) {
            int inner = blocks[i].outputs * rows;
            float[] narrow = tile.workspace.take(inner);
            rectify(h, active, size);
            blocks[i].apply(active, narrow, rows);
            rectify(narrow, narrow, inner);
            blocks[i + 1].add(narrow, h, rows);
        }
        rectify(h, h, size);
        return h;
    }

    private static void rectify(float[] x, float[] y, int size) {
        for (int i = 0; i < size; i++) {
            y[i] = Math.max(x[i], 0);
        }
    }
}
