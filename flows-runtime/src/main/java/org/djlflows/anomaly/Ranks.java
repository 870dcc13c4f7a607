package org.djlflows.anomaly;

/** Places among sorted numbers. */
final class Ranks {

    private Ranks() {}

    /** Returns how many of ascending numbers are less than a value. */
    static int below(float[] ascending, float value) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns how many of ascending numbers are less than a value. */
    static int below(double[] ascending, double value) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
