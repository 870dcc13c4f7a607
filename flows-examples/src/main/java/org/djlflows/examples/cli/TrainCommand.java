package org.djlflows.examples.cli;

import org.djlflows.data.Split;
import org.djlflows.examples.data.CsvTable;
import org.djlflows.model.AutoregressiveSplineFlow;
import org.djlflows.model.BlockNeuralAutoregressiveFlow;
import org.djlflows.model.MaskedAutoregressiveFlow;
import org.djlflows.model.NeuralSplineFlow;
import org.djlflows.model.PlanarFlow;
import org.djlflows.model.RadialFlow;
import org.djlflows.model.RealNvp;
import org.djlflows.model.SplinePresetBuilder;
import org.djlflows.model.SplitTable;
import org.djlflows.model.VectorPresetBuilder;
import org.djlflows.training.MaximumLikelihood;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code flows train}: fits a flow to a CSV file and writes a model folder with a report. */
@Command(
        name = "train",
        description = "Fits a flow to a CSV file with a header and numeric columns.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {

    /** The flows by their short names. */
    enum Flow {
        REALNVP,
        NSF,
        MAF,
        NSF_AR,
        BNAF,
        PLANAR,
        RADIAL;

        VectorPresetBuilder<?> builder() {
            return switch (this) {
                case REALNVP -> RealNvp.builder();
                case NSF -> NeuralSplineFlow.builder();
                case MAF -> MaskedAutoregressiveFlow.builder();
                case NSF_AR -> AutoregressiveSplineFlow.builder();
                case BNAF -> BlockNeuralAutoregressiveFlow.builder();
                case PLANAR -> PlanarFlow.builder();
                case RADIAL -> RadialFlow.builder();
            };
        }

        /** Weights of BNAF are logarithms, which have a longer way to go. */
        double usualRate() {
            return this == BNAF ? 0.05 : 0.003;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

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

    @Option(
            names = "--flow",
            paramLabel = "NAME",
            defaultValue = "nsf",
            description =
                    "realnvp (affine couplings), nsf (spline couplings), maf (affine"
                            + " autoregressive), nsf-ar (autoregressive splines), bnaf (block"
                            + " neural autoregressive), planar or radial"
                            + " (default: ${DEFAULT-VALUE}).")
    private Flow flow;

    @Option(
            names = "--context",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description = {
                "Columns that are given: the flow models the others conditioned on them.",
                Names.QUOTING
            })
    private List<Names> given = new ArrayList<>();

    @Option(
            names = "--transforms",
            paramLabel = "N",
            description = "The number of layers (default: 8; bnaf: 5; planar, radial: 32).")
    private Integer transforms;

    @Option(
            names = "--hidden",
            split = ",",
            paramLabel = "N",
            description =
                    "The widths of the hidden layers of each network; for bnaf in units of each"
                            + " feature (default: 64,64; bnaf: 10,10).")
    private int[] hidden;

    @Option(
            names = "--bins",
            paramLabel = "N",
            description = "The bins of each spline, for nsf and nsf-ar (default: 8).")
    private Integer bins;

    @Option(
            names = "--bound",
            paramLabel = "B",
            description =
                    "Splines act on [-B, B], in standard deviations, for nsf and nsf-ar"
                            + " (default: 5).")
    private Double bound;

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
        CsvTable table = CsvTable.read(data);
        List<String> columns = new ArrayList<>(table.columns());
        List<String> context = Names.all(given);
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
        Path folder = out == null ? Path.of("runs", name + '-' + flow) : out;
        Split rows =
                split == Splitting.MODULO
                        ? Split.modulo(table.rows())
                        : Split.random(table.rows(), training.seed());
        List<String> all = new ArrayList<>(columns);
        all.addAll(context);
        SplitTable parts = new SplitTable(table.toRows(all), columns, context, rows);
        MaximumLikelihood.Builder settings =
                training.settings(parts.training().length, flow.usualRate());
        VectorPresetBuilder<?> preset = preset(context.isEmpty());
        boolean normal = flow == Flow.REALNVP || flow == Flow.MAF;
        if (normal && parts.config(preset).preset().features() == 1) {
            System.out.printf(
                    "%s over one column is one normal distribution%s; --flow nsf can take other"
                            + " shapes.%n",
                    flow, context.isEmpty() ? "" : " whose mean and deviation follow the context");
        }
        new Run(parts, preset, folder, settings, training.resume()).train(training.seed());
        return 0;
    }

    private VectorPresetBuilder<?> preset(boolean unconditional) {
        VectorPresetBuilder<?> builder = flow.builder();
        if (builder instanceof SplinePresetBuilder<?> splines) {
            if (bins != null) {
                splines.optBins(bins);
            }
            if (bound != null) {
                splines.optBound(bound);
            }
        } else {
            refuse("--bins", bins);
            refuse("--bound", bound);
        }
        if (unconditional && (flow == Flow.PLANAR || flow == Flow.RADIAL)) {
            refuse("--hidden", hidden == null ? null : Arrays.toString(hidden));
        }
        if (transforms != null) {
            builder.optTransforms(transforms);
        }
        if (hidden != null) {
            builder.optHidden(hidden);
        }
        return builder;
    }

    private void refuse(String option, Object value) {
        if (value != null) {
            throw new IllegalArgumentException(
                    "expected no " + option + " for " + flow + ", got " + value);
        }
    }
}
