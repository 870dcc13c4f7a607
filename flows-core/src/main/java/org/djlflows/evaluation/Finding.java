package org.djlflows.evaluation;

import java.util.Locale;

/**
 * What a check found.
 *
 * @param subject what was checked, such as a layer by its number and name
 * @param check what of it, such as {@code round trip}
 * @param verdict what that means
 * @param value the number that was measured, NaN where there is none
 * @param text the number in words, or what is wrong and what was expected
 */
public record Finding(String subject, String check, Verdict verdict, double value, String text) {

    /** What a finding means. */
    public enum Verdict {

        /** As it has to be. */
        OK,

        /** It could not be told; the text says why. */
        OPEN,

        /** The flow is a distribution, but not that of the rows. */
        DIFFERS,

        /** The mathematics is wrong: the flow is no distribution, or not the one it says. */
        WRONG;

        /**
         * Returns the verdict as it is read.
         *
         * @return its name, in capital letters for what is wrong alone
         */
        @Override
        public String toString() {
            return this == WRONG ? name() : name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns the finding of an error that is at most so large; NaN is larger. */
    static Finding ofError(String subject, String check, double error, double limit) {
        return error <= limit
                ? new Finding(subject, check, Verdict.OK, error, number(error))
                : wrong(
                        subject,
                        check,
                        error,
                        String.format(
                                Locale.ROOT,
                                "expected an error of at most %s, got %s",
                                number(limit),
                                number(error)));
    }

    static Finding wrong(String subject, String check, double value, String text) {
        return new Finding(subject, check, Verdict.WRONG, value, text);
    }

    static Finding open(String subject, String check, String text) {
        return new Finding(subject, check, Verdict.OPEN, Double.NaN, text);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == 0 ? "%.0f" : "%.1e", value);
    }

    /**
     * Returns the finding in words.
     *
     * @return the check and what it found
     */
    @Override
    public String toString() {
        return check + ": " + text;
    }
}
