package org.djlflows.console;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names of models and columns come from files, and may hold anything. */
public final class Console {

    /** What is no letter, sign or space: control and formatting characters, ends of lines. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9:/._%~-]+");

    private Console() {}

    /**
     * Returns a text of one line that moves no cursor and colours nothing, with escapes such as
     * {@code \}{@code u001b}, which mean the same in JSON.
     *
     * @param text any text
     * @return the text, with escapes for all that is not printed
     */
    public static String printable(String text) {
        return UNPRINTABLE
                .matcher(text)
                .replaceAll(
                        match -> {
                            StringBuilder escaped = new StringBuilder();
                            for (char c : match.group().toCharArray()) {
                                escaped.append(String.format("\\\\u%04x", (int) c));
                            }
                            return escaped.toString();
                        });
    }

    /**
     * Returns a text of several lines, each of them {@linkplain #printable printable}.
     *
     * @param text any text
     * @return the lines
     */
    public static String printableLines(String text) {
        return text.lines()
                .map(Console::printable)
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /**
     * Returns a printable text as one word of a POSIX shell.
     *
     * @param text any text
     * @return the word, in quotes where it needs them
     */
    public static String quoted(String text) {
        String shown = printable(text);
        return WORD.matcher(shown).matches() ? shown : "'" + shown.replace("'", "'\\''") + "'";
    }
}
