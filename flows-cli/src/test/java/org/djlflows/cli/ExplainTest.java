package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;

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
import java.util.Random;

/** {@code flows explain}, on purchases whose fee is 2 % of the amount. */
class ExplainTest {

    private static final String HOSTILE = "<script>alert('1')</script>";
    private static final String SMALL =
            "--epochs 12 --width 24 --blocks 1 --orders 2 --bins 8 --drop id";

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private final List<String> lines = new ArrayList<>(List.of("id,kind,amount,fee,weight"));
    private Path data;
    private Path model;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        Random random = new Random(4);
        for (int i = 0; i < 1200; i++) {
            double amount = 10 * Math.exp(0.6 * random.nextGaussian());
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "k%d,%s,%.2f,%.4f,%.2f",
                            i,
                            random.nextBoolean() ? "card" : "cash",
                            amount,
                            0.02 * amount,
                            5 + random.nextGaussian()));
        }
        data = Files.write(folder.resolve("purchases.csv"), lines);
        model = folder.resolve("model");
        out = folder.resolve("out.csv");
    }

    private Path odd() throws IOException {
        lines.set(5, "k4,card,10,0.9,5.5");
        lines.set(8, "k7," + HOSTILE + ",10,0.2,5.5");
        lines.set(9, "k8,card,ten,0.2,5.5");
        return Files.write(folder.resolve("odd<b>.csv"), lines.subList(0, 301));
    }

    private List<List<String>> written() throws IOException {
        try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(out)) {
            return reader.stream().map(CsvRecord::getFields).toList();
        }
    }

    @Test
    void saysWhichCellIsToBlame() throws IOException {
        terminal.runs("train", data, SMALL, "--out", model);
        Path page = folder.resolve("page.html");
        Path picture = folder.resolve("picture.svg");
        terminal.runs(
                "explain",
                model,
                odd(),
                "--keep id --lowest 100 --alarms 0.05 --out",
                out,
                "--report",
                page,
                "--picture",
                picture);
        terminal.shows("row 9, column amount: expected a number, got \"ten\"; the row is left out");
        List<List<String>> rows = written();
        assertEquals(
                "row,id,anomaly_score,p_value,column,value,share,expected,low,high,probability",
                String.join(",", rows.get(0)));
        assertEquals(1 + 100 * 4, rows.size());
        for (int i = 0; i < 100; i++) {
            List<List<String>> cells = rows.subList(1 + 4 * i, 5 + 4 * i);
            double score = Double.parseDouble(cells.get(0).get(2));
            double sum = cells.stream().mapToDouble(c -> Double.parseDouble(c.get(6))).sum();
            assertEquals(score, sum, 1e-6);
            double first = Double.parseDouble(cells.get(0).get(6));
            assertTrue(first >= Double.parseDouble(cells.get(1).get(6)));
            assertEquals(1, cells.stream().map(c -> c.subList(0, 4)).distinct().count());
        }
        List<String> fee = rows.get(1);
        assertEquals(List.of("5", "k4"), fee.subList(0, 2));
        assertEquals(List.of("fee", "0.9"), fee.subList(4, 6));
        assertEquals(0.2, Double.parseDouble(fee.get(7)), 0.05);
        List<String> kind =
                rows.stream().filter(row -> row.get(0).equals("8")).findFirst().orElseThrow();
        assertEquals(List.of("kind", HOSTILE), kind.subList(4, 6));
        assertEquals(List.of("", ""), kind.subList(8, 10));

        // The same scores, also where others are not kept.
        terminal.runs("score", model, odd(), "--keep id --lowest 1 --out", out);
        assertEquals(
                Double.parseDouble(written().get(1).get(2)), Double.parseDouble(fee.get(2)), 1e-4);
        assertTrue(Files.readString(picture).contains(">Row 5, id k4<"));

        String html = Files.readString(page);
        assertFalse(html.contains("<script"), html);
        assertFalse(html.contains("http:") && html.contains("src="), html);
        for (String text :
                List.of(
                        "odd&lt;b&gt;.csv</title>",
                        "<td class=\"\">&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</td>",
                        "default-src 'none'",
                        "299 rows were scored, and 1 left out",
                        "with a p-value of 0.05 or less; of rows like the 120 calibration rows it"
                                + " would be 5 %",
                        "<h2 id=\"row8\">Row 8, id k7</h2>",
                        "> threshold: ",
                        ">calibration rows (120)<",
                        "called odd")) {
            assertTrue(html.contains(text), text + " in " + html);
        }
    }

    @Test
    void explainsNumbersAndOnlyAFewCells() throws IOException {
        terminal.runs("train", data, "--flow nsf --columns amount,weight --epochs 3 --out", model);
        lines.set(7, "k6,card,10,0.2,40");
        Path odd = Files.write(folder.resolve("odd.csv"), lines.subList(0, 101));
        Path page = folder.resolve("page.html");
        terminal.runs("explain --lowest 2 --cells 1 --report", page, model, odd, "--out", out);
        List<List<String>> rows = written();
        assertEquals(3, rows.size());
        assertEquals("7", rows.get(1).get(0));
        assertEquals(List.of("weight", "40"), rows.get(1).subList(3, 5));
        assertEquals(5, Double.parseDouble(rows.get(1).get(6)), 1);
        String html = Files.readString(page);
        assertTrue(html.contains("and 1 more columns: "), html);
        assertEquals(3, html.split("<h2 id=", -1).length);

        terminal.refuses(
                2, "--lowest: expected 1 or more, got 0", "explain --lowest 0", model, odd);
        terminal.refuses(2, "--cells: expected 1 or more, got 0", "explain --cells 0", model, odd);
        terminal.refuses(
                1,
                "Conformal: expected a rate of false alarms from 0.0083",
                "explain --alarms 0.001",
                model,
                odd);
        terminal.refuses(
                1,
                "Picture: expected a file that ends with .png or .svg",
                "explain --picture a.txt",
                model,
                odd);
        terminal.refuses(
                1,
                "expected the columns [amount, weight], got [z] without [amount, weight]",
                "explain",
                model,
                Files.writeString(folder.resolve("z.csv"), "z\n1.5\n"));
    }
}
