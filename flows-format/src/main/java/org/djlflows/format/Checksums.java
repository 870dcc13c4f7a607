package org.djlflows.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a model folder was when it was saved, by SHA-256: the bytes of its weights, and its
 * configuration as a value, whatever its line breaks and the order of its fields.
 *
 * <p>They tell damage and changes by hand. They are no signature: who means to deceive makes new
 * ones.
 *
 * @param config the checksum of the configuration without this field
 * @param weights the checksum of the file of weights
 */
public record Checksums(String config, String weights) {

    /** The field of the configuration that holds them. */
    static final String FIELD = "sha256";

    private static final String CONFIG = "config";
    private static final String WEIGHTS = "weights";
    private static final String FORM = "[0-9a-f]{64}";

    /**
     * Adds the checksums to a configuration.
     *
     * @param config the configuration as JSON
     * @param weights the checksum of the weights
     * @return JSON
     */
    public static String withChecksums(String config, String weights) {
        JsonObject json = JsonParser.parseString(config).getAsJsonObject();
        JsonObject sums = new JsonObject();
        sums.addProperty(CONFIG, ofConfig(json));
        sums.addProperty(WEIGHTS, weights);
        json.add(FIELD, sums);
        return ConfigJson.text(json);
    }

    /**
     * Returns those of a configuration, or nothing where it has none.
     *
     * @throws IllegalArgumentException if they have another form
     */
    static Optional<Checksums> in(JsonObject json) {
        if (!json.has(FIELD)) {
            return Optional.empty();
        }
        JsonElement sums = json.get(FIELD);
        if (!sums.isJsonObject()
                || !sums.getAsJsonObject().keySet().equals(Set.of(CONFIG, WEIGHTS))
                || !sums.getAsJsonObject().asMap().values().stream()
                        .allMatch(Checksums::isChecksum)) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected " + FIELD + " of config and weights, 64 digits each");
        }
        JsonObject both = sums.getAsJsonObject();
        return Optional.of(
                new Checksums(both.get(CONFIG).getAsString(), both.get(WEIGHTS).getAsString()));
    }

    /** Describes the field. */
    static JsonObject schema() {
        JsonObject digits = new JsonObject();
        digits.addProperty("type", "string");
        digits.addProperty("pattern", "^" + FORM + "$");
        JsonObject properties = new JsonObject();
        properties.add(CONFIG, digits);
        properties.add(WEIGHTS, digits);
        JsonArray required = new JsonArray();
        required.add(CONFIG);
        required.add(WEIGHTS);
        JsonObject schema = new JsonObject();
        schema.addProperty(
                "description",
                "Checksums of this configuration without this field, and of the file of weights.");
        schema.addProperty("type", "object");
        schema.addProperty("additionalProperties", false);
        schema.add("required", required);
        schema.add("properties", properties);
        return schema;
    }

    private static boolean isChecksum(JsonElement value) {
        return value.isJsonPrimitive()
                && value.getAsJsonPrimitive().isString()
                && value.getAsString().matches(FORM);
    }

    /**
     * Checks that a folder is as it was saved. One that was saved without checksums passes.
     *
     * @param config the text of the configuration, which was read before
     * @param weights the checksum of the weights
     * @param configFile the file of the configuration, for messages
     * @param weightsFile the file of the weights, for messages
     * @return whether there are checksums
     * @throws IOException if the configuration or the weights were changed
     */
    public static boolean require(String config, String weights, Path configFile, Path weightsFile)
            throws IOException {
        JsonObject json = JsonParser.parseString(config).getAsJsonObject();
        Optional<Checksums> saved = in(json);
        if (saved.isPresent()) {
            require(configFile, saved.get().config(), ofConfig(json));
            require(weightsFile, saved.get().weights(), weights);
        }
        return saved.isPresent();
    }

    private static void require(Path file, String expected, String got) throws IOException {
        if (!got.equals(expected)) {
            throw new IOException(
                    String.format(
                            "%s: expected the content that was saved (SHA-256 %s...), got another"
                                    + " (%s...): it was damaged or changed since; take a copy that"
                                    + " is whole or, where the change is meant, remove the field"
                                    + " %s of the configuration",
                            file, expected.substring(0, 8), got.substring(0, 8), FIELD));
        }
    }

    /**
     * Returns the checksum of a file.
     *
     * @param file the file
     * @return 64 digits
     * @throws IOException if it cannot be read
     */
    public static String of(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String ofConfig(JsonObject config) {
        JsonObject without = config.deepCopy();
        without.remove(FIELD);
        byte[] text = canonical(without).toString().getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(sha256().digest(text));
    }

    /** Returns JSON whose fields are sorted, and whose numbers are written in one way. */
    private static JsonElement canonical(JsonElement json) {
        if (json.isJsonObject()) {
            JsonObject sorted = new JsonObject();
            Map<String, JsonElement> fields = new TreeMap<>(json.getAsJsonObject().asMap());
            fields.forEach((name, value) -> sorted.add(name, canonical(value)));
            return sorted;
        }
        if (json.isJsonArray()) {
            json.getAsJsonArray().asList().replaceAll(Checksums::canonical);
            return json;
        }
        return json.isJsonPrimitive() && json.getAsJsonPrimitive().isNumber()
                ? new JsonPrimitive(json.getAsDouble())
                : json;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
