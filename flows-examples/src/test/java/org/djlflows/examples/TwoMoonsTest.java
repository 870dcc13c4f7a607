package org.djlflows.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class TwoMoonsTest {

    @Test
    void learnsTwoMoons() throws IOException {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            TwoMoons.main(new String[0]);
        } finally {
            System.setOut(out);
        }
        String text = printed.toString(StandardCharsets.UTF_8);
        Matcher mean = Pattern.compile("mean log-density (\\S+)").matcher(text);
        assertTrue(mean.find(), text);
        // A normal distribution fitted to two moons reaches -2.0.
        assertTrue(Double.parseDouble(mean.group(1)) > -1.4, text);
    }
}
