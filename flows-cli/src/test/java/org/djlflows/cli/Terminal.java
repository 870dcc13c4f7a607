package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * The command line in a test, and what it prints. A text is words separated by blanks; anything
 * else, such as a path, is one word.
 */
final class Terminal implements BeforeEachCallback, AfterEachCallback {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;

    @Override
    public void beforeEach(ExtensionContext context) {
        PrintStream all = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(all);
        System.setErr(all);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.setOut(out);
        System.setErr(err);
    }

    String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    void clear() {
        printed.reset();
    }

    int run(Object... words) {
        return Flows.run(Stream.of(words).flatMap(Terminal::split).toArray(String[]::new));
    }

    private static Stream<String> split(Object word) {
        return word instanceof String text ? Stream.of(text.split(" ")) : Stream.of("" + word);
    }

    void runs(Object... words) {
        assertEquals(0, run(words), this::printed);
    }

    /** Runs a command that prints a text. */
    void prints(String text, Object... words) {
        clear();
        runs(words);
        shows(text);
    }

    /** Runs a command that ends with a code and a message. */
    void refuses(int code, String message, Object... words) {
        clear();
        assertEquals(code, run(words), this::printed);
        shows(message);
    }

    /** Checks that a text has been printed. */
    void shows(String text) {
        assertTrue(printed().contains(text), this::printed);
    }
}
