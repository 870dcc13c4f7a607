package org.djlflows.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;

import org.djlflows.NormalizingFlow;
import org.djlflows.console.Console;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelFolder;
import org.djlflows.interchange.BnafWeights;
import org.djlflows.interchange.FoundFlow;
import org.djlflows.interchange.ImportReport;
import org.djlflows.interchange.NflowsWeights;
import org.djlflows.interchange.NormflowsWeights;
import org.djlflows.interchange.ZukoWeights;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Residual;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.weights.StateDict;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** {@code flows import}: a model folder from weights of another library. */
@Command(
        name = "import",
        description =
                "Makes a model folder of a flow that nflows, zuko, normflows or the published code"
                        + " of BNAF has trained.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImportCommand implements Callable<Integer> {

    /** Whose weights they are. */
    enum Library {
        NFLOWS,
        ZUKO,
        NORMFLOWS,
        BNAF;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** That of which no tensor says another. */
    private static final ScalarMap SPLINE = Specs.defaults(ScalarMap.RationalQuadraticSpline.class);

    @Parameters(
            paramLabel = "FILE",
            description =
                    "A state_dict as safetensors or as torch.save writes it (.pth), of which nothing"
                            + " is executed.")
    private Path file;

    @Option(
            names = "--from",
            paramLabel = "LIBRARY",
            required = true,
            description = "nflows, zuko, normflows or bnaf.")
    private Library library;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The model folder; an earlier model there is replaced.")
    private Path out;

    @Option(
            names = "--columns",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description = {"The names of the features (default: x1, x2 and so on).", Names.QUOTING})
    private List<Names> columns = new ArrayList<>();

    @Option(
            names = "--context",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description =
                    "The names of the features of the context, likewise (default: c1, c2 and so"
                            + " on).")
    private List<Names> context = new ArrayList<>();

    @Option(
            names = "--mean",
            split = ",",
            paramLabel = "X",
            description =
                    "What was subtracted from each column of the training data, then from each of"
                            + " the context (default: 0).")
    private double[] mean;

    @Option(
            names = "--deviation",
            split = ",",
            paramLabel = "X",
            description = "By what each of them was divided then (default: 1).")
    private double[] deviation;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            description =
                    "The non-linearity of the networks of nflows, zuko and couplings of normflows,"
                            + " which no tensor tells: ${COMPLETION-CANDIDATES} (default: relu; elu"
                            + " of a CNF of zuko).")
    private Activation activation;

    @Option(
            names = "--bound",
            paramLabel = "B",
            description =
                    "Splines act on [-B, B], which no tensor tells: tail_bound of nflows and"
                            + " normflows (default for zuko: 5, for normflows: 3).")
    private Double bound;

    @Option(
            names = "--map",
            paramLabel = "NAME",
            description =
                    "The kind of the scalar maps, which no tensor tells: of nflows linear-spline,"
                            + " quadratic-spline, cubic-spline or rational-quadratic-spline (the"
                            + " default); of zuko bernstein for BPF, sum-of-squares for SOSPF"
                            + " (the default where soft clips lie between its transforms).")
    private String map;

    @Option(
            names = "--degree",
            paramLabel = "N",
            description = "The degree of SOSPF of zuko, with --map sum-of-squares (default: 4).")
    private Integer degree;

    @Option(
            names = "--integrand",
            paramLabel = "NAME",
            description =
                    "The non-linearity of the networks that UNAF of zuko integrates, which no tensor"
                            + " tells: ${COMPLETION-CANDIDATES} (default: elu).")
    private Activation integrand;

    @Option(
            names = "--residual",
            paramLabel = "NAME",
            description =
                    "The residual of all flows of bnaf but the last: none, normal or gated"
                            + " (default: gated).")
    private Residual residual;

    @Option(
            names = "--lipschitz",
            paramLabel = "X",
            description =
                    "lipschitz_const of the networks of residual flows of normflows, which no tensor"
                            + " tells (default: 0.97).")
    private Double lipschitz;

    @Option(
            names = "--prefix",
            paramLabel = "NAME",
            description =
                    "What the names of the tensors begin with before those of the library, such as"
                            + " model. or module.")
    private Optional<String> prefix = Optional.empty();

    @Override
    public Integer call() throws IOException {
        Path folder = out.toAbsolutePath().normalize();
        ModelFolder.requireReplaceable(folder);
        boolean networks = library == Library.NFLOWS || library == Library.ZUKO;
        refuseUnless(library != Library.BNAF, "--activation", activation);
        refuseUnless(library != Library.BNAF, "--bound", bound);
        refuseUnless(networks, "--map", map);
        refuseUnless(library == Library.ZUKO && map == null, "--integrand", integrand);
        refuseUnless(library == Library.BNAF, "--residual", residual);
        StateDict all = StateDict.read(file);
        StateDict weights = prefix.isPresent() ? all.under(prefix.get()) : all;
        FoundFlow found = find(weights);
        // Of zuko only the bound of rational-quadratic splines is free.
        boolean splines = Specs.find(found.flow(), "bins").isPresent() && !found.circles();
        refuseUnless(splines, "--bound", bound);
        boolean couplings = Specs.find(found.flow(), "masks").isPresent();
        refuseUnless(networks || couplings, "--activation", activation);
        refuseUnless(
                map != null && Specs.find(found.flow(), "polynomials").isPresent(),
                "--degree",
                degree);
        boolean residuals = Specs.find(found.flow(), "coefficient").isPresent();
        refuseUnless(residuals, "--lipschitz", lipschitz);
        if (splines && library == Library.NFLOWS && bound == null) {
            throw new WrongArguments(
                    "expected --bound, the tail_bound of the splines, which no tensor tells");
        }
        requireAngles(found);
        int numbers = found.features() + found.context();
        FlowConfig config =
                found.config(
                        names(columns, "x", found.features()),
                        names(context, "c", found.context()));
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            FlowModel model =
                    FlowModel.create(
                            config, each(mean, 0, numbers), each(deviation, 1, numbers), manager);
            ImportReport report = importInto(model.flow(), found, weights);
            model.save(folder, nothing -> {});
            print(config, report);
        }
        System.out.println("Model: " + folder);
        return 0;
    }

    private void refuseUnless(boolean fits, String option, Object value) {
        WrongArguments.require(
                fits || value == null,
                "expected no " + option + " for this flow of " + library,
                value);
    }

    /** Angles are not standardised. */
    private void requireAngles(FoundFlow found) {
        for (int i = 0; found.circles() && i < found.features(); i++) {
            requireIs("--mean", mean, i, 0);
            requireIs("--deviation", deviation, i, 1);
        }
    }

    private static void requireIs(String option, double[] given, int place, double value) {
        if (given != null && place < given.length) {
            WrongArguments.require(
                    given[place] == value,
                    String.format(
                            Locale.ROOT, "expected %s %.0f of angles in radians", option, value),
                    given[place]);
        }
    }

    private FoundFlow find(StateDict weights) throws IOException {
        Activation usual =
                library == Library.ZUKO ? ZukoWeights.usualActivation(weights) : Activation.RELU;
        Activation function = Objects.requireNonNullElse(activation, usual);
        double range = Objects.requireNonNullElse(bound, 5.0);
        return switch (library) {
            case NFLOWS -> NflowsWeights.find(weights, function, splines(range));
            case ZUKO ->
                    map == null && integrand == null
                            ? ZukoWeights.find(weights, function, range)
                            : ZukoWeights.find(
                                    weights, function, map == null ? integral() : polynomial());
            case NORMFLOWS ->
                    NormflowsWeights.find(
                            weights, function, Objects.requireNonNullElse(bound, 3.0));
            case BNAF ->
                    BnafWeights.find(weights, Objects.requireNonNullElse(residual, Residual.GATED));
        };
    }

    private ScalarMap splines(double range) {
        if (map == null) {
            return Specs.with(SPLINE, "bound", range);
        }
        ScalarMap named = named();
        WrongArguments.require(
                Specs.find(named, "bins").isPresent(), "--map: expected a spline", map);
        return Specs.with(named, "bound", range);
    }

    private ScalarMap integral() {
        ScalarMap usual = Specs.defaults(ScalarMap.UnconstrainedMonotonic.class);
        return Specs.with(usual, "integrand", integrand);
    }

    private ScalarMap polynomial() {
        ScalarMap named = named();
        WrongArguments.require(
                Specs.find(named, "degree").isPresent(),
                "--map: expected bernstein or sum-of-squares of zuko",
                map);
        ScalarMap usual = named instanceof ScalarMap.SumOfSquares ? ZukoWeights.SQUARES : named;
        return degree == null ? usual : Specs.with(usual, "degree", degree);
    }

    private ScalarMap named() {
        try {
            return (ScalarMap) Specs.parse("map", ScalarMap.class, map);
        } catch (IllegalArgumentException e) {
            throw new WrongArguments("--map: " + e.getMessage());
        }
    }

    private ImportReport importInto(NormalizingFlow flow, FoundFlow found, StateDict weights)
            throws IOException {
        return switch (library) {
            case NFLOWS -> NflowsWeights.importInto(flow, found, weights);
            case ZUKO -> ZukoWeights.importInto(flow, found, weights);
            case NORMFLOWS ->
                    lipschitz == null
                            ? NormflowsWeights.importInto(flow, found, weights)
                            : NormflowsWeights.importInto(flow, found, weights, lipschitz);
            case BNAF -> BnafWeights.importInto(flow, found, weights);
        };
    }

    private static List<String> names(List<Names> given, String letter, int count) {
        if (given.isEmpty()) {
            return IntStream.rangeClosed(1, count).mapToObj(i -> letter + i).toList();
        }
        List<String> names = Names.all(given);
        if (names.size() != count) {
            throw new IllegalArgumentException(
                    "expected " + count + " columns, as the flow has, got " + names);
        }
        return names;
    }

    private static double[] each(double[] given, double other, int count) {
        if (given != null) {
            return given;
        }
        double[] values = new double[count];
        Arrays.fill(values, other);
        return values;
    }

    private static void print(FlowConfig config, ImportReport report) {
        List<String> context = config.contextColumns();
        long tensors =
                report.rows().stream().flatMap(row -> row.name().stream()).distinct().count();
        long parameters =
                report.rows().stream().map(ImportReport.Row::parameter).distinct().count();
        System.out.printf(
                Locale.ROOT,
                "%s%nover %s%n%d tensors became %d parameters and buffers; no tensor is left"
                        + " over.%nCompare a density with that of the other library: not all that"
                        + " matters is in tensors.%n",
                config.flow(),
                Console.printable(
                        config.columns() + (context.isEmpty() ? "" : " given " + context)),
                tensors,
                parameters);
    }
}
