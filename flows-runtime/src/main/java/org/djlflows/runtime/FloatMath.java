package org.djlflows.runtime;

/**
 * Functions of float32 numbers, to a unit or two in the last place. Those of {@link Math} are exact
 * to float64, which takes several times as long.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // As published.
final class FloatMath {

    /** log(2), to the bits that leave the product with a small whole number exact, and the rest. */
    static final float LOG_TWO_HIGH = 0.693359375f;

    static final float LOG_TWO_LOW = -2.12194440e-4f;
    static final float PER_LOG_TWO = 1.44269504f;

    /**
     * Added to a small number and taken away again, this rounds it to a whole one; in between, that
     * is what the bits are more than those of this.
     */
    static final float ROUNDING = 0x1.8p23f;

    static final int ROUNDING_BITS = Float.floatToRawIntBits(ROUNDING);

    /** Beyond, results are 0 and infinity, with a little room for subnormal numbers. */
    static final float LEAST = -103.98f;

    static final float MOST = 88.73f;

    static final int EXPONENT_BIAS = 127;
    static final int FRACTION_BITS = 23;

    /** The coefficients of the polynomials, from the highest power on. */
    static final float[] EXP = {
        1.9875691500e-4f,
        1.3981999507e-3f,
        8.3334519073e-3f,
        4.1665795894e-2f,
        1.6666665459e-1f,
        5.0000001201e-1f
    };

    static final float[] TANH = {
        -5.70498872745e-3f,
        2.06390887954e-2f,
        -5.37397155531e-2f,
        1.33314422036e-1f,
        -3.33332819422e-1f
    };

    static final float[] LOG = {
        7.0376836292e-2f,
        -1.1514610310e-1f,
        1.1676998740e-1f,
        -1.2420140846e-1f,
        1.4249322787e-1f,
        -1.6668057665e-1f,
        2.0000714765e-1f,
        -2.4999993993e-1f,
        3.3333331174e-1f
    };

    /** The bits of sqrt(1/2), and which bits are those of a fraction. */
    static final int ROOT_OF_HALF = 0x3f3504f3;

    static final int FRACTION = 0x7fffff;

    /** Where tanh changes its form. */
    static final float NEAR = 0.625f;

    private FloatMath() {}

    /**
     * \(e^x = 2^k e^r\), with a polynomial in r on \(\pm \log(2) / 2\).
     *
     * @see <a href="https://www.netlib.org/cephes/">Moshier, Cephes, expf</a>
     */
    static float exp(float x) {
        float bounded = Math.min(Math.max(x, LEAST), MOST);
        float rounded = bounded * PER_LOG_TWO + ROUNDING;
        float k = rounded - ROUNDING;
        float r = bounded - k * LOG_TWO_HIGH - k * LOG_TWO_LOW;
        float p = r * EXP[0] + EXP[1];
        p = p * r + EXP[2];
        p = p * r + EXP[3];
        p = p * r + EXP[4];
        p = p * r + EXP[5];
        p = p * r * r + r + 1;
        // In two steps, since 2^k can be beyond what a float holds where the product is not.
        int whole = Float.floatToRawIntBits(rounded) - ROUNDING_BITS;
        int half = whole >> 1;
        return p * powerOfTwo(half) * powerOfTwo(whole - half);
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
        if (size < NEAR) {
            float s = x * x;
            float p = s * TANH[0] + TANH[1];
            p = p * s + TANH[2];
            p = p * s + TANH[3];
            p = p * s + TANH[4];
            return p * s * x + x;
        }
        return Math.copySign(1 - 2 / (exp(2 * size) + 1), x);
    }

    static float sigmoid(float x) {
        return 1 / (1 + exp(-x));
    }

    /** \(\log(1 + e^x)\) in float64. */
    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** \(\log(1 + e^x)\). */
    static float softplus(float x) {
        float e = exp(-Math.abs(x));
        // What is lost of e in 1 + e is made up for by the quotient, 1 where nothing is.
        float sum = 1 + e;
        float lost = sum - 1;
        float log = lost == 0 ? e : log(sum) * (e / lost);
        return Math.max(x, 0) + log;
    }

    /**
     * The natural logarithm of a positive number; NaN of others and of subnormal ones.
     *
     * @see <a href="https://www.netlib.org/cephes/">Moshier, Cephes, logf</a>
     */
    static float log(float x) {
        if (!(x >= Float.MIN_NORMAL && x <= Float.MAX_VALUE)) {
            return Float.NaN;
        }
        // x = 2^k m with m from sqrt(1/2) on.
        int bits = Float.floatToRawIntBits(x) - ROOT_OF_HALF;
        int k = bits >> FRACTION_BITS;
        float m = Float.intBitsToFloat((bits & FRACTION) + ROOT_OF_HALF);
        float z = m - 1;
        float p = z * LOG[0] + LOG[1];
        p = p * z + LOG[2];
        p = p * z + LOG[3];
        p = p * z + LOG[4];
        p = p * z + LOG[5];
        p = p * z + LOG[6];
        p = p * z + LOG[7];
        p = p * z + LOG[8];
        float s = z * z;
        float y = p * z * s + k * LOG_TWO_LOW - s * 0.5f;
        return y + z + k * LOG_TWO_HIGH;
    }
}
