package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.table.TableColumn;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

class ComparisonTest {

    private static final Pattern TEXT = Pattern.compile(">([^<>]+)</text");

    private final Random random = new Random(1);
    private final List<TableColumn> data = new ArrayList<>();
    private final List<TableColumn> samples = new ArrayList<>();

    @TempDir private Path folder;

    @BeforeAll
    static void useNoDisplay() {
        System.setProperty("java.awt.headless", "true");
    }

    private void add(String name, double[] measured, double... sampled) {
        data.add(new TableColumn.Numbers(name, measured));
        samples.add(new TableColumn.Numbers(name, sampled));
    }

    private double[] normal(int rows) {
        return IntStream.range(0, rows).mapToDouble(i -> random.nextGaussian()).toArray();
    }

    private static double[] all(int rows, double value) {
        double[] cells = new double[rows];
        Arrays.fill(cells, value);
        return cells;
    }

    private String[] levels(int rows, int count) {
        return IntStream.range(0, rows)
                .mapToObj(i -> "level " + random.nextInt(count))
                .toArray(String[]::new);
    }

    private List<String> texts(Picture picture) throws IOException {
        Path file = folder.resolve("a.svg");
        picture.save(file);
        Matcher matcher = TEXT.matcher(Files.readString(file));
        List<String> texts = new ArrayList<>();
        while (matcher.find()) {
            texts.add(matcher.group(1));
        }
        return texts;
    }

    @Test
    void theWorstFittedColumnIsFirst() throws IOException {
        add("right", normal(500), normal(800));
        add("shifted", normal(500), Arrays.stream(normal(800)).map(x -> x + 0.8).toArray());
        add("constant", normal(500), all(800, 0));
        data.add(new TableColumn.Texts("levels", levels(500, 300)));
        samples.add(new TableColumn.Texts("levels", levels(800, 300)));
        List<String> texts = texts(Comparison.of(data, samples).columns());
        List<String> names = List.of("constant", "shifted", "levels", "right");
        List<String> shown = texts.stream().filter(names::contains).toList();
        assertEquals(List.of("constant", "shifted"), shown.subList(0, 2));
        assertTrue(texts.contains("data (500 rows)"), texts.toString());
        assertTrue(texts.contains("samples (800 rows)"), texts.toString());
        assertTrue(texts.stream().anyMatch(t -> t.startsWith("TV 0.") && t.contains("chance 0.")));
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 1", "4, 4, 1", "10, 4, 3", "50, 6, 9", "200, 6, 10"})
    void panelsKeepTheirSize(int columns, int across, int down) throws IOException {
        for (int j = 0; j < columns; j++) {
            add("a_name_that_is_longer_than_its_panel_number_" + j, normal(30), normal(30));
        }
        Picture picture = Comparison.of(data, samples).columns();
        assertEquals(across * 224 + 32, picture.width());
        assertEquals(down * 196 + 112, picture.height());
        List<String> texts = texts(picture);
        // Cut in the middle, so that names that differ at their ends are told apart.
        String last = "number_" + (columns > 60 ? "" : columns - 1);
        assertTrue(
                texts.stream().anyMatch(t -> t.startsWith("a_name") && t.contains("\u2026"))
                        && texts.stream().anyMatch(t -> t.contains(last)),
                texts.toString());
        assertEquals(
                columns > 60,
                texts.contains("60 of 200 columns, the worst fitted first"),
                texts.toString());
    }

    /** What comes out of tables and of models that know nothing yet. */
    @Test
    void drawsWhatIsUgly() throws IOException {
        int n = 200;
        int m = 300;
        add("constant samples", normal(n), all(m, 0.3));
        add("constant data", all(n, 7), normal(m));
        add("both constant", all(n, 0), all(m, 0));
        add("samples all missing", normal(n), all(m, Double.NaN));
        add("data all missing", all(n, Double.NaN), normal(m));
        add("both all missing", all(n, Double.NaN), all(m, Double.NaN));
        double[] wild = normal(n);
        wild[3] = 1e300;
        wild[4] = -1e30;
        double[] infinite = normal(m);
        infinite[0] = Double.POSITIVE_INFINITY;
        infinite[1] = Double.NEGATIVE_INFINITY;
        add("wild", wild, infinite);
        add("tiny", Arrays.stream(normal(n)).map(x -> 1e-300 * x).toArray(), normal(m));
        add("next to each other", new double[] {1, Math.nextUp(1.0)}, 1, 1);
        data.add(new TableColumn.Texts("one level", levels(n, 1)));
        samples.add(new TableColumn.Texts("one level", levels(m, 1)));
        data.add(new TableColumn.Texts("300 levels", levels(n, 300)));
        samples.add(new TableColumn.Texts("300 levels", levels(m, 300)));
        data.add(new TableColumn.Texts("no level", new String[n]));
        samples.add(new TableColumn.Texts("no level", new String[m]));
        String odd = "<&>\u0000\n\ud83d\ude00 ".repeat(300);
        data.add(new TableColumn.Texts(odd, new String[] {odd, odd + 1, ""}));
        samples.add(new TableColumn.Texts(odd, new String[] {odd + 2, " "}));
        data.add(
                new TableColumn.Times(
                        "centuries", Arrays.stream(normal(n)).map(x -> 9e10 * x).toArray()));
        samples.add(new TableColumn.Times("centuries", all(m, 1e9)));

        List<String> texts = texts(Comparison.of(data, samples).columns());
        for (TableColumn column : data.subList(0, 12)) {
            assertTrue(texts.contains(column.name()), column + " in " + texts);
        }
        assertTrue(texts.contains("missing: 0 / 100 %"), texts.toString());
        // Without data all the same.
        texts = texts(Comparison.of(List.of(), samples).columns());
        assertTrue(texts.contains("Every column"), texts.toString());
        assertFalse(texts.stream().anyMatch(t -> t.contains("KS") || t.startsWith("data (")));

        // In pairs, rows must be as many.
        List<TableColumn> rows = data.stream().map(c -> c.take(new int[] {0, 1})).toList();
        List<TableColumn> drawn = samples.stream().map(c -> c.take(new int[] {1, 0, 1})).toList();
        assertEquals(8 * 152 + 124, Comparison.of(rows, drawn).pairs().image().getWidth());
        for (int j = 0; j < rows.size(); j++) {
            texts(
                    Comparison.of(
                                    List.of(rows.get(j), rows.get(0)),
                                    List.of(drawn.get(j), drawn.get(0)))
                            .pairs());
        }
    }

    @Test
    void picturesOfPairsTakeTheColumnsThatDependOnEachOther() throws IOException {
        double[] x = normal(400);
        for (int j = 0; j < 20; j++) {
            double[] column = j == 4 || j == 17 ? x : normal(400);
            add("column" + j, column, column);
        }
        List<String> texts = texts(Comparison.of(data, samples).pairs());
        assertTrue(texts.containsAll(List.of("column4", "column17")), texts.toString());
        assertTrue(
                texts.contains(
                        "Data and samples, 8 of 20 columns, which depend most on each other"),
                texts.toString());
        texts = texts(Comparison.of(data, samples).select(List.of("column9", "column2")).pairs());
        assertTrue(texts.containsAll(List.of("column9", "column2", "Data and samples")));
        PlotsTest.assertMessage(
                "expected columns of [column4], got z",
                () ->
                        Comparison.of(data.subList(4, 5), samples.subList(4, 5))
                                .select(List.of("z")));
    }

    /** Where numbers are close, bars are two pixels wide, and none hides the other. */
    @Test
    void thinBarsLieBesideEachOther() {
        double[] cells = new double[400];
        Arrays.fill(cells, 380, 390, 0.01);
        Arrays.fill(cells, 390, 400, 10);
        add("a", cells, cells);
        BufferedImage panel =
                Comparison.of(data, samples).columns().image().getSubimage(60, 140, 170, 120);
        // One column of whole pixels at least, and another at an edge.
        for (Color color : List.of(Look.DATA, Look.SAMPLES)) {
            long found = pixels(panel, color);
            assertTrue(found > 90, found + " pixels of " + color);
        }
    }

    private static long pixels(BufferedImage image, Color color) {
        int[] all =
                image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return Arrays.stream(all).filter(pixel -> pixel == color.getRGB()).count();
    }

    /** With y = x^2 + 1 the only draw, all quantiles and all of the density lie there. */
    @Test
    void drawsOneColumnGivenAnother() throws IOException {
        double[] x = new double[401];
        Arrays.setAll(x, i -> (i - 200) / 100.0);
        double[] y = Arrays.stream(x).map(v -> v * v + 1).toArray();
        add("x", x, x);
        add("y", y, y);
        List<Variable> variables = Comparison.variables(data, samples, Map.of());
        List<int[]> asked = new ArrayList<>();
        Picture picture =
                new ConditionalPlot(variables.get(0), variables.get(1))
                        .picture(
                                rows -> {
                                    asked.add(rows);
                                    return data.get(1).take(rows);
                                },
                                "given a = 1");
        List<String> texts = texts(picture);
        assertTrue(texts.contains("y given x"), texts.toString());
        assertTrue(
                texts.contains("given a = 1; lines: quantiles of 5, 25, 50, 75, 95 %; dots: data"),
                texts.toString());
        assertEquals(1, asked.size());
        int[] rows = Arrays.stream(asked.get(0)).distinct().toArray();
        assertEquals(32, rows.length);
        assertEquals(32 * 800, asked.get(0).length);
        // Evenly spread.
        for (int i = 1; i < rows.length; i++) {
            assertEquals(400 / 31.0, rows[i] - rows[i - 1], 1.01);
        }
        // Cells are black but where y is: 32 columns of 48 cells hold 32 to 100 bright ones.
        int dark = new ColorMap(1).rgb(0);
        long pixels =
                Arrays.stream(picture.image().getRGB(100, 100, 400, 350, null, 0, 400))
                        .filter(pixel -> (pixel & 0xFFFFFF) == dark)
                        .count();
        assertTrue(pixels > 0.8 * 400 * 350, pixels + " dark pixels");
        PlotsTest.assertMessage(
                "ConditionalPlot: expected a column with values that can be given, got none, of"
                        + " which all cells are missing",
                () ->
                        new ConditionalPlot(
                                new Variable(
                                        Optional.empty(),
                                        new TableColumn.Texts("none", new String[5]),
                                        Optional.empty()),
                                variables.get(1)));
    }
}
