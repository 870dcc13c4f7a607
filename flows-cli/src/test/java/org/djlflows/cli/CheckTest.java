package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

import javax.imageio.ImageIO;

/** {@code flows check} on models of numbers, with and without a context, and of any kind. */
class CheckTest {

    private static final String SMALL = "--epochs 2 --flow nsf --transforms 2 --hidden 8 --bins 4";
    private static final String FEW = "--rows 100 --draws 19";

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private Path model;
    private Path data;

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("model");
        data = rows(600, 1, 0);
    }

    /** A direction on a circle, a speed above 0, and a temperature that depends on both. */
    private Path rows(int n, int seed, double warmer) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> lines = new ArrayList<>(List.of("direction,speed,temperature,place"));
        for (int i = 0; i < n; i++) {
            double direction = random.nextDouble(360);
            double speed = Math.exp(random.nextGaussian() / 2);
            double temperature =
                    10
                            + warmer
                            + 5 * Math.cos(Math.toRadians(direction))
                            - speed
                            + random.nextGaussian();
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%.2f,%.4f,%.3f,%s",
                            direction,
                            speed,
                            temperature,
                            random.nextBoolean() ? "Bonn" : "Ulm"));
        }
        return Files.write(folder.resolve("rows" + seed + ".csv"), lines);
    }

    @Test
    void aModelWithDomains() throws IOException {
        terminal.runs(
                "train --out",
                model,
                SMALL,
                "--columns direction,speed,temperature --domain direction=circle:0:360,speed=half-line:0",
                data);
        Path out = folder.resolve("check.csv");
        Path picture = folder.resolve("check.png");
        terminal.clear();
        terminal.runs("check", model, FEW, "--out", out, "--picture", picture);
        terminal.shows("layer 2, Standardize");
        assertFalse(terminal.printed().contains("WRONG"), terminal.printed());
        assertEquals(1200, ImageIO.read(picture.toFile()).getWidth());
        List<String> lines = Files.readAllLines(out);
        assertEquals("verdict,subject,check,value,text", lines.get(0));
        String mass =
                lines.stream().filter(line -> line.contains(",mass,")).findFirst().orElseThrow();
        assertTrue(mass.startsWith("ok,density,mass,"), mass);
        assertEquals(1, Double.parseDouble(mass.split(",", -1)[3]), 0.1);

        // Other rows are told from samples: this is an error only if one says so.
        Path warm = rows(300, 2, 6);
        terminal.prints(" differs", "check", model, warm, FEW);
        terminal.shows("differs  ranks");
        terminal.refuses(1, "differs", "check", model, warm, FEW, "--strict");
    }

    @Test
    void aModelWithAContext() throws IOException {
        terminal.runs(
                "train --out",
                model,
                SMALL,
                "--columns speed,temperature,direction --context speed",
                data);
        terminal.prints("given the first context", "check", model, data, FEW);
        terminal.shows(" checks: ");
    }

    @Test
    void aModelOfAnyKind() throws IOException {
        terminal.runs(
                "train --out", model, "--epochs 1 --width 16 --blocks 1 --orders 1 --bins 4", data);
        terminal.prints("ok       density", "check", model, FEW);
        terminal.shows("place: p ");
        terminal.prints("600 of 600 have a density", "check", model, data, FEW);
    }

    @Test
    void whatCannotBeCheckedIsRefused() throws IOException {
        terminal.runs("train --out", model, SMALL, "--columns speed,temperature", data);
        Path few = rows(19, 3, 0);
        terminal.refuses(1, "expected at least 20 rows, got 19", "check", model, few);
        Path lacking = Files.writeString(folder.resolve("lacking.csv"), "speed\n1\n");
        terminal.refuses(1, "without [temperature]", "check", model, lacking);
        Path word = folder.resolve("word.csv");
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        lines.set(3, "1,x,2,Ulm");
        Files.write(word, lines);
        terminal.refuses(1, "row 3, column speed: expected a number", "check", model, word);
        terminal.refuses(2, "--rows: expected 20 to 4000, got 5", "check", model, "--rows 5");
        terminal.refuses(2, "--draws: expected 1 or more", "check", model, "--draws 0");
        terminal.refuses(1, ".png or .svg", "check", model, "--picture x.gif");
    }
}
