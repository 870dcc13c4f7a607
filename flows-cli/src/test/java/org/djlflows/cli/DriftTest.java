package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** {@code flows drift} on tables of numbers and of any kind. */
class DriftTest {

    private static final String SMALL = "--epochs 1";

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private Path model;
    private Path out;

    @BeforeEach
    void name() {
        model = folder.resolve("model");
        out = folder.resolve("drift.csv");
    }

    /** Rows of a level, a number that depends on it, and one that is missing at times. */
    private Path people(int n, int seed, double older, double lost) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> lines = new ArrayList<>(List.of("city,age,income"));
        for (int i = 0; i < n; i++) {
            int city = random.nextInt(3);
            double age = 40 + 5 * city + 8 * (random.nextGaussian() + older);
            String income =
                    random.nextDouble() < lost
                            ? ""
                            : String.format(
                                    Locale.ROOT, "%.2f", 2000 + 400 * random.nextGaussian());
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%s,%.1f,%s",
                            List.of("Bonn", "Trier", "Ulm").get(city),
                            age,
                            income));
        }
        return Files.write(folder.resolve("people" + seed + ".csv"), lines);
    }

    private Path numbers(int n, int seed, String constant) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> lines = new ArrayList<>(List.of("a,b,c"));
        for (int i = 0; i < n; i++) {
            double a = random.nextGaussian();
            double b = a + random.nextGaussian();
            lines.add(String.format(Locale.ROOT, "%.4f,%.4f,%s", a, b, i == 3 ? constant : "7"));
        }
        return Files.write(folder.resolve("numbers" + seed + ".csv"), lines);
    }

    private List<String[]> drift(Path data, Object... more) throws IOException {
        List<Object> words = new ArrayList<>(List.of("drift", model, data, "--out", out));
        words.addAll(List.of(more));
        terminal.runs(words.toArray());
        List<String[]> rows =
                Files.readAllLines(out).stream().map(line -> line.split(",(?! )", -1)).toList();
        assertEquals("anomaly_score", rows.get(1)[0]);
        return rows;
    }

    @Test
    void columnsOfAnyKindAreCompared() throws IOException {
        terminal.runs(
                "train --out",
                model,
                SMALL + " --width 16 --blocks 1 --orders 1 --bins 4",
                people(600, 1, 0, 0.1));
        List<String[]> same = drift(people(400, 2, 0, 0.1), "--strict");
        assertEquals(5, same.size());
        assertTrue(same.stream().skip(1).allMatch(row -> row[5].equals("false")));
        terminal.shows("400 of 400 rows, no drift at level 0.05");

        Path picture = folder.resolve("drift.png");
        Path older = people(400, 3, 0.5, 0.3);
        List<String[]> drifted = drift(older, "--picture", picture);
        assertEquals("age", drifted.get(2)[0]);
        assertEquals("income", drifted.get(3)[0]);
        assertEquals("true", drifted.get(2)[5]);
        assertEquals("true", drifted.get(3)[5]);
        assertEquals("false", drifted.get(4)[5]);
        assertEquals("chi-squared", drifted.get(4)[1]);
        assertTrue(drifted.get(3)[7].matches("\"?median \\d+\\.\\d+, missing \\d+\\.\\d %\"?"));
        assertTrue(drifted.get(4)[6].matches("(Bonn|Trier|Ulm) \\d+\\.\\d %"), drifted.get(4)[6]);
        assertTrue(ImageIO.read(picture.toFile()).getWidth() > 500);
        Object[] strictly = {"drift", model, older, "--strict --level 0.01 --out", out};
        terminal.refuses(1, "drift at level 0.01: ", strictly);

        Path lacking = Files.writeString(folder.resolve("lacking.csv"), "city,age\nBonn,3\n");
        terminal.refuses(1, "without [income]", "drift", model, lacking);
        Path none = Files.writeString(folder.resolve("none.csv"), "city,age,income\n");
        terminal.refuses(1, "none.csv: expected", "drift", model, none);
        terminal.refuses(2, "expected a rate between 0 and 1", "drift", model, older, "--level 2");
    }

    @Test
    void aColumnThatWasConstantIsWatched() throws IOException {
        terminal.runs(
                "train --out",
                model,
                SMALL + " --flow nsf --transforms 2 --hidden 8",
                numbers(500, 1, "7"));
        List<String[]> same = drift(numbers(300, 2, "7"));
        assertEquals(5, same.size());
        assertTrue(same.stream().skip(1).allMatch(row -> row[5].equals("false")));

        Path other = numbers(300, 3, "8");
        List<String> lines = Files.readAllLines(other);
        for (int i = 100; i < 200; i++) {
            lines.set(i, lines.get(i).replaceAll("7$", "8"));
        }
        lines.set(250, "x,1,7");
        Files.write(other, lines);
        List<String[]> drifted = drift(other);
        assertEquals("c", drifted.get(2)[0]);
        assertEquals("true", drifted.get(2)[5]);
        assertEquals("false", drifted.get(3)[5]);
        terminal.shows("1 cells cannot be in their columns, such as one of column a");
        terminal.shows("299 of 300 rows");
    }
}
