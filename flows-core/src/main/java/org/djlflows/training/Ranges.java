package org.djlflows.training;

/**
 * Checks of the numbers that a builder is given, in the float32 in which they are used.
 *
 * @param who the class that messages name first
 */
record Ranges(String who) {

    void require(boolean holds, String what, String range, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(
                    who + ": expected " + what + " to be " + range + ", got " + value);
        }
    }

    void requireAtLeast(int least, String what, int value) {
        require(value >= least, what, "at least " + least, value);
    }

    void requireWeightDecay(double value) {
        require(
                Float.isFinite((float) value) && (value == 0 || (float) value > 0),
                "the decoupled weight decay of matrices",
                "0, or positive and finite in float32",
                value);
    }

    void requireGradientLimit(double value) {
        require(
                (float) value > 0,
                "the largest global norm of a gradient",
                "positive in float32, infinity for none",
                value);
    }

    /** A decay that rounds to 1 would divide by 1 - 1. */
    void requireMomentDecay(String which, double value) {
        require(
                value >= 0 && (float) value < 1,
                "the decay of the " + which + " moment",
                "in [0, 1) in float32",
                value);
    }

    void requireAverageDecay(double value) {
        require(
                value >= 0 && value < 1,
                "the decay of the average of the weights",
                "in [0, 1), 0 for none",
                value);
    }

    void requireSkipLimit(int value) {
        requireAtLeast(
                0,
                "the number of steps that may be skipped because a gradient is not finite",
                value);
    }

    void requirePatience(int value) {
        requireAtLeast(1, "the number of epochs without improvement after which to stop", value);
    }
}
