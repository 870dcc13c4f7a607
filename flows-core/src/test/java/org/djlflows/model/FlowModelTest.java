package org.djlflows.model;

import static org.djlflows.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;

import org.djlflows.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

class FlowModelTest {

    private static final FlowModel.Addition NOTHING = folder -> {};

    @TempDir private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static FlowConfig config(int context) {
        return new FlowConfig(
                NeuralSplineFlow.builder()
                        .setFeatures(3)
                        .optContext(context)
                        .optTransforms(2)
                        .optHidden(6)
                        .build(),
                List.of("a", "b", "c"),
                context == 0 ? List.of() : List.of("hour", "day"),
                Map.of("nll", 1.5),
                List.of());
    }

    /** Rows whose columns have very different scales. */
    private NDList rows(int context) {
        Fixtures.seed(2);
        NDArray scale = manager.create(new float[] {1, 1000, 0.01f});
        NDList rows = new NDList(manager.randomNormal(new Shape(50, 3)).mul(scale).add(3));
        if (context > 0) {
            NDArray contextScale = manager.create(new float[] {24, 365});
            rows.add(manager.randomUniform(0, 1, new Shape(50, 2)).mul(contextScale));
        }
        return rows;
    }

    private FlowModel model(int context, int seed) {
        NDList rows = rows(context);
        FlowModel model = FlowModel.create(config(context), rows, manager);
        Fixtures.seed(seed);
        Fixtures.randomise(model.flow());
        return model;
    }

    private static float[] logProb(FlowModel model, NDList rows) {
        NDArray logProb =
                rows.size() == 1
                        ? model.flow().logProb(rows.get(0))
                        : model.flow().logProb(rows.get(0), rows.get(1));
        return logProb.toFloatArray();
    }

    @Test
    void loadedModelsGiveTheSameDensities() throws IOException {
        for (int context : new int[] {0, 2}) {
            Path path = folder.resolve("deep/er/model" + context);
            FlowModel saved = model(context, 1);
            saved.save(path, NOTHING);
            NDList rows = rows(context);
            FlowModel loaded = FlowModel.load(path, manager.newSubManager());
            assertEquals(saved.config(), loaded.config());
            assertArrayEquals(logProb(saved, rows), logProb(loaded, rows));
            Fixtures.seed(3);
            float[] expected = sample(saved, rows);
            Fixtures.seed(3);
            assertArrayEquals(expected, sample(loaded, rows));
        }
    }

    private static float[] sample(FlowModel model, NDList rows) {
        return (rows.size() == 1
                        ? model.flow().sample(rows.get(0).getManager(), 10)
                        : model.flow().sample(rows.get(1)))
                .toFloatArray();
    }

    @Test
    void freshModelsStandardiseTheirData() {
        NDList rows = rows(2);
        FlowModel model = FlowModel.create(config(2), rows, manager);
        // A fresh flow is nearly the identity on standardised columns.
        NDArray samples = model.flow().sample(rows.get(1).repeat(0, 40));
        double[] expected = moments(rows.get(0));
        double[] got = moments(samples);
        for (int i = 0; i < 3; i++) {
            assertEquals(expected[i], got[i], 0.2 * expected[3 + i], "mean " + i);
            assertEquals(1, got[3 + i] / expected[3 + i], 0.2, "deviation " + i);
        }
    }

    private static double[] moments(NDArray x) {
        double[] values = Fixtures.doubles(x);
        double[] moments = new double[6];
        int n = values.length / 3;
        for (int i = 0; i < values.length; i++) {
            moments[i % 3] += values[i] / n;
        }
        for (int i = 0; i < values.length; i++) {
            moments[3 + i % 3] += Math.pow(values[i] - moments[i % 3], 2) / n;
        }
        for (int i = 3; i < 6; i++) {
            moments[i] = Math.sqrt(moments[i]);
        }
        return moments;
    }

    @Test
    void dataThatDoesNotFitTheConfigurationIsRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "expected input shape (batch, 3), got (5, 4)",
                () ->
                        FlowModel.create(
                                config(0), new NDList(manager.ones(new Shape(5, 4))), manager));
        assertRefused(
                IllegalArgumentException.class,
                "expected finite values that vary, got entry 0",
                () ->
                        FlowModel.create(
                                config(0), new NDList(manager.ones(new Shape(5, 3))), manager));
    }

    /** A way in which a model folder can be damaged. */
    @FunctionalInterface
    private interface Damage {
        void to(Path folder) throws IOException;
    }

    /** A named damage. */
    record Case(String name, Damage damage) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case weights(String name, UnaryOperator<byte[]> change) {
        return new Case(
                name,
                folder -> {
                    Path file = folder.resolve("model.safetensors");
                    Files.write(file, change.apply(Files.readAllBytes(file)));
                });
    }

    private static Case tensors(String name, UnaryOperator<NDList> change) {
        return new Case(
                name,
                folder -> {
                    Path file = folder.resolve("model.safetensors");
                    try (NDManager scratch = NDManager.newBaseManager()) {
                        NDList arrays = Weights.read(file, scratch);
                        Weights.write(change.apply(arrays), file);
                    }
                });
    }

    private static Case config(String name, UnaryOperator<String> change) {
        return new Case(
                name,
                folder -> {
                    Path file = folder.resolve("config.json");
                    Files.writeString(file, change.apply(Files.readString(file)));
                });
    }

    static Stream<Case> damages() {
        return Stream.of(
                new Case("no folder", FlowModelTest::delete),
                new Case("empty folder", f -> deleteFiles(f)),
                new Case("no configuration", f -> Files.delete(f.resolve("config.json"))),
                new Case("no weights", f -> Files.delete(f.resolve("model.safetensors"))),
                weights("empty weights", bytes -> new byte[0]),
                weights("cut in the length", bytes -> Arrays.copyOf(bytes, 4)),
                weights("cut after the length", bytes -> Arrays.copyOf(bytes, 8)),
                weights("cut in the header", bytes -> Arrays.copyOf(bytes, 100)),
                weights("cut in the data", bytes -> Arrays.copyOf(bytes, bytes.length / 2)),
                weights("cut at the end", bytes -> Arrays.copyOf(bytes, bytes.length - 1)),
                weights("text", bytes -> "These are no weights, but a text.".getBytes(UTF_8)),
                weights("zeros", bytes -> new byte[bytes.length]),
                weights("length of no header", bytes -> filled(bytes, 0, 8, -1)),
                weights("huge length", bytes -> filled(bytes, 0, 4, 0x7f)),
                weights("header that is no JSON", bytes -> filled(bytes, 8, 60, 'x')),
                weights("offsets beyond the end", bytes -> replaced(bytes, "[0,", "[9,")),
                weights("an unknown type", bytes -> replaced(bytes, "F32", "F99")),
                weights("a header of broken JSON", bytes -> replaced(bytes, "[6]", "[6{")),
                weights("a shape too large", bytes -> replaced(bytes, "[6]", "[9]")),
                weights("a shape too small", bytes -> replaced(bytes, "[6]", "[5]")),
                weights("another type of that size", bytes -> replaced(bytes, "F32", "I32")),
                tensors("missing tensor", arrays -> arrays.subNDList(1)),
                tensors("extra tensor", FlowModelTest::withOneMore),
                tensors("another name", FlowModelTest::renamed),
                tensors("another shape", arrays -> with(arrays, arrays.get(0).reshape(1, -1))),
                tensors(
                        "another type",
                        arrays -> with(arrays, arrays.get(0).toType(DataType.FLOAT64, true))),
                config("another preset", json -> anotherPreset()),
                config("another width", json -> json.replace("6\n", "7\n")),
                config("another format", json -> json.replace("\"format\": 1", "\"format\": 2")),
                config("half a configuration", json -> json.substring(0, json.length() / 2)),
                config("empty configuration", json -> ""),
                config("a number out of range", json -> json.replace("\"bins\": 8", "\"bins\": 1")),
                config("a null", json -> json.replace("\"RELU\"", "null")),
                config("an object", json -> json.replace("\"NeuralSplineFlow\"", "{}")));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void damagedFoldersAreRefused(Case damaged) throws IOException {
        Path path = folder.resolve("model");
        model(0, 1).save(path, NOTHING);
        Map<String, String> before = contents(path);
        damaged.damage().to(path);
        assertFalse(before.equals(Files.exists(path) ? contents(path) : null), "not damaged");
        assertRefused(IOException.class, path.toString(), () -> load(path));
    }

    private void load(Path path) throws IOException {
        try {
            FlowModel.load(path, manager);
        } catch (OutOfMemoryError e) {
            // JUnit would stop all tests.
            throw new IllegalStateException("A length was believed", e);
        }
    }

    private static final java.nio.charset.Charset UTF_8 = java.nio.charset.StandardCharsets.UTF_8;

    private static byte[] filled(byte[] bytes, int from, int to, int value) {
        byte[] copy = bytes.clone();
        Arrays.fill(copy, from, to, (byte) value);
        return copy;
    }

    /** Replaces text in the header, whose length stays as it is where the texts are as long. */
    private static byte[] replaced(byte[] bytes, String text, String by) {
        java.nio.charset.Charset latin = java.nio.charset.StandardCharsets.ISO_8859_1;
        return new String(bytes, latin).replace(text, by).getBytes(latin);
    }

    private static NDList with(NDList arrays, NDArray first) {
        first.setName(arrays.get(0).getName());
        return new NDList(first).addAll(arrays.subNDList(1));
    }

    private static NDList withOneMore(NDList arrays) {
        NDArray more = arrays.get(0).duplicate();
        more.setName("more");
        return new NDList(arrays).addAll(new NDList(more));
    }

    private static NDList renamed(NDList arrays) {
        arrays.get(0).setName("other");
        return arrays;
    }

    private static String anotherPreset() {
        Preset preset = RealNvp.builder().setFeatures(3).optTransforms(2).optHidden(6).build();
        return new FlowConfig(preset, List.of("a", "b", "c"), List.of(), Map.of(), List.of())
                .toJson();
    }

    @Test
    void aNewModelReplacesTheOldOne() throws IOException {
        Path path = folder.resolve("model");
        model(0, 1)
                .save(
                        path,
                        f ->
                                Files.writeString(
                                        Files.createDirectory(f).resolve("report.txt"), "old"));
        FlowModel second = model(2, 2);
        second.save(
                path, f -> Files.writeString(Files.createDirectory(f).resolve("plot.svg"), "new"));
        assertEquals(
                List.of(
                        "config.json",
                        "model.safetensors",
                        "report/plot.svg",
                        "serving.properties"),
                List.copyOf(contents(path).keySet()));
        NDList rows = rows(2);
        float[] got = logProb(FlowModel.load(path, manager), rows);
        assertArrayEquals(logProb(second, rows), got);
        assertOnlyTheFolder(path);
    }

    @Test
    void emptyFoldersAreFilled() throws IOException {
        Path path = Files.createDirectory(folder.resolve("model"));
        FlowModel.requireReplaceable(path);
        model(0, 1).save(path, NOTHING);
        assertEquals(config(0), FlowModel.load(path, manager).config());
    }

    @Test
    void foldersOfOthersAreKept() throws IOException {
        Path path = Files.createDirectory(folder.resolve("photos"));
        Files.writeString(path.resolve("holiday.jpg"), "a photo");
        refusesToReplace(path);
        // Many programs call their configuration so.
        Files.writeString(path.resolve("config.json"), "{\"theme\": \"dark\"}");
        refusesToReplace(path);
    }

    private void refusesToReplace(Path path) throws IOException {
        Map<String, String> before = contents(path);
        FlowModel model = model(0, 1);
        assertRefused(IOException.class, path.toString(), () -> model.save(path, NOTHING));
        assertEquals(before, contents(path));
        assertRefused(IOException.class, path.toString(), () -> FlowModel.requireReplaceable(path));
        assertOnlyTheFolder(path);
    }

    @Test
    void aFileInPlaceOfTheFolderIsKept() throws IOException {
        Path path = folder.resolve("model");
        Files.writeString(path, "precious");
        FlowModel model = model(0, 1);
        assertRefused(IOException.class, path.toString(), () -> model.save(path, NOTHING));
        assertEquals("precious", Files.readString(path));
    }

    @Test
    void anAdditionThatFailsLeavesTheOldModel() throws IOException {
        Path path = folder.resolve("model");
        FlowModel old = model(0, 1);
        old.save(path, NOTHING);
        Map<String, String> before = contents(path);
        FlowModel next = model(0, 2);
        assertRefused(
                IOException.class,
                "no space",
                () ->
                        next.save(
                                path,
                                f -> {
                                    throw new IOException("no space");
                                }));
        assertRefused(
                IllegalStateException.class,
                "no plot",
                () ->
                        next.save(
                                path,
                                f -> {
                                    throw new IllegalStateException("no plot");
                                }));
        assertEquals(before, contents(path));
        NDList rows = rows(0);
        assertArrayEquals(logProb(old, rows), logProb(FlowModel.load(path, manager), rows));

        next.save(path, NOTHING);
        assertArrayEquals(logProb(next, rows), logProb(FlowModel.load(path, manager), rows));
        assertOnlyTheFolder(path);
    }

    @Test
    void aFirstSaveThatFailsLeavesNoModel() {
        Path path = folder.resolve("model");
        FlowModel model = model(0, 1);
        assertThrows(
                IOException.class,
                () ->
                        model.save(
                                path,
                                f -> {
                                    throw new IOException("no space");
                                }));
        assertFalse(Files.exists(path));
        assertRefused(IOException.class, path.toString(), () -> FlowModel.load(path, manager));
    }

    @Test
    void aSaveThatWasKilledIsUndone() throws IOException {
        Path path = folder.resolve("model");
        Path old = folder.resolve(".model.old");
        Path aside = folder.resolve(".model.new");
        FlowModel first = model(0, 1);
        first.save(path, NOTHING);
        NDList rows = rows(0);
        // Killed between the moves: the new model is aside, the old one too.
        model(0, 2).save(aside, NOTHING);
        Files.move(path, old);
        assertArrayEquals(logProb(first, rows), logProb(FlowModel.load(path, manager), rows));

        // Whoever saves next brings it back.
        FlowModel.requireReplaceable(path);
        assertTrue(Files.exists(path));
        Files.move(path, old);
        FlowModel third = model(0, 3);
        third.save(path, NOTHING);
        assertArrayEquals(logProb(third, rows), logProb(FlowModel.load(path, manager), rows));
        assertOnlyTheFolder(path);
    }

    @Test
    void aSaveThatWasKilledAfterTheMovesIsDone() throws IOException {
        Path path = folder.resolve("model");
        Path old = folder.resolve(".model.old");
        model(0, 1).save(old, NOTHING);
        FlowModel second = model(0, 2);
        second.save(path, NOTHING);
        model(0, 1).save(old, NOTHING);
        NDList rows = rows(0);
        assertArrayEquals(logProb(second, rows), logProb(FlowModel.load(path, manager), rows));
        FlowModel third = model(0, 3);
        third.save(path, NOTHING);
        assertArrayEquals(logProb(third, rows), logProb(FlowModel.load(path, manager), rows));
        assertOnlyTheFolder(path);
    }

    @Test
    void djlLoadsTheFolder() throws Exception {
        for (int context : new int[] {0, 2}) {
            Path path = folder.resolve("model" + context);
            FlowModel saved = model(context, 1);
            saved.save(path, NOTHING);
            NDList rows = rows(context);
            try (ZooModel<NDList, NDList> zoo = criteria(path).loadModel();
                    Predictor<NDList, NDList> predictor = zoo.newPredictor()) {
                NDList got = predictor.predict(rows);
                assertArrayEquals(logProb(saved, rows), got.singletonOrThrow().toFloatArray());
            }
        }
    }

    @Test
    void djlRefusesADamagedFolder() throws IOException {
        Path path = folder.resolve("model");
        model(0, 1).save(path, NOTHING);
        Path weights = path.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));
        Exception thrown = assertThrows(Exception.class, () -> criteria(path).loadModel());
        boolean checked =
                thrown instanceof IOException
                        || thrown instanceof MalformedModelException
                        || thrown.getCause() instanceof IOException;
        assertTrue(checked, thrown.toString());
    }

    private static Criteria<NDList, NDList> criteria(Path path) {
        return Criteria.builder().setTypes(NDList.class, NDList.class).optModelPath(path).build();
    }

    /** Returns the files of a folder by name, with their bytes as text. */
    private static Map<String, String> contents(Path path) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        path.relativize(file).toString(),
                        Arrays.toString(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    private void assertOnlyTheFolder(Path path) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(path), files.toList());
        }
    }

    private static void deleteFiles(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static void delete(Path path) throws IOException {
        deleteFiles(path);
        Files.delete(path);
    }
}
