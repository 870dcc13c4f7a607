package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** {@code flows compare} on small tables. */
class CompareTest {

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private Path data;

    @BeforeEach
    void write() throws IOException {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>(List.of("a,b,sex"));
        for (int i = 0; i < 120; i++) {
            double a = random.nextGaussian();
            double b = 3 * a + 0.1 * random.nextGaussian();
            lines.add(String.format(Locale.ROOT, "%.4f,%.4f,%s", a, b, i % 3 == 0 ? "f" : "m"));
        }
        data = Files.write(folder.resolve("my data.csv"), lines);
    }

    /** Two columns that nearly are one: what takes them together is far better. */
    @Test
    void comparesOnTheSameRowsTheBestFirst() throws IOException {
        Path out = folder.resolve("out.csv");
        List<Object> words = new ArrayList<>(List.of("compare", data, "--drop sex --folds=2"));
        words.addAll(List.of("--flows independent,nsf:transforms=2:hidden=8:epochs=2"));
        words.addAll(List.of("--flows any-order:width=16:blocks=1:orders=1 --epochs 3"));
        words.addAll(List.of("--out", out, "--seed 3"));
        terminal.runs(words.toArray());
        terminal.shows("120 rows are few for 2 columns");
        terminal.shows("fold 2/2  any-order:width=16:blocks=1:orders=1  NLL");
        terminal.shows("Mean negative log-likelihood of 120 rows in nats");
        terminal.shows(
                "Train the best flow: flows train '"
                        + data
                        + "' --drop sex --seed 3 --flow any-order --width 16 --blocks 1 --orders 1"
                        + " --epochs 3");
        List<String> lines = Files.readAllLines(out);
        assertEquals(4, lines.size());
        assertTrue(
                lines.get(0).startsWith("flow,nll,standard_error,above_best,above_best_standard"),
                lines.get(0));
        assertTrue(lines.get(1).startsWith("any-order:width=16:blocks=1:orders=1,"), lines.get(1));
        double[] nll = Csv.column(out, 1);
        double[] above = Csv.column(out, 3);
        for (int i = 0; i < 3; i++) {
            assertEquals(nll[i] - nll[0], above[i], 1e-5);
        }
        // The mutual information of the two is log(3 / 0.1).
        int independent = lines.get(2).startsWith("independent,") ? 1 : 2;
        assertEquals(3.4, above[independent], 0.6);
    }

    @Test
    void columnsOfAnyKindHaveTheirOwnFlows() {
        terminal.runs("compare", data, "--folds 2 --epochs 1");
        terminal.shows("fold 1/2  independent ");
        terminal.shows("fold 2/2  any-order:width=384");
        assertFalse(terminal.printed().contains("nsf"), terminal.printed());
        terminal.refuses(
                2,
                "for flows other than any-order, which takes cells of any kind, got [sex]",
                "compare --flows nsf",
                data);
    }

    /** Codes 0 and 1 are levels, but nsf takes them for numbers, and so both have to. */
    @Test
    void besideFlowsOverNumbersAllColumnsAreNumbers() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        lines.replaceAll(line -> line.replace(",f", ",0").replace(",m", ",1") + ",7");
        lines.set(0, "a,b,sex,seven");
        Files.write(data, lines);
        String small = "--flows maf:transforms=1:hidden=8,any-order:width=8:blocks=1 --epochs 1";
        terminal.runs("compare", data, small, "--folds 2");
        terminal.shows("All columns are taken for real numbers");
        terminal.shows("any-order:width=8:blocks=1  ");
    }

    /** In one of the folds the column is constant among the rows for training. */
    @Test
    void whatIsImpossibleOrFailsIsSaid() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(data));
        lines.replaceAll(line -> line.replace(",f", ",1.5").replace(",m", ",1.5"));
        lines.set(9, lines.get(9).replace(",1.5", ",2.5"));
        Files.write(data, lines);
        String small = "--flows maf:transforms=1:hidden=8,nsf:learning-rate=1e30:transforms=1";
        terminal.runs("compare", data, small, "--kinds sex=real --folds 2 --epochs 1");
        terminal.shows(
                "maf:transforms=1:hidden=8 takes 1 of the rows for impossible, the first is row 9;"
                        + " the NLL of the others is ");
        assertTrue(terminal.printed().matches("(?s).*maf:transforms=1:hidden=8 +inf .*"));
        terminal.shows("failed: Training diverged");
        terminal.shows("nsf:learning-rate=1e30:transforms=1 failed: ");
        terminal.clear();
        terminal.refuses(
                1,
                "expected a flow that can be trained on the table, got none",
                "compare",
                data,
                "--flows nsf:learning-rate=1e30 --kinds sex=real --folds 2 --epochs 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nsx | --flows: expected independent or one of [analytic, any-order, bnaf, bpf, ",
                "maf:bins | --flows maf:bins: expected NAME:SETTING=VALUE, got bins",
                "maf:bins=8 | --flows maf:bins=8: expected no --bins for maf, got 8",
                "maf:hidden=a | --flows maf:hidden=a: --hidden: expected a number for hidden, got a",
                "nsf:epochs=0 | --flows nsf:epochs=0: MaximumLikelihood: expected the number of",
                "nsf:epoch=3 | --flows nsf:epoch=3: expected a setting of [map, transform,",
                "nsf:bins=8:bins=9 | --flows nsf:bins=8:bins=9: expected one value of bins, got two",
                "independent:width=3 | expected a setting of [epochs, batch-size, learning-rate,",
                "nsf,nsf | --flows: expected each once, got [nsf, nsf]"
            })
    void settingsThatAreNoneAreRefused(String flows, String message) {
        terminal.refuses(2, message, "compare no-such-file --flows", flows);
        terminal.shows("Usage: flows compare DATA [OPTIONS]");
    }

    @Test
    void valuesWithCommasAreQuoted() throws IOException {
        List<String> few = Files.readAllLines(data).subList(0, 20);
        terminal.refuses(
                1,
                "expected at least 20 rows",
                "compare",
                Files.write(folder.resolve("few.csv"), few),
                "--flows",
                "\"nsf:hidden=8,8\",maf");
    }
}
