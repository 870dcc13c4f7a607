package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.FlowPictures;
import org.djlflows.plot.Picture;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code flows plot}: a picture of a model, beside data if there is a table. */
@Command(
        name = "plot",
        description = "Draws what a model learned, as PNG or SVG.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PlotCommand implements Callable<Integer> {

    /** What is drawn in place of data where there are none. */
    private static final int SAMPLES = 5000;

    /** The pictures. */
    enum Kind {
        DENSITY,
        WARP,
        SAMPLES,
        PAIRS,
        OVERVIEW;

        private Picture draw(FlowPictures pictures) {
            return switch (this) {
                case DENSITY -> pictures.density();
                case WARP -> pictures.warp();
                case SAMPLES -> pictures.samplesOverData();
                case PAIRS -> pictures.pairs();
                case OVERVIEW -> pictures.overview();
            };
        }

        private boolean showsData() {
            return this != DENSITY && this != WARP;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DATA",
            description =
                    "The table, of any format that train reads; density and warp show samples where"
                            + " there is none.")
    private Optional<String> data = Optional.empty();

    @Mixin private ReadingOptions reading;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description =
                    "density (colours, with lines that enclose 50, 90 and 99 %% of the "
                            + "probability), warp (a grid of the noise, and where the flow takes "
                            + "it), samples (over the data) or overview (data, density, samples) "
                            + "of a model of two columns, or pairs of any (default: density of "
                            + "two columns, pairs of others).")
    private Optional<Kind> kind = Optional.empty();

    @Mixin private GivenOption given;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "The seed of the samples (default: ${DEFAULT-VALUE}).")
    private int seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "The file to write, .png or .svg.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        Picture.requireWritable(out);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            requireNumbers(model.config());
            manager.getEngine().setRandomSeed(seed);
            FlowConfig config = model.config();
            boolean plane = config.features() == 2;
            Kind drawn = kind.orElse(plane ? Kind.DENSITY : Kind.PAIRS);
            check(drawn, config, plane);
            boolean fixed = !given.isEmpty() || (drawn != Kind.PAIRS && drawn != Kind.SAMPLES);
            NDList context =
                    fixed
                            ? new Encoding(config)
                                    .context(
                                            manager,
                                            new double[][] {given.context(config.contextColumns())})
                            : new NDList();
            NDList rows =
                    data.isPresent() ? rows(manager, config) : samples(manager, model, context);
            FlowPictures pictures = FlowPictures.of(model, rows);
            if (fixed) {
                pictures =
                        pictures.given(
                                context.isEmpty() ? new float[0] : context.get(0).toFloatArray());
            }
            drawn.draw(pictures).save(out);
        }
        System.out.println("Picture: " + out);
        return 0;
    }

    private void requireNumbers(FlowConfig config) throws IOException {
        if (config.flow() instanceof TableFlow) {
            throw new IOException(
                    folder
                            + ": expected a model of numbers alone, got one of table-flow, which has"
                            + " levels and missing cells; draw rows by flows sample and plot those");
        }
    }

    private void check(Kind drawn, FlowConfig config, boolean plane) {
        WrongArguments.require(
                drawn == Kind.PAIRS || plane,
                "--kind " + drawn + ": expected a model of two columns",
                "one of " + config.columns() + "; see pairs");
        WrongArguments.require(
                data.isPresent() || !drawn.showsData(),
                "--kind " + drawn + ": expected DATA",
                "none");
    }

    private NDList rows(NDManager manager, FlowConfig config) {
        List<String> names = new ArrayList<>(config.columns());
        names.addAll(config.contextColumns());
        NumberCells cells = new NumberCells(reading.options());
        try (TableFile file = reading.openAndSay(data.orElseThrow())) {
            NumberCells.require(file, names);
            return new Encoding(config)
                    .arrays(manager, cells.rows(file.read(names), PlotCommand::refuse));
        }
    }

    private static void refuse(BadCell cell) {
        throw new IllegalArgumentException(
                String.format(
                        Locale.ROOT,
                        "row %d, column %s: %s",
                        cell.row() + 1,
                        cell.column(),
                        cell.what()));
    }

    private static NDList samples(NDManager manager, FlowModel model, NDList context) {
        if (context.isEmpty()) {
            return new NDList(model.flow().sample(manager, SAMPLES));
        }
        NDArray rows = context.get(0).repeat(0, SAMPLES);
        return new NDList(model.flow().sample(rows), rows);
    }
}
