package org.djlflows.cli;

import org.djlflows.console.Console;
import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
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
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableProfile;
import org.djlflows.training.MaximumLikelihood;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code flows train}: fits a flow to a CSV file and writes a model folder with a report. */
@Command(
        name = "train",
        description = "Fits a flow to a CSV file with a header and numeric columns.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {

    /** How rows become training, validation and test rows. */
    enum Splitting {
        RANDOM,
        MODULO
    }

    /** Fewer cannot be divided in ten. */
    private static final int FEWEST_ROWS = 20;

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
                "The model folder (default: runs/DATA-FLOW).",
                "An earlier model there is replaced when the new one is complete."
            })
    private Path out;

    @Mixin
    private final FlowOptions<ColumnFlow> options =
            new FlowOptions<>(
                    ColumnFlow.class, "nsf", "any-order where columns are not all real numbers");

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
        ColumnFlow flow = flow(options, context.isEmpty());
        // Before a long file is read.
        Map<String, Domain> ofColumns = domains.domains();
        try (TableFile file = reading.open(data)) {
            TableProfile profile = kinds.profile(file);
            Map<String, Column> columns = kinds.chosen(profile);
            Map<String, Column> ofContext = takeContext(columns, context);
            Map<String, Column> all = new LinkedHashMap<>(columns);
            all.putAll(ofContext);
            if (!options.isNamed() && !KindOptions.areNumbers(all) && ofColumns.isEmpty()) {
                options.choose("any-order");
                flow = options.flow();
            }
            say(file, profile);
            if (flow instanceof TableFlow table) {
                WrongArguments.require(
                        ofColumns.isEmpty(), "--domain: expected none for any-order", ofColumns);
                FlowConfig config = TableModel.config(table, columns, ofContext);
                run(config, TrainingRows.of(file, config, this::split), rows(file));
            } else {
                trainOnNumbers(file, flow, List.copyOf(columns.keySet()), context, ofColumns);
            }
        }
        return 0;
    }

    private static Map<String, Column> takeContext(
            Map<String, Column> columns, List<String> context) {
        Map<String, Column> taken = new LinkedHashMap<>();
        for (String name : context) {
            Column column = columns.remove(name);
            WrongArguments.require(
                    column != null,
                    "--context: expected different columns of " + columns.keySet(),
                    name);
            taken.put(name, column);
        }
        WrongArguments.require(
                !columns.isEmpty(), "--context: expected a column that is not given", context);
        return taken;
    }

    private static void say(TableFile file, TableProfile profile) {
        profile.lines().forEach(line -> System.out.println(Console.printable(line)));
        file.notes().forEach(note -> System.out.println(Console.printable(note)));
        profile.notes().forEach(note -> System.out.println(Console.printable(note)));
        System.out.println();
    }

    private Split split(int rows) {
        return split == Splitting.MODULO ? Split.modulo(rows) : Split.random(rows, training.seed());
    }

    private static int rows(TableFile file) {
        int rows = Math.toIntExact(file.rows());
        if (rows < FEWEST_ROWS) {
            throw new IllegalArgumentException(
                    String.format("expected at least %d rows, got %d", FEWEST_ROWS, rows));
        }
        // As many as are for training.
        return rows - rows / 10 * 2;
    }

    private void trainOnNumbers(
            TableFile file,
            ColumnFlow flow,
            List<String> columns,
            List<String> context,
            Map<String, Domain> ofColumns)
            throws IOException {
        List<String> all = new ArrayList<>(columns);
        all.addAll(context);
        rows(file);
        double[][] rows = numbers(file.read(all));
        SplitTable parts = new SplitTable(rows, columns, context, ofColumns, split(rows.length));
        FlowConfig config = parts.config(flow);
        if (isNormal(flow) && config.features() == 1 && config.preparation().domains().isEmpty()) {
            System.out.printf(
                    "%s over one column is one normal distribution%s; --map"
                            + " rational-quadratic-spline can take other shapes.%n",
                    options.name(),
                    context.isEmpty() ? "" : " whose mean and deviation follow the context");
        }
        run(config, TrainingRows.of(parts, config), parts.training().length);
    }

    private static double[][] numbers(Table table) {
        double[][] rows = new double[table.rows()][table.columns().size()];
        for (int j = 0; j < table.columns().size(); j++) {
            TableColumn column = table.columns().get(j);
            for (int i = 0; i < rows.length; i++) {
                if (!(column instanceof TableColumn.Numbers numbers) || column.isMissing(i)) {
                    throw new IllegalArgumentException(
                            String.format(
                                    "expected numbers for this flow, got %s in row %d of %s; take"
                                            + " --flow any-order, or leave the column out by --drop",
                                    column.isMissing(i) ? "a missing cell" : "a text or time",
                                    i + 1,
                                    column.name()));
                }
                rows[i][j] = numbers.value(i);
            }
        }
        return rows;
    }

    private void run(FlowConfig config, TrainingRows rows, int forTraining) throws IOException {
        MaximumLikelihood.Builder settings =
                training.settings(forTraining, options.usual().training());
        new Run(options.name(), config, rows, folder(), settings, training.resume())
                .train(training.seed());
    }

    private Path folder() {
        if (out != null) {
            return out;
        }
        Path file = Path.of(data).getFileName();
        boolean named = file != null && !data.equals("-") && !data.contains(" ");
        String name = named ? file.toString().replaceFirst("(\\.[^.]*)?(\\.gz)?$", "") : "table";
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
