package org.djlflows.runtime;

/** The standard normal distribution, to float64. */
final class Normal {

    static final double HALF_LOG_TWO_PI = 0.9189385332046728;

    /** Below, a series converges faster, above, a continued fraction. */
    private static final double FAR = 2.5;

    private static final double LOG_TWO = Math.log(2);
    private static final int MOST_TERMS = 200;

    private Normal() {}

    /** \(\Phi(x)\). */
    static double cdf(double x) {
        if (x > FAR) {
            return 1 - cdf(-x);
        }
        return x < -FAR
                ? Math.exp(logDensity(x)) * mills(-x)
                : 0.5 + Math.exp(logDensity(x)) * series(x);
    }

    /** \(\log \Phi(x)\), wherever x is. */
    static double logCdf(double x) {
        if (x < -FAR) {
            return logDensity(x) + Math.log(mills(-x));
        }
        return x > 0 ? Math.log1p(-cdf(-x)) : Math.log(cdf(x));
    }

    /** \(\log \phi(x)\). */
    static double logDensity(double x) {
        return -0.5 * x * x - HALF_LOG_TWO_PI;
    }

    /** \((\Phi(x) - \frac12) / \phi(x) = x + \frac{x^3}{3} + \frac{x^5}{3 \cdot 5} + \dots\). */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return sum;
    }

    /** Laplace: \(\Phi(-t) / \phi(t) = \frac{1}{t +} \frac{1}{t +} \frac{2}{t +} \dots\). */
    private static double mills(double t) {
        // The farther out, the fewer terms it takes.
        int terms = (int) Math.min(MOST_TERMS, 20 + 300 / t);
        double tail = t;
        for (int k = terms; k > 0; k--) {
            tail = t + k / tail;
        }
        return 1 / tail;
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
        double x = -Math.sqrt(Math.max(0, -2 * (log + Math.log(2))));
        for (int i = 0; i < MOST_TERMS; i++) {
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
