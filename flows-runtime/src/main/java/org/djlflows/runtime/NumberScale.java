package org.djlflows.runtime;

/**
 * Where the values of a column of numbers lie on the line of a flow: a logarithm where the column
 * has a start above 0, then standardised, then logarithmic beyond 5 deviations. Rounded to float32
 * at each step as the flow was trained, since of large values little is left otherwise.
 *
 * @param start where the logarithm begins, below which the line that touches it goes on; 0 for none
 * @param center the centre
 * @param deviation the deviation
 */
record NumberScale(float start, float center, float deviation) {

    /** In deviations, where the scale begins to be logarithmic. */
    private static final float TAILS = 5;

    /** What is infinite has no logarithm to go back from. */
    private static final float FAR = 1e30f;

    /** Returns the place of x. */
    float forward(float x) {
        float standard = standard(x);
        float r = Math.abs(standard) / TAILS;
        return r <= 1 ? standard : standard / r * (1 + FloatMath.log(r));
    }

    /** Returns the logarithm of the slope at x. */
    float logSlope(float x) {
        float r = Math.max(Math.abs(standard(x)) / TAILS, 1);
        float ofLogarithm = start > 0 ? FloatMath.log(Math.max(x, start)) : 0;
        return -ofLogarithm - FloatMath.log(deviation) - (r > 1 ? FloatMath.log(r) : 0);
    }

    private float standard(float x) {
        float base = Math.max(x, start);
        float y = start > 0 ? FloatMath.log(base) + (x - base) / start : x;
        return Math.min(Math.max((y - center) / deviation, -FAR), FAR);
    }

    /** Returns the value at z. */
    float inverse(float z) {
        float logR = Math.max(Math.abs(z) / TAILS - 1, 0);
        float y = z / (1 + logR) * (float) Math.exp(logR) * deviation + center;
        if (start > 0) {
            float base = Math.max(y, FloatMath.log(start));
            return (float) Math.exp(base) + (y - base) * start;
        }
        return y;
    }
}
