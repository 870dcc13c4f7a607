package org.djlflows.runtime;

/**
 * Functions of float32 numbers, to a unit or two in the last place. Those of {@link Math} are exact
 * to float64, which takes several times as long.
 */
final class FloatMath {

    /** log(2), to the bits that leave the product with a small whole number exact, and the rest. */
    private static final float LOG_TWO_HIGH = 0.693359375f;

    private static final float LOG_TWO_LOW = -2.12194440e-4f;
    private static final float PER_LOG_TWO = 1.44269504f;

    /** Added to a small number and taken away again, this rounds it to a whole one. */
    private static final float ROUNDING = 0x1.8p23f;

    /** Beyond, results are 0 and infinity, with a little room for subnormal numbers. */
    private static final float LEAST = -103.98f;

    private static final float MOST = 88.73f;

    private static final int EXPONENT_BIAS = 127;
    private static final int FRACTION_BITS = 23;

    private static final float STRAIGHT = 20;

    private FloatMath() {}

    /**
     * \(e^x = 2^k e^r\), with a polynomial in r on \(\pm \log(2) / 2\).
     *
     * @see <a href="https://www.netlib.org/cephes/">Moshier, Cephes, expf</a>
     */
    static float exp(float x) {
        float bounded = Math.min(Math.max(x, LEAST), MOST);
        float k = bounded * PER_LOG_TWO + ROUNDING - ROUNDING;
        float r = bounded - k * LOG_TWO_HIGH - k * LOG_TWO_LOW;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        p = p * r * r + r + 1;
        // In two steps, since 2^k can be beyond what a float holds where the product is not.
        int half = (int) k >> 1;
        return p * powerOfTwo(half) * powerOfTwo((int) k - half);
    }

    private static float powerOfTwo(int k) {
        return Float.intBitsToFloat((k + EXPONENT_BIAS) << FRACTION_BITS);
    }

    /**
     * The hyperbolic tangent: near 0 by an odd polynomial, where the other form would cancel.
     *
     * @see <a href="https://www.netlib.org/cephes/">Moshier, Cephes, tanhf</a>
     */
    static float tanh(float x) {
        float size = Math.abs(x);
        if (size < 0.625f) {
            float s = x * x;
            float p = -5.70498872745e-3f;
            p = p * s + 2.06390887954e-2f;
            p = p * s - 5.37397155531e-2f;
            p = p * s + 1.33314422036e-1f;
            p = p * s - 3.33332819422e-1f;
            return p * s * x + x;
        }
        return Math.copySign(1 - 2 / (exp(2 * size) + 1), x);
    }

    static float sigmoid(float x) {
        return 1 / (1 + exp(-x));
    }

    /** \(\log(1 + e^x)\). */
    static float softplus(float x) {
        return x > STRAIGHT ? x : (float) Math.log1p(Math.exp(x));
    }

    static float log(float x) {
        return (float) Math.log(x);
    }
}
