package org.djlflows.spec;

import static org.djlflows.files.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;

import org.djlflows.spec.ScalarMap.RationalQuadraticSpline;
import org.djlflows.spec.Transform.Autoregressive;
import org.djlflows.spec.Transform.Coupling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

class SpecsTest {

    private static final List<Class<? extends Spec>> FAMILIES =
            List.of(
                    FlowSpec.class,
                    Transform.class,
                    ScalarMap.class,
                    Network.class,
                    Base.class,
                    Domain.class,
                    Column.class);

    static Stream<Class<? extends Record>> kinds() {
        return FAMILIES.stream().flatMap(family -> Specs.kinds(family).values().stream());
    }

    /** Those of the library but for levels, which nobody can guess. */
    static Stream<Class<? extends Record>> kindsWithDefaults() {
        return kinds().filter(kind -> kind.getEnclosingClass() != OwnKinds.class)
                .filter(kind -> kind != Column.Category.class);
    }

    private static <T> void refuses(String message, Class<T> type, Object... values) {
        assertRefused(
                IllegalArgumentException.class, message, () -> Specs.make(type, values.clone()));
    }

    @Test
    void theFamiliesHaveTheirKinds() {
        assertEquals(
                Set.of(
                        "vector-flow",
                        "table-flow",
                        "real-nvp-images",
                        "published-real-nvp",
                        "glow",
                        "published-glow",
                        "jet",
                        "tar-flow"),
                Specs.kinds(FlowSpec.class).keySet());
        assertEquals(
                Set.of(
                        "coupling",
                        "autoregressive",
                        "block-neural-autoregressive",
                        "planar",
                        "radial",
                        "radial-coupling",
                        "continuous-flow",
                        "residual-flow",
                        "elementwise",
                        "mirrored"),
                Specs.kinds(Transform.class).keySet());
        assertEquals(
                Set.of(
                        "additive",
                        "affine",
                        "cubic-spline",
                        "linear-rational-spline",
                        "linear-spline",
                        "quadratic-spline",
                        "rational-quadratic-spline",
                        "sinh",
                        "deep-sigmoidal",
                        "deep-dense-sigmoidal",
                        "bernstein",
                        "sum-of-squares",
                        "integrated-network",
                        "monotonic-network",
                        "unconstrained-monotonic",
                        "mixture-cdf",
                        "analytic-map",
                        "sinh-arcsinh"),
                Specs.kinds(ScalarMap.class).keySet());
        assertEquals(Set.of("mlp", "residual-net", "fourier"), Specs.kinds(Network.class).keySet());
        assertEquals(
                Set.of(
                        "standard-normal",
                        "diagonal-normal",
                        "full-normal",
                        "low-rank-normal",
                        "class-conditional-normal",
                        "laplace",
                        "student-t",
                        "gaussian-mixture",
                        "resampled",
                        "von-mises"),
                Specs.kinds(Base.class).keySet());
        assertEquals(
                Set.of("line", "half-line", "interval", "circle"),
                Specs.kinds(Domain.class).keySet());
        assertEquals(
                Set.of("real", "whole", "time", "category"), Specs.kinds(Column.class).keySet());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyComponentOfAKindIsAField(Class<? extends Record> kind) {
        for (RecordComponent component : kind.getRecordComponents()) {
            Field field = Specs.field(component);
            assertFalse(field.value().isBlank(), component.getName());
            assertFalse(field.value().endsWith("."), component.getName());
            assertTrue(field.least() <= field.most(), component.getName());
        }
    }

    @ParameterizedTest
    @MethodSource("kindsWithDefaults")
    void kindsHaveDefaultsThatAreKept(Class<? extends Record> kind) {
        Record value = Specs.defaults(kind);
        JsonElement json = SpecJson.write(value);
        assertEquals(value, SpecJson.read(json, kind, "it"));
        String least = "{\"kind\": \"" + Specs.name(kind) + "\"}";
        assertEquals(value, SpecJson.read(JsonParser.parseString(least), kind, "it"));
        assertEquals(value, Specs.parse("it", kind, Specs.name(kind)));
    }

    @Test
    void presetsAreNamed() {
        assertEquals(
                Set.of(
                        "bnaf",
                        "ffjord",
                        "maf",
                        "nsf",
                        "nsf-ar",
                        "planar",
                        "radial",
                        "realnvp",
                        "naf",
                        "unaf",
                        "sospf",
                        "bpf",
                        "analytic",
                        "radial-coupling",
                        "gf",
                        "residual"),
                Presets.of(VectorFlow.class).keySet());
        assertEquals(
                Set.of(
                        "glow",
                        "glow-published",
                        "jet",
                        "realnvp-images",
                        "realnvp-published",
                        "tarflow"),
                Presets.of(ImageFlow.class).keySet());
        assertEquals(Set.of("any-order"), Presets.of(TableFlow.class).keySet());
        for (String name : Presets.of(FlowSpec.class).keySet()) {
            FlowSpec flow = Presets.named(name, FlowSpec.class);
            assertEquals(flow, SpecJson.read(SpecJson.write(flow), FlowSpec.class, "flow"));
        }
        assertEquals(Presets.neuralSplineFlow(), Presets.named("nsf", VectorFlow.class));
        assertRefused(
                IllegalArgumentException.class,
                "expected a flow of [glow, glow-published, jet, realnvp-images, realnvp-published,"
                        + " tarflow], got nsf",
                () -> Presets.named("nsf", ImageFlow.class));
    }

    @Test
    void namesHaveHyphens() {
        assertEquals("tar-flow", Specs.name(TarFlow.class));
        assertEquals("rational-quadratic-spline", Specs.name(RationalQuadraticSpline.class));
        assertEquals("last-residual", Specs.hyphened("lastResidual"));
        assertEquals("first-half", Specs.hyphened(Kept.FIRST_HALF.name()));
        assertEquals("bfloat16", Specs.hyphened("bfloat16"));
    }

    private static Object parsed(Class<?> kind, String field, String text) {
        RecordComponent component =
                Arrays.stream(kind.getRecordComponents())
                        .filter(found -> found.getName().equals(field))
                        .findFirst()
                        .orElseThrow();
        return Specs.parse(field, component.getGenericType(), text);
    }

    @Test
    void textIsParsedByTheTypeOfItsField() {
        assertEquals(7, parsed(TarFlow.class, "patch", "7"));
        assertEquals(0.25, parsed(TarFlow.class, "noise", "0.25"));
        assertEquals(5.0, parsed(TarFlow.class, "noise", "5"));
        assertEquals(true, parsed(TarFlow.class, "bfloat16", "true"));
        assertEquals(false, parsed(TarFlow.class, "bfloat16", "false"));
        assertEquals(Activation.GELU, parsed(Network.Mlp.class, "activation", "gelu"));
        assertEquals(ScaleMap.SOFT_CLIP, parsed(ScalarMap.Affine.class, "scale", "soft-clip"));
        assertEquals(ScaleMap.SOFT_CLIP, parsed(ScalarMap.Affine.class, "scale", "SOFT_CLIP"));
        assertEquals(List.of(5), parsed(Network.Mlp.class, "hidden", "5"));
        assertEquals(List.of(5, 6, 7), parsed(Network.Mlp.class, "hidden", "5,6,7"));
        assertEquals(List.of(), parsed(Network.Mlp.class, "hidden", ""));
        assertEquals(List.of(Kept.ODD, Kept.EVEN), parsed(Coupling.class, "masks", "odd,even"));
        assertEquals(new ScalarMap.Additive(), parsed(Coupling.class, "map", "additive"));
        assertEquals(
                Specs.defaults(Network.ResidualNet.class),
                parsed(Coupling.class, "network", "residual-net"));
        assertEquals(OptionalDouble.of(3.5), parsed(OwnKinds.Sinh.class, "end", "3.5"));
        assertEquals("a, b", parsed(OwnKinds.Sinh.class, "label", "a, b"));
    }

    private static void refusesToParse(Class<?> kind, String field, String text, String message) {
        assertRefused(IllegalArgumentException.class, message, () -> parsed(kind, field, text));
    }

    @Test
    void textOfAnotherTypeIsRefused() {
        refusesToParse(TarFlow.class, "patch", "7.0", "expected a number for patch, got 7.0");
        refusesToParse(TarFlow.class, "patch", "", "expected a number for patch, got ");
        refusesToParse(TarFlow.class, "noise", "low", "expected a number for noise, got low");
        refusesToParse(OwnKinds.Sinh.class, "end", "no", "expected a number for end, got no");
        refusesToParse(
                TarFlow.class, "bfloat16", "yes", "expected true or false for bfloat16, got yes");
        refusesToParse(Network.Mlp.class, "hidden", "5,,6", "expected a number for hidden, got ");
        refusesToParse(
                Network.Mlp.class,
                "activation",
                "step",
                "expected activation of [elu, gelu, relu, silu, tanh], got step");
        refusesToParse(
                Coupling.class,
                "map",
                "mlp",
                "expected map of " + Specs.kinds(ScalarMap.class).keySet() + ", got mlp");
    }

    @Test
    void aFieldOfAPartCanBeReplaced() {
        VectorFlow flow = Presets.neuralSplineFlow();
        assertEquals(flow.withTransforms(3), flow.with("transforms", 3));
        assertEquals(
                new VectorFlow(
                        new Coupling(
                                new RationalQuadraticSpline(5, 5, SplineConstraint.SOFTPLUS),
                                Network.Mlp.of(64, 64),
                                List.of(Kept.FIRST_HALF, Kept.SECOND_HALF)),
                        8,
                        Mixing.LU_LINEAR),
                flow.with("bins", 5));
        assertEquals(Optional.of(7.5), Specs.value(flow.with("bound", 7.5), "bound"));
        assertEquals(Optional.of(7.0), Specs.value(flow.with("bound", 7), "bound"));
        assertEquals(Optional.of(List.of(5, 6)), Specs.value(flow.withHidden(5, 6), "hidden"));
        assertEquals(
                Optional.of(Kept.ODD),
                Specs.value(flow.with("masks", List.of(Kept.ODD)), "masks")
                        .map(masks -> ((List<?>) masks).get(0)));
        assertEquals(
                Optional.of(new ScalarMap.Additive()),
                Specs.value(flow.withMap(new ScalarMap.Additive()), "map"));
        assertEquals("bins", Specs.find(flow, "bins").orElseThrow().getName());
        // The flow itself stays.
        assertEquals(Presets.neuralSplineFlow(), flow);
    }

    @Test
    void ofFieldsOfOneNameTheOwnOrElseTheFirstIsMeant() {
        Network net = Specs.defaults(Network.ResidualNet.class);
        record Twins(@Field("one") Network one, @Field("other") Network other)
                implements Transform.Own {}
        record House(@Field("those within") Twins twins, @Field("of its own") int blocks)
                implements Transform.Own {}
        Twins twins = new Twins(net, net);
        House house = new House(twins, 7);
        assertEquals(Optional.of(7), Specs.value(house, "blocks"));
        assertEquals(House.class, Specs.find(house, "blocks").orElseThrow().getDeclaringRecord());
        assertEquals(new House(twins, 3), Specs.with(house, "blocks", 3));
        assertEquals(Optional.of(64), Specs.value(house, "width"));
        assertEquals(
                new House(new Twins(Specs.with(net, "width", 5), net), 7),
                Specs.with(house, "width", 5));
    }

    @Test
    void whatIsNoFieldOrNoValueOfItIsRefused() {
        VectorFlow flow = Presets.neuralSplineFlow();
        assertEquals(Optional.empty(), Specs.value(flow, "passes"));
        assertEquals(Optional.empty(), Specs.find(flow, "passes"));
        refusesWith(flow, "passes", 3, "expected a field of VectorFlow[");
        refusesWith(flow, "bins", 1, "expected bins of at least 2 and at most 999, got 1");
        refusesWith(flow, "bins", 8.0, "expected bins to be of int, got 8.0");
        refusesWith(flow, "bins", null, "expected bins to be of int, got null");
        refusesWith(flow, "bound", "5", "expected bound to be of double, got 5");
        refusesWith(flow, "mixing", "NONE", "expected mixing to be of ");
        refusesWith(flow, "map", Network.Mlp.of(3), "expected map to be of ");
        refusesWith(flow, "hidden", 3, "expected hidden to be of java.util.List<");
        refusesWith(flow, "hidden", List.of("3"), "expected hidden to be of java.util.List<");
        refusesWith(flow, "transforms", List.of(3), "expected transforms to be of int, got [3]");
    }

    private static void refusesWith(VectorFlow flow, String field, Object value, String message) {
        assertRefused(IllegalArgumentException.class, message, () -> flow.with(field, value));
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        Class<RationalQuadraticSpline> spline = RationalQuadraticSpline.class;
        SplineConstraint softplus = SplineConstraint.SOFTPLUS;
        String who = "RationalQuadraticSpline: expected ";
        refuses(who + "bins of at least 2 and at most 999, got 1000", spline, 1000, 5.0, softplus);
        refuses(who + "bound above 0 and finite in float32, got 0.0", spline, 8, 0.0, softplus);
        refuses(
                who + "bound above 0 and finite in float32, got NaN",
                spline,
                8,
                Double.NaN,
                softplus);
        refuses(
                who + "bound above 0 and finite in float32, got Infinity",
                spline,
                8,
                1 / 0.0,
                softplus);
        refuses(who + "bound above 0 and finite in float32, got 1.0E39", spline, 8, 1e39, softplus);
        refuses(who + "constraint, got null", spline, 8, 5.0, null);
        refuses("Mlp: expected hidden, got null", Network.Mlp.class, null, Activation.RELU);
        refuses(
                "Mlp: expected hidden of 1 to 100 values, got 0",
                Network.Mlp.class,
                List.of(),
                Activation.RELU);
        refuses(
                "Mlp: expected hidden of at least 1 and at most 65536, got 0",
                Network.Mlp.class,
                List.of(4, 0),
                Activation.RELU);
        refuses(
                "Mlp: expected hidden without null, got one",
                Network.Mlp.class,
                Arrays.asList(4, null),
                Activation.RELU);
        refuses(
                "Sinh: expected end of at least 2, got 1.5",
                OwnKinds.Sinh.class,
                1.0,
                "",
                OptionalDouble.of(1.5));
        refuses(
                "TarFlow: expected heads that divide the width 128, got heads of 3",
                TarFlow.class,
                4,
                128,
                4,
                4,
                3,
                false,
                0.1,
                false);
    }

    private static Column.Real real(double least, double most, Double... atoms) {
        return new Column.Real(Arrays.asList(atoms), least, most, true, 0.01);
    }

    @Test
    void columnsDecideBetweenTheirAtomsOrLevels() {
        assertEquals(3, real(0, 5, 0.0, 2.5).classes());
        assertEquals(1, real(0, 5).classes());
        assertEquals(2, new Column.Whole(List.of(3.0), 3, 3, false).classes());
        assertEquals(1, new Column.Time("", 0, 5, true).classes());
        assertEquals(3, new Column.Category(List.of("a", "b"), 0.1, true).classes());
    }

    private static void refusesColumn(String message, Executable column) {
        assertRefused(IllegalArgumentException.class, message, column);
    }

    @Test
    void numbersThatCannotBeAreRefused() {
        refusesColumn("Real: expected least not above most, got 5.0 and 4.0", () -> real(5, 4));
        refusesColumn("expected least of at least -3.40", () -> real(-1e39, 4));
        refusesColumn("expected most of at least -3.40", () -> real(0, Double.NaN));
        refusesColumn("Real: expected atoms without null", () -> real(0, 5, 1.0, null));
        refusesColumn("Real: expected atoms of at least -3.40", () -> real(0, 5, 1e39));
        String atoms = "Real: expected different atoms from least to most, 0.0 to 5.0, got ";
        refusesColumn(atoms + "[1.0, 1.0]", () -> real(0, 5, 1.0, 1.0));
        refusesColumn(atoms + "[0.0, -0.0]", () -> real(0, 5, 0.0, -0.0));
        refusesColumn(atoms + "[5.5]", () -> real(0, 5, 5.5));
        refusesColumn(atoms + "[-0.5]", () -> real(0, 5, -0.5));
        refusesColumn(
                "Real: expected step of at least 0 and finite in float32, got -0.1",
                () -> new Column.Real(List.of(), 0, 5, true, -0.1));
        String whole = "Whole: expected whole numbers, got atoms ";
        refusesColumn(
                whole + "[0.5], least 0.0, most 5.0 and step 1.0",
                () -> new Column.Whole(List.of(0.5), 0, 5, true));
        refusesColumn(
                whole + "[], least 0.5, most 5.0 and step 1.0",
                () -> new Column.Whole(List.of(), 0.5, 5, true));
        refusesColumn(
                whole + "[], least 0.0, most 5.5 and step 1.0",
                () -> new Column.Whole(List.of(), 0, 5.5, true));
        refusesColumn(
                "Whole: expected least not above most",
                () -> new Column.Whole(List.of(), 5, 4, true));
        refusesColumn(
                "Whole: expected different atoms from least to most",
                () -> new Column.Whole(List.of(1.0, 1.0), 0, 5, true));
        refusesColumn(
                "Time: expected least not above most, got 5.0 and 4.0",
                () -> new Column.Time("", 5, 4, true));
    }

    @Test
    void categoriesThatCannotBeAreRefused() {
        refusesColumn(
                "Category: expected levels, at least 1 of them, got 0",
                () -> new Column.Category(List.of(), 0.1, true));
        refusesColumn("expected levels, got none", () -> Specs.defaults(Column.Category.class));
        refusesColumn(
                "Category: expected different levels, got [a, b, a]",
                () -> new Column.Category(List.of("a", "b", "a"), 0.1, true));
        refusesColumn(
                "Category: expected levels without null",
                () -> new Column.Category(Arrays.asList("a", null), 0.1, true));
        refusesColumn(
                "Category: expected unseen above 0 and at most 0.5, got 0.6",
                () -> new Column.Category(List.of("a"), 0.6, true));
    }

    /** The lists that were given can change afterwards. */
    @Test
    void columnsKeepWhatTheyWereMadeOf() {
        List<Double> atoms = new ArrayList<>(List.of(1.0));
        List<String> levels = new ArrayList<>(List.of("a"));
        Column.Real real = new Column.Real(atoms, 0, 5, true, 0.01);
        Column.Whole whole = new Column.Whole(atoms, 0, 5, true);
        Column.Category category = new Column.Category(levels, 0.1, true);
        atoms.add(9.0);
        levels.clear();
        assertEquals(List.of(1.0), real.atoms());
        assertEquals(List.of(1.0), whole.atoms());
        assertEquals(List.of("a"), category.levels());
    }

    @Test
    void rangesAreSaidInWords() {
        record Ranges(
                @Field("any") double any,
                @Field(value = "low", least = -1.5) double low,
                @Field(value = "high", most = 3) double high,
                @Field(value = "both", above = 0, most = 1) double both,
                @Field(value = "single", most = Float.MAX_VALUE) double single,
                @Field(value = "far", least = 1, most = Float.MAX_VALUE) double far) {}
        assertEquals(
                List.of(
                        "that is finite",
                        "of at least -1.5",
                        "of at most 3",
                        "above 0 and at most 1",
                        "that is finite in float32",
                        "of at least 1 and finite in float32"),
                Arrays.stream(Ranges.class.getRecordComponents())
                        .map(component -> Specs.range(Specs.field(component)))
                        .toList());
    }

    @Test
    void aComponentWithoutAFieldIsRefused() {
        record Forgotten(int bins) {}
        assertRefused(
                IllegalArgumentException.class,
                "Forgotten: expected @Field at bins, got none",
                () -> Specs.check(Forgotten.class, 3));
    }

    @Test
    void flowsThatDoNotFitAreRefused() {
        VectorFlow flow = Presets.realNvp();
        refusesToFit(flow, 0, 0, "expected 1 to 65536 features");
        refusesToFit(flow, 65_537, 0, "expected 1 to 65536 features");
        refusesToFit(flow, 2, -1, "and a context of at most as many, got 2 and -1");
        flow.requireFits(60_000, 60_000);
        refusesToFit(
                flow.withHidden(300),
                60_000,
                60_000,
                "expected layers of at most 16777216 weights, got one of 120000 inputs and 300");
        refusesToFit(flow.withHidden(3, 5000, 4000), 2, 0, "one of 5000 inputs and 4000 units");
        refusesToFit(
                Presets.blockNeuralAutoregressiveFlow(),
                2000,
                0,
                "got one of 2000 inputs and 20000 units");
        refusesToFit(
                Presets.maskedAutoregressiveFlow().with("passes", 3),
                2,
                0,
                "Autoregressive: expected passes of at most 2, the number of features, got 3");
        assertRefused(
                IllegalArgumentException.class,
                "a network that can be masked, mlp or residual-net, got fourier",
                () ->
                        new Autoregressive(
                                new ScalarMap.Additive(),
                                new OwnKinds.Fourier(List.of(1.0), true),
                                List.of(FeatureOrder.ASCENDING),
                                0));
    }

    @Test
    void tablesThatDoNotFitAreRefused() {
        TableFlow flow = Specs.defaults(TableFlow.class);
        refusesToFit(
                flow, 0, 0, "TableFlow: expected 1 to 4096 features with those of the context");
        refusesToFit(flow, 2, -1, "got 2 and -1");
        refusesToFit(flow, 4000, 97, "got 4000 and 97");
        refusesToFit(flow, 2, Integer.MAX_VALUE, "got 2 and 2147483647");
        flow.requireFits(4000, 96);
        refusesToFit(
                Specs.with(flow, "octaves", 20),
                4000,
                0,
                "FlowSpec: expected layers of at most 16777216 weights, got one of 164000 inputs"
                        + " and 192 units");
        refusesToFit(
                Specs.with(Specs.with(flow, "width", 5000), "inner", 4000),
                2,
                0,
                "got one of 5000 inputs and 4000 units");
    }

    private static void refusesToFit(ColumnFlow flow, int features, int context, String message) {
        assertRefused(
                IllegalArgumentException.class, message, () -> flow.requireFits(features, context));
    }

    @Test
    void sizesOfImagesThatDoNotFitAreRefused() {
        Presets.glow().requireFits(new ImageShape(3, 4, 8));
        refusesToFit(Presets.glow(), 6, 8, "a width that 4 divides, for 2 scales, got 6 x 8");
        refusesToFit(Presets.realNvpImages(), 8, 2, "for 2 scales, got 8 x 2");
        Presets.publishedGlow().requireFits(new ImageShape(3, 32, 32));
        refusesToFit(Presets.publishedGlow(), 28, 28, "that 8 divides, for 3 scales, got 28 x 28");
        refusesToFit(Presets.publishedRealNvp(), 6, 4, "that 4 divides, for 2 scales, got 6 x 4");
        Presets.jet().requireFits(new ImageShape(1, 28, 28));
        refusesToFit(
                Presets.jet(),
                28,
                30,
                "Jet: expected a height and a width that 4 divides, for a checkerboard of patches of"
                        + " side 2, got 28 x 30");
        new Jet(1, 8, 5, 1).requireFits(new ImageShape(3, 4, 4));
        refusesToFit(new Jet(1, 8, 5, 1), 4, 4, "got a patch of 1 and images of 1 channel");
        Presets.tarFlow().requireFits(new ImageShape(1, 4, 8));
        refusesToFit(Presets.tarFlow(), 4, 4, "patches of side 4 divide, into 2 to 65536");
        refusesToFit(Presets.tarFlow(), 6, 8, "got 6 x 8");
        assertRefused(
                IllegalArgumentException.class,
                "expected at most 16777216 values in an image, got 65536 x 65536 x 65536",
                () -> new ImageShape(65_536, 65_536, 65_536));
        assertRefused(
                IllegalArgumentException.class,
                "ImageShape: expected height of at least 1 and at most 65536, got 0",
                () -> new ImageShape(1, 0, 4));
    }

    private static void refusesToFit(ImageFlow flow, int height, int width, String message) {
        assertRefused(
                IllegalArgumentException.class,
                message,
                () -> flow.requireFits(new ImageShape(1, height, width)));
    }

    private static final String OWN =
            """
            {"kind": "vector-flow", "transforms": 2, "transform": {"kind": "coupling",
             "map": {"kind": "sinh", "slope": 2, "end": 3},
             "network": {"kind": "fourier", "frequencies": [1, 2.5]}}}
            """;

    @Test
    void kindsOfUsersAreReadAndWritten() {
        VectorFlow flow =
                new VectorFlow(
                        new Coupling(
                                new OwnKinds.Sinh(2, "sinh", OptionalDouble.of(3)),
                                new OwnKinds.Fourier(List.of(1.0, 2.5), true),
                                List.of(Kept.FIRST_HALF, Kept.SECOND_HALF)),
                        2,
                        Mixing.LU_LINEAR);
        assertEquals(flow, SpecJson.read(JsonParser.parseString(OWN), FlowSpec.class, "flow"));
        JsonElement written = SpecJson.write(flow);
        assertEquals(flow, SpecJson.read(written, FlowSpec.class, "flow"));
        assertEquals(
                JsonParser.parseString(
                        "{\"kind\": \"sinh\", \"slope\": 2.0, \"label\": \"sinh\", \"end\": 3.0}"),
                written.getAsJsonObject().getAsJsonObject("transform").get("map"));
        VectorFlow mirrored = flow.with("transform", Specs.defaults(OwnKinds.Mirrored.class));
        assertEquals(mirrored, SpecJson.read(SpecJson.write(mirrored), FlowSpec.class, "flow"));
        // What is empty is not written.
        assertFalse(SpecJson.write(mirrored).toString().contains("end"));
    }

    @Test
    void kindsOfUsersAreReadStrictly() {
        refusesToRead("\"slope\": 2", "\"slope\": 0", "flow.transform.map: Sinh: expected slope");
        refusesToRead(
                "\"slope\": 2",
                "\"slop\": 2",
                "flow.transform.map to have no fields but [end, kind, label, slope], got [slop]");
        refusesToRead("\"end\": 3", "\"end\": null", "expected flow.transform.map.end to be a");
        refusesToRead(
                ", \"frequencies\": [1, 2.5]",
                "",
                "expected flow.transform.network.frequencies, got none");
        refusesToRead(
                "2.5",
                "\"NaN\"",
                "expected flow.transform.network.frequencies[1] to be a number, got \"NaN\"");
        refusesToRead(
                "\"sinh\"",
                "\"cosh\"",
                "expected flow.transform.map.kind to be one of "
                        + Specs.kinds(ScalarMap.class).keySet()
                        + ", got \"cosh\"");
    }

    private static void refusesToRead(String from, String to, String message) {
        assertTrue(OWN.contains(from), from);
        JsonElement json = JsonParser.parseString(OWN.replace(from, to));
        assertRefused(
                IllegalArgumentException.class,
                message,
                () -> SpecJson.read(json, FlowSpec.class, "flow"));
    }

    /** Where a record and not its family is asked for, another kind is none. */
    @Test
    void theKindIsThatOfTheRecord() {
        JsonElement glow = SpecJson.write(Presets.glow());
        assertEquals(Presets.glow(), SpecJson.read(glow, Glow.class, "it"));
        assertEquals(Presets.glow(), SpecJson.read(glow, ImageFlow.class, "it"));
        assertRefused(
                IllegalArgumentException.class,
                "expected it.kind to be one of [tar-flow], got \"glow\"",
                () -> SpecJson.read(glow, TarFlow.class, "it"));
        glow.getAsJsonObject().remove("kind");
        assertRefused(
                IllegalArgumentException.class,
                "expected it.kind, got none",
                () -> SpecJson.read(glow, Glow.class, "it"));
    }

    /** A provider whose kind is called as one of the library. */
    public static final class Clash implements Kinds {

        /** As the library has one. */
        public record Affine() implements ScalarMap.Own {}

        /** Of another family it may have that name. */
        public record Additive() implements Network.Own {

            @Override
            public List<Integer> widths() {
                return List.of(1);
            }
        }

        /** Creates the provider; the loader of services calls this. */
        public Clash() {}

        @Override
        public List<Class<? extends Record>> kinds() {
            return List.of(Affine.class, Additive.class);
        }
    }

    @Test
    void wholeNumbersAreWrittenWithoutAFraction() {
        assertEquals("-8", Specs.number(-8));
        assertEquals("0.001", Specs.number(1e-3));
        // Beyond what a long holds.
        assertEquals("1.0E19", Specs.number(1e19));
    }

    @Test
    void twoKindsOfOneNameAreRefused(@TempDir Path folder) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Kinds.class.getName()), Clash.class.getName());
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        try (URLClassLoader more = new URLClassLoader(new URL[] {folder.toUri().toURL()}, usual)) {
            thread.setContextClassLoader(more);
            assertRefused(
                    IllegalStateException.class,
                    "expected kinds of different names, got two affine: ",
                    () -> Specs.kinds(ScalarMap.class));
            assertEquals(Clash.Additive.class, Specs.kinds(Network.class).get("additive"));
        } finally {
            thread.setContextClassLoader(usual);
        }
    }
}
