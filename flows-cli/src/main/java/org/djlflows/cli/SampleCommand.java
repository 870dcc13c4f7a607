package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.NormalizingFlow;
import org.djlflows.console.Console;
import org.djlflows.format.CsvFormat;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.ReadOptions;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.sampling.QuasiRandom;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** {@code flows sample}: new rows drawn from a model, in bounded memory. */
@Command(
        name = "sample",
        description = {
            "Draws rows from a model and writes them as CSV, as the table of the training was written:"
                    + " its columns in their order, its separator, with a header if it had one."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SampleCommand implements Callable<Integer> {

    private static final int CHUNK = 8192;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Option(
            names = "-n",
            paramLabel = "N",
            description =
                    "The number of rows; with --given-table, for each of its rows (default there: 1).")
    private Optional<Long> rows = Optional.empty();

    @Mixin private SeedOption seed;

    @Mixin private NoiseOptions noise;

    @Option(
            names = "--sobol",
            description =
                    "Makes rows of the points of a scrambled Sobol sequence, which lie more evenly than"
                            + " random ones: for means and pictures of few rows, best of a power of two."
                            + " Each row is distributed as others, but they are not independent.")
    private boolean sobol;

    @Mixin private GivenOption given;

    @Option(
            names = "--given-table",
            paramLabel = "DATA",
            description =
                    "A table with values for --given: a row is drawn for each of its rows. Its other"
                            + " columns are carried along.")
    private Optional<String> givens = Optional.empty();

    @Option(
            names = "--where",
            paramLabel = "CONDITION",
            description = {
                "Only rows that meet a condition of SQL, such as 'age > 30 and fare between 10 and"
                        + " 20'; others are drawn again. What --given can say is faster."
            })
    private Optional<String> where = Optional.empty();

    @Option(
            names = "--header",
            negatable = true,
            description = "Whether to write the names of the columns (default: as they came).")
    private Optional<Boolean> header = Optional.empty();

    @Option(
            names = "--separator",
            paramLabel = "CHAR",
            description = "What separates cells; \\t for a tab (default: as it came).")
    private Optional<String> separator = Optional.empty();

    @Mixin private OutOption out;

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(
                rows.isPresent() || givens.isPresent(), "-n: expected a number of rows", "none");
        WrongArguments.require(rows.orElse(0L) >= 0, "-n: expected 0 or more", rows.orElse(0L));
        WrongArguments.require(
                givens.isEmpty() || given.isEmpty(),
                "--given-table: expected no --given, whose values can be columns of it",
                "both");
        WrongArguments.require(
                !sobol || where.isEmpty(),
                "--sobol: expected no --where, which draws rows anew",
                "both");
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            seed.apply(manager);
            TableDraws draws = draws(model, manager);
            if (givens.isEmpty()) {
                writeAlike(model, draws, rows.get());
            } else {
                String decimal = model.config().written().decimal();
                ReadOptions options = ReadOptions.DEFAULT.withDecimal(decimal.charAt(0));
                try (TableFile file = TableFile.open(givens.get(), options)) {
                    file.notes().forEach(note -> System.err.println(Console.printable(note)));
                    writeGiven(model.config(), draws, file, options);
                }
            }
        }
        return 0;
    }

    private TableDraws draws(FlowModel model, NDManager manager) {
        if (model.config().flow() instanceof TableFlow) {
            WrongArguments.require(
                    noise.areIdle() && !sobol,
                    "--temperature, --truncation, --sobol: expected a flow that makes rows of noise",
                    "any-order");
            return new TableDraws(model, manager);
        }
        NormalizingFlow flow = noise.change(model.flow());
        if (!sobol) {
            return new TableDraws(model, flow::sample, flow::sample, manager);
        }
        if (flow.getUniforms().isEmpty()) {
            throw new WrongArguments(
                    "--sobol: expected a base whose noise is a function of uniform numbers, got "
                            + flow.getBase().getClass().getSimpleName());
        }
        QuasiRandom even = new QuasiRandom(seed.value());
        return new TableDraws(
                model, (to, n) -> even.sample(flow, to, n), c -> even.sample(flow, c), manager);
    }

    private void writeAlike(FlowModel model, TableDraws draws, long n) throws IOException {
        Optional<Table> values = given.rows(model, CHUNK);
        IntFunction<Table> draw =
                count ->
                        values.map(table -> draws.rows(table.slice(0, count)))
                                .orElseGet(() -> draws.rows(count));
        CellTexts texts = new CellTexts(model.config().preparation().kinds());
        write(
                model.config(),
                List.of(),
                texts,
                n,
                sink -> {
                    if (sink.acceptance.isPresent()) {
                        sink.acceptance.get().alike(n, draw, sink::write);
                        return;
                    }
                    for (long done = 0; done < n; done += CHUNK) {
                        sink.write(draw.apply((int) Math.min(CHUNK, n - done)));
                    }
                });
    }

    private void writeGiven(
            FlowConfig config, TableDraws draws, TableFile file, ReadOptions options)
            throws IOException {
        List<String> columns = new ArrayList<>(file.names());
        columns.retainAll(draws.givable());
        NumberCells.require(file, config.contextColumns());
        List<String> modelled = new ArrayList<>(columns);
        modelled.removeAll(config.contextColumns());
        CheckedRows checked = new CheckedRows(config, new NumberCells(options), modelled);
        List<String> others = new ArrayList<>(file.names());
        others.removeAll(config.columns());
        others.removeAll(config.contextColumns());
        Map<String, String> formats = new HashMap<>(file.formats());
        formats.keySet().retainAll(others);
        CellTexts texts = new CellTexts(config.preparation().kinds(), formats);
        long each = rows.orElse(1L);
        write(
                config,
                others,
                texts,
                Math.multiplyExact(each, file.rows()),
                sink -> {
                    long[] before = {0};
                    file.forEachChunk(
                            CHUNK,
                            table -> {
                                writeGiven(checked.of(table), each, before[0], draws, sink);
                                before[0] += table.rows();
                            });
                });
    }

    /** Draws so many rows for each row of a table, at most a chunk of them at a time. */
    private static void writeGiven(
            Table table, long each, long before, TableDraws draws, Sink sink) {
        long n = table.rows() * each;
        for (long done = 0; done < n; done += CHUNK) {
            long first = done;
            int[] wanted =
                    IntStream.range(0, (int) Math.min(CHUNK, n - done))
                            .map(i -> (int) ((first + i) / each))
                            .toArray();
            Table given = table.take(wanted);
            if (sink.acceptance.isEmpty()) {
                sink.write(draws.rows(given));
            } else {
                sink.acceptance
                        .get()
                        .each(
                                wanted.length,
                                asked -> draws.rows(given.take(asked)),
                                i -> " with what row " + (before + wanted[i] + 1) + " gives",
                                sink::write);
            }
        }
    }

    /** Writes the rows that something draws. */
    private void write(
            FlowConfig config,
            List<String> others,
            CellTexts texts,
            long total,
            Consumer<Sink> drawing)
            throws IOException {
        CsvFormat format = format(config.written());
        List<String> columns = new ArrayList<>(format.columns());
        columns.addAll(others);
        CellTexts written = texts.as(format);
        Pace pace = new Pace(total);
        Optional<Acceptance> acceptance = where.map(text -> new Acceptance(text, pace));
        try {
            out.write(
                    format,
                    columns,
                    writer -> drawing.accept(new Sink(columns, written, acceptance, pace, writer)));
        } finally {
            acceptance.ifPresent(Acceptance::close);
        }
    }

    private CsvFormat format(CsvFormat came) {
        CsvFormat format = header.map(came::withHeader).orElse(came);
        if (separator.isPresent()) {
            String text = separator.get().replace("\\t", "\t");
            WrongArguments.require(
                    text.length() == 1, "--separator: expected one character", separator.get());
            format = format.withSeparator(text);
        }
        return format;
    }

    /** Where rows go, and what they have to meet. */
    private record Sink(
            List<String> columns,
            CellTexts texts,
            Optional<Acceptance> acceptance,
            Pace pace,
            CsvWriter writer) {

        void write(Table rows) {
            texts.rows(rows.select(columns)).forEach(writer::writeRecord);
            pace.add(rows.rows());
        }
    }
}
