package org.djlflows.files;

import java.util.Locale;

/** The beginning of what came from outside, so that no message is as long as a file. */
public final class Excerpt {

    private static final int USUAL = 300;

    private Excerpt() {}

    /**
     * Returns a value as text, shortened where it is longer than 300 characters.
     *
     * @param value the value, or null
     * @return all of its text, or the beginning and how long it is
     */
    public static String of(Object value) {
        return of(value, USUAL);
    }

    /**
     * Returns a value as text, shortened where it is too long.
     *
     * @param value the value, or null
     * @param most the most characters that are shown
     * @return all of its text, or the beginning and how long it is
     */
    public static String of(Object value, int most) {
        String text = String.valueOf(value);
        return text.length() <= most
                ? text
                : String.format(
                        Locale.ROOT,
                        "%s... (%,d characters)",
                        text.substring(0, most),
                        text.length());
    }
}
