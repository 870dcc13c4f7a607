package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;

import org.djlflows.format.ConfigSchema;
import org.djlflows.format.ModelFolder;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.djlflows.translate.FlowTranslatorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

/** The command line, on small tables. */
class FlowsTest {

    private static final String[] SMALL = {
        "--epochs", "4", "--transforms", "2", "--hidden", "16", "--batch-size", "64"
    };

    @TempDir private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private PrintStream out;
    private PrintStream err;

    @BeforeEach
    void capture() {
        out = System.out;
        err = System.err;
        PrintStream all = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(all);
        System.setErr(all);
    }

    @AfterEach
    void restore() {
        System.setOut(out);
        System.setErr(err);
    }

    @Test
    void trainsScoresAndSamples() throws IOException {
        Path data = table("data.csv", 600);
        Path model = folder.resolve("model");
        assertEquals(0, train(data, model), printed());
        assertTrue(printed().contains("epoch 4/4"), printed());
        assertTrue(printed().contains("Test NLL: "), printed());
        List<String> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(model)) {
            walk.filter(Files::isRegularFile)
                    .forEach(file -> files.add(model.relativize(file).toString()));
        }
        files.sort(null);
        assertEquals(
                List.of(
                        "config.json",
                        "model.safetensors",
                        "report/loss.png",
                        "report/pairs.png",
                        "serving.properties"),
                files);
        assertTrue(ImageIO.read(model.resolve("report/pairs.png").toFile()).getWidth() > 300);

        Path scores = folder.resolve("scores.csv");
        assertEquals(0, run("score", model, data, "--out", scores), printed());
        List<String> lines = Files.readAllLines(scores);
        assertEquals("row,log_density,percentile", lines.get(0));
        assertEquals(601, lines.size());
        double[][] numbers =
                lines.stream()
                        .skip(1)
                        .map(line -> Arrays.stream(line.split(",", -1)))
                        .map(fields -> fields.mapToDouble(Double::parseDouble).toArray())
                        .toArray(double[][]::new);
        for (int i = 0; i < numbers.length; i++) {
            assertEquals(i + 1, numbers[i][0]);
            assertTrue(Double.isFinite(numbers[i][1]));
            assertTrue(numbers[i][2] >= 0 && numbers[i][2] <= 100);
        }
        assertEquals(0, run("score", model, data, "--lowest", 3, "--out", scores), printed());
        Arrays.sort(numbers, Comparator.comparingDouble(row -> row[1]));
        List<Double> lowest =
                Files.readAllLines(scores).stream()
                        .skip(1)
                        .map(line -> Double.parseDouble(line.split(",", -1)[0]))
                        .toList();
        assertEquals(List.of(numbers[0][0], numbers[1][0], numbers[2][0]), lowest);

        Path samples = folder.resolve("samples.csv");
        assertEquals(0, run("sample", model, "-n", 20_000, "--seed", 4, "--out", samples));
        List<String> rows = Files.readAllLines(samples);
        assertEquals("a,b,c", rows.get(0));
        assertEquals(20_001, rows.size());
        double mean =
                rows.stream()
                        .skip(1)
                        .mapToDouble(row -> Double.parseDouble(row.split(",", -1)[0]))
                        .average()
                        .orElseThrow();
        assertEquals(100, mean, 3);
        Path again = folder.resolve("again.csv");
        assertEquals(0, run("sample", model, "-n", 20_000, "--seed", 4, "--out", again));
        assertEquals(-1, Files.mismatch(samples, again));

        printed.reset();
        assertEquals(0, run("info", model));
        assertTrue(printed().contains("RationalQuadraticSpline[bins=8, bound=5.0"), printed());
        assertTrue(printed().contains("[a, b, c]"), printed());
    }

    @ParameterizedTest
    @MethodSource
    void trainsEachFlow(String flow) throws IOException {
        Path data = table("data.csv", 60);
        Path model = folder.resolve("model");
        String[] more = {"--flow", flow, "--context", "c", "--epochs", "1"};
        assertEquals(0, train(data, model, more), printed());
        assertEquals(
                0,
                run("sample", model, "-n", 2, "--given", "c=1", "--out", folder.resolve("s.csv")),
                printed());
    }

    static Set<String> trainsEachFlow() {
        return Presets.of(VectorFlow.class).keySet();
    }

    @Test
    void optionsThatDoNothingAreRefused() throws IOException {
        Path data = table("data.csv", 60);
        Object[] bins = {"train", data, "--flow", "maf", "--bins", 16};
        assertEquals(2, run(bins), printed());
        assertTrue(printed().contains("expected no --bins for maf, got 16"), printed());
        assertTrue(printed().contains("flows train --help lists the options."), printed());
        Object[] hidden = {"train", data, "--flow", "planar", "--hidden", 8};
        assertEquals(2, run(hidden), printed());
        assertTrue(
                printed().contains("expected no --hidden for planar without --context, got 8"),
                printed());
        assertRefused(
                "expected each context column once, got [a, a]", "train", data, "--context", "a,a");
    }

    /** Trained, read, scored and drawn from by the command line, and loaded by DJL. */
    @Test
    void mapsOfSomebodysOwnAreAsGood() throws Exception {
        Path data = table("data.csv", 200);
        Path model = folder.resolve("model");
        assertEquals(0, train(data, model, "--map", "bends", "--width", "3"), printed());
        printed.reset();
        assertEquals(0, run("info", model), printed());
        assertTrue(printed().contains("map=Bends[width=3]"), printed());
        Path scores = folder.resolve("scores.csv");
        assertEquals(0, run("score", model, data, "--out", scores), printed());
        String[] row = Files.readAllLines(data).get(1).split(",", -1);
        float[] x = new float[row.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.parseFloat(row[i]);
        }
        double first = Double.parseDouble(Files.readAllLines(scores).get(1).split(",", -1)[1]);
        Criteria<float[], Float> criteria =
                Criteria.builder()
                        .setTypes(float[].class, Float.class)
                        .optModelPath(model)
                        .optTranslatorFactory(new FlowTranslatorFactory())
                        .build();
        try (ZooModel<float[], Float> loaded = criteria.loadModel();
                Predictor<float[], Float> predictor = loaded.newPredictor()) {
            assertEquals(first, predictor.predict(x), 1e-4);
        }
        Path samples = folder.resolve("samples.csv");
        assertEquals(0, run("sample", model, "-n", 5, "--out", samples), printed());
        assertEquals(6, Files.readAllLines(samples).size());
    }

    @Test
    void printsTheSchema() {
        assertEquals(0, run("schema"), printed());
        assertTrue(printed().contains(ConfigSchema.text()), printed());
    }

    @Test
    void conditionsOnContext() throws IOException {
        Path data = table("data.csv", 600);
        Path model = folder.resolve("model");
        assertEquals(0, train(data, model, "--context", "c,a", "--flow", "realnvp"), printed());
        Path low = folder.resolve("low.csv");
        Path high = folder.resolve("high.csv");
        assertEquals(
                0, run("sample", model, "-n", 9, "--seed", 1, "--given", "a=80,c=0", "--out", low));
        assertEquals(
                0,
                run("sample", model, "-n", 9, "--seed", 1, "--given", "a=120,c=0", "--out", high));
        assertEquals("b", Files.readAllLines(low).get(0));
        assertNotEquals(Files.readString(low), Files.readString(high));
        assertEquals(0, run("score", model, data, "--out", folder.resolve("s.csv")), printed());

        assertEquals(2, run("sample", model, "-n", 9, "--given", "a=80"));
        assertTrue(printed().contains("expected a value for each of [c, a], got [a]"), printed());
    }

    @Test
    void drawsTheDensityOfTwoFeatures() throws IOException {
        Path model = folder.resolve("model");
        assertEquals(0, train(table("data.csv", 300), model, "--context", "c"), printed());
        assertFalse(Files.exists(model.resolve("report/density.png")));
        Path two = folder.resolve("two.csv");
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(table("data.csv", 300))) {
            lines.add(line.substring(0, line.lastIndexOf(',')));
        }
        Files.write(two, lines);
        assertEquals(0, train(two, model), printed());
        assertTrue(Files.exists(model.resolve("report/density.png")));
        assertTrue(Files.exists(model.resolve("report/warp.png")));
    }

    @Test
    void plotsAModel() throws IOException {
        Path data = table("data.csv", 300);
        Path model = folder.resolve("model");
        assertEquals(0, train(data, model, "--context", "c"), printed());
        Path picture = folder.resolve("picture.svg");
        for (String kind : List.of("density", "warp")) {
            assertEquals(
                    0,
                    run("plot", model, "--kind", kind, "--given", "c=0.5", "--out", picture),
                    printed());
            assertTrue(Files.readString(picture).contains("given c = 0.5"), kind);
        }
        for (String kind : List.of("samples", "pairs")) {
            assertEquals(0, run("plot", model, data, "--kind", kind, "--out", picture), printed());
            assertFalse(Files.readString(picture).contains("given"), kind);
        }
        Path png = folder.resolve("picture.png");
        assertEquals(
                0,
                run("plot", model, data, "--kind", "overview", "--given", "c=1", "--out", png),
                printed());
        assertEquals(1760, ImageIO.read(png.toFile()).getWidth());

        assertEquals(2, run("plot", model, "--out", png));
        assertTrue(printed().contains("expected a value for each of [c], got []"), printed());
        assertEquals(2, run("plot", model, "--kind", "pairs", "--out", png));
        assertTrue(printed().contains("--kind pairs: expected DATA.csv, got none"), printed());
        assertRefused("ends with .png or .svg", "plot", model, "--out", folder.resolve("a.gif"));
    }

    @Test
    void plotsPairsOfMoreThanTwoColumns() throws IOException {
        Path data = table("data.csv", 300);
        Path model = folder.resolve("model");
        assertEquals(0, train(data, model), printed());
        Path png = folder.resolve("picture.png");
        assertEquals(0, run("plot", model, data, "--out", png), printed());
        assertTrue(ImageIO.read(png.toFile()).getWidth() > 900);
        assertEquals(2, run("plot", model, "--kind", "warp", "--out", png));
        assertTrue(
                printed().contains("expected a model of two columns, got one of [a, b, c]"),
                printed());
    }

    /** A column of one value and a wild cell are told of, and do not keep a table out. */
    @Test
    void tellsOfConstantColumnsAndWildCells() throws IOException {
        List<String> lines = new ArrayList<>(List.of("u,fixed"));
        for (int i = 0; i < 300; i++) {
            lines.add(Math.sin(i) + (i == 17 ? 1e9 : 0) + ",7");
        }
        Path data = write("odd.csv", lines.toArray(String[]::new));
        Path model = folder.resolve("model");
        assertEquals(0, train(data, model), printed());
        assertTrue(
                printed().contains("fixed: always 7.0 in training; a row with another value"),
                printed());
        assertTrue(printed().contains("u: 1 of 300 values lies 1e+09 deviations away"), printed());
        printed.reset();
        Path rows = write("rows.csv", "u,fixed", "0.5,7", "0.5,8", "1e9,7");
        Path out = folder.resolve("out.csv");
        assertEquals(0, run("score", model, rows, "--out", out), printed());
        List<String> scores = Files.readAllLines(out);
        assertEquals("2,-Infinity,0.000", scores.get(2));
        assertTrue(scores.get(3).matches("3,-\\d+\\.\\d+,0\\.000"), scores.get(3));
        assertEquals(0, run("sample", model, "-n", 3, "--seed", 1, "--out", out), printed());
        assertTrue(
                Files.readAllLines(out).stream().skip(1).allMatch(line -> line.endsWith(",7.0")));
    }

    @Test
    void refusesBadInput() throws IOException {
        Path model = folder.resolve("model");
        Path words = write("words.csv", "a,b", "1,2", "3,x");
        assertRefused(
                "words.csv line 3, column \"b\": expected a number, got \"x\"",
                "train",
                words,
                "--out",
                model);
        List<String> constant = new ArrayList<>(List.of("a,fixed"));
        for (int i = 0; i < 50; i++) {
            constant.add("3,7");
        }
        Path fixed = write("fixed.csv", constant.toArray(String[]::new));
        assertRefused("got only constant ones: [a, fixed]", "train", fixed, "--out", model);
        Path data = table("data.csv", 100);
        assertRefused("got nothere", "train", data, "--context", "nothere", "--out", model);
        assertRefused(
                "expected at least 10 rows, got 9", "train", table("few.csv", 9), "--out", model);
        Path foreign = Files.createDirectories(folder.resolve("foreign"));
        Path precious = Files.writeString(foreign.resolve("precious.txt"), "mine");
        assertRefused("it stays as it is", "train", data, "--out", foreign);
        assertEquals("mine", Files.readString(precious));
        assertRefused("expected a model folder", "info", folder.resolve("nowhere"));
        assertFalse(Files.exists(model));

        assertEquals(0, train(data, model), printed());
        Path scores = folder.resolve("scores.csv");
        assertRefused(
                "expected a number",
                "score",
                model,
                write("bad.csv", "a,b,c", "1,2,3", "1,,3"),
                "--out",
                scores);
        assertFalse(Files.exists(scores));
        assertRefused("\"c\"", "score", model, write("short.csv", "a,b", "1,2"), "--out", scores);
    }

    private void assertRefused(String message, Object... args) {
        printed.reset();
        assertEquals(1, run(args), printed());
        assertTrue(printed().contains(message), printed());
    }

    @Test
    void fitsAnEnergy() throws IOException {
        Path picture = folder.resolve("energy.png");
        String[] small = {"--layers", "1,2", "--steps", "250", "--restarts", "2"};
        List<Object> args = new ArrayList<>(List.of("fit-energy", "--target", "u1,u2"));
        args.addAll(List.of(small));
        args.addAll(List.of("--flow", "radial", "--out", picture));
        assertEquals(0, run(args.toArray()), printed());
        Matcher fits =
                Pattern.compile("(U[12]) radial ([12]), restart ([12]): KL (\\S+) ")
                        .matcher(printed());
        List<String> found = new ArrayList<>();
        while (fits.find()) {
            found.add(fits.group(1) + fits.group(2) + fits.group(3));
            double kl = Double.parseDouble(fits.group(4));
            assertTrue(kl > 0 && kl < 3.5, printed());
        }
        assertEquals(
                List.of("U111", "U112", "U121", "U122", "U211", "U212", "U221", "U222"), found);
        // Two rows, and three columns with the densities.
        BufferedImage table = ImageIO.read(picture.toFile());
        assertTrue(table.getWidth() > 600 && table.getHeight() > 400);
        printed.reset();
        assertEquals(1, run("fit-energy", "--steps", 100));
        assertTrue(printed().contains("expected a positive multiple of 250 steps"), printed());
    }

    /** A killed run leaves the old model or the new one; resumed, it ends as if nothing was. */
    @Test
    void killedRunsLeaveTheOldModelAndResume() throws Exception {
        Path data = table("data.csv", 2000);
        Path model = folder.resolve("model");
        assertEquals(0, train(data, model, "--seed", "1"), printed());
        byte[] old = Files.readAllBytes(model.resolve("model.safetensors"));

        Path whole = folder.resolve("whole");
        String[] longer = {"--epochs", "30", "--seed", "2"};
        assertEquals(0, train(data, whole, longer), printed());
        byte[] expected = Files.readAllBytes(whole.resolve("model.safetensors"));

        // The last of these moments is while the new model is being written.
        for (String moment : List.of("epoch  1/", "epoch 12/", "epoch 30/")) {
            Process process = start(data, model, longer);
            awaitLine(process, moment);
            process.destroyForcibly().waitFor();
            assertEquals(0, run("info", model), printed());
            byte[] found = Files.readAllBytes(model.resolve("model.safetensors"));
            assertTrue(Arrays.equals(found, old) || Arrays.equals(found, expected));
        }
        assertEquals(0, start(data, model, longer).waitFor());
        assertArrayEquals(expected, Files.readAllBytes(model.resolve("model.safetensors")));
        try (Stream<Path> left = Files.walk(folder)) {
            assertTrue(left.noneMatch(file -> file.getFileName().toString().startsWith(".")));
        }
    }

    @Test
    void oneRunAtATimeTrainsIntoAFolder() throws IOException {
        Path data = table("data.csv", 60);
        Path model = folder.resolve("model");
        Path link = Files.createSymbolicLink(folder.resolve("link"), model);
        try (ModelFolder other = ModelFolder.reserve(model)) {
            for (Path same : List.of(model, link)) {
                assertEquals(1, train(data, same));
                assertEquals(1, run("demo", "--out", same));
                assertFalse(printed().contains("epoch"), printed());
            }
            assertEquals(
                    4,
                    printed()
                            .lines()
                            .filter(line -> line.contains("expected a folder that no other run"))
                            .count(),
                    printed());
            assertTrue(Files.notExists(other.checkpoint()));
        }
        assertEquals(0, train(data, link, "--epochs", "1"), printed());
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(0, run("info", model), printed());
    }

    /** A stranger's table or model moves no cursor and colours nothing. */
    @Test
    void namesFromFilesAreOnlyText() throws IOException {
        Path data = table("data.csv", 60);
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        lines.set(0, "a,\u001b[31mb,\u009bc");
        Files.write(data, lines);
        Path model = folder.resolve("model");
        String[] context = {"--epochs", "1", "--context", "\u009bc"};
        assertEquals(0, train(data, model, context), printed());
        assertTrue(printed().contains("over [a, \\u001b[31mb] given [\\u009bc]"), printed());
        assertEquals(2, run("sample", model, "-n", 2, "--given", "d=1"));
        assertTrue(printed().contains("expected a value for each of [\\u009bc]"), printed());
        assertEquals(0, run("info", model), printed());
        assertEquals(0, run("export", model, "--out", folder.resolve("m.pt")), printed());
        assertFalse(printed().matches("(?s).*[\u001b\u009b].*"), printed());
    }

    @Test
    void messagesOfSeveralLinesStaySo() {
        assertEquals(1, run("info", folder.resolve("two\nlines\u001b[31m")));
        String expected = "two" + System.lineSeparator() + "lines\\u001b[31m";
        assertTrue(printed().contains(expected), printed());
    }

    @Test
    void namesWithCommasAndEqualSignsAreQuoted() throws IOException {
        List<String> lines = new ArrayList<>(List.of("\"a,b\",c=d,\"say \"\"x\"\"\""));
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            lines.add(
                    random.nextGaussian()
                            + ","
                            + random.nextGaussian()
                            + ","
                            + random.nextGaussian());
        }
        Path data = Files.write(folder.resolve("data.csv"), lines);
        Path model = folder.resolve("model");
        Path samples = folder.resolve("s.csv");
        String[] context = {"--epochs", "1", "--context", "\"a,b\",c=d"};
        assertEquals(0, train(data, model, context), printed());
        assertTrue(printed().contains("over [say \"x\"] given [a,b, c=d]"), printed());
        Object[] sample = {"sample", model, "-n", 2, "--seed", 1, "--out", samples};
        List<List<Object>> ways =
                List.of(
                        List.of("--given", "\"a,b=1e-1\",c=d=2"),
                        List.of("--given", "c=d=2", "--given", "\"a,b=0.1\""));
        List<String> drawn = new ArrayList<>();
        for (List<Object> given : ways) {
            List<Object> all = new ArrayList<>(Arrays.asList(sample));
            all.addAll(given);
            assertEquals(0, run(all.toArray()), printed());
            drawn.add(Files.readString(samples));
        }
        assertEquals(drawn.get(0), drawn.get(1));
        for (String wrong : List.of("a,b=1", "\"a,b=1\"", "\"a,b=1\",c=d=x", "\"a,b")) {
            List<Object> all = new ArrayList<>(Arrays.asList(sample));
            all.addAll(List.of("--given", wrong));
            printed.reset();
            assertEquals(2, run(all.toArray()), wrong);
            assertTrue(printed().contains("--given"), printed());
            assertTrue(printed().contains("expected "), printed());
        }
    }

    @Test
    void affineFlowsOverOneColumnSayWhatTheyAre() throws IOException {
        List<String> lines = new ArrayList<>(List.of("x,c"));
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            lines.add(random.nextGaussian() + "," + random.nextGaussian());
        }
        Path both = Files.write(folder.resolve("both.csv"), lines);
        Path one = folder.resolve("one.csv");
        Files.write(one, lines.stream().map(line -> line.substring(0, line.indexOf(','))).toList());
        Path model = folder.resolve("model");
        for (String flow : List.of("realnvp", "maf", "nsf")) {
            printed.reset();
            assertEquals(0, train(one, model, "--flow", flow, "--epochs", "1"), printed());
            boolean affine = !flow.equals("nsf");
            assertEquals(
                    affine,
                    printed().contains(flow + " over one column is one normal distribution; "),
                    printed());
            printed.reset();
            String[] given = {"--flow", flow, "--epochs", "1", "--context", "c"};
            assertEquals(0, train(both, model, given), printed());
            assertEquals(affine, printed().contains("whose mean and deviation follow"), printed());
        }
    }

    @Test
    void ratesThatAreNotFiniteAreRefused() throws IOException {
        Path data = table("data.csv", 60);
        for (String rate : List.of("0", "-1", "NaN", "Infinity", "1e-50", "1e39")) {
            printed.reset();
            assertEquals(1, run("train", data, "--learning-rate", rate));
            assertTrue(printed().contains("the highest learning rate to be positive"), printed());
        }
    }

    private static void awaitLine(Process process, String text) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        String line = lines.readLine();
        while (line != null && !line.contains(text)) {
            line = lines.readLine();
        }
        assertTrue(line != null, "the process ended before " + text);
    }

    private Process start(Path data, Path model, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Flows.class.getName()));
        for (Object arg : arguments(data, model, more)) {
            command.add(arg.toString());
        }
        command.add("--resume");
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private int train(Path data, Path model, String... more) {
        return run(arguments(data, model, more));
    }

    private static Object[] arguments(Path data, Path model, String... more) {
        List<Object> args = new ArrayList<>(List.of("train", data, "--out", model));
        args.addAll(Arrays.asList(SMALL));
        for (int i = 0; i < more.length; i += 2) {
            int known = args.indexOf(more[i]);
            if (known >= 0) {
                args.set(known + 1, more[i + 1]);
            } else {
                args.addAll(List.of(more[i], more[i + 1]));
            }
        }
        return args.toArray();
    }

    private static int run(Object... args) {
        return Flows.run(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private Path write(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    /** Writes rows of a around 100, b that follows a, and c around 0. */
    private Path table(String name, int rows) throws IOException {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>(List.of("a,b,c"));
        for (int i = 0; i < rows; i++) {
            double a = 100 + 10 * random.nextGaussian();
            double b = a / 50 + 0.1 * random.nextGaussian();
            lines.add(a + "," + b + "," + random.nextGaussian());
        }
        return Files.write(folder.resolve(name), lines);
    }
}
