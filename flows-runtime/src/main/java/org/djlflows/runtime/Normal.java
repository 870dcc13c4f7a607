package org.djlflows.runtime;

/**
 * The standard normal distribution, to float64.
 *
 * @see <a href="https://doi.org/10.1090/S0025-5718-1969-0247736-4">Cody, Rational Chebyshev
 *     Approximations for the Error Function, 1969</a>, and his ANORM (ACM Algorithm 715), from
 *     which the coefficients are
 */
final class Normal {

    static final double HALF_LOG_TWO_PI = 0.9189385332046728;

    private static final double DENSITY_AT_0 = 0.3989422804014327;

    private static final double LOG_TWO = Math.log(2);
    private static final int MOST_STEPS = 200;

    /** Up to here \(\Phi(x) - \frac12\) is x times a rational function of x^2. */
    private static final double NEAR = 0.67448975;

    private static final double[] NEAR_ABOVE = {
        0.06568233791820745,
        2.2352520354606837,
        161.02823106855587,
        1067.6894854603709,
        18154.98125334356
    };
    private static final double[] NEAR_BELOW = {
        1, 47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673
    };

    /** From here on \(\Phi(-x)\) is that of large x, by a rational function of 1 / x^2. */
    private static final double FAR = 5.656854249492381;

    private static final double[] ABOVE = {
        1.0765576773720192e-08,
        0.39894151208813466,
        8.883149794388377,
        93.50665613217785,
        597.2702763948002,
        2494.5375852903726,
        6848.190450536283,
        11602.65143764735,
        9842.714838383978
    };
    private static final double[] BELOW = {
        1,
        22.266688044328117,
        235.387901782625,
        1519.3775994075547,
        6485.558298266761,
        18615.571640885097,
        34900.95272114598,
        38912.00328609327,
        19685.429676859992
    };
    private static final double[] FAR_ABOVE = {
        0.023073441764940174,
        0.215898534057957,
        0.12740116116024736,
        0.022235277870649807,
        0.0014216191932278934,
        2.9112874951168793e-05
    };
    private static final double[] FAR_BELOW = {
        1,
        1.284260096144911,
        0.4682382124808651,
        0.06598813786892856,
        0.0037823963320275824,
        7.297515550839662e-05
    };

    private Normal() {}

    /** \(\Phi(x)\). */
    static double cdf(double x) {
        if (Math.abs(x) <= NEAR) {
            return 0.5 + fromMiddle(x);
        }
        double tail = Math.exp(-0.5 * x * x) * scaledTail(Math.abs(x));
        return x > 0 ? 1 - tail : tail;
    }

    /** \(\log \Phi(x)\), wherever x is. */
    static double logCdf(double x) {
        if (x < -NEAR) {
            return -0.5 * x * x + Math.log(scaledTail(-x));
        }
        return x > NEAR ? Math.log1p(-cdf(-x)) : Math.log(cdf(x));
    }

    /** \(\log \phi(x)\). */
    static double logDensity(double x) {
        return -0.5 * x * x - HALF_LOG_TWO_PI;
    }

    /** \(\Phi(x) - \frac12\). */
    private static double fromMiddle(double x) {
        double square = x * x;
        return x * polynomial(NEAR_ABOVE, square) / polynomial(NEAR_BELOW, square);
    }

    /** \(\Phi(-x) e^{x^2 / 2}\), of x from {@link #NEAR} on. */
    private static double scaledTail(double x) {
        if (x < FAR) {
            return polynomial(ABOVE, x) / polynomial(BELOW, x);
        }
        double s = 1 / (x * x);
        return (DENSITY_AT_0 - s * polynomial(FAR_ABOVE, s) / polynomial(FAR_BELOW, s)) / x;
    }

    /** The first coefficient is that of the highest power. */
    private static double polynomial(double[] coefficients, double x) {
        double sum = coefficients[0];
        for (int i = 1; i < coefficients.length; i++) {
            sum = sum * x + coefficients[i];
        }
        return sum;
    }

    /** \(\log(\Phi(b) - \Phi(a))\) for a < b, from the tail that is nearer. */
    static double logMass(double a, double b) {
        double larger = logCdf(a > 0 ? -a : b);
        double smaller = logCdf(a > 0 ? -b : a);
        double d = Math.max(larger - smaller, 1e-300);
        return larger + (d < LOG_TWO ? Math.log(-Math.expm1(-d)) : Math.log1p(-Math.exp(-d)));
    }

    /** \(\log(e^a + e^b)\). */
    static double logAdd(double a, double b) {
        double most = Math.max(a, b);
        return most == Double.NEGATIVE_INFINITY
                ? most
                : most + Math.log1p(Math.exp(-Math.abs(a - b)));
    }

    /**
     * \(\Phi^{-1}(u)\) by Newton's steps on \(\log \Phi\), which is concave, from the side on which
     * they cannot leave.
     */
    static double quantile(double u) {
        if (u > 0.5) {
            return -quantile(1 - u);
        }
        if (!(u > 0)) {
            return u == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        double log = Math.log(u);
        // Below the root: Phi(-t) < exp(-t^2 / 2) / 2.
        double x = -Math.sqrt(Math.max(0, -2 * (log + LOG_TWO)));
        for (int i = 0; i < MOST_STEPS; i++) {
            double found = logCdf(x);
            double step = (log - found) / Math.exp(logDensity(x) - found);
            x += step;
            if (Math.abs(step) <= 1e-14 * (1 + Math.abs(x))) {
                break;
            }
        }
        return x;
    }
}
