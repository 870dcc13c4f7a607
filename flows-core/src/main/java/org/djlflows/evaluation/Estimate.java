package org.djlflows.evaluation;

import java.util.Arrays;
import java.util.Locale;

/**
 * An estimate from random rows or draws, with the interval in which the truth lies with 95 %
 * confidence.
 *
 * @param value the estimate
 * @param standardError its standard error
 * @param low the lower end of the interval
 * @param high the upper end
 */
public record Estimate(double value, double standardError, double low, double high) {

    /** The 97.5 % quantile of the standard normal distribution. */
    private static final double TWO_SIDED_95 = 1.959963984540054;

    /**
     * Creates an estimate that is normally distributed about the truth, as means are of many rows:
     * the interval is \(\hat v \pm 1.96\,s\).
     *
     * @param value the estimate
     * @param standardError its standard error s
     */
    public Estimate(double value, double standardError) {
        this(
                value,
                standardError,
                value - TWO_SIDED_95 * standardError,
                value + TWO_SIDED_95 * standardError);
    }

    /**
     * Estimates a mean; the standard error is \(s / \sqrt{n}\), where s is the deviation of the
     * sample, and the interval that of the normal approximation.
     *
     * @param values independent values
     * @return the mean; its error is NaN where there is one value or the mean is not finite
     */
    public static Estimate ofMean(double... values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double error = Math.sqrt(squares / (values.length - 1) / values.length);
        return new Estimate(mean, Double.isFinite(mean) ? error : Double.NaN);
    }

    /**
     * Estimates a probability by a share of independent trials, with the interval of Wilson, which
     * holds for few trials and near 0 and 1 too.
     *
     * @param hits how many trials did
     * @param trials of how many, at least 1
     * @return the share
     * @throws IllegalArgumentException if there are no trials, or more hits than those
     * @see <a href="https://doi.org/10.1080/01621459.1927.10502953">Wilson, Probable inference, the
     *     law of succession, and statistical inference, 1927</a>
     */
    public static Estimate ofShare(long hits, long trials) {
        if (trials < 1 || hits < 0 || hits > trials) {
            throw new IllegalArgumentException(
                    "Estimate: expected hits among at least 1 trial, got "
                            + hits
                            + " of "
                            + trials);
        }
        double share = (double) hits / trials;
        double square = TWO_SIDED_95 * TWO_SIDED_95 / trials;
        double variance = share * (1 - share) / trials;
        double half = TWO_SIDED_95 * Math.sqrt(variance + square / (4 * trials));
        double middle = share + square / 2;
        return new Estimate(
                share,
                Math.sqrt(variance),
                hits == 0 ? 0 : (middle - half) / (1 + square),
                hits == trials ? 1 : (middle + half) / (1 + square));
    }

    /**
     * Tells whether the interval holds a value.
     *
     * @param truth the value
     * @return whether it lies between the ends
     */
    public boolean contains(double truth) {
        return low <= truth && truth <= high;
    }

    /** Returns this estimate of a number times a factor that is known. */
    Estimate times(double factor) {
        double a = factor * low;
        double b = factor * high;
        return new Estimate(
                factor * value, Math.abs(factor) * standardError, Math.min(a, b), Math.max(a, b));
    }

    /** Returns this estimate of a number plus one that is known. */
    Estimate plus(double shift) {
        return new Estimate(value + shift, standardError, low + shift, high + shift);
    }

    /**
     * Returns the estimate as it is read.
     *
     * @return the value and the ends of its interval, such as {@code 1.2345 [1.1, 1.4]}
     */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.4f [%.4f, %.4f]", value, low, high);
    }
}
