package org.djlflows.runtime;

import java.util.SplittableRandom;

/** The distribution of the cells of a column, by the hidden features of what is given. */
sealed interface ColumnOutput permits CategoryOutput, NumberOutput {

    /** Returns what the network sees of the column. */
    ColumnInput input();

    /** Returns what decides between classes. */
    ClassOutput classes();

    /**
     * Computes log p of the cells of a tile.
     *
     * @param tile the rows
     * @param h the hidden features
     * @param logs receives it for each row; anything where no cell is there
     */
    void logs(Tile tile, float[] h, double[] logs);

    /**
     * Computes the logarithms of the probabilities of the classes of a cell that is there.
     *
     * @param logits the logits of all rows
     * @param row the row
     * @param logs receives them
     * @param begin where they begin
     */
    void logClasses(float[] logits, int row, double[] logs, int begin);

    /**
     * Draws cells that are there, in the rows in which they are given now.
     *
     * @param tile the rows
     * @param h the hidden features
     * @param logits the logits
     * @param random the generator of each row
     * @param drawn receives the cells
     */
    void draw(Tile tile, float[] h, float[] logits, SplittableRandom[] random, float[] drawn);
}
