package org.djlflows.format;

import static org.djlflows.files.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.djlflows.spec.Presets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class ModelReaderTest {

    @TempDir private Path folder;

    /** Saves a model of one number, which its configuration says too. */
    private void save(float number) throws IOException {
        try (ModelFolder reserved = ModelFolder.reserve(folder.resolve("model"))) {
            reserved.save(
                    into -> {
                        Path weights = into.resolve(ModelFolder.WEIGHTS);
                        Files.write(weights, safetensors(number));
                        String config =
                                new FlowConfig(Presets.realNvp(), List.of("a", "b"), List.of())
                                        .withMetrics(Map.of("number", (double) number))
                                        .toJson();
                        Files.writeString(
                                into.resolve(ModelFolder.CONFIG),
                                Checksums.withChecksums(config, Checksums.of(weights)));
                        Files.writeString(into.resolve(ModelFolder.SERVING), "");
                    });
        }
    }

    /** A tensor that format 1 named otherwise. */
    private static byte[] safetensors(float number) {
        String header =
                "{\"base.bijection.step0.bias\":{\"dtype\":\"F32\",\"shape\":[],"
                        + "\"data_offsets\":[0,4]}}";
        return ByteBuffer.allocate(Long.BYTES + header.length() + Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length())
                .put(header.getBytes(StandardCharsets.UTF_8))
                .putFloat(number)
                .array();
    }

    /** Returns the number of the configuration and that of the weights. */
    private static List<Double> numbers(ModelReader reader) throws IOException {
        List<Double> numbers = new ArrayList<>(reader.config().metrics().values());
        reader.weights(
                (name, tensor) -> {
                    assertEquals("bijection.step1.bias", name);
                    numbers.add((double) tensor.floats().get());
                });
        return numbers;
    }

    private <T> T read(ModelReader.Maker<T> maker) throws IOException {
        return ModelReader.read(folder.resolve("model"), maker);
    }

    private boolean hasChecksums() throws IOException {
        return read(
                reader -> {
                    numbers(reader);
                    return reader.requireAsSaved();
                });
    }

    @Test
    void aModelIsReadAsItWasSaved() throws IOException {
        save(3);
        assertEquals(List.of(3.0, 3.0), read(ModelReaderTest::numbers));
        assertTrue(hasChecksums());
    }

    @Test
    void damageIsNoticedAndTheFileNamed() throws IOException {
        save(3);
        Path model = folder.resolve("model");
        Files.write(model.resolve(ModelFolder.WEIGHTS), safetensors(4));
        assertRefused(
                IOException.class,
                "model.safetensors: expected the content that was saved",
                this::hasChecksums);
        assertRefused(
                IOException.class,
                "model.safetensors: expected more",
                () ->
                        read(
                                reader -> {
                                    throw new IllegalArgumentException("expected more");
                                }));
        Path config = model.resolve(ModelFolder.CONFIG);
        JsonObject json = JsonParser.parseString(Files.readString(config)).getAsJsonObject();
        json.remove(Checksums.FIELD);
        Files.writeString(config, json.toString());
        assertFalse(hasChecksums());
    }

    /** Whatever a maker made of two models, it makes it again of one, or it is told. */
    @Test
    void modelsThatAreReplacedAreReadAgain() throws IOException {
        save(0);
        for (int replacements : new int[] {1, 9}) {
            List<Double> tries = new ArrayList<>();
            List<Double> read =
                    read(
                            reader -> {
                                double own = reader.config().metrics().get("number");
                                tries.add(own);
                                if (tries.size() <= replacements) {
                                    save((float) own + 1);
                                }
                                return numbers(reader);
                            });
            assertEquals(replacements + 1, tries.size());
            assertEquals(read.get(0), read.get(1));
        }
        assertRefused(
                IOException.class,
                "expected one model, got another while it was read; load it again",
                () ->
                        read(
                                reader -> {
                                    save((float) (reader.config().metrics().get("number") + 1));
                                    // What was made of both fails before anybody notices.
                                    throw new UncheckedIOException(new IOException("other"));
                                }));
    }
}
