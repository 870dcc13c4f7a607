package org.djlflows.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Presets;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** What was changed since a model was saved is noticed, also where all numbers are possible. */
class ChecksumsTest {

    @TempDir private Path folder;
    private NDManager manager;
    private Path model;
    private Path config;
    private Path weights;

    @BeforeEach
    void save() throws IOException {
        manager = NDManager.newBaseManager();
        Fixtures.seed(4);
        FlowConfig small =
                new FlowConfig(
                        Presets.neuralSplineFlow().withTransforms(2).withHidden(6),
                        List.of("x0", "x1", "x2"),
                        List.of());
        NDList rows = new NDList(manager.randomNormal(new Shape(20, 3)));
        model = folder.resolve("model");
        config = model.resolve("config.json");
        weights = model.resolve("model.safetensors");
        FlowModel.create(small, rows, manager).save(model, report -> {});
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private IOException refused() {
        return assertThrows(IOException.class, () -> FlowModel.load(model, manager));
    }

    private FlowConfig load() throws IOException {
        return FlowModel.load(model, manager).config();
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    @Test
    void eachFlippedBitOfTheWeightsIsNoticed() throws Exception {
        byte[] bytes = Files.readAllBytes(weights);
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            int bit = random.nextInt(8 * bytes.length);
            Files.write(weights, flipped(bytes, bit));
            String message = refused().getMessage();
            assertTrue(message.startsWith(weights + ": "), message);
        }
        Exception byCriteria =
                assertThrows(
                        Exception.class,
                        () ->
                                Criteria.builder()
                                        .setTypes(NDList.class, NDList.class)
                                        .optModelPath(model)
                                        .build()
                                        .loadModel());
        assertTrue(byCriteria.toString().contains(weights.getFileName().toString()));
        Files.write(weights, bytes);
        load();
    }

    @Test
    void eachFlippedBitOfTheConfigurationIsNoticed() throws IOException {
        FlowConfig saved = load();
        byte[] bytes = Files.readAllBytes(config);
        Random random = new Random(8);
        for (int i = 0; i < 400; i++) {
            Files.write(config, flipped(bytes, random.nextInt(8 * bytes.length)));
            try {
                // Another way to write the same number.
                assertEquals(saved, load(), Files.readString(config));
            } catch (IOException e) {
                assertTrue(e.getMessage().startsWith(model.toString()), e.getMessage());
            }
        }
    }

    /** A spline of another bound has weights of the same names and shapes. */
    @Test
    void aChangeByHandIsNoticed() throws IOException {
        String text = Files.readString(config);
        assertTrue(text.contains("\"bound\": 5.0"), text);
        Files.writeString(config, text.replace("\"bound\": 5.0", "\"bound\": 4.0"));
        String message = refused().getMessage();
        assertTrue(message.startsWith(config + ": expected the content that was saved"), message);
        assertTrue(message.contains("remove the field sha256"), message);
    }

    @Test
    void anotherLayoutIsTheSameConfiguration() throws IOException {
        FlowConfig saved = load();
        JsonObject json = JsonParser.parseString(Files.readString(config)).getAsJsonObject();
        JsonObject turned = new JsonObject();
        json.keySet().stream()
                .sorted(Comparator.reverseOrder())
                .forEach(name -> turned.add(name, json.get(name)));
        Files.writeString(config, turned.toString().replace("\"bound\":5.0", "\"bound\":5"));
        assertEquals(saved, load());
    }

    @Test
    void aFolderWithoutChecksumsLoads() throws IOException {
        JsonObject json = JsonParser.parseString(Files.readString(config)).getAsJsonObject();
        json.remove("sha256");
        Files.writeString(config, json.toString());
        load();
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, flipped(bytes, 8 * bytes.length - 32));
        load();
    }

    @Test
    void checksumsOfAnotherFormAreRefused() throws IOException {
        String text = Files.readString(config);
        for (String other : new String[] {"\"sha256\": 1", "\"sha256\": {\"config\": \"ab\"}"}) {
            Files.writeString(config, text.replaceAll("\"sha256\": \\{[^}]*}", other));
            String message = refused().getMessage();
            assertTrue(message.contains("expected sha256 of config and weights"), message);
        }
        assertTrue(text.getBytes(StandardCharsets.UTF_8).length < 3000, text);
    }
}
