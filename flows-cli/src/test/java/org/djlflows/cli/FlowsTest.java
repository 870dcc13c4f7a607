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
import org.djlflows.model.RowScorer;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.djlflows.translate.FlowTranslatorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.imageio.ImageIO;

/** The command line, on small tables. */
class FlowsTest {

    private static final Map<String, String> SMALL =
            Map.of("--epochs", "4", "--transforms", "2", "--hidden", "16", "--batch-size", "64");

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private Path model;

    @BeforeEach
    void name() {
        model = folder.resolve("model");
    }

    private void assertJavaAndPyTorchAgree(Path model, Path data) throws IOException {
        double[][] found = new double[2][];
        try {
            for (int i = 0; i < 2; i++) {
                System.setProperty(RowScorer.PROPERTY, i == 0 ? "runtime" : "pytorch");
                Path scores = folder.resolve("by" + i + ".csv");
                terminal.runs("score", model, data, "--out", scores);
                found[i] = Csv.column(scores, 4);
            }
            System.setProperty(RowScorer.PROPERTY, "java");
            terminal.refuses(1, "=auto, runtime or pytorch, got java", "score", model, data);
        } finally {
            System.clearProperty(RowScorer.PROPERTY);
        }
        assertArrayEquals(found[0], found[1], 1e-4);
        assertFalse(Arrays.equals(found[0], found[1]));
    }

    @Test
    void trainsScoresAndSamples() throws IOException {
        Path data = table("data.csv", 600);
        train(data, model);
        terminal.shows("epoch 4/4");
        terminal.shows("Test NLL: ");
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
                        "report/columns.png",
                        "report/loss.csv",
                        "report/loss.png",
                        "report/pairs.png",
                        "serving.properties"),
                files);
        assertTrue(ImageIO.read(model.resolve("report/pairs.png").toFile()).getWidth() > 300);
        Path losses = model.resolve("report/loss.csv");
        assertEquals("epoch,training,validation", Files.readAllLines(losses).get(0));
        assertArrayEquals(new double[] {1, 2, 3, 4}, Csv.column(losses, 0));
        for (int column : new int[] {1, 2}) {
            assertTrue(Arrays.stream(Csv.column(losses, column)).allMatch(Double::isFinite));
        }

        Path scores = folder.resolve("scores.csv");
        terminal.runs("score", model, data, "--out", scores);
        List<String> lines = Files.readAllLines(scores);
        assertEquals("row,anomaly_score,p_value,percentile,log_density", lines.get(0));
        assertEquals(601, lines.size());
        assertArrayEquals(
                IntStream.rangeClosed(1, 600).asDoubleStream().toArray(), Csv.column(scores, 0));
        double[] oddities = Csv.column(scores, 1);
        assertTrue(Arrays.stream(oddities).allMatch(Double::isFinite));
        assertTrue(Arrays.stream(Csv.column(scores, 2)).allMatch(p -> p > 0 && p <= 1));
        assertTrue(Arrays.stream(Csv.column(scores, 3)).allMatch(p -> p >= 0 && p <= 100));
        assertTrue(Arrays.stream(Csv.column(scores, 4)).allMatch(Double::isFinite));
        terminal.runs("score", model, data, "--lowest 3 --out", scores);
        double[] lowest = Csv.column(scores, 0);
        Arrays.setAll(lowest, i -> -oddities[(int) lowest[i] - 1]);
        double[] sorted = Arrays.stream(oddities).map(s -> -s).sorted().toArray();
        assertArrayEquals(Arrays.copyOf(sorted, 3), lowest);
        assertJavaAndPyTorchAgree(model, data);

        Path samples = folder.resolve("samples.csv");
        terminal.runs("sample", model, "-n", 20_000, "--seed", 4, "--out", samples);
        List<String> rows = Files.readAllLines(samples);
        assertEquals("a,b,c", rows.get(0));
        assertEquals(20_001, rows.size());
        double mean = Arrays.stream(Csv.column(samples, 0)).average().orElseThrow();
        assertEquals(100, mean, 3);
        Path again = folder.resolve("again.csv");
        terminal.runs("sample", model, "-n", 20_000, "--seed", 4, "--out", again);
        assertEquals(-1, Files.mismatch(samples, again));

        terminal.prints("[a, b, c]", "info", model);
        terminal.shows("RationalQuadraticSpline[bins=8, bound=5.0");
    }

    @ParameterizedTest
    @MethodSource
    void trainsEachFlow(String flow) throws IOException {
        Path data = table("data.csv", 60);
        train(data, model, "--flow", flow, "--context", "c", "--epochs", "1");
        terminal.runs("sample", model, "-n 2 --given c=1 --out", folder.resolve("s.csv"));
    }

    static Set<String> trainsEachFlow() {
        return Presets.of(VectorFlow.class).keySet();
    }

    @Test
    void samplesStayInTheDomainsOfColumns() throws IOException {
        Random random = new Random(4);
        List<String> lines = new ArrayList<>(List.of("direction,speed"));
        for (int i = 0; i < 60; i++) {
            lines.add(360 * random.nextDouble() + "," + Math.exp(random.nextGaussian()));
        }
        Path data = Files.write(folder.resolve("wind.csv"), lines);
        String domains = "direction=circle:0:360,speed=half-line:0";
        train(data, model, "--domain", domains, "--epochs", "1");
        terminal.runs("info", model);
        terminal.shows("domains             {direction=Circle[least=0.0, most=360.0],");
        Path samples = folder.resolve("samples.csv");
        terminal.runs("sample", model, "-n 500 --out", samples);
        for (String line : Files.readAllLines(samples).subList(1, 501)) {
            double[] row = Arrays.stream(line.split(",")).mapToDouble(Double::valueOf).toArray();
            assertTrue(row[0] >= 0 && row[0] <= 360 && row[1] > 0, line);
        }
        terminal.refuses(
                2,
                "--domain: expected domain of [circle, half-line, interval, line], got ring",
                "train --domain speed=ring",
                data);
        terminal.refuses(
                1,
                "expected values of speed in Interval[least=0.0, most=1.0]",
                "train --domain speed=interval",
                data);
    }

    @Test
    void optionsThatDoNothingAreRefused() throws IOException {
        Path data = table("data.csv", 60);
        terminal.refuses(
                2, "expected no --bins for maf, got 16", "train --flow maf --bins 16", data);
        terminal.shows("Usage: flows train DATA [OPTIONS]   (flows train --help lists them)");
        assertEquals(2, terminal.printed().lines().count(), terminal.printed());
        terminal.refuses(
                2,
                "expected no --hidden for planar without --context, got 8",
                "train --flow planar --hidden 8",
                data);
        terminal.refuses(2, "expected each column once, got [a, a]", "train --context a,a", data);
    }

    /** Trained, read, scored and drawn from by the command line, and loaded by DJL. */
    @Test
    void mapsOfSomebodysOwnAreAsGood() throws Exception {
        Path data = table("data.csv", 200);
        train(data, model, "--map", "bends", "--width", "3");
        terminal.prints("map=Bends[width=3]", "info", model);
        Path scores = folder.resolve("scores.csv");
        terminal.runs("score", model, data, "--out", scores);
        String[] row = Files.readAllLines(data).get(1).split(",", -1);
        float[] x = new float[row.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.parseFloat(row[i]);
        }
        double first = Csv.column(scores, 4)[0];
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
        terminal.runs("sample", model, "-n", 5, "--out", samples);
        assertEquals(6, Files.readAllLines(samples).size());
    }

    @Test
    void printsTheSchema() {
        terminal.prints(ConfigSchema.text(), "schema");
    }

    @Test
    void conditionsOnContext() throws IOException {
        Path data = table("data.csv", 600);
        train(data, model, "--context", "c,a", "--flow", "realnvp");
        Path low = folder.resolve("low.csv");
        Path high = folder.resolve("high.csv");
        terminal.runs("sample", model, "-n 9 --seed 1 --given a=80,c=0 --out", low);
        terminal.runs("sample", model, "-n 9 --seed 1 --given a=120,c=0 --out", high);
        assertEquals("a,b,c", Files.readAllLines(low).get(0));
        assertTrue(Files.readAllLines(low).get(9).matches("80\\.0,.*,0\\.0"));
        assertNotEquals(Files.readString(low), Files.readString(high));
        terminal.runs("score", model, data, "--out", folder.resolve("s.csv"));

        terminal.refuses(
                2,
                "expected a value for each of [c, a], got [a]",
                "sample -n 9 --given a=80",
                model);
    }

    @Test
    void drawsTheDensityOfTwoFeatures() throws IOException {
        train(table("data.csv", 300), model, "--context", "c");
        assertFalse(Files.exists(model.resolve("report/density.png")));
        Path two = folder.resolve("two.csv");
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(table("data.csv", 300))) {
            lines.add(line.substring(0, line.lastIndexOf(',')));
        }
        Files.write(two, lines);
        train(two, model);
        assertTrue(Files.exists(model.resolve("report/density.png")));
        assertTrue(Files.exists(model.resolve("report/warp.png")));
    }

    @Test
    void plotsAModel() throws IOException {
        Path data = table("data.csv", 300);
        train(data, model, "--context", "c");
        Path picture = folder.resolve("picture.svg");
        for (String kind : List.of("density", "warp")) {
            terminal.runs("plot", model, "--kind", kind, "--given", "c=0.5", "--out", picture);
            assertTrue(Files.readString(picture).contains("given c = 0.5"), kind);
        }
        for (String kind : List.of("samples", "pairs", "columns")) {
            terminal.runs("plot", model, data, "--kind", kind, "--out", picture);
            assertFalse(Files.readString(picture).contains("given"), kind);
        }
        Path png = folder.resolve("picture.png");
        terminal.runs("plot", model, data, "--kind", "overview", "--given", "c=1", "--out", png);
        assertEquals(1760, ImageIO.read(png.toFile()).getWidth());
        assertTrue(Files.exists(model.resolve("report/conditional.png")));
        terminal.runs("plot", model, data, "--x c --y b --out", picture);
        assertTrue(Files.readString(picture).contains(">b given c<"));
        terminal.refuses(
                1,
                "expected a column that is given, of [c], got a",
                "plot",
                model,
                data,
                "--x a --y b --out",
                picture);
        terminal.refuses(2, "expected --x and --y", "plot", model, data, "--x c --out", picture);
        terminal.refuses(
                2,
                "--kind conditional: expected --x and --y, got none",
                "plot",
                model,
                data,
                "--kind conditional --out",
                picture);
        terminal.refuses(
                2,
                "--kind density: expected no --columns, got [a]",
                "plot",
                model,
                data,
                "--given c=1 --columns a --out",
                picture);

        terminal.refuses(
                2, "expected a value for each of [c], got []", "plot", model, "--out", png);
        terminal.refuses(
                2, "--kind pairs: expected DATA, got none", "plot --kind pairs --out", png, model);
        terminal.refuses(
                1, "ends with .png or .svg", "plot", model, "--out", folder.resolve("a.gif"));
    }

    @Test
    void plotsPairsOfMoreThanTwoColumns() throws IOException {
        Path data = table("data.csv", 300);
        train(data, model);
        Path png = folder.resolve("picture.png");
        terminal.runs("plot", model, data, "--out", png);
        assertTrue(ImageIO.read(png.toFile()).getWidth() > 900);
        terminal.refuses(
                2,
                "expected a model of two columns of numbers, got one of [a, b, c]",
                "plot --kind warp --out",
                png,
                model);
    }

    /** A column of one value and a wild cell are told of, and do not keep a table out. */
    @Test
    void tellsOfConstantColumnsAndWildCells() throws IOException {
        List<String> lines = new ArrayList<>(List.of("u,fixed"));
        for (int i = 0; i < 300; i++) {
            lines.add(Math.sin(i) + (i == 17 ? 1e9 : 0) + ",7");
        }
        Path data = write("odd.csv", lines.toArray(String[]::new));
        train(data, model);
        terminal.shows("fixed: always 7.0 in training; a row with another value");
        terminal.shows("u: 1 of 300 values lies 1e+09 deviations away");
        terminal.clear();
        Path rows = write("rows.csv", "u,fixed", "0.5,7", "0.5,8", "1e9,7");
        Path out = folder.resolve("out.csv");
        terminal.runs("score", model, rows, "--out", out);
        List<String> scores = Files.readAllLines(out);
        assertTrue(scores.get(2).matches("2,Infinity,0\\.0\\d+,0\\.000,-Infinity"), scores.get(2));
        assertTrue(
                scores.get(3).matches("3,\\d+\\.\\d+,0\\.0\\d+,0\\.000,-\\d+\\.\\d+"),
                scores.get(3));
        terminal.runs("sample", model, "-n", 3, "--seed", 1, "--out", out);
        assertTrue(Files.readAllLines(out).stream().skip(1).allMatch(line -> line.endsWith(",7")));
    }

    @Test
    void refusesBadInput() throws IOException {
        List<String> words = new ArrayList<>(List.of("a,b", "1.5,2.5", "3.5,x"));
        words.addAll(Collections.nCopies(20, "0.5,1.5"));
        terminal.refuses(
                1,
                "row 2, column b: expected a number of float32, got \"x\"; take --flow any-order",
                "train --flow nsf --out",
                model,
                write("words.csv", words.toArray(String[]::new)));
        List<String> constant = new ArrayList<>(List.of("a,fixed"));
        for (int i = 0; i < 50; i++) {
            constant.add("3,7");
        }
        Path fixed = write("fixed.csv", constant.toArray(String[]::new));
        terminal.refuses(
                1, "got only constant ones: [a, fixed]", "train --flow nsf", fixed, "--out", model);
        Path data = table("data.csv", 100);
        terminal.refuses(
                2,
                "expected columns of [a, b, c], got [nothere]",
                "train",
                data,
                "--context",
                "nothere",
                "--out",
                model);
        terminal.refuses(
                1, "expected at least 20 rows", "train --out", model, table("few.csv", 19));
        Path foreign = Files.createDirectories(folder.resolve("foreign"));
        Path precious = Files.writeString(foreign.resolve("precious.txt"), "mine");
        terminal.refuses(1, "it stays as it is", "train", data, "--out", foreign);
        assertEquals("mine", Files.readString(precious));
        terminal.refuses(1, "expected a model folder", "info", folder.resolve("nowhere"));
        assertFalse(Files.exists(model));

        train(data, model);
        Path scores = folder.resolve("scores.csv");
        Path bad = write("bad.csv", "a,b,c", "1,2,3", "1,,3", "1,2,x", "1,2,3");
        String message = "row 2, column b: expected a number of float32, got a missing cell";
        terminal.refuses(1, message, "score --strict", model, bad, "--out", scores);
        assertFalse(Files.exists(scores));
        terminal.runs("score", model, bad, "--out", scores);
        terminal.shows("row 3, column c: expected a number of float32, got \"x\"; not scored");
        List<String> lines = Files.readAllLines(scores);
        assertEquals(List.of("2,,,,", "3,,,,"), lines.subList(2, 4));
        assertEquals(lines.get(1).substring(1), lines.get(4).substring(1));
        Path few = write("short.csv", "a,b", "1,2");
        String lacking = "expected the columns [a, b, c], got [a, b] without [c]";
        terminal.refuses(1, lacking, "score", model, few, "--out", scores);
        terminal.refuses(1, lacking, "plot", model, few, "--out", folder.resolve("p.png"));
        terminal.refuses(
                1, "row 2, column b", "plot", model, bad, "--out", folder.resolve("p.png"));
    }

    /** Of 6,000 rows 5,000 are drawn, evenly spread: the seventh is, and the sixth is not. */
    @Test
    void readsTheRowsThatItDraws() throws IOException {
        train(table("data.csv", 60), model, "--epochs", "1");
        List<String> rows = new ArrayList<>(Collections.nCopies(6001, "1,2,3"));
        rows.set(0, "a,b,c");
        rows.set(6, "1,x,3");
        Path many = Files.write(folder.resolve("many.csv"), rows);
        terminal.runs("plot", model, many, "--kind columns --out", folder.resolve("p.png"));
        rows.set(7, "1,x,3");
        Files.write(many, rows);
        terminal.refuses(
                1, "row 7, column b", "plot", model, many, "--out", folder.resolve("q.png"));
    }

    @Test
    void saysWhatHappenedAndNotWhichClassSaysIt() {
        IOException pipe = new IOException("Broken pipe");
        assertEquals("Broken pipe", Flows.message(new UncheckedIOException(pipe)));
        assertEquals("a.csv", Flows.message(new UncheckedIOException("a.csv", pipe)));
    }

    @Test
    void fitsAnEnergy() throws IOException {
        Path picture = folder.resolve("energy.png");
        terminal.runs(
                "fit-energy --target u1,u2 --layers 1,2 --steps 250 --restarts 2 --flow radial"
                        + " --out",
                picture);
        Matcher fits =
                Pattern.compile("(U[12]) radial ([12]), restart ([12]): KL (\\S+) ")
                        .matcher(terminal.printed());
        List<String> found = new ArrayList<>();
        while (fits.find()) {
            found.add(fits.group(1) + fits.group(2) + fits.group(3));
            double kl = Double.parseDouble(fits.group(4));
            assertTrue(kl > 0 && kl < 3.5, terminal.printed());
        }
        assertEquals(
                List.of("U111", "U112", "U121", "U122", "U211", "U212", "U221", "U222"), found);
        // Two rows, and three columns with the densities.
        BufferedImage table = ImageIO.read(picture.toFile());
        assertTrue(table.getWidth() > 600 && table.getHeight() > 400);
        terminal.refuses(1, "expected a positive multiple of 250 steps", "fit-energy --steps 100");
    }

    /** A killed run leaves the old model or the new one; resumed, it ends as if nothing was. */
    @Test
    void killedRunsLeaveTheOldModelAndResume() throws Exception {
        Path data = table("data.csv", 2000);
        train(data, model, "--seed", "1");
        byte[] old = Files.readAllBytes(model.resolve("model.safetensors"));

        Path whole = folder.resolve("whole");
        String[] longer = {"--epochs", "30", "--seed", "2"};
        train(data, whole, longer);
        byte[] expected = Files.readAllBytes(whole.resolve("model.safetensors"));

        // The last of these moments is while the new model is being written.
        for (String moment : List.of("epoch  1/", "epoch 12/", "epoch 30/")) {
            Process process = start(data, model, longer);
            awaitLine(process, moment);
            process.destroyForcibly().waitFor();
            terminal.runs("info", model);
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
        Path link = Files.createSymbolicLink(folder.resolve("link"), model);
        try (ModelFolder other = ModelFolder.reserve(model)) {
            for (Path same : List.of(model, link)) {
                String message = "expected a folder that no other run";
                terminal.refuses(1, message, arguments(data, same));
                assertFalse(terminal.printed().contains("epoch"), terminal.printed());
                terminal.refuses(1, message, "demo --out", same);
                assertFalse(terminal.printed().contains("epoch"), terminal.printed());
            }
            assertTrue(Files.notExists(other.checkpoint()));
        }
        train(data, link, "--epochs", "1");
        assertTrue(Files.isSymbolicLink(link));
        terminal.runs("info", model);
    }

    /** A stranger's table or model moves no cursor and colours nothing. */
    @Test
    void namesFromFilesAreOnlyText() throws IOException {
        Path data = table("data.csv", 60);
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        lines.set(0, "a,\u001b[31mb,\u009bc");
        Files.write(data, lines);
        train(data, model, "--epochs", "1", "--context", "\u009bc");
        terminal.shows("over [a, \\u001b[31mb] given [\\u009bc]");
        assertEquals(2, terminal.run("sample -n 2 --given d=1", model));
        terminal.shows("expected a value for each of [\\u009bc]");
        terminal.runs("info", model);
        terminal.runs("export", model, "--out", folder.resolve("m.pt"));
        assertFalse(terminal.printed().matches("(?s).*[\u001b\u009b].*"), terminal.printed());
    }

    @Test
    void messagesOfSeveralLinesStaySo() {
        String expected = "two" + System.lineSeparator() + "lines\\u001b[31m";
        terminal.refuses(1, expected, "info", folder.resolve("two\nlines\u001b[31m"));
    }

    @Test
    void namesWithCommasAndEqualSignsAreQuoted() throws IOException {
        List<String> lines = new ArrayList<>(List.of("\"a,b\",c=d,\"say \"\"x\"\"\""));
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            lines.add(String.join(",", random.doubles(3).mapToObj(Double::toString).toList()));
        }
        Path data = Files.write(folder.resolve("data.csv"), lines);
        Path samples = folder.resolve("s.csv");
        train(data, model, "--epochs", "1", "--context", "\"a,b\",c=d");
        terminal.shows("over [say \"x\"] given [a,b, c=d]");
        List<String> drawn = new ArrayList<>();
        for (String given :
                List.of("--given \"a,b=1e-1\",c=d=2", "--given c=d=2 --given \"a,b=0.1\"")) {
            terminal.runs("sample -n 2 --seed 1", model, given, "--out", samples);
            drawn.add(Files.readString(samples));
        }
        assertEquals(drawn.get(0), drawn.get(1));
        for (String wrong : List.of("a,b=1", "\"a,b=1\"", "\"a,b=1\",c=d=x", "\"a,b")) {
            terminal.refuses(2, "--given", "sample -n 2", model, "--given", wrong);
            terminal.shows("expected ");
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
        for (String flow : List.of("realnvp", "maf", "nsf")) {
            terminal.clear();
            train(one, model, "--flow", flow, "--epochs", "1");
            String of = terminal.printed();
            boolean affine = !flow.equals("nsf");
            assertEquals(affine, of.contains(flow + " over one column is one normal distri"), of);
            terminal.clear();
            train(both, model, "--flow", flow, "--epochs", "1", "--context", "c");
            String given = terminal.printed();
            assertEquals(affine, given.contains("whose mean and deviation follow"), given);
        }
    }

    @Test
    void ratesThatAreNotFiniteAreRefused() throws IOException {
        Path data = table("data.csv", 60);
        for (String rate : List.of("0", "-1", "NaN", "Infinity", "1e-50", "1e39")) {
            terminal.refuses(
                    1,
                    "the highest learning rate to be positive",
                    "train --learning-rate " + rate,
                    data);
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

    private void train(Path data, Path model, String... more) {
        terminal.runs(arguments(data, model, more));
    }

    private static Object[] arguments(Path data, Path model, String... more) {
        Map<String, String> options = new TreeMap<>(SMALL);
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        List<Object> words = new ArrayList<>(List.of("train", data, "--out", model));
        options.forEach((name, value) -> words.addAll(List.of(name, value)));
        return words.toArray();
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
