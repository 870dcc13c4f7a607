package org.djlflows.cli;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.NormalizingFlow;
import org.djlflows.console.Console;
import org.djlflows.evaluation.Bounds;
import org.djlflows.evaluation.CheckReport;
import org.djlflows.evaluation.Finding;
import org.djlflows.evaluation.Finding.Verdict;
import org.djlflows.evaluation.FitCheck;
import org.djlflows.evaluation.FlowCheck;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.CalibrationPicture;
import org.djlflows.plot.Picture;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code flows check}: whether a model is a distribution, and that of the data. */
@Command(
        name = "check",
        description = {
            "Checks that a model is a distribution: each layer against its inverse and its Jacobian,"
                    + " values that are no numbers, and the integral of the density; and that it is"
                    + " that of rows it was not trained on: likelihood, two-sample tests between"
                    + " rows and samples, calibration.",
            "A line begins with ok, WRONG (of a formula, a layer or a density), differs (the rows are"
                    + " told from samples: the model does not fit them perfectly) or open (could not"
                    + " be told).",
            "Ends with the status 1 where anything is WRONG."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CheckCommand implements Callable<Integer> {

    /** The rows whose densities are looked at. */
    private static final int MOST_ROWS = 100_000;

    private static final int FEWEST_COMPARED = 20;
    private static final int MOST_COMPARED = 4000;
    private static final int SAMPLES = 1000;

    private static final List<String> HEADER =
            List.of("verdict", "subject", "check", "value", "text");

    @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DATA",
            description =
                    "Rows that had no part in the training, of any format that train reads (default:"
                            + " those that were left aside in training).")
    private Optional<String> data = Optional.empty();

    @Mixin private ReadingOptions reading;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "How many rows, evenly spread, are compared with samples, 20 to 4,000 (default:"
                            + " ${DEFAULT-VALUE}): the more, the smaller differences are found.")
    private int compared;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "99",
            description =
                    "How many samples are drawn for each of these rows, for the calibration"
                            + " (default: ${DEFAULT-VALUE}).")
    private int draws;

    @Option(
            names = "--strict",
            description = "End with the status 1 also where rows and samples differ (default: 0).")
    private boolean strict;

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description =
                    "Draw the coverage and the ranks of each column with their bands, as .png or"
                            + " .svg.")
    private Optional<Path> picture = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "A file for the findings as CSV, beside what is printed.")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(
                compared >= FEWEST_COMPARED && compared <= MOST_COMPARED,
                "--rows: expected 20 to 4000",
                compared);
        WrongArguments.require(draws >= 1, "--draws: expected 1 or more", draws);
        if (picture.isPresent()) {
            Picture.requireWritable(picture.get());
        }
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            Optional<NDList> heldOut =
                    data.isPresent()
                            ? Optional.of(read(data.get(), model.config(), manager))
                            : leftAside(model, manager);
            NDList rows = heldOut.orElseGet(() -> samples(model, manager));
            CheckReport report = mathematics(model, rows, manager);
            boolean comparable = heldOut.isPresent() && report.isRight();
            if (comparable) {
                report = report.and(fit(model, rows));
            } else {
                report = report.and(notCompared(heldOut.isPresent()));
            }
            say(report);
            if (out.isPresent()) {
                CheckReport found = report;
                CsvSink.write(out, HEADER, writer -> write(found, writer));
            }
            boolean unable = !comparable && (strict || picture.isPresent());
            boolean fails = unable || (strict && !report.of(Verdict.DIFFERS).isEmpty());
            return report.isRight() && !fails ? 0 : 1;
        }
    }

    private static CheckReport notCompared(boolean hasRows) {
        String why =
                hasRows
                        ? "not compared with rows, since something is wrong"
                        : "not compared with rows, since the model keeps none: give a table of them";
        return new CheckReport(List.of(new Finding("fit", "rows", Verdict.OPEN, Double.NaN, why)));
    }

    private NDList read(String source, FlowConfig config, NDManager manager) {
        List<String> names = new ArrayList<>(config.columns());
        names.addAll(config.contextColumns());
        NumberCells cells = new NumberCells(reading.options());
        try (TableFile file = reading.openAndSay(source)) {
            NumberCells.require(file, names);
            EvenRows rows = EvenRows.of(file, MOST_ROWS);
            if (rows.count() < FEWEST_COMPARED) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s: expected at least %d rows, got %d",
                                source, FEWEST_COMPARED, rows.count()));
            }
            if (config.flow() instanceof TableFlow) {
                return ofAnyKind(source, config, rows, names, manager);
            }
            return new Encoding(config).arrays(manager, rows.numbers(names, cells));
        }
    }

    private NDList ofAnyKind(
            String source,
            FlowConfig config,
            EvenRows rows,
            List<String> names,
            NDManager manager) {
        TableCells cells = new TableCells(config);
        NumberCells numbers = new NumberCells(reading.options());
        BadCells bad = new BadCells(source, false, "counts as missing");
        List<float[]> features = new ArrayList<>();
        List<float[]> context = new ArrayList<>();
        rows.read(
                names,
                (part, places) -> {
                    Table own = numbers.withPoints(part, config.preparation().kinds());
                    features.add(
                            cells.features(
                                    own, cell -> bad.say(places[cell.row()] - cell.row(), cell)));
                    context.add(
                            cells.context(
                                    own, cell -> bad.say(places[cell.row()] - cell.row(), cell)));
                });
        return arrays(manager, rows.count(), joined(features), joined(context));
    }

    private static float[] joined(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int done = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, done, part.length);
            done += part.length;
        }
        return all;
    }

    private static NDList arrays(NDManager manager, int rows, float[] features, float[] context) {
        NDList arrays =
                new NDList(manager.create(features, new Shape(rows, features.length / rows)));
        if (context.length > 0) {
            arrays.add(manager.create(context, new Shape(rows, context.length / rows)));
        }
        return arrays;
    }

    /** The calibration rows of the model, if there are enough. */
    private static Optional<NDList> leftAside(FlowModel model, NDManager manager) {
        int features = model.config().features();
        int width = features + model.config().context();
        float[] cells =
                model.anomalies().map(score -> score.calibrationRows()).orElse(new float[0]);
        int rows = cells.length / width;
        if (rows < FEWEST_COMPARED) {
            return Optional.empty();
        }
        float[] x = new float[rows * features];
        float[] context = new float[cells.length - x.length];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(cells, i * width, x, i * features, features);
            System.arraycopy(
                    cells, i * width + features, context, i * (width - features), width - features);
        }
        return Optional.of(arrays(manager, rows, x, context));
    }

    private NDList samples(FlowModel model, NDManager manager) {
        WrongArguments.require(
                model.config().contextColumns().isEmpty(),
                "expected DATA for a model of columns that are given, without rows of its own",
                "none");
        try (RandomNumbers numbers = RandomNumbers.seeded(0)) {
            return new NDList(model.flow().sample(manager, SAMPLES));
        }
    }

    private static CheckReport mathematics(FlowModel model, NDList rows, NDManager manager) {
        NormalizingFlow flow = model.flow();
        FlowConfig config = model.config();
        if (config.flow() instanceof TableFlow) {
            return FlowCheck.rows(flow, rows);
        }
        Bounds bounds =
                Bounds.of(names(config).stream().map(config.preparation()::domain).toList());
        NDList wide = new NDList();
        rows.forEach(array -> wide.add(array.toType(DataType.FLOAT64, false)));
        return FlowCheck.layers(model.inDoublePrecision(manager), wide)
                .and(FlowCheck.density(flow, rows, bounds));
    }

    private static List<String> names(FlowConfig config) {
        return new RowEncoding(config).varyingFeatures();
    }

    private CheckReport fit(FlowModel model, NDList rows) throws IOException {
        List<String> names = names(model.config());
        FitCheck fit = FitCheck.of(model.flow(), rows, compared, draws, names);
        if (picture.isPresent()) {
            CalibrationPicture.of(fit.calibration(), names).save(picture.get());
        }
        return fit.report();
    }

    private static void say(CheckReport report) {
        System.out.println(Console.printableLines(report.toString()));
        System.out.println(
                report.findings().size()
                        + " checks: "
                        + Stream.of(Verdict.values())
                                .filter(verdict -> !report.of(verdict).isEmpty())
                                .map(verdict -> report.of(verdict).size() + " " + verdict)
                                .collect(Collectors.joining(", ")));
    }

    private static void write(CheckReport report, CsvWriter writer) {
        for (Finding finding : report.findings()) {
            writer.writeRecord(
                    finding.verdict().toString(),
                    finding.subject(),
                    finding.check(),
                    Double.isNaN(finding.value()) ? "" : Double.toString(finding.value()),
                    finding.text());
        }
    }
}
