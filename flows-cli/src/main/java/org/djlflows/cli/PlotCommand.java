package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.console.Console;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.FlowPictures;
import org.djlflows.plot.Picture;
import org.djlflows.plot.TablePictures;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;
import org.djlflows.table.TableEncoding;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
        OVERVIEW,
        COLUMNS,
        PAIRS,
        CONDITIONAL;

        /** Tells whether it is for two columns of numbers alone. */
        private boolean isPlane() {
            return this != COLUMNS && this != PAIRS && this != CONDITIONAL;
        }

        private boolean showsData() {
            return this != DENSITY && this != WARP;
        }

        /** Tells whether samples are given the context of each row, unless something is given. */
        private boolean followsRows() {
            return !isPlane() || this == SAMPLES;
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
                    "The table, of any format that train reads; where there is none, density, warp"
                            + " and the pictures of columns of any kind show samples alone.")
    private Optional<String> data = Optional.empty();

    @Mixin private ReadingOptions reading;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description =
                    "columns (each with its data and samples, the worst fitted first), pairs, or"
                            + " conditional (--y given --x, with quantiles), and of two columns"
                            + " of numbers also density (colours, with lines that enclose 50, 90"
                            + " and 99 %% of the probability), warp (a grid of the noise, and"
                            + " where the flow takes it), samples (over the data) or overview"
                            + " (data, density, samples) (default: conditional with --x and --y,"
                            + " columns of a table of any kind, density of two columns of"
                            + " numbers, pairs of more).")
    private Optional<Kind> kind = Optional.empty();

    @Option(
            names = "--columns",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description = {
                "Only these, for columns and pairs (default: all for columns; for pairs up to 8, those that"
                        + " depend on each other most).",
                Names.QUOTING
            })
    private List<Names> columns = new ArrayList<>();

    @Option(
            names = "--x",
            paramLabel = "COL",
            description =
                    "The column that is given in conditional: of a flow of numbers one of the"
                            + " context.")
    private Optional<String> x = Optional.empty();

    @Option(names = "--y", paramLabel = "COL", description = "The column that is drawn given it.")
    private Optional<String> y = Optional.empty();

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
        WrongArguments.require(
                x.isPresent() == y.isPresent(), "expected --x and --y", "one of them");
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            ImagesCommand.requireTable(folder, model);
            FlowConfig config = model.config();
            boolean anyKind = config.flow() instanceof TableFlow;
            boolean plane = !anyKind && config.features() == 2;
            Kind usual = anyKind ? Kind.COLUMNS : plane ? Kind.DENSITY : Kind.PAIRS;
            Kind drawn = kind.orElse(x.isPresent() ? Kind.CONDITIONAL : usual);
            check(drawn, config, plane);
            manager.getEngine().setRandomSeed(seed);
            Picture picture =
                    anyKind ? draw(drawn, tablePictures(model)) : draw(drawn, model, manager);
            picture.save(out);
        }
        System.out.println("Picture: " + out);
        return 0;
    }

    private void check(Kind drawn, FlowConfig config, boolean plane) {
        WrongArguments.require(
                plane || !drawn.isPlane(),
                "--kind " + drawn + ": expected a model of two columns of numbers",
                "one of " + config.columns() + "; see columns and pairs");
        WrongArguments.require(
                data.isPresent() || config.flow() instanceof TableFlow || !drawn.showsData(),
                "--kind " + drawn + ": expected DATA",
                "none");
        WrongArguments.require(
                drawn == Kind.COLUMNS || drawn == Kind.PAIRS || columns.isEmpty(),
                "--kind " + drawn + ": expected no --columns",
                Names.all(columns));
        WrongArguments.require(
                (drawn == Kind.CONDITIONAL) == x.isPresent(),
                "--kind "
                        + drawn
                        + ": expected "
                        + (drawn == Kind.CONDITIONAL ? "--x and --y" : "no --x and --y"),
                x.isPresent() ? "both" : "none");
    }

    private TablePictures tablePictures(FlowModel model) {
        TablePictures pictures = data.isEmpty() ? TablePictures.of(model) : beside(model);
        return given.isEmpty() ? pictures : given.of(pictures);
    }

    private TablePictures beside(FlowModel model) {
        FlowConfig config = model.config();
        List<String> names = new ArrayList<>(config.columns());
        names.addAll(config.contextColumns());
        try (TableFile file = reading.openAndSay(data.orElseThrow())) {
            names.retainAll(file.names());
            if (names.isEmpty()) {
                NumberCells.require(file, config.columns());
            }
            return TablePictures.of(model, shown(file, config, names));
        }
    }

    private Table shown(TableFile file, FlowConfig config, List<String> names) {
        Map<String, Column> kinds = config.preparation().kinds();
        NumberCells cells = new NumberCells(reading.options());
        TableEncoding encoding = TableCells.encoding(config, names);
        EvenRows shown = EvenRows.of(file, TablePictures.MOST_ROWS);
        FloatBuffer rows = FloatBuffer.allocate(shown.count() * names.size());
        List<BadCell> bad = new ArrayList<>();
        shown.read(
                names,
                (part, numbers) -> {
                    Table own = cells.withPoints(part, kinds);
                    rows.put(encoding.encode(own, bad::add));
                });
        if (!bad.isEmpty()) {
            System.err.printf(
                    Locale.ROOT,
                    "%,d cells cannot be in their columns and are drawn as missing, such as one of"
                            + " column %s: %s%n",
                    bad.size(),
                    Console.printable(bad.get(0).column()),
                    Console.printable(bad.get(0).what()));
        }
        return encoding.decode(rows.array());
    }

    private Picture draw(Kind drawn, TablePictures pictures) {
        List<String> only = Names.all(columns);
        return switch (drawn) {
            case PAIRS -> only.isEmpty() ? pictures.pairs() : pictures.pairs(only);
            case CONDITIONAL -> pictures.conditional(x.orElseThrow(), y.orElseThrow());
            default -> only.isEmpty() ? pictures.columns() : pictures.columns(only);
        };
    }

    private Picture draw(Kind drawn, FlowModel model, NDManager manager) {
        FlowConfig config = model.config();
        boolean fixed = !given.isEmpty() || !drawn.followsRows();
        NDList context =
                fixed
                        ? new Encoding(config)
                                .context(
                                        manager,
                                        new double[][] {given.context(config.contextColumns())})
                        : new NDList();
        NDList rows = data.isPresent() ? rows(manager, config) : samples(manager, model, context);
        FlowPictures pictures = FlowPictures.of(model, rows);
        if (fixed) {
            pictures =
                    pictures.given(
                            context.isEmpty() ? new float[0] : context.get(0).toFloatArray());
        }
        List<String> only = Names.all(columns);
        return switch (drawn) {
            case DENSITY -> pictures.density();
            case WARP -> pictures.warp();
            case SAMPLES -> pictures.samplesOverData();
            case OVERVIEW -> pictures.overview();
            case COLUMNS -> only.isEmpty() ? pictures.columns() : pictures.columns(only);
            case PAIRS -> only.isEmpty() ? pictures.pairs() : pictures.pairs(only);
            case CONDITIONAL -> pictures.conditional(x.orElseThrow(), y.orElseThrow());
        };
    }

    private NDList rows(NDManager manager, FlowConfig config) {
        List<String> names = new ArrayList<>(config.columns());
        names.addAll(config.contextColumns());
        NumberCells cells = new NumberCells(reading.options());
        try (TableFile file = reading.openAndSay(data.orElseThrow())) {
            double[][] rows = EvenRows.of(file, TablePictures.MOST_ROWS).numbers(names, cells);
            return new Encoding(config).arrays(manager, rows);
        }
    }

    private static NDList samples(NDManager manager, FlowModel model, NDList context) {
        if (context.isEmpty()) {
            return new NDList(model.flow().sample(manager, SAMPLES));
        }
        NDArray rows = context.get(0).repeat(0, SAMPLES);
        return new NDList(model.flow().sample(rows), rows);
    }
}
