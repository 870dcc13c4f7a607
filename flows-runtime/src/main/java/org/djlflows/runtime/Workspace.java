package org.djlflows.runtime;

import java.util.Arrays;

/**
 * Arrays for what is computed on the way. They are taken and given back in the order of a stack and
 * kept for the next row, so that a row costs no allocation; those of many megabytes only until all
 * are given back. A workspace belongs to one thread.
 *
 * <p>Arrays are longer than what was asked for, by {@link #LANES} at least, since vectors may run
 * over its end. What is in an array is left over from another use.
 */
final class Workspace {

    /** Rows of a tile are a multiple of it: two vectors of the widest machines. */
    static final int LANES = 32;

    /** So many bytes stay with a thread that may have no more use for them. */
    private static final long MOST_KEPT = 8 << 20;

    private static final ThreadLocal<Workspace> OF_THREAD = ThreadLocal.withInitial(Workspace::new);

    private float[][] arrays = new float[64][];
    private double[][] wide = new double[64][];
    private int[] places = new int[64];
    private int used;
    private int wideUsed;
    private long bytes;

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
        if (mark == 0 && bytes > MOST_KEPT) {
            forget();
        }
    }

    // Not in those who call it, since short methods are what the compiler inlines.
    private void forget() {
        Arrays.fill(arrays, null);
        Arrays.fill(wide, null);
        bytes = 0;
    }

    float[] take(int size) {
        if (used == arrays.length || arrays[used] == null || arrays[used].length < size + LANES) {
            makeRoom(size + LANES);
        }
        return arrays[used++];
    }

    private void makeRoom(int size) {
        if (used == arrays.length) {
            arrays = Arrays.copyOf(arrays, 2 * used);
        }
        long before = arrays[used] == null ? 0 : arrays[used].length;
        bytes += Float.BYTES * (size - before);
        arrays[used] = new float[size];
    }

    double[] takeDoubles(int size) {
        if (wideUsed == wide.length || wide[wideUsed] == null || wide[wideUsed].length < size) {
            makeWideRoom(size);
        }
        return wide[wideUsed++];
    }

    private void makeWideRoom(int size) {
        if (wideUsed == wide.length) {
            wide = Arrays.copyOf(wide, 2 * wideUsed);
        }
        long before = wide[wideUsed] == null ? 0 : wide[wideUsed].length;
        bytes += Double.BYTES * (size - before);
        wide[wideUsed] = new double[size];
    }

    /** Returns the one array of whole numbers, for whom asked last. */
    int[] places(int size) {
        if (places.length < size) {
            places = new int[size];
        }
        return places;
    }
}
