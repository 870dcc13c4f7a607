package org.djlflows.runtime;

/** Where an increasing function takes a value. */
abstract class Root {

    private static final int MOST_DOUBLINGS = 60;
    private static final int MOST_STEPS = 100;
    private static final double ROUNDING = 1e-14;

    /** What {@link #at} found. */
    double value;

    /** The slope there. */
    double slope;

    /** Sets value and slope of the function at x. */
    abstract void at(double x);

    /**
     * Seeks from a number on, in a bracket that doubles.
     *
     * @param near the number
     * @param target the value
     * @return the root, NaN where the function does not take the value
     */
    double solveFrom(double near, double target) {
        double low = near - 1 - Math.abs(near);
        double high = near + 1 + Math.abs(near);
        for (int i = 0; i < MOST_DOUBLINGS && valueAt(low) > target; i++) {
            low = 2 * low - near;
        }
        for (int i = 0; i < MOST_DOUBLINGS && valueAt(high) < target; i++) {
            high = 2 * high - near;
        }
        boolean within = valueAt(low) <= target && valueAt(high) >= target;
        return within ? solve(low, high, target) : Double.NaN;
    }

    private double valueAt(double x) {
        at(x);
        return value;
    }

    /** Newton's steps within a bracket, which is halved where a step leaves it or is too long. */
    double solve(double lowest, double highest, double target) {
        double low = lowest;
        double high = highest;
        double x = 0.5 * (low + high);
        double last = high - low;
        for (int i = 0; i < MOST_STEPS; i++) {
            at(x);
            double excess = value - target;
            if (excess < 0) {
                low = x;
            }
            if (excess > 0) {
                high = x;
            }
            double rounding = ROUNDING * (1 + Math.abs(x));
            boolean found = Math.abs(excess) <= ROUNDING * Math.abs(target) + rounding * slope;
            if ((found && Double.isFinite(slope))
                    || high - low <= rounding
                    || Double.isNaN(excess)) {
                break;
            }
            double step = x - excess / slope;
            boolean good = step > low && step < high && 2 * Math.abs(step - x) < last;
            double next = good ? step : 0.5 * (low + high);
            last = Math.abs(next - x);
            x = next;
        }
        return x;
    }
}
