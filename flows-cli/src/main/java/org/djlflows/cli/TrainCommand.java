package org.djlflows.cli;

import org.djlflows.console.Console;
import org.djlflows.data.RowFile;
import org.djlflows.data.Split;
import org.djlflows.estimator.Hints;
import org.djlflows.files.Excerpt;
import org.djlflows.format.CsvFormat;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelFolder;
import org.djlflows.io.TableFile;
import org.djlflows.model.EncodedTable;
import org.djlflows.model.SplitTable;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Column;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Domain;
import org.djlflows.spec.ScalarMap.Additive;
import org.djlflows.spec.ScalarMap.Affine;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.Transform.Planar;
import org.djlflows.spec.Transform.Radial;
import org.djlflows.spec.VectorFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.TableProfile;
import org.djlflows.training.MaximumLikelihood;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** {@code flows train}: fits a flow to a table and writes a model folder with a report. */
@Command(
        name = "train",
        description = {
            "Fits a flow to a table with columns of numbers, categories and times, in which cells can"
                    + " be missing. Keys and free texts are left out."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {

    /** How rows become training, validation and test rows. */
    enum Splitting {
        RANDOM,
        MODULO
    }

    private static final String USUAL = "nsf";
    private static final String ANY_ORDER = "any-order";

    @Parameters(
            paramLabel = "DATA",
            description = {
                "The table: CSV of any dialect, also gzipped, Parquet or JSON; - for standard input."
            })
    private String data;

    @Mixin private ReadingOptions reading;

    @Mixin private KindOptions kinds;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = {
                "The model folder (default: runs/DATA-FLOW, runs/query-FLOW with --sql and"
                        + " runs/table-FLOW of standard input).",
                "An earlier model there is replaced when the new one is complete."
            })
    private Path out;

    @Mixin
    private final FlowOptions<ColumnFlow> options =
            new FlowOptions<>(
                    ColumnFlow.class, USUAL, ANY_ORDER + " where columns are not all real numbers");

    @Option(
            names = "--context",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description = {
                "Columns that are given: the flow models the others conditioned on them.",
                Names.QUOTING
            })
    private List<Names> given = new ArrayList<>();

    @Mixin private DomainOption domains;

    @Option(
            names = "--split",
            paramLabel = "WAY",
            defaultValue = "random",
            description = {
                "random: 80 %% training, 10 %% validation, 10 %% test, drawn with the seed;",
                "modulo: row i is test where i %% 10 = 9, validation where i %% 10 = 8"
                        + " (default: ${DEFAULT-VALUE})."
            })
    private Splitting split;

    @Mixin private TrainingOptions training;

    @Override
    public Integer call() throws IOException {
        List<String> context = Names.all(given);
        // Before a long file is read.
        Map<String, Domain> ofColumns = domains.domains();
        if (options.isNamed() || !options.fit(ANY_ORDER)) {
            flow(options, context.isEmpty());
        }
        try (TableFile file = reading.open(data)) {
            Split.requireRows(data, file.rows());
            TableProfile profile = kinds.profile(file);
            Map<String, Column> columns = kinds.chosen(profile);
            Map<String, Column> ofContext = takeContext(columns, context);
            Map<String, Column> all = new LinkedHashMap<>(columns);
            all.putAll(ofContext);
            if (takesAnyOrder(all) && ofColumns.isEmpty()) {
                options.choose(ANY_ORDER);
            }
            ColumnFlow flow = flow(options, context.isEmpty());
            say(file, profile, all.size());
            // Before the rows are read.
            ModelFolder.requireReplaceable(folder());
            if (flow instanceof TableFlow table) {
                WrongArguments.require(
                        ofColumns.isEmpty(), "--domain: expected none for any-order", ofColumns);
                FlowConfig config =
                        TableModel.config(table, columns, ofContext).withCsv(csv(file, all));
                List<String> read = List.copyOf(all.keySet());
                try (EncodedTable rows =
                        EncodedTable.of(
                                config,
                                file.rows(),
                                to -> file.forEachChunk(read, EncodedTable.CHUNK, to))) {
                    run(config, TrainingRows.of(rows, split(rows.size())));
                }
            } else {
                trainOnNumbers(file, flow, columns, ofContext, ofColumns);
            }
        }
        return 0;
    }

    /** Options of one of the two flows alone ask for it, where the table lets it be. */
    private boolean takesAnyOrder(Map<String, Column> columns) {
        if (options.isNamed()) {
            return false;
        }
        boolean wanted = !KindOptions.areNumbers(columns) || !options.fit(USUAL);
        return (wanted && options.fit(ANY_ORDER)) || !KindOptions.canBeNumbers(columns);
    }

    /** Takes the columns of the context from those that are modelled. */
    static Map<String, Column> takeContext(Map<String, Column> columns, List<String> context) {
        WrongArguments.require(
                Set.copyOf(context).size() == context.size(),
                "--context: expected each column once",
                context);
        WrongArguments.require(
                columns.keySet().containsAll(context),
                "--context: expected columns of " + Excerpt.of(columns.keySet()),
                context);
        Map<String, Column> taken = new LinkedHashMap<>();
        context.forEach(name -> taken.put(name, columns.remove(name)));
        WrongArguments.require(
                !columns.isEmpty(), "--context: expected a column that is not given", context);
        return taken;
    }

    /** Says what was understood of a table, and what to know before a flow is trained on it. */
    static void say(TableFile file, TableProfile profile, int columns) {
        profile.lines().forEach(line -> System.out.println(Console.printable(line)));
        file.notes().forEach(note -> System.out.println(Console.printable(note)));
        profile.notes().forEach(note -> System.out.println(Console.printable(note)));
        Hints.fewRows(file.rows(), columns).ifPresent(System.out::println);
        System.out.println();
    }

    /** How the columns that the model knows are written in the file. */
    private static CsvFormat csv(TableFile file, Map<String, Column> columns) {
        return file.csv().withColumns(file.names().stream().filter(columns::containsKey).toList());
    }

    private Split split(int rows) {
        Split all =
                split == Splitting.MODULO
                        ? Split.modulo(rows)
                        : Split.random(rows, training.seed());
        Split some = all.bounded();
        int left = all.validation().length;
        if (some.validation().length < left) {
            System.out.printf(
                    Locale.ROOT,
                    "Of %,d rows left aside for validation %,d are looked at, of %,d for test %,d.%n",
                    left,
                    some.validation().length,
                    all.test().length,
                    some.test().length);
        }
        return some;
    }

    private void trainOnNumbers(
            TableFile file,
            ColumnFlow flow,
            Map<String, Column> columns,
            Map<String, Column> context,
            Map<String, Domain> ofColumns)
            throws IOException {
        Map<String, Column> all = new LinkedHashMap<>(columns);
        all.putAll(context);
        try (RowFile rows = numbers(file, List.copyOf(all.keySet()))) {
            SplitTable table =
                    new SplitTable(
                            rows,
                            List.copyOf(columns.keySet()),
                            List.copyOf(context.keySet()),
                            ofColumns,
                            split(rows.size()));
            FlowConfig measured = table.config(flow);
            FlowConfig config =
                    measured.withPreparation(measured.preparation().withKinds(all))
                            .withCsv(csv(file, all));
            if (isNormal(flow)
                    && config.features() == 1
                    && config.preparation().domains().isEmpty()) {
                System.out.printf(
                        "%s over one column is one normal distribution%s; --map"
                                + " rational-quadratic-spline can take other shapes.%n",
                        options.name(),
                        context.isEmpty() ? "" : " whose mean and deviation follow the context");
            }
            run(config, TrainingRows.of(table, config));
        }
    }

    private RowFile numbers(TableFile file, List<String> columns) {
        NumberCells cells = new NumberCells(reading.options());
        long[] before = {0};
        return RowFile.ofDoubles(
                columns.size(),
                file.rows(),
                rows ->
                        file.forEachChunk(
                                columns,
                                EncodedTable.CHUNK,
                                table -> {
                                    Arrays.stream(cells.rows(table, refusal(before[0])))
                                            .forEach(rows);
                                    before[0] += table.rows();
                                }));
    }

    /** Returns what refuses a cell that is no number; as many rows came before its table. */
    static Consumer<BadCell> refusal(long before) {
        return cell -> {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "row %d, column %s: %s; take --flow any-order, which is for cells of"
                                    + " any kind, or leave the column out by --drop",
                            before + cell.row() + 1,
                            cell.column(),
                            cell.what()));
        };
    }

    private void run(FlowConfig config, TrainingRows rows) throws IOException {
        MaximumLikelihood.Builder settings =
                training.settings(rows.training().size(), options.usual().training());
        new Run(options.name(), config, rows, folder(), settings, training.resume())
                .train(training.seed());
    }

    private Path folder() {
        if (out != null) {
            return out;
        }
        String name = "table";
        if (reading.isQuery()) {
            name = "query";
        } else if (!data.equals("-")) {
            Path file = Path.of(data).getFileName();
            String found = String.valueOf(file).replaceFirst("(\\.[^.]*)?(\\.gz)?$", "");
            name = file == null || found.isEmpty() ? name : found;
        }
        return Path.of("runs", name + '-' + options.name());
    }

    /**
     * Returns the flow, and refuses options that would do nothing.
     *
     * @param options what was given
     * @param unconditional whether the flow has no context
     * @return the flow
     */
    static <F extends ColumnFlow> F flow(FlowOptions<F> options, boolean unconditional) {
        F flow = options.flow();
        boolean amortised =
                flow instanceof VectorFlow vectors
                        && (vectors.transform() instanceof Planar
                                || vectors.transform() instanceof Radial);
        if (unconditional && amortised) {
            options.refuse(flow, "network", "without --context");
        }
        return flow;
    }

    /** Tells whether a flow over one feature is a normal distribution. */
    private static boolean isNormal(ColumnFlow flow) {
        return Specs.value(flow, "map")
                .filter(map -> map instanceof Affine || map instanceof Additive)
                .isPresent();
    }
}
