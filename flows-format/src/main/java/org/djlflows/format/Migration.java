package org.djlflows.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.SpecJson;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings model folders of earlier formats to the present one. Format 1 named a preset with all its
 * hyper-parameters in one list, and its weights by DJL's numbers and the classes of layers, for a
 * while by paths; it had a flow within the flow that standardises.
 */
public final class Migration {

    private static final String COUPLING = "coupling";
    private static final String AUTOREGRESSIVE = "autoregressive";

    /** The levels of the quantiles that were written as {@code logDensities} at first. */
    private static final List<Double> QUANTILES =
            List.of(
                    0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7,
                    0.8, 0.9, 1.0);

    /** A child block was named by its place, and in a sequence by its class: {@code 02Logit_}. */
    private static final Pattern CHILD = Pattern.compile("(\\d{2,4})([A-Za-z]+)_");

    /** A layer of the flow that was the base of the one that standardises. */
    private static final Pattern BASE_STEP =
            Pattern.compile("base\\.bijection\\.step(\\d{1,4})\\.(.*)");

    /** Parameters that had other names. */
    private static final Map<String, String> RENAMED =
            Map.of(
                    "logScale(\\d+)$", "log_scale$1",
                    "(block\\d+)_0_(\\w+)$", "$1_first_$2",
                    "(block\\d+)_1_(\\w+)$", "$1_second_$2");

    private Migration() {}

    /**
     * Reads a configuration of format 1.
     *
     * @param old the fields, without that of the format
     * @return the configuration
     * @throws IllegalArgumentException if it is none
     */
    static FlowConfig config(JsonObject old) {
        JsonElement preset = taken(old, "preset");
        JsonElement given = taken(old, "hyperParameters");
        require(preset.isJsonPrimitive(), "preset to be a text", preset);
        require(given.isJsonObject(), "hyperParameters to be an object", given);
        JsonObject parameters = given.getAsJsonObject();
        require(!old.has("images"), "no images in format 1", old.get("images"));
        boolean images = parameters.has("height");
        if (images) {
            old.add("images", moved(parameters, new JsonObject(), "channels", "height", "width"));
        }
        // They follow from the columns.
        Optional<JsonElement> features =
                images ? Optional.empty() : Optional.of(taken(parameters, "features"));
        boolean classes = parameters.has("classes");
        JsonElement context = taken(parameters, classes ? "classes" : "context");
        add(old, "flow", flow(preset.getAsString(), parameters));
        if (old.has("logDensities")) {
            JsonObject calibration = new JsonObject();
            JsonArray levels = new JsonArray();
            QUANTILES.forEach(levels::add);
            calibration.add("levels", levels);
            require(!old.has("calibration"), "one calibration", new JsonPrimitive("two"));
            old.add("calibration", moved(old, calibration, "logDensities"));
        }
        FlowConfig config = SpecJson.read(old, FlowConfig.class, "");
        features.ifPresent(number -> requireSame(number, "features", config.features()));
        requireSame(context, "features of the context", config.context());
        return config;
    }

    private static void requireSame(JsonElement got, String what, int columns) {
        boolean same =
                got instanceof JsonPrimitive number
                        && number.isNumber()
                        && number.getAsDouble() == columns;
        require(same, "as many " + what + " as columns that vary, " + columns, got);
    }

    private static JsonObject flow(String preset, JsonObject old) {
        return switch (preset) {
            case "RealNvp" -> layers(old, transform(old, COUPLING, affine(old), "masks"));
            case "NeuralSplineFlow" -> layers(old, transform(old, COUPLING, spline(old), "masks"));
            case "MaskedAutoregressiveFlow" ->
                    layers(old, transform(old, AUTOREGRESSIVE, affine(old), "orders", "passes"));
            case "AutoregressiveSplineFlow" ->
                    layers(old, transform(old, AUTOREGRESSIVE, spline(old), "orders", "passes"));
            case "BlockNeuralAutoregressiveFlow" -> {
                add(old, "mixing", new JsonPrimitive("REVERSAL"));
                JsonObject layer = kind("block-neural-autoregressive");
                yield layers(old, moved(old, layer, "hidden", "residual", "lastResidual"));
            }
            case "PlanarFlow" -> layers(old, fromContext(old, "planar"));
            case "RadialFlow" -> layers(old, fromContext(old, "radial"));
            case "RealNvpImages" -> rest(old, kind("real-nvp-images"));
            case "Glow" -> rest(old, kind("glow"));
            case "TarFlow" -> rest(old, kind("tar-flow"));
            default ->
                    throw new IllegalArgumentException(
                            "expected a preset that format 1 has, such as RealNvp, got "
                                    + Excerpt.of(preset));
        };
    }

    private static JsonObject layers(JsonObject old, JsonObject transform) {
        JsonObject flow = kind("vector-flow");
        flow.add("transform", transform);
        return rest(old, flow);
    }

    private static JsonObject transform(
            JsonObject old, String kind, JsonObject map, String... fields) {
        JsonElement residual = taken(old, "residual");
        boolean known = residual instanceof JsonPrimitive truth && truth.isBoolean();
        require(known, "residual to be true or false", residual);
        JsonObject transform = kind(kind);
        transform.add("map", map);
        transform.add("network", residual.getAsBoolean() ? residualNet(old) : mlp(old));
        return moved(old, transform, fields);
    }

    private static JsonObject affine(JsonObject old) {
        JsonObject map = kind("affine");
        map.add("scale", taken(old, "scaleMap"));
        return map;
    }

    private static JsonObject spline(JsonObject old) {
        return moved(old, kind("rational-quadratic-spline"), "bins", "bound", "constraint");
    }

    private static JsonObject mlp(JsonObject old) {
        return moved(old, kind("mlp"), "hidden", "activation");
    }

    private static JsonObject residualNet(JsonObject old) {
        JsonElement hidden = taken(old, "hidden");
        List<JsonElement> widths =
                hidden.isJsonArray() ? hidden.getAsJsonArray().asList() : List.of();
        require(Set.copyOf(widths).size() == 1, "hidden to be equal widths", hidden);
        JsonObject network = kind("residual-net");
        network.add("width", widths.get(0));
        network.addProperty("blocks", widths.size());
        return moved(old, network, "activation");
    }

    private static JsonObject fromContext(JsonObject old, String kind) {
        add(old, "mixing", new JsonPrimitive("NONE"));
        JsonObject transform = kind(kind);
        transform.add("network", mlp(old));
        return moved(old, transform, "direction");
    }

    private static JsonObject kind(String name) {
        JsonObject json = new JsonObject();
        json.addProperty("kind", name);
        return json;
    }

    /** Moves what is left, so that what is unknown is refused and not passed over. */
    private static JsonObject rest(JsonObject from, JsonObject to) {
        from.asMap().forEach((name, value) -> add(to, name, value));
        return to;
    }

    private static JsonObject moved(JsonObject from, JsonObject to, String... fields) {
        for (String field : fields) {
            add(to, field, taken(from, field));
        }
        return to;
    }

    private static JsonElement taken(JsonObject from, String field) {
        if (!from.has(field)) {
            throw new IllegalArgumentException("expected " + field + ", got none");
        }
        return from.remove(field);
    }

    /** Adds a field of format 2, which one of format 1 does not have. */
    private static void add(JsonObject to, String field, JsonElement value) {
        require(!to.has(field), "no " + field + " in format 1", to.get(field));
        to.add(field, value);
    }

    private static void require(boolean holds, String expected, JsonElement got) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + expected + ", got " + Excerpt.of(got));
        }
    }

    /**
     * Returns the present name of a weight.
     *
     * @param name the name in the file
     * @param config the configuration beside it
     * @return the path in the tree of blocks; the name itself if it is one
     */
    public static String weight(String name, FlowConfig config) {
        String path = CHILD.matcher(name).lookingAt() ? path(name) : name;
        return config.images().isPresent()
                ? path
                : flattened(path, config.preparation().regression() ? 2 : 1);
    }

    private static String path(String name) {
        String path =
                CHILD.matcher(name)
                        .replaceAll(
                                found -> {
                                    String block = found.group(2);
                                    int place = Integer.parseInt(found.group(1));
                                    boolean inSequence = Character.isUpperCase(block.charAt(0));
                                    return (inSequence ? "step" + (place - 1) : block) + ".";
                                });
        for (Map.Entry<String, String> other : RENAMED.entrySet()) {
            path = path.replaceFirst(other.getKey(), other.getValue());
        }
        return path;
    }

    /** The flow that was the base of the one that standardises follows it in one sequence. */
    private static String flattened(String path, int before) {
        Matcher step = BASE_STEP.matcher(path);
        if (step.matches()) {
            int place = Integer.parseInt(step.group(1)) + before;
            return "bijection.step" + place + "." + step.group(2);
        }
        // Alone it was no sequence.
        return path.replaceFirst("^bijection\\.(?!step\\d)", "bijection.step0.");
    }
}
