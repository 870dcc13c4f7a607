package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;

import org.djlflows.estimator.DensityEstimator;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.serve.ModelServer;
import org.djlflows.spec.Column;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/**
 * The commands on a table of a key, a text, whole and real numbers and dates, of which some cells
 * are missing.
 */
class MixedTableTest {

    private static final int ROWS = 300;
    private static final String HEADER = "id,city,age,income,day";
    private static final Set<String> CITIES = Set.of("Bonn", "Köln", "Trier");
    private static final String SMALL = "--epochs 3 --width 16 --blocks 1 --orders 2 --bins 4";

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private Path data;
    private Path model;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("model");
        out = folder.resolve("out.csv");
        data = Files.write(folder.resolve("people.csv"), lines(",", '.'));
    }

    /** Of the ages and incomes every seventh and ninth is missing; no city or day is. */
    private static List<String> lines(String separator, char decimal) {
        Random random = new Random(4);
        List<String> cities = CITIES.stream().sorted().toList();
        List<String> lines = new ArrayList<>(List.of(HEADER.replace(",", separator)));
        for (int i = 0; i < ROWS; i++) {
            int city = random.nextInt(3);
            int age = 20 + 5 * city + random.nextInt(40);
            double income = 900 + 10 * age + 100 * random.nextGaussian();
            LocalDate day = LocalDate.of(2024, 1, 1).plusDays(random.nextInt(300));
            lines.add(
                    String.join(
                            separator,
                            String.format("k%04d", (i * 7919L) % 10_007),
                            cities.get(city),
                            i % 7 == 3 ? "" : "" + age,
                            i % 9 == 4
                                    ? ""
                                    : String.format(Locale.ROOT, "%.2f", income)
                                            .replace('.', decimal),
                            day.toString()));
        }
        return lines;
    }

    private void train(Object... more) {
        List<Object> words = new ArrayList<>(List.of("train", "--out", model, SMALL));
        words.addAll(Arrays.asList(more));
        terminal.runs(words.toArray());
    }

    private FlowConfig config() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            return FlowModel.load(model, manager).config();
        }
    }

    private List<String[]> written() throws IOException {
        return Files.readAllLines(out).stream().map(line -> line.split(",", -1)).toList();
    }

    @Test
    void columnsAreModelledAsWhatTheyAre() throws IOException {
        train(data);
        terminal.shows("any-order over [city, age, income, day]: 240 rows for training, 30 for");
        terminal.shows("Test NLL: ");
        FlowConfig config = config();
        assertEquals(List.of("city", "age", "income", "day"), config.columns());
        assertTrue(config.preparation().kind("city") instanceof Column.Category);
        assertTrue(config.preparation().kind("age") instanceof Column.Whole);
        assertTrue(config.preparation().kind("age").missing());
        assertTrue(config.preparation().kind("income") instanceof Column.Real);
        assertTrue(config.preparation().kind("day") instanceof Column.Time);
        assertFalse(config.preparation().kind("day").missing());
        for (String file : List.of("loss.png", "loss.csv", "columns.png", "pairs.png")) {
            assertTrue(Files.size(model.resolve("report").resolve(file)) > 0, file);
        }
        assertFalse(Files.exists(model.resolve("report/conditional.png")));
        terminal.prints("city: Category[levels=[", "info", model);

        terminal.runs("export", model, "--out", folder.resolve("flow.pt"));
        terminal.shows("# levels are numbers from 0");
        terminal.shows("x (n, 4) of city, age, income, day");
        assertThrows(IllegalArgumentException.class, () -> DensityEstimator.load(model));
        Path onnx = folder.resolve("flow.onnx");
        terminal.refuses(1, "flow over numbers, got table-flow", "export", model, "--out", onnx);
    }

    @Test
    void picturesShowColumnsOfEveryKind() throws IOException {
        train(data, "--context day");
        assertTrue(Files.size(model.resolve("report/conditional.png")) > 0);
        Path svg = folder.resolve("a.svg");
        terminal.runs("plot", model, data, "--out", svg);
        assertPicture(svg, "city", "age", "income", "data (300 rows)", "missing: 14 / ");
        terminal.runs("plot", model, data, "--kind pairs --columns city,day --out", svg);
        assertPicture(svg, "Data and samples", "city", "day");
        assertFalse(Files.readString(svg).contains(">income<"));
        terminal.runs("plot", model, data, "--x city --y income --given day=2024-03-01 --out", svg);
        assertPicture(svg, "income given city", "given day = 2024-03-01; lines");
        terminal.runs("plot", model, "--given day=2024-03-01 --out", svg);
        assertPicture(svg, "Every column", "samples given day = 2024-03-01");
        terminal.refuses(1, "expected data or values of", "plot", model, "--out", svg);
        terminal.refuses(
                2, "of two columns of numbers", "plot", model, data, "--kind warp --out", svg);
        terminal.refuses(
                2,
                "--given: expected values of columns of",
                "plot",
                model,
                "--given z=1 --out",
                svg);

        List<String> lines = new ArrayList<>(lines(",", '.'));
        lines.set(3, "k,Bonn,old,1000,2024-05-05");
        Files.write(data, lines);
        terminal.prints(
                "1 cells cannot be in their columns and are drawn as missing, such as one of column"
                        + " age: expected a whole number, got \"old\"",
                "plot",
                model,
                data,
                "--out",
                svg);
        Path other = Files.writeString(folder.resolve("other.csv"), "z\n1.5\n2.5\n");
        terminal.refuses(1, "expected the columns [city, ", "plot", model, other, "--out", svg);
    }

    private static void assertPicture(Path svg, String... texts) throws IOException {
        String picture = Files.readString(svg);
        for (String text : texts) {
            assertTrue(picture.contains(">" + text), text);
        }
    }

    /** A batch is a tenth of the 240 rows for training. */
    @Test
    void anEpochCanVisitAPartOfTheRows() {
        train(data, "--epoch-rows", 80);
        terminal.shows("An epoch visits 72 of the rows for training, the next one those that");
    }

    @Test
    void anInterruptedRunCanBeResumed() throws Exception {
        Path whole = folder.resolve("whole");
        terminal.runs("train", SMALL.replace("--epochs 3", "--epochs 40"), data, "--out", whole);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Flows.class.getName()));
        String options = SMALL.replace("--epochs 3", "--epochs 40");
        command.addAll(List.of(words("train --out", model, options, data)));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        String line = lines.readLine();
        while (line != null && !line.contains("epoch 11/40")) {
            line = lines.readLine();
        }
        process.destroyForcibly().waitFor();
        assertFalse(Files.exists(model.resolve("config.json")));
        terminal.clear();
        terminal.runs("train --resume", options, data, "--out", model);
        terminal.shows("Resumes the run.");
        assertEquals(
                -1,
                Files.mismatch(
                        whole.resolve("model.safetensors"), model.resolve("model.safetensors")));
    }

    /** By a rate of false alarms, or of false ones among the alarms. */
    private void marksRows(List<String[]> rows) throws IOException {
        terminal.runs("score", model, data, "--alarms 0.1 --out", out);
        for (int i = 1; i < rows.size(); i++) {
            boolean odd = Double.parseDouble(rows.get(i)[4]) <= 0.1;
            assertEquals(Boolean.toString(odd), written().get(i)[5]);
        }
        terminal.runs("score", model, data, "--fdr 0.9 --lowest 2 --out", out);
        assertEquals("alarm", written().get(0)[5]);
        assertEquals(3, written().size());
        terminal.refuses(
                1, "rate of false alarms from", "score --alarms 0.0001", model, data, "--out", out);
        terminal.refuses(
                2,
                "expected one of --alarms and --fdr",
                "score --alarms 0.1 --fdr 0.1",
                model,
                data,
                "--out",
                out);
    }

    @Test
    void scoresRowsAndTellsWhichItCannot() throws IOException {
        train(data);
        terminal.runs("score", model, data, "--keep id,day --out", out);
        List<String[]> rows = written();
        assertEquals(
                "row,id,day,anomaly_score,p_value,percentile,log_density",
                String.join(",", rows.get(0)));
        assertEquals(ROWS + 1, rows.size());
        String[] third = lines(",", '.').get(3).split(",", -1);
        assertEquals(List.of("3", third[0], third[4]), List.of(rows.get(3)).subList(0, 3));
        for (String[] row : rows.subList(1, rows.size())) {
            assertTrue(Double.isFinite(Double.parseDouble(row[3])), () -> String.join(",", row));
            double pValue = Double.parseDouble(row[4]);
            assertTrue(pValue > 0 && pValue <= 1);
            double percentile = Double.parseDouble(row[5]);
            assertTrue(percentile >= 0 && percentile < 100 * pValue);
            assertTrue(Double.isFinite(Double.parseDouble(row[6])), () -> String.join(",", row));
        }
        terminal.runs("score", model, data, "--lowest 5 --out", out);
        double[] lowest = Csv.column(out, 1);
        double[] all =
                rows.stream()
                        .skip(1)
                        .map(row -> Double.valueOf(row[3]))
                        .sorted(Comparator.reverseOrder())
                        .mapToDouble(Double::doubleValue)
                        .toArray();
        assertEquals(Arrays.toString(Arrays.copyOf(all, 5)), Arrays.toString(lowest));
        marksRows(rows);

        // A cell that cannot be makes a column texts, and says nothing of the other cells.
        List<String> lines = lines(",", '.');
        lines.set(2, "x,Bonn,old,900.5,2024-02-03");
        lines.set(7, "y,Paris,999,900.5,2025-02-03");
        Path bad = Files.write(folder.resolve("bad.csv"), lines);
        terminal.clear();
        terminal.runs("score", model, bad, "--out", out);
        terminal.shows("row 2, column age: expected a whole number, got \"old\"; not scored");
        terminal.shows(
                "city: 1 of 300 rows is outside of what training saw, 3 levels; the first is");
        terminal.shows("row 7 with Paris");
        terminal.shows(
                "age: 1 of 300 rows is outside of what training saw, whole numbers from 20 to");
        terminal.shows("day: 1 of 300 rows is outside of what training saw, 2024-01-0");
        assertEquals("2,,,,", String.join(",", written().get(2)));
        assertEquals(1, written().stream().filter(row -> row[1].isEmpty()).count());
        assertEquals(rows.get(5)[3], written().get(5)[1]);
        terminal.refuses(
                1,
                "row 2, column age: expected a whole number",
                "score --strict",
                model,
                bad,
                "--out",
                out);
        terminal.runs("score --strict --missing old", model, bad, "--out", out);

        terminal.refuses(
                2,
                "--keep: expected columns of [id,",
                "score --keep name",
                model,
                data,
                "--out",
                out);
        terminal.refuses(
                2,
                "expected different columns to write, got [row, age, age, anomaly_score, p_value,",
                "score --keep age,age",
                model,
                data,
                "--out",
                out);
        terminal.refuses(
                2,
                "--lowest: expected 1 or more, got 0",
                "score --lowest 0",
                model,
                data,
                "--out",
                out);
    }

    @Test
    void scoresWhatThereIsOfARow() throws IOException {
        train(data);
        Path some =
                Files.write(folder.resolve("some.csv"), List.of("city,age", "Bonn,30", "Bonn,"));
        terminal.runs("score", model, some, "--out", out);
        terminal.shows("got [city, age] without [income, day]; densities are those of the others");
        assertEquals(3, written().size());
        terminal.refuses(1, "without [income, day]", "score --strict", model, some, "--out", out);
        Path none = Files.write(folder.resolve("none.csv"), List.of("a,b", "1,2", "3,4"));
        terminal.refuses(
                1,
                "expected the columns [city, age, income, day], got [a, b]",
                "score",
                model,
                none,
                "--out",
                out);
    }

    @Test
    void samplesAreValuesThatColumnsCanHave() throws IOException {
        train(data);
        terminal.runs("sample -n 9000 --seed 3", model, "--out", out);
        List<String[]> rows = written();
        assertEquals("city,age,income,day", String.join(",", rows.get(0)));
        assertEquals(9001, rows.size());
        int missing = 0;
        for (String[] row : rows.subList(1, rows.size())) {
            String text = String.join(",", row);
            assertTrue(CITIES.contains(row[0]), text);
            missing += row[1].isEmpty() ? 1 : 0;
            assertTrue(row[1].isEmpty() || row[1].matches("[2-6]\\d"), text);
            assertTrue(row[2].matches("(\\d+(\\.\\d\\d?)?)?"), text);
            LocalDate day = LocalDate.parse(row[3]);
            assertTrue(day.getYear() == 2024 && day.getDayOfYear() <= 300, text);
        }
        assertTrue(missing > 0 && missing < 9000, "" + missing);
        byte[] first = Files.readAllBytes(out);
        terminal.runs("sample -n 9000 --seed 3", model, "--out", out);
        assertTrue(Arrays.equals(first, Files.readAllBytes(out)));

        terminal.runs("sample -n 50", model, "--given city=Bonn,age=33 --out", out);
        for (String[] row : written().subList(1, 51)) {
            assertEquals(List.of("Bonn", "33"), List.of(row).subList(0, 2));
            assertTrue(CITIES.contains(row[0]) && !row[3].isEmpty());
        }
        terminal.runs("sample -n 3", model, "--given day=2024-02-03 --out", out);
        assertEquals("2024-02-03", written().get(1)[3]);
        terminal.runs("sample -n 0", model, "--out", out);
        assertEquals(1, written().size());

        terminal.refuses(
                2,
                "--given: expected one of [",
                "sample -n 2 --given city=Paris",
                model,
                "--out",
                out);
        terminal.shows("for city, got Paris");
        terminal.refuses(
                2,
                "--given: expected a value of age, got x, expected a whole number",
                "sample -n 2 --given age=x",
                model,
                "--out",
                out);
        terminal.refuses(
                2,
                "--given: expected values of columns of [city, age, income, day], got [size]",
                "sample -n 2 --given size=3",
                model,
                "--out",
                out);
    }

    @Test
    void columnsCanBeGiven() throws IOException {
        train(data, "--context city,age");
        terminal.shows("any-order over [income, day] given [city, age]");
        terminal.runs("sample -n 5", model, "--given city=Bonn,age=40 --out", out);
        assertEquals("city,age,income,day", String.join(",", written().get(0)));
        assertEquals(6, written().size());
        terminal.runs("score", model, data, "--out", out);
        assertEquals(ROWS + 1, written().size());
        terminal.runs("impute --draws 5", model, data, "--out", out);
        assertTrue(written().stream().noneMatch(row -> row[3].isEmpty()));
        assertEquals("", written().get(4)[2]);
        terminal.refuses(
                2,
                "--given: expected a value for each of [city, age], got [city]",
                "sample -n 5 --given city=Bonn",
                model,
                "--out",
                out);
        Path some = Files.write(folder.resolve("some.csv"), List.of("age,income", "30,2", "31,3"));
        terminal.refuses(
                1,
                "expected the columns [city, age], got [age, income]",
                "score",
                model,
                some,
                "--out",
                out);
        terminal.refuses(
                1,
                "expected the columns [city, age], got [age, income]",
                "impute",
                model,
                some,
                "--out",
                out);
        terminal.refuses(
                2, "--context: expected each column once", "train --context age,age", data);
        terminal.refuses(
                2,
                "--context: expected columns of [city, age, income, day], got [id]",
                "train --context id",
                data);
        terminal.refuses(
                2,
                "expected a column that is not given",
                "train --context city,age,income,day",
                data);
    }

    @Test
    void fillsWhatIsMissingAndNothingElse() throws IOException {
        train(data);
        List<String> before = lines(",", '.');
        for (String way :
                List.of("--by draw", "--draws 7", "--by mean", "--draws 7 --interval 0.8")) {
            terminal.runs("impute --seed 2", way, model, data, "--out", out);
            List<String[]> rows = written();
            boolean ends = way.contains("interval");
            String added = ",age_low,age_high,income_low,income_high,day_low,day_high";
            assertEquals(HEADER + (ends ? added : ""), String.join(",", rows.get(0)));
            assertEquals(ROWS + 1, rows.size());
            for (int i = 1; i <= ROWS; i++) {
                String[] own = before.get(i).split(",", -1);
                for (int j = 0; j < own.length; j++) {
                    String cell = rows.get(i)[j];
                    assertFalse(cell.isEmpty(), way);
                    if (ends && j == own.length - 1) {
                        String form = cell.replaceAll("\\d", "0");
                        String low = rows.get(i)[rows.get(i).length - 2];
                        assertEquals(form, low.replaceAll("\\d", "0"));
                    }
                    boolean number = j == 3 && !own[j].isEmpty();
                    if (number) {
                        assertEquals(Double.parseDouble(own[j]), Double.parseDouble(cell));
                    } else if (!own[j].isEmpty()) {
                        assertEquals(own[j], cell, way);
                    }
                }
                if (ends) {
                    double age = Double.parseDouble(rows.get(i)[2]);
                    double low = Double.parseDouble(rows.get(i)[5]);
                    double high = Double.parseDouble(rows.get(i)[6]);
                    assertTrue(low <= age && age <= high);
                    assertTrue(own[2].isEmpty() || low == high);
                    assertTrue(rows.get(i)[5].matches("\\d\\d"));
                }
            }
        }
        terminal.runs("impute --draws 7 --seed 2", model, data, "--out", out);
        byte[] first = Files.readAllBytes(out);
        terminal.runs("impute --draws 7 --seed 2", model, data, "--out", out);
        assertTrue(Arrays.equals(first, Files.readAllBytes(out)));

        Path turned =
                Files.write(
                        folder.resolve("turned.csv"), List.of("note,age,city", "a,,Bonn", "b,31,"));
        terminal.runs("impute --draws 9 --interval 0.5", model, turned, "--out", out);
        assertEquals("note,age,city,age_low,age_high", String.join(",", written().get(0)));
        assertTrue(CITIES.contains(written().get(2)[2]));
        assertEquals("b,31", String.join(",", Arrays.copyOf(written().get(2), 2)));

        terminal.refuses(
                2, "--draws: expected 1 or more", "impute --draws 0", model, data, "--out", out);
        terminal.refuses(
                2, "expected a probability", "impute --interval 1", model, data, "--out", out);
        terminal.refuses(
                2,
                "expected no --interval",
                "impute --by draw --interval 0.9",
                model,
                data,
                "--out",
                out);
        terminal.refuses(2, "--by", "impute --by magic", model, data, "--out", out);
        Path bad =
                Files.write(folder.resolve("bad.csv"), List.of("age,city", "30,Bonn", "old,Bonn"));
        terminal.refuses(
                1,
                "row 2, column age: expected a whole number",
                "impute",
                model,
                bad,
                "--out",
                out);
        terminal.shows("name the text by --missing");
        Path none = Files.write(folder.resolve("none.csv"), List.of("a,b", "1,2", "3,4"));
        terminal.refuses(1, "got [a, b] without", "impute", model, none, "--out", out);
    }

    @Test
    void predictsColumnsGivenTheOthers() throws IOException {
        train(data);
        terminal.runs("predict --column income,city --keep id,age", model, data, "--out", out);
        List<String[]> rows = written();
        assertEquals(
                "row,id,age,income_0.05,income_0.5,income_0.95,income_pit,city_mode,city_p(Bonn),"
                        + "city_p(Köln),city_p(Trier)",
                String.join(",", rows.get(0)));
        assertEquals(ROWS + 1, rows.size());
        List<String> before = lines(",", '.');
        for (int i = 1; i <= ROWS; i++) {
            String[] own = before.get(i).split(",", -1);
            String[] row = rows.get(i);
            assertEquals(List.of("" + i, own[0], own[2]), List.of(row).subList(0, 3));
            double low = Double.parseDouble(row[3]);
            double median = Double.parseDouble(row[4]);
            double high = Double.parseDouble(row[5]);
            assertTrue(low < median && median < high, String.join(",", row));
            assertEquals(own[3].isEmpty(), row[6].isEmpty());
            if (!own[3].isEmpty()) {
                double income = Double.parseDouble(own[3]);
                double pit = Double.parseDouble(row[6]);
                // Quantiles are rounded to hundredths.
                assertTrue(income < median + 0.02 || pit > 0.5, "PIT " + pit);
                assertTrue(income > median - 0.02 || pit < 0.5, "PIT " + pit);
                assertTrue(income > low - 0.02 || pit < 0.05, "PIT " + pit);
            }
            double sum = 0;
            double[] p = new double[3];
            for (int k = 0; k < 3; k++) {
                p[k] = Double.parseDouble(row[8 + k]);
                sum += p[k];
            }
            assertTrue(sum > 0.9 && sum < 1);
            int mode = List.of("Bonn", "Köln", "Trier").indexOf(row[7]);
            assertEquals(Arrays.stream(p).max().getAsDouble(), p[mode]);
        }
        terminal.runs("predict --column day --quantiles 0.5", model, data, "--out", out);
        assertEquals("row,day_0.5,day_pit", String.join(",", written().get(0)));
        assertTrue(written().get(1)[1].matches("2024-\\d\\d-\\d\\d"));

        // Only what a cell says of the others is lost where it cannot be.
        List<String> lines = lines(",", '.');
        lines.set(250, "x,Bonn,old,900.5,2024-02-03");
        Path bad = Files.write(folder.resolve("bad.csv"), lines);
        terminal.clear();
        terminal.runs("predict --column age,income", model, bad, "--out", out);
        terminal.shows("row 250, column age: expected a whole number, got \"old\"; not looked at");
        assertEquals(1, terminal.printed().split("not looked at", -1).length - 1);
        assertEquals("", written().get(250)[4]);
        assertFalse(written().get(250)[8].isEmpty());
        terminal.refuses(
                1,
                "row 250, column age",
                "predict --strict --column income",
                model,
                bad,
                "--out",
                out);

        // The same numbers with a comma.
        terminal.runs("predict --column income", model, data, "--out", out);
        byte[] expected = Files.readAllBytes(out);
        Path comma = Files.write(folder.resolve("comma.csv"), lines(";", ','));
        terminal.runs("predict --column income --decimal ,", model, comma, "--out", out);
        assertTrue(Arrays.equals(expected, Files.readAllBytes(out)));
        List<String> texts = lines(";", ',');
        texts.set(2, "k;Bonn;30;much;2024-01-01");
        Files.write(comma, texts);
        terminal.runs("predict --column income --decimal ,", model, comma, "--out", out);
        assertEquals("", written().get(2)[4]);
        assertFalse(written().get(3)[4].isEmpty());

        terminal.refuses(
                2,
                "--column: expected one of [city, age, income, day], got [id]",
                "predict --column id",
                model,
                data,
                "--out",
                out);
        terminal.refuses(
                2,
                "--quantiles: expected probabilities",
                "predict --column age --quantiles 5,95",
                model,
                data,
                "--out",
                out);
        terminal.refuses(
                2,
                "expected different columns to write",
                "predict --column age --quantiles 0.5,0.5",
                model,
                data,
                "--out",
                out);
        Path alone = Files.write(folder.resolve("alone.csv"), List.of("age,note", "30,a", "40,b"));
        terminal.refuses(
                1,
                "expected some of the other columns of the model",
                "predict --column age",
                model,
                alone,
                "--out",
                out);
    }

    @Test
    void onlyAModelOfAllCellsFillsThem() throws IOException {
        train(data, "--columns income --drop age --missing nothing");
        Path numbers = folder.resolve("numbers.csv");
        List<String> lines = new ArrayList<>(List.of("x,y"));
        Random random = new Random(3);
        for (int i = 0; i < 40; i++) {
            lines.add(random.nextGaussian() + "," + random.nextGaussian());
        }
        Files.write(numbers, lines);
        terminal.runs("train --epochs 1 --transforms 1 --hidden 4", numbers, "--out", model);
        terminal.refuses(
                1,
                "train one by flows train --flow any-order",
                "impute",
                model,
                numbers,
                "--out",
                out);
        terminal.refuses(
                1,
                "train one by flows train --flow any-order",
                "predict --column x",
                model,
                numbers,
                "--out",
                out);
        terminal.runs("train", SMALL, "--flow any-order", numbers, "--out", model);
        Files.writeString(numbers, "\n,1.5\n", StandardOpenOption.APPEND);
        terminal.runs("impute --draws 3", model, numbers, "--out", out);
        assertFalse(written().get(41)[0].isEmpty());
    }

    /** The same table gives the same model, however it is written. */
    @Test
    void otherFormsAreTheSameTable() throws IOException {
        train(data);
        byte[] expected = Files.readAllBytes(model.resolve("model.safetensors"));
        Path gzip = folder.resolve("people.csv.gz");
        try (OutputStream zipped = new GZIPOutputStream(Files.newOutputStream(gzip))) {
            zipped.write(Files.readAllBytes(data));
        }
        Path other = Files.write(folder.resolve("other.csv"), lines(";", ','));
        Path untitled = folder.resolve("untitled.csv");
        List<String> lines = lines("\t", '.');
        Files.write(untitled, lines.subList(1, lines.size()));
        for (Object[] form :
                List.of(
                        new Object[] {gzip},
                        new Object[] {other, "--decimal ,"},
                        new Object[] {untitled, "--no-header --separator \\t"})) {
            train(form);
            assertTrue(
                    Arrays.equals(expected, Files.readAllBytes(model.resolve("model.safetensors"))),
                    Arrays.toString(form));
        }
        train(other, "--decimal , --columns income");
        InputStream in = System.in;
        try {
            System.setIn(new ByteArrayInputStream(Files.readAllBytes(other)));
            terminal.runs("score --decimal ,", model, "- --out", out);
        } finally {
            System.setIn(in);
        }
        assertEquals(ROWS + 1, written().size());
        // One cell of text makes texts of numbers with a comma.
        List<String> bad = lines(";", ',');
        bad.set(2, "k;Bonn;30;much;2024-01-01");
        Files.write(other, bad);
        terminal.runs("score --decimal ,", model, other, "--out", out);
        assertEquals(1, written().stream().filter(row -> row[1].isEmpty()).count());
    }

    @Test
    void aQueryIsATable() throws IOException {
        String query = "SELECT city, age, income FROM '" + data + "' WHERE age > 25";
        int most = ROWS - ROWS / 7;
        assertEquals(
                0, Flows.run(words("train --sql --out", model, SMALL, query)), terminal::printed);
        assertEquals(List.of("city", "age", "income"), config().columns());
        assertEquals(
                0, Flows.run(words("score --sql --out", out, model, query)), terminal::printed);
        assertTrue(written().size() > ROWS / 2 && written().size() <= most);
        assertEquals(
                0,
                Flows.run(words("impute --sql --draws 3 --out", out, model, query)),
                terminal::printed);
        assertTrue(written().stream().noneMatch(row -> row[2].isEmpty()));
        assertEquals(1, Flows.run(words("train --sql", "DELETE FROM x")));
        terminal.shows("expected one SELECT");
    }

    /** The last text is one word. */
    private static String[] words(Object... texts) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            boolean split = texts[i] instanceof String && i < texts.length - 1;
            words.addAll(split ? List.of(("" + texts[i]).split(" ")) : List.of("" + texts[i]));
        }
        return words.toArray(String[]::new);
    }

    @Test
    void columnsCanBeChosen() throws IOException {
        train(data, "--drop day,income");
        assertEquals(List.of("city", "age"), config().columns());
        train(data, "--columns age,income --kinds age=real");
        assertEquals(List.of("age", "income"), config().columns());
        assertTrue(config().preparation().kind("age") instanceof Column.Real);
        train(data, "--kinds id=category,day=key --missing Bonn");
        assertEquals(List.of("id", "city", "age", "income"), config().columns());
        assertTrue(config().preparation().kind("city").missing());

        terminal.refuses(
                2,
                "expected columns that can be modelled, got id, which is left out",
                "train --columns id",
                data);
        terminal.refuses(
                2,
                "expected a column that can be modelled, got none, since all are left out: [id, city",
                "train --drop city,age,income,day",
                data);
        terminal.refuses(
                2,
                "--columns, --drop: expected columns of [id, city, age, income, day], got size",
                "train --drop size",
                data);
        terminal.refuses(2, "--kinds: expected COL=KIND, got age", "train --kinds age", data);
        terminal.refuses(1, "for column age, got odd", "train --kinds age=odd", data);
        terminal.refuses(1, "got one of size", "train --kinds size=real", data);
        terminal.refuses(1, "city", "train --kinds city=real", data);
    }

    @Test
    void refusesWhatItCannotDo() throws IOException {
        List<String> lines = lines(",", '.');
        Path few = Files.write(folder.resolve("few.csv"), lines.subList(0, 20));
        terminal.refuses(
                1, "few.csv: expected at least 20 rows, better thousands, got 19", "train", few);
        terminal.refuses(
                2,
                "--domain: expected none for any-order",
                "train --flow any-order --domain age=circle:0:9",
                data);
        terminal.refuses(
                1, "column city: expected a number of float32, got \"", "train --flow nsf", data);
        terminal.shows("take --flow any-order");
        terminal.refuses(
                2, "--separator: expected one character, got ab", "train --separator ab", data);
        terminal.refuses(1, "expected a decimal separator", "train --decimal x", data);
        terminal.refuses(1, "expected an encoding", "train --encoding odd", data);
        terminal.refuses(1, "nowhere.csv", "train", folder.resolve("nowhere.csv"));
        assertFalse(Files.exists(model));
    }

    @Test
    void answersOverHttp() throws Exception {
        train(data);
        ModelServer.Settings settings =
                new ModelServer.Settings(
                        "127.0.0.1",
                        0,
                        ModelServer.Limits.of(10_000, 1),
                        Optional.of(50),
                        Device.cpu());
        try (ModelServer server = ModelServer.start(List.of(model), settings)) {
            assertTrue(server.description().contains("\"age\": 0"), server.description());
            String row =
                    "{\"city\": \"Bonn\", \"age\": 33, \"income\": 1200.5, \"day\": \"2024-02-03\"}";
            String one = post(server, 200, row);
            String fields =
                    "\\{\"logDensity\":[-.\\d]+,\"percentile\":[.\\d]+,"
                            + "\"anomalyScore\":[-.\\dE]+,\"pValue\":[-.\\dE]+}";
            assertTrue(one.matches(fields), one);
            String two = post(server, 200, "[" + row + ", [\"Bonn\", 33, 1200.5, \"2024-02-03\"]]");
            assertEquals("[" + one + "," + one + "]", two);
            String missing = post(server, 200, "[[\"Bonn\", null, 1200.5, \"2024-02-03\"]]");
            assertEquals("[" + post(server, 200, row.replace("33", "null")) + "]", missing);
            assertEquals("[" + post(server, 200, row.replace("\"age\": 33,", "")) + "]", missing);
            assertFalse(missing.contains(one));
            assertEquals("[]", post(server, 200, "[]"));

            String asked =
                    "{\"samples\": 3, \"given\": {\"city\": \"Trier\", \"age\": 40}, \"seed\": 1}";
            String drawn = post(server, 200, asked);
            assertEquals(drawn, post(server, 200, asked));
            assertEquals(4, drawn.split("\"city\":\"Trier\",\"age\":40,\"income\":").length, drawn);
            assertEquals(6, post(server, 200, "5").split("city").length);

            for (String[] refused :
                    new String[][] {
                        {"51", "expected a count of samples from 0 to 50"},
                        {"[[1, 2]]", "expected 4 values in row 0"},
                        {"[{\"size\": 2}]", "expected one of [city, age, income, day] in row 0"},
                        {"[{\"age\": []}]", "expected a number, a text or null as age of row 0"},
                        {"[{\"age\": \"old\"}]", "row 0, column age: expected a whole number"},
                        {"[{\"age\": 2, \"age\": 3}]", "expected each name once in row 0"},
                        {"[{\"age\": 2}] 1", "no JSON"},
                        {"", "no content"},
                        {"\"a\"", "expected an array of rows"},
                        {
                            "{\"samples\": 2, \"given\": {\"city\": \"Paris\"}}",
                            "for city, got Paris"
                        },
                        {"{\"samples\": 2, \"size\": 2}", "expected only the fields of"},
                        {"{\"samples\": 2, \"samples\": 3}", "expected each field once"},
                    }) {
                String answer = post(server, 400, refused[0]);
                assertTrue(answer.contains(refused[1]), answer);
            }
        }
    }

    private static String post(ModelServer server, int code, String content) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.address() + "/predictions/model"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(content))
                        .build();
        HttpResponse<String> answer =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(code, answer.statusCode(), answer.body());
        return answer.body();
    }
}
