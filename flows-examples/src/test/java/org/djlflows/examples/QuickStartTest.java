package org.djlflows.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The example of the README: it runs, it learns, and the README shows it as it is. */
class QuickStartTest {

    @Test
    void learnsTwoMoons() throws IOException {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            QuickStart.main(new String[0]);
        } finally {
            System.setOut(out);
        }
        String text = printed.toString(StandardCharsets.UTF_8);
        Matcher mean = Pattern.compile("mean log-density (\\S+)").matcher(text);
        assertTrue(mean.find(), text);
        // A normal distribution fitted to two moons reaches -2.0.
        assertTrue(Double.parseDouble(mean.group(1)) > -1.4, text);
    }

    @Test
    void isWhatTheReadmeShows() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        String example =
                Files.readString(
                        root.resolve(
                                "flows-examples/src/main/java/org/djlflows/examples/QuickStart.java"));
        String readme = Files.readString(root.resolve("README.md"));
        Matcher snippet = Pattern.compile("(?s)```java\n(.*?)```").matcher(readme);
        assertTrue(snippet.find());
        assertTrue(flush(example).contains(flush(snippet.group(1))), snippet.group(1));
    }

    private static String flush(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }
}
