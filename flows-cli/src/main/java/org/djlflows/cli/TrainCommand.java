package org.djlflows.cli;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.CsvTable;
import org.djlflows.model.SplitTable;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Domain;
import org.djlflows.spec.ScalarMap.Additive;
import org.djlflows.spec.ScalarMap.Affine;
import org.djlflows.spec.Specs;
import org.djlflows.spec.Transform.Planar;
import org.djlflows.spec.Transform.Radial;
import org.djlflows.spec.VectorFlow;
import org.djlflows.training.MaximumLikelihood;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    @Parameters(paramLabel = "DATA.csv", description = "The table.")
    private Path data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = {
                "The model folder (default: runs/DATA-FLOW).",
                "An earlier model there is replaced when the new one is complete."
            })
    private Path out;

    @Mixin
    private final FlowOptions<ColumnFlow> options = new FlowOptions<>(ColumnFlow.class, "nsf");

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
        CsvTable table = CsvTable.read(data);
        List<String> columns = new ArrayList<>(table.columns());
        if (Set.copyOf(context).size() < context.size()) {
            throw new IllegalArgumentException("expected each context column once, got " + context);
        }
        for (String column : context) {
            if (!columns.remove(column)) {
                throw new IllegalArgumentException(
                        data
                                + ": expected context columns of "
                                + table.columns()
                                + ", got "
                                + column);
            }
        }
        if (columns.isEmpty()) {
            throw new IllegalArgumentException(
                    data + ": expected a column that is not context, got none");
        }
        String name = data.getFileName().toString().replaceFirst("\\.[^.]*$", "");
        Path folder = out == null ? Path.of("runs", name + '-' + options.name()) : out;
        Split rows =
                split == Splitting.MODULO
                        ? Split.modulo(table.rows())
                        : Split.random(table.rows(), training.seed());
        List<String> all = new ArrayList<>(columns);
        all.addAll(context);
        SplitTable parts = new SplitTable(table.toRows(all), columns, context, ofColumns, rows);
        MaximumLikelihood.Builder settings =
                training.settings(parts.training().length, options.usual());
        FlowConfig config = parts.config(flow);
        if (isNormal(flow) && config.features() == 1 && config.preparation().domains().isEmpty()) {
            System.out.printf(
                    "%s over one column is one normal distribution%s; --map"
                            + " rational-quadratic-spline can take other shapes.%n",
                    options.name(),
                    context.isEmpty() ? "" : " whose mean and deviation follow the context");
        }
        new Run(options.name(), config, parts, folder, settings, training.resume())
                .train(training.seed());
        return 0;
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
