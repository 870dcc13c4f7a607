package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Rows that are drawn are written as the table came, and meet what is asked of them. */
class SampleFormatTest {

    private static final String SMALL =
            "--flow any-order --epochs 2 --width 16 --blocks 1 --orders 2 --bins 4";

    @TempDir private static Path shared;

    /** A model of a table with semicolons and decimal commas; the hour is given. */
    private static Path german;

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    @BeforeAll
    static void train() throws IOException {
        german = shared.resolve("german");
        Random random = new Random(1);
        List<String> lines = new ArrayList<>(List.of("Stunde;Gewicht;Tag;Länge;Sorte;Schlüssel"));
        for (int i = 0; i < 400; i++) {
            lines.add(
                    String.join(
                                    ";",
                                    Integer.toString(random.nextInt(24)),
                                    Integer.toString(25 * (100 + random.nextInt(140))),
                                    String.format(
                                            "%02d.%02d.2024", 1 + random.nextInt(28), 1 + i % 12),
                                    i == 7
                                            ? "1,2345678"
                                            : String.format(
                                                    Locale.GERMANY, "%.2f", random.nextDouble()),
                                    i % 5 == 0 ? "" : i % 2 == 0 ? "rot;hell" : "grün",
                                    "k" + i)
                            .replace("rot;hell", "\"rot;hell\""));
        }
        Path data = Files.write(shared.resolve("german.csv"), lines);
        Terminal once = new Terminal();
        once.beforeEach(null);
        try {
            once.runs("train", data, "--decimal , --context Stunde --out", german, SMALL);
        } finally {
            once.afterEach(null);
        }
    }

    private List<String> sample(Object... words) throws IOException {
        Path out = folder.resolve("out.csv");
        List<Object> all = new ArrayList<>(List.of("sample", german, "--out", out));
        all.addAll(List.of(words));
        terminal.runs(all.toArray());
        return Files.readAllLines(out);
    }

    @Test
    void rowsAreWrittenAsTheyCame() throws IOException {
        List<String> lines = sample("-n 300 --seed 1 --given Stunde=7");

        assertEquals("Stunde;Gewicht;Tag;Länge;Sorte", lines.get(0));
        String pattern =
                "7;\\d{2,3}(00|25|50|75);\\d\\d\\.\\d\\d\\.2024;[01],\\d\\d;(\"rot;hell\"|grün|)";
        for (String line : lines.subList(1, 301)) {
            assertTrue(line.matches(pattern), line);
        }
        assertTrue(lines.stream().anyMatch(line -> line.endsWith(";\"rot;hell\"")));
        assertTrue(lines.stream().anyMatch(line -> line.endsWith(";")));
    }

    @Test
    void headerAndSeparatorCanBeOthers() throws IOException {
        List<String> lines = sample("-n 3 --given Stunde=7 --no-header --separator \\t");

        assertEquals(3, lines.size());
        assertTrue(lines.stream().allMatch(line -> line.split("\t", -1).length == 5));
        terminal.refuses(
                2,
                "--separator: expected one",
                "sample -n 1 --given Stunde=7 --separator ab",
                german);
    }

    @Test
    void aRowIsDrawnForEachThatIsGiven() throws IOException {
        Path givens =
                Files.write(
                        folder.resolve("givens.csv"),
                        List.of("nr;Sorte;Stunde;Länge", "1;grün;3;0,25", "2;;4;", "3;grün;5;0,5"));
        List<String> lines = sample("-n 2 --seed 1 --given-table", givens);

        assertEquals("Stunde;Gewicht;Tag;Länge;Sorte;nr", lines.get(0));
        assertEquals(7, lines.size());
        for (int i = 1; i <= 6; i++) {
            String[] cells = lines.get(i).split(";", -1);
            assertEquals(List.of("3", "3", "4", "4", "5", "5").get(i - 1), cells[0]);
            assertEquals(Integer.toString((i + 1) / 2), cells[cells.length - 1]);
        }
        assertTrue(lines.get(1).matches("3;.*;0,25;grün;1"), lines.get(1));
        // What is missing gets a value.
        assertFalse(lines.get(3).contains(";;"), lines.get(3));
        assertEquals(4, sample("--given-table", givens).size());

        Path bad = Files.write(folder.resolve("bad.csv"), List.of("Stunde;Länge", "3;1", "4;x"));
        terminal.refuses(
                1,
                "row 2, column Länge: expected a number",
                "sample",
                german,
                "--given-table",
                bad,
                "--out",
                folder.resolve("out.csv"));
        Path none = Files.write(folder.resolve("none.csv"), List.of("Länge;Sorte", "1;x", "2;y"));
        terminal.refuses(
                1, "expected the columns [Stunde]", "sample", german, "--given-table", none);
        terminal.refuses(
                2, "expected no --given", "sample --given Stunde=1 --given-table", givens, german);
        terminal.refuses(2, "-n: expected a number of rows", "sample", german);
    }

    @Test
    void rowsMeetConditions() throws IOException {
        List<String> lines =
                sample(
                        "-n 200 --seed 1 --given Stunde=7 --where",
                        "(Gewicht>4000)and(Sorte='grün')");

        assertEquals(201, lines.size());
        for (String line : lines.subList(1, 201)) {
            assertTrue(line.endsWith(";grün"), line);
            assertTrue(Integer.parseInt(line.split(";", -1)[1]) > 4000, line);
        }
        Path givens =
                Files.write(folder.resolve("givens.csv"), List.of("Stunde;Sorte", "3;grün", "4;x"));
        lines = sample("-n 3 --given-table", givens, "--where", "Tag<'2024-04-01'");
        assertEquals(7, lines.size());
        for (int i = 1; i <= 6; i++) {
            assertTrue(
                    lines.get(i).matches((i > 3 ? 4 : 3) + ";.*\\.0[1-3]\\.2024;.*"), lines.get(i));
        }
    }

    @Test
    void conditionsThatAreNoneAreRefused() {
        for (String[] wrong :
                new String[][] {
                    {"Gewichte>3", "Referenced column \"Gewichte\" not found"},
                    {"Gewicht>", "expected a condition of SQL such as"},
                    {"1=1);DROP/**/TABLE/**/given;SELECT(1", "expected a condition of SQL such as"},
                    {
                        "Gewicht>(SELECT/**/1/**/FROM/**/read_text('pom.xml'))",
                        "disabled by configuration"
                    },
                }) {
            Path out = folder.resolve("none.csv");
            terminal.refuses(
                    2,
                    wrong[1],
                    "sample -n 1 --given Stunde=7 --where",
                    wrong[0],
                    german,
                    "--out",
                    out);
            assertFalse(Files.exists(out));
        }
    }

    /** A flow over numbers has neither header nor names, but steps and ranges. */
    @Test
    void numbersOfOtherFlowsAreRoundedToo() throws IOException {
        Random random = new Random(2);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            double weight = 50 + 8 * random.nextGaussian();
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%.1f\t%.2f\t%d",
                            weight,
                            Math.abs(random.nextGaussian()),
                            1 + i % 3));
        }
        Path data = Files.write(folder.resolve("data.tsv"), lines);
        Path model = folder.resolve("model");
        terminal.runs("train", data, "--flow realnvp --epochs 1 --context column1 --out", model);
        Path out = folder.resolve("out.tsv");
        terminal.runs("sample", model, "-n 500 --given column1=50 --out", out);
        List<String> drawn = Files.readAllLines(out);
        assertEquals(500, drawn.size());
        for (String line : drawn) {
            assertTrue(line.matches("50\\.0\t\\d\\.\\d\\d\t[123]"), line);
        }
        Path givens = Files.write(folder.resolve("g.csv"), List.of("column1,id", "44,a", "55.5,b"));
        terminal.runs("sample", model, "--where column2<2 --given-table", givens, "--out", out);
        drawn = Files.readAllLines(out);
        assertEquals(2, drawn.size());
        assertTrue(drawn.get(1).matches("55\\.5\t[01].*\t[123]\tb"), drawn.get(1));
        Path bad = Files.write(folder.resolve("h.csv"), List.of("column1,id", "44,a", ",b"));
        terminal.refuses(
                1,
                "row 2, column column1: expected a number",
                "sample --given-table",
                bad,
                model,
                "--out",
                out);
    }

    /** A column alone: what is missing is no empty line, which readers pass over. */
    @Test
    void missingCellsOfOneColumnAreRows() throws IOException {
        List<String> lines = new ArrayList<>(List.of("x,key"));
        for (int i = 0; i < 60; i++) {
            lines.add((i % 2 == 0 ? "" : "a" + i % 3) + ",k" + i);
        }
        Path data = Files.write(folder.resolve("data.csv"), lines);
        Path model = folder.resolve("model");
        terminal.runs("train", data, "--out", model, SMALL);
        Path out = folder.resolve("out.csv");
        terminal.runs("sample", model, "-n 100 --seed 1 --out", out);
        List<String> drawn = Files.readAllLines(out);
        assertEquals(101, drawn.size());
        assertTrue(drawn.contains("\"\""));
        assertFalse(drawn.contains(""));
    }
}
