package org.djlflows.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.estimator.DensityEstimator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class QuickStartTest {

    @TempDir private Path folder;

    /** The planted row is between the moons; the model is saved. */
    @Test
    void findsThePlantedRow() throws IOException {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            QuickStart.main(new String[] {folder.resolve("model").toString()});
        } finally {
            System.setOut(out);
        }
        String text = printed.toString(StandardCharsets.UTF_8);
        Matcher percentile = Pattern.compile("percentile (\\S+)").matcher(text);
        assertTrue(percentile.find(), text);
        assertTrue(Double.parseDouble(percentile.group(1)) < 1, text);
        try (DensityEstimator loaded = DensityEstimator.load(folder.resolve("model"))) {
            assertTrue(loaded.score(new double[][] {{0, 1}})[0] > -2);
        }
    }
}
