package org.djlflows.cli;

import ai.djl.TrainingDivergedException;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;

import org.djlflows.console.Console;
import org.djlflows.data.Split;
import org.djlflows.estimator.Comparison;
import org.djlflows.estimator.CrossValidation;
import org.djlflows.files.Excerpt;
import org.djlflows.files.WholeFile;
import org.djlflows.io.TableFile;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableProfile;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code flows compare}: which flow is the best density of a table, by cross-validation. */
@Command(
        name = "compare",
        description = {
            "Compares flows and settings on a table by cross-validation: each row is scored by flows"
                    + " that were trained without it.",
            "Prints the mean negative log-likelihood (NLL) of all rows in nats, the best first, with"
                    + " standard errors, and what to type to train the best flow.",
            "After each fold the flows have scored the same rows, so that a run that is ended early"
                    + " has compared them too."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CompareCommand implements Callable<Integer> {

    private static final List<String> FOR_NUMBERS =
            List.of(Candidate.INDEPENDENT, "realnvp", "nsf", "maf", "nsf-ar", "any-order");

    private static final List<String> FOR_ANY_KIND =
            List.of(
                    Candidate.INDEPENDENT,
                    "any-order:width=64:blocks=1",
                    "any-order",
                    "any-order:width=384");

    /** The options, of one value each, that {@code flows train} does not take from here. */
    private static final Set<String> OWN = Set.of("--flows", "--folds", "--epochs", "--out");

    @Spec private CommandSpec command;

    @Parameters(
            paramLabel = "DATA",
            description = {
                "The table: CSV of any dialect, also gzipped, Parquet or JSON; - for standard input."
            })
    private String data;

    @Mixin private ReadingOptions reading;

    @Mixin private KindOptions kinds;

    @Option(
            names = "--context",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description = {
                "Columns that are given: the flows model the others conditioned on them.",
                Names.QUOTING
            })
    private List<Names> given = new ArrayList<>();

    @Option(
            names = "--flows",
            paramLabel = "NAME[:SETTING=VALUE]..,..",
            converter = Names.Converter.class,
            description = {
                "The flows, by their names and settings, which are the options of flows train"
                        + " without hyphens in front: nsf,any-order:width=64:epochs=40.",
                "independent is a density of each column alone: what is not better has learned"
                        + " nothing of how columns go together.",
                "(default for real numbers: independent,realnvp,nsf,maf,nsf-ar,any-order; for others:"
                        + " independent and any-order in three widths)",
                "Flows other than any-order take all columns for real numbers, and then all do.",
                "As in CSV one with a comma in a value is put in double quotes:"
                        + " '\"nsf:hidden=32,32\",maf'. The option can be repeated."
            })
    private List<Names> flows = new ArrayList<>();

    @Option(
            names = "--folds",
            paramLabel = "N",
            defaultValue = "5",
            description = {
                "Into how many parts the rows are divided; each is scored by flows that were trained"
                        + " on the others, of which one row in ten chooses the best epoch (default:"
                        + " ${DEFAULT-VALUE})."
            })
    private int folds;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description =
                    "Passes over the training rows, at most, of flows without a setting for it"
                            + " (default: 60; any-order: 200).")
    private Optional<Integer> epochs = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "The seed of folds, weights and data order (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "A file for the comparison as CSV, beside what is printed.")
    private Optional<Path> out = Optional.empty();

    private final PrintStream print = System.out;
    private final boolean terminal = Boolean.getBoolean("flows.terminal");

    /** The log-densities of all rows by each candidate, NaN where its fold is not done. */
    private final Map<Candidate, double[]> scores = new LinkedHashMap<>();

    private final Map<Candidate, Double> seconds = new HashMap<>();
    private final Map<Candidate, String> failures = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException {
        List<Candidate> candidates = candidates(Names.all(flows));
        try (TableFile file = reading.open(data)) {
            Split.requireRows(data, file.rows());
            TableProfile profile = kinds.profile(file);
            Map<String, Column> columns = kinds.chosen(profile);
            Map<String, Column> context = TrainCommand.takeContext(columns, Names.all(given));
            Map<String, Column> all = new LinkedHashMap<>(columns);
            all.putAll(context);
            TrainCommand.say(file, profile, all.size());
            if (candidates.isEmpty()) {
                candidates = candidates(KindOptions.areNumbers(all) ? FOR_NUMBERS : FOR_ANY_KIND);
            }
            Table table = file.read(List.copyOf(all.keySet()));
            if (candidates.stream().anyMatch(CompareCommand::isOverNumbers)
                    && !KindOptions.areNumbers(all)) {
                table = numbers(table, all);
                columns.replaceAll((name, column) -> all.get(name));
                columns.keySet().retainAll(all.keySet());
                context.replaceAll((name, column) -> all.get(name));
                context.keySet().retainAll(all.keySet());
            }
            compare(candidates, CrossValidation.of(table, columns, context, folds, seed));
            finish();
        }
        return 0;
    }

    private List<Candidate> candidates(List<String> texts) {
        WrongArguments.require(
                Set.copyOf(texts).size() == texts.size(), "--flows: expected each once", texts);
        return texts.stream().map(text -> Candidate.parse(text, epochs)).toList();
    }

    private static boolean isOverNumbers(Candidate candidate) {
        return candidate.flow().filter(flow -> !(flow instanceof TableFlow)).isPresent();
    }

    /**
     * Takes all columns for real numbers, since densities of different kinds do not compare; those
     * that do not vary say nothing.
     */
    private Table numbers(Table table, Map<String, Column> columns) {
        List<String> others =
                columns.keySet().stream()
                        .filter(name -> !KindOptions.canBeNumbers(Map.of(name, columns.get(name))))
                        .toList();
        WrongArguments.require(
                others.isEmpty(),
                "--flows: expected columns of numbers without missing cells for flows other than"
                        + " any-order, which takes cells of any kind",
                Excerpt.of(others));
        double[][] rows = new NumberCells(reading.options()).rows(table, TrainCommand.refusal(0));
        List<String> names = table.names();
        for (int j = 0; j < names.size(); j++) {
            int at = j;
            double[] cells = Arrays.stream(rows).mapToDouble(row -> row[at]).toArray();
            double least = Arrays.stream(cells).min().orElseThrow();
            double most = Arrays.stream(cells).max().orElseThrow();
            if (least == most) {
                columns.remove(names.get(j));
            } else {
                columns.put(names.get(j), new Column.Real(List.of(), least, most, false));
            }
        }
        print.println(
                "All columns are taken for real numbers, which flows other than any-order are over:"
                        + " whole numbers, levels and values that come back have a density, no"
                        + " probability.");
        return Table.ofNumbers(names, rows);
    }

    private void compare(List<Candidate> candidates, CrossValidation table) {
        int width = candidates.stream().mapToInt(one -> one.text().length()).max().orElseThrow();
        int rows = IntStream.range(0, folds).map(fold -> table.rows(fold).length).sum();
        for (Candidate candidate : candidates) {
            double[] none = new double[rows];
            Arrays.fill(none, Double.NaN);
            scores.put(candidate, none);
        }
        for (int fold = 0; fold < folds; fold++) {
            for (Candidate candidate : candidates) {
                if (!failures.containsKey(candidate)) {
                    String title =
                            String.format(
                                    "fold %d/%d  %-" + width + "s",
                                    fold + 1,
                                    folds,
                                    Console.printable(candidate.text()));
                    score(table, fold, candidate, title);
                }
            }
        }
    }

    private void score(CrossValidation table, int fold, Candidate candidate, String title) {
        History[] last = new History[1];
        Consumer<History> listener =
                history -> {
                    last[0] = history;
                    renew(
                            String.format(
                                    "%s  epoch %d/%d",
                                    title,
                                    history.validation().size(),
                                    candidate.training().epochs()));
                };
        MaximumLikelihood.Builder training =
                MaximumLikelihood.builder(candidate.training(), table.trainingRows(fold))
                        .optListener(listener);
        long begin = System.nanoTime();
        try {
            double[] found =
                    candidate.flow().isPresent()
                            ? table.score(fold, candidate.flow().get(), training)
                            : table.scoreIndependent(fold, training);
            double time = (System.nanoTime() - begin) / 1e9;
            seconds.merge(candidate, time, Double::sum);
            int[] rows = table.rows(fold);
            for (int i = 0; i < rows.length; i++) {
                scores.get(candidate)[rows[i]] = found[i];
            }
            Comparison own = Comparison.of(Map.of(candidate.text(), found)).get(0);
            renew("");
            print.printf(
                    Locale.ROOT,
                    "%s  NLL %s  %6.1f s%s%n",
                    title,
                    nats(own.nll()),
                    time,
                    candidate.flow().isPresent()
                            ? String.format(
                                    ", weights of epoch %d of %d",
                                    last[0].bestEpoch(), last[0].validation().size())
                            : "");
        } catch (IllegalArgumentException | TrainingDivergedException e) {
            failures.put(candidate, String.valueOf(e.getMessage()));
            renew("");
            print.println(Console.printable(title + "  failed: " + e.getMessage()));
        }
    }

    /** Writes over the line of a terminal. */
    private void renew(String text) {
        if (terminal) {
            print.print("\r\033[K" + text);
            print.flush();
        }
    }

    private static String nats(double value) {
        return String.format(Locale.ROOT, "%10.4f", value).replace("Infinity", "     inf");
    }

    private void finish() throws IOException {
        Map<String, Candidate> byText = new LinkedHashMap<>();
        Map<String, double[]> complete = new LinkedHashMap<>();
        scores.forEach(
                (candidate, found) -> {
                    if (!failures.containsKey(candidate)) {
                        byText.put(candidate.text(), candidate);
                        complete.put(candidate.text(), found);
                    }
                });
        if (complete.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a flow that can be trained on the table, got none; the reasons stand"
                            + " above");
        }
        List<Comparison> found = Comparison.of(complete);
        int rows = complete.values().iterator().next().length;
        print.printf(
                Locale.ROOT,
                "%nMean negative log-likelihood of %,d rows in nats, each by flows that did not see"
                        + " it; +- are standard errors over rows, of the difference to the best"
                        + " over the same rows.%n%n",
                rows);
        int width =
                Math.max(4, complete.keySet().stream().mapToInt(String::length).max().orElse(0));
        String row = "%-" + width + "s  %10s %9s  %11s %9s  %8s%n";
        print.printf(row, "flow", "NLL", "+-", "above best", "+-", "seconds");
        for (int i = 0; i < found.size(); i++) {
            Comparison one = found.get(i);
            boolean best = i == 0;
            print.printf(
                    row,
                    Console.printable(one.name()),
                    nats(one.nll()).strip(),
                    error(one.nllError()),
                    best ? "" : nats(one.difference()).strip().replace("NaN", ""),
                    best ? "" : error(one.differenceError()),
                    String.format(Locale.ROOT, "%.1f", seconds.get(byText.get(one.name()))));
        }
        print.println();
        found.forEach(this::sayImpossible);
        failures.forEach(
                (candidate, why) ->
                        print.println(Console.printable(candidate.text() + " failed: " + why)));
        sayBest(found, byText);
        if (out.isPresent()) {
            write(out.get(), found, byText);
        }
    }

    private static String error(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    }

    private void sayImpossible(Comparison one) {
        if (!one.impossible().isEmpty()) {
            print.println(
                    Console.printable(
                            String.format(
                                    Locale.ROOT,
                                    "%s takes %,d of the rows for impossible, the first is row %,d;"
                                            + " the NLL of the others is %s.",
                                    one.name(),
                                    one.impossible().size(),
                                    one.impossible().get(0) + 1,
                                    nats(one.nllOfPossible()).strip())));
        }
    }

    private void sayBest(List<Comparison> found, Map<String, Candidate> byText) {
        Optional<Candidate> best =
                found.stream()
                        .map(one -> byText.get(one.name()))
                        .filter(candidate -> candidate.flow().isPresent())
                        .findFirst();
        if (best.isPresent() && byText.get(found.get(0).name()).flow().isEmpty()) {
            print.println(
                    "No flow is better than independent columns: either they have nothing to do"
                            + " with each other, or the rows are too few to learn it from.");
        }
        best.ifPresent(
                flow -> print.println("Train the best flow: flows train " + arguments(flow)));
    }

    /** Returns the arguments of this command that {@code flows train} takes too, and the flow. */
    private String arguments(Candidate best) {
        List<String> words = new ArrayList<>();
        List<String> given = command.commandLine().getParseResult().originalArgs();
        for (int i = given.indexOf(command.name()) + 1; i < given.size(); i++) {
            String word = given.get(i);
            String option = word.replaceFirst("=.*", "");
            if (!OWN.contains(option)) {
                words.add(word);
            } else if (option.equals(word)) {
                // Its value is the next word.
                i++;
            }
        }
        words.addAll(best.words());
        return words.stream().map(Console::quoted).collect(Collectors.joining(" "));
    }

    private void write(Path file, List<Comparison> found, Map<String, Candidate> byText)
            throws IOException {
        List<String> header =
                List.of(
                        "flow",
                        "nll",
                        "standard_error",
                        "above_best",
                        "above_best_standard_error",
                        "impossible_rows",
                        "nll_of_possible_rows",
                        "seconds");
        WholeFile.write(
                file,
                stream -> {
                    try (CsvWriter writer =
                            CsvWriter.builder()
                                    .lineDelimiter(LineDelimiter.LF)
                                    .build(
                                            new OutputStreamWriter(
                                                    stream, StandardCharsets.UTF_8))) {
                        writer.writeRecord(header);
                        found.forEach(
                                one ->
                                        writer.writeRecord(
                                                one.name(),
                                                cell(one.nll()),
                                                cell(one.nllError()),
                                                cell(one.difference()),
                                                cell(one.differenceError()),
                                                Integer.toString(one.impossible().size()),
                                                cell(one.nllOfPossible()),
                                                cell(seconds.get(byText.get(one.name())))));
                    }
                });
    }

    /** Six digits; what is not known is empty. */
    private static String cell(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6f", value);
    }
}
