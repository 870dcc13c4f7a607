package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.cli.OwnKinds.Bends;
import org.djlflows.spec.Activation;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TarFlow;
import org.djlflows.spec.VectorFlow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options that come from the fields of flows; {@link Bends} is a map of somebody's own. */
class FlowOptionsTest {

    @Command
    private static final class OfVectors {
        @Mixin
        private final FlowOptions<VectorFlow> options = new FlowOptions<>(VectorFlow.class, "nsf");
    }

    @Command
    private static final class OfImages {
        @Mixin
        private final FlowOptions<ImageFlow> options = new FlowOptions<>(ImageFlow.class, "glow");

        @Mixin private final TarFlowOptions tarFlow = new TarFlowOptions();
    }

    private static FlowOptions<VectorFlow> vectors(String words) {
        OfVectors command = new OfVectors();
        new CommandLine(command).parseArgs(words.isEmpty() ? new String[0] : words.split(" "));
        return command.options;
    }

    private static OfImages images(String words) {
        OfImages command = new OfImages();
        new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(words.isEmpty() ? new String[0] : words.split(" "));
        return command;
    }

    private static VectorFlow flow(String words) {
        return vectors(words).flow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--transforms | The number of layers. At least 1 and at most 1000 (default: 8;"
                        + " bnaf, bpf, naf, sospf, unaf: 5; ffjord: 1; gf: 16; planar, radial: 32;"
                        + " residual: 12).",
                "--mixing | What mixes the features between the layers. One of none, reversal,"
                        + " lu-linear, rotation, permutation, permutation-and-lu-linear, soft-clip,"
                        + " permutation-and-soft-clip, dense-linear (default: lu-linear; bnaf: reversal; ffjord,"
                        + " planar, radial: none; gf: rotation).",
                "--map | autoregressive, coupling, elementwise, radial-coupling: the scalar maps that move"
                        + " features. One of additive, affine, analytic-map, bends, bernstein,"
                        + " cubic-spline, deep-dense-sigmoidal, deep-sigmoidal, integrated-network,"
                        + " linear-rational-spline, linear-spline, mixture-cdf, monotonic-network, quadratic-spline,"
                        + " rational-quadratic-spline, sinh-arcsinh, sum-of-squares, unconstrained-monotonic (default: analytic-map; bpf:"
                        + " bernstein; gf: mixture-cdf; maf, realnvp: affine; naf: deep-sigmoidal; nsf, nsf-ar:"
                        + " rational-quadratic-spline; sospf: sum-of-squares; unaf:"
                        + " integrated-network).",
                "--passes | autoregressive: into how many groups the orders are divided, which are"
                        + " the steps of sampling; 0 for single features. At least 0 and at most"
                        + " 65536 (default: 0)."
            })
    void theHelpTellsOfFields(String option, String text) {
        CommandLine command = new CommandLine(new OfVectors());
        OptionSpec found = command.getCommandSpec().findOption(option);
        assertEquals(List.of(text), List.of(found.description()));
    }

    /** A field that means different things has a line for each. */
    @Test
    void theHelpTellsOfEachMeaning() {
        OptionSpec hidden =
                new CommandLine(new OfVectors()).getCommandSpec().findOption("--hidden");
        assertEquals("N,..", hidden.paramLabel());
        assertEquals(
                List.of(
                        "block-neural-autoregressive: the widths of the hidden layers, in units of"
                                + " each feature. Each at least 1 and at most 65536.",
                        "continuous-flow, residual-flow: the widths of the hidden layers. Each at"
                                + " least 1 and at most 65536.",
                        "mlp: the widths of the hidden layers of each network. Each at least 1 and"
                                + " at most 65536 (default: 64,64; bnaf: 10,10)."),
                List.of(hidden.description()));
        OptionSpec width = new CommandLine(new OfVectors()).getCommandSpec().findOption("--width");
        assertEquals(
                List.of(
                        "bends: the width of a bend. At least 1 and at most 100.",
                        "residual-net: the width of all hidden layers. At least 1 and at most 65536"
                                + " (default: 4; residual-net: 64)."),
                List.of(width.description()));
        OptionSpec blocks = new CommandLine(new OfImages()).getCommandSpec().findOption("--blocks");
        assertEquals(
                List.of(
                        "realnvp-images, realnvp-published: the residual blocks of each network. At"
                                + " least 1 and at most 1000.",
                        "tarflow: the number of blocks. At least 1 and at most 100 (default: 2;"
                                + " realnvp-published: 8; tarflow: 4)."),
                List.of(blocks.description()));
    }

    /** Of flows over columns one preset has no layers. */
    @Test
    void theHelpTellsOfWhichPresetsAFieldIs() {
        OptionSpec base = new CommandLine(new TrainCommand()).getCommandSpec().findOption("--base");
        String text = base.description()[0];
        assertTrue(text.startsWith("all but any-order: the distribution of the noise."), text);
    }

    @Test
    void theHelpListsThePresets() {
        String help = new CommandLine(new OfVectors()).getUsageMessage();
        assertTrue(help.contains("bnaf              block neural autoregressive"), help);
        assertTrue(help.contains("realnvp           affine couplings"), help);
    }

    /** A text of the command, since the rate is no field. */
    @Test
    void theHelpTellsOfLearningRates() {
        Map<String, String> rates = new LinkedHashMap<>();
        Presets.of(ColumnFlow.class)
                .forEach((name, preset) -> rates.put(name, "" + preset.training().learningRate()));
        String text = helpOfRate(new TrainCommand());
        assertTrue(text.contains(FieldHelp.defaults(rates)), text);
        assertEquals(0.05, vectors("--flow bnaf").usual().training().learningRate());
        rates.clear();
        Presets.of(ImageFlow.class)
                .forEach((name, preset) -> rates.put(name, "" + preset.training().learningRate()));
        rates.put("tarflow, mnist", rates.remove("tarflow"));
        String ofImages = helpOfRate(new ImagesTrainCommand());
        assertTrue(ofImages.contains(FieldHelp.defaults(rates)), ofImages);
        assertEquals(0.001, images("").options.usual().training().learningRate());
    }

    private static String helpOfRate(Object command) {
        return new CommandLine(command)
                .getCommandSpec()
                .findOption("--learning-rate")
                .description()[0];
    }

    @Test
    void withoutOptionsFlowsAreThePresets() {
        assertEquals(Presets.neuralSplineFlow(), flow(""));
        for (String name : Presets.of(VectorFlow.class).keySet()) {
            assertEquals(Presets.named(name, VectorFlow.class), flow("--flow " + name));
        }
        assertEquals(Presets.autoregressiveSplineFlow(), flow("--flow NSF_AR"));
        assertEquals(Presets.glow(), images("").options.flow());
    }

    @Test
    void kindsChangeBeforeTheirFields() {
        assertEquals(
                Presets.neuralSplineFlow().withMap(new ScalarMap.Affine(ScaleMap.SOFT_CLIP)),
                flow("--map affine"));
        assertEquals(
                Presets.realNvp().withNetwork(new Network.ResidualNet(32, 2, Activation.TANH)),
                flow("--activation TANH --width 32 --network RESIDUAL_NET --flow realnvp"));
        assertEquals(
                Presets.maskedAutoregressiveFlow()
                        .withMap(Specs.defaults(ScalarMap.RationalQuadraticSpline.class))
                        .with("bins", 4)
                        .withHidden(16, 8)
                        .withMixing(Mixing.PERMUTATION),
                flow(
                        "--hidden 16,8 --bins 4 --map rational-quadratic-spline --flow maf"
                                + " --mixing Permutation"));
        assertEquals(
                Presets.planarFlow()
                        .with("transform", Presets.maskedAutoregressiveFlow().transform())
                        .with("passes", 2),
                flow("--flow planar --passes 2 --transform autoregressive"));
    }

    /** The map of realnvp is no affine one as it is by default. */
    @Test
    void theKindThatAFlowHasKeepsItsFields() {
        assertEquals(Presets.realNvp(), flow("--flow realnvp --map affine"));
    }

    @Test
    void kindsOfSomebodysOwnHaveOptions() {
        VectorFlow flow = flow("--flow maf --map bends --width 3");
        assertEquals(Presets.maskedAutoregressiveFlow().withMap(new Bends(3)), flow);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--flow realnvp --bins 8 | expected no --bins for realnvp, got 8",
                "--map affine --bins 8 | expected no --bins for nsf with --map affine, got 8",
                "--flow bnaf --network mlp | expected no --network for bnaf with --network mlp",
                "--bins 1 | --bins: RationalQuadraticSpline: expected bins of at least 2 and",
                "--bins some | --bins: expected a number for bins, got some",
                "--hidden 8, | --hidden: expected a number for hidden, got ",
                "--map bent | --map: expected map of [additive, affine, analytic-map, ",
                "--mixing all | --mixing: expected mixing of [dense-linear, lu-linear, none, permutation, ",
                "--flow glow | --flow: expected one of [analytic, bnaf, bpf, ffjord, gf, maf, "
            })
    void whatDoesNotFitIsRefused(String words, String message) {
        FlowOptions<VectorFlow> options = vectors(words);
        Exception refusal = assertThrows(WrongArguments.class, options::flow);
        assertTrue(refusal.getMessage().startsWith(message), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "--hidden 8, --hidden",
        "--network mlp, --network",
        "--activation relu, --activation"
    })
    void partsWithoutUseAreRefused(String words, String option) {
        FlowOptions<VectorFlow> options = vectors("--flow radial --transforms 2 " + words);
        VectorFlow flow = options.flow();
        Exception refusal =
                assertThrows(
                        WrongArguments.class,
                        () -> options.refuse(flow, "network", "without --context"));
        assertTrue(refusal.getMessage().startsWith("expected no " + option + " for radial"));
        FlowOptions<VectorFlow> others = vectors("--flow radial --transforms 2");
        others.refuse(others.flow(), "network", "without --context");
    }

    @Test
    void imagesHaveTheirOwn() {
        OfImages command = images("--scales 1 --steps 3 --filters 8");
        assertEquals(new Glow(1, 3, 8), command.options.flow());
    }

    /** Heads follow the width, unless they are given too. */
    @ParameterizedTest
    @CsvSource({
        "'', 4, 128, 64, 0.1",
        "--hidden 8, 4, 8, 8, 0.1",
        "--hidden 96 --head-width 48, 4, 96, 48, 0.1",
        "--head-width 32 --noise 0, 4, 128, 32, 0",
        "--config imagenet64, 2, 768, 64, 0.05",
        "--config AFHQ256 --hidden 32 --patch 4, 4, 32, 32, 0.07"
    })
    void tarFlowsBeginWithAConfiguration(
            String words, int patch, int hidden, int headWidth, double noise) {
        OfImages command = images(("--flow tarflow " + words).strip());
        TarFlow flow = (TarFlow) command.tarFlow.flow(command.options);
        List<Object> found =
                List.of(flow.patch(), flow.hidden(), flow.widthOfHeads(), flow.noise());
        assertEquals(List.of(patch, hidden, headWidth, noise), found);
    }

    /** A field that is true or false needs no value, and does not swallow what follows. */
    @Test
    void truthNeedsNoValue() {
        OfImages command = images("--flow tarflow --bfloat16 --volume-preserving false --patch 2");
        TarFlow flow = (TarFlow) command.options.flow();
        assertTrue(flow.bfloat16());
        assertEquals(List.of(false, 2), List.of(flow.volumePreserving(), flow.patch()));
    }
}
