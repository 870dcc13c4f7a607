package org.djlflows.model;

import static org.djlflows.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;

import org.djlflows.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
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
                        context == 0 ? List.of() : List.of("hour", "day"))
                .withMetrics(Map.of("nll", 1.5));
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
                "expected rows of [a, b, c], got shape (5, 4)",
                () ->
                        FlowModel.create(
                                config(0), new NDList(manager.ones(new Shape(5, 4))), manager));
        assertRefused(
                IllegalArgumentException.class,
                "got \"a\", always 1.0",
                () ->
                        FlowModel.create(
                                config(0), new NDList(manager.ones(new Shape(5, 3))), manager));
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
        assertOnlyTheFolder(path);
        NDList rows = rows(0);
        assertArrayEquals(logProb(old, rows), logProb(FlowModel.load(path, manager), rows));

        next.save(path, NOTHING);
        assertArrayEquals(logProb(next, rows), logProb(FlowModel.load(path, manager), rows));
        assertOnlyTheFolder(path);
    }

    @Test
    void anErrorInAnAdditionLeavesWhatTheNextSaveRemoves() throws IOException {
        Path path = folder.resolve("model");
        model(0, 1).save(path, NOTHING);
        Map<String, String> before = contents(path);
        FlowModel next = model(0, 2);
        assertThrows(
                AssertionError.class,
                () ->
                        next.save(
                                path,
                                f -> {
                                    Files.writeString(Files.createDirectory(f).resolve("a"), "a");
                                    throw new AssertionError();
                                }));
        assertEquals(before, contents(path));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve(".model.new"), path), files.sorted().toList());
        }
        next.save(path, NOTHING);
        assertFalse(before.equals(contents(path)));
        assertOnlyTheFolder(path);
    }

    @Test
    void placesThatCannotBeWrittenAreNamed() throws IOException {
        FlowModel model = model(0, 1);
        // No user, not even root, makes a folder below a file, or of a name that long.
        Path below = Files.writeString(folder.resolve("file"), "text").resolve("model");
        Path wide = folder.resolve("m".repeat(300));
        for (Path path : List.of(below, wide)) {
            assertRefused(
                    IOException.class,
                    "expected a folder that can be written, got ",
                    () -> model.save(path, NOTHING));
        }
        assertEquals("text", Files.readString(folder.resolve("file")));
        assertOnlyTheFolder(folder.resolve("file"));
    }

    @Test
    void modelsThatAreNotFiniteAreNotSaved() throws IOException {
        Path path = folder.resolve("model");
        FlowModel model = model(0, 1);
        model.save(path, NOTHING);
        Map<String, String> before = contents(path);
        for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            NDArray last = model.flow().getParameters().get(9).getValue().getArray();
            last.set(new NDIndex("0"), value);
            assertRefused(
                    IllegalStateException.class,
                    "FlowModel: nothing is saved. Weights: a tensor disagrees: expected finite "
                            + model.flow().getParameters().keys().get(9)
                            + ", got NaN or infinity",
                    () -> model.save(path, NOTHING));
        }
        assertEquals(before, contents(path));
        assertOnlyTheFolder(path);
    }

    /** Whoever loads while models replace each other gets one of them whole, or is told. */
    @Test
    void whileModelsAreReplacedOneIsLoadedWhole() throws Exception {
        Path path = folder.resolve("model");
        List<FlowModel> models = List.of(model(0, 0), model(0, 1));
        List<List<String>> states = models.stream().map(FlowModelTest::state).toList();
        numbered(models, 0).save(path, NOTHING);
        AtomicBoolean done = new AtomicBoolean();
        Future<Integer> saves =
                CompletableFuture.supplyAsync(
                        () -> {
                            int count = 0;
                            while (!done.get()) {
                                count++;
                                try {
                                    numbered(models, count).save(path, NOTHING);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            }
                            return count;
                        });
        int loaded = 0;
        try {
            for (int i = 0; i < 150; i++) {
                try (NDManager own = manager.newSubManager()) {
                    FlowModel model = FlowModel.load(path, own);
                    int number = model.config().metrics().get("number").intValue();
                    assertEquals(states.get(number % 2), state(model));
                    loaded++;
                } catch (IOException e) {
                    assertTrue(e.getMessage().contains(": expected "), e.getMessage());
                }
            }
        } finally {
            done.set(true);
        }
        assertTrue(saves.get() > 1 && loaded > 1, saves.get() + " saved, " + loaded + " loaded");
    }

    private static FlowModel numbered(List<FlowModel> models, int number) {
        FlowModel model = models.get(number % 2);
        Map<String, Double> metrics = Map.of("number", (double) number);
        return new FlowModel(model.config().withMetrics(metrics), model.flow());
    }

    private static List<String> state(FlowModel model) {
        return model.flow().getParameters().values().stream()
                .map(parameter -> Arrays.toString(parameter.getArray().toByteArray()))
                .toList();
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
}
