package org.djlflows.runtime;

import java.util.Arrays;

/**
 * Arrays for what is computed on the way. They are taken and given back in the order of a stack and
 * kept for the next row, so that a row costs no allocation. A workspace belongs to one thread.
 *
 * <p>Arrays are longer than what was asked for, by {@link #LANES} at least, since vectors may run
 * over its end. What is in an array is left over from another use.
 */
final class Workspace {

    /** Rows of a tile are a multiple of it: two vectors of the widest machines. */
    static final int LANES = 32;

    private static final ThreadLocal<Workspace> OF_THREAD = ThreadLocal.withInitial(Workspace::new);

    private float[][] arrays = new float[64][];
    private double[][] wide = new double[64][];
    private int[] places = new int[64];
    private int used;
    private int wideUsed;

    private Workspace() {}

    /** Returns the workspace of this thread. */
    static Workspace ofThread() {
        return OF_THREAD.get();
    }

    /** Returns a number for {@link #release}. */
    long mark() {
        return (long) wideUsed << Integer.SIZE | used;
    }

    /** Gives back all arrays that were taken since the mark. */
    void release(long mark) {
        used = (int) mark;
        wideUsed = (int) (mark >> Integer.SIZE);
    }

    float[] take(int size) {
        if (used == arrays.length) {
            arrays = Arrays.copyOf(arrays, 2 * used);
        }
        if (arrays[used] == null || arrays[used].length < size + LANES) {
            arrays[used] = new float[size + LANES];
        }
        return arrays[used++];
    }

    double[] takeDoubles(int size) {
        if (wideUsed == wide.length) {
            wide = Arrays.copyOf(wide, 2 * wideUsed);
        }
        if (wide[wideUsed] == null || wide[wideUsed].length < size) {
            wide[wideUsed] = new double[size];
        }
        return wide[wideUsed++];
    }

    /** Returns the one array of whole numbers, for whom asked last. */
    int[] places(int size) {
        if (places.length < size) {
            places = new int[size];
        }
        return places;
    }
}
