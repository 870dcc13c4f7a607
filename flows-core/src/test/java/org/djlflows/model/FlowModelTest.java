package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertRefused;
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

import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelFolder;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.spec.Presets;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
                        Presets.neuralSplineFlow().withTransforms(2).withHidden(6),
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
        ModelFolder.requireReplaceable(path);
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
        assertRefused(
                IOException.class, path.toString(), () -> ModelFolder.requireReplaceable(path));
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
        Map<String, String> after = contents(path);
        assertTrue(after.keySet().removeIf(name -> name.startsWith(".model.new/")));
        assertEquals(before, after);
        next.save(path, NOTHING);
        assertEquals(before.keySet(), contents(path).keySet());
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
                    ": expected a place that can be written, got: ",
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
                            + ParameterNames.paths(model.flow()).get(9).getKey()
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
                    assertTrue(e.getMessage().endsWith("; load it again"), e.getMessage());
                }
            }
        } finally {
            done.set(true);
        }
        assertTrue(saves.get() > 1 && loaded > 140, saves.get() + " saved, " + loaded + " loaded");
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

    /** The moves of a save, one after the other: a process can be killed after each. */
    @Test
    void aSaveThatWasKilledLeavesOneModelWhole() throws IOException {
        Path path = folder.resolve("model");
        Path whole = folder.resolve("whole");
        FlowModel first = model(0, 1);
        FlowModel second = model(0, 2);
        FlowModel.Addition report =
                f -> Files.writeString(Files.createDirectory(f).resolve("new.svg"), "new");
        second.save(whole, report);
        Map<String, String> expected = contents(whole);
        NDList rows = rows(0);
        List<String> moves =
                List.of("", "serving.properties", "model.safetensors", "config.json", "report");
        for (boolean replaces : new boolean[] {true, false}) {
            for (int killed = -1; killed < moves.size(); killed++) {
                if (replaces) {
                    first.save(
                            path,
                            f ->
                                    Files.writeString(
                                            Files.createDirectory(f).resolve("old.svg"), "old"));
                } else {
                    Files.createDirectory(path);
                }
                // Killed while the new model was written, it is not looked at.
                Path aside = path.resolve(killed < 0 ? ".model.new" : ".model.next");
                second.save(aside, report);
                for (String name : moves.subList(0, killed + 1)) {
                    if (name.isEmpty()) {
                        Files.deleteIfExists(path.resolve("report/old.svg"));
                    } else {
                        Files.deleteIfExists(path.resolve(name));
                        Files.move(aside.resolve(name), path.resolve(name));
                    }
                }
                if (killed < 0 && !replaces) {
                    assertThrows(IOException.class, () -> FlowModel.load(path, manager));
                } else {
                    float[] got = logProb(FlowModel.load(path, manager), rows);
                    assertArrayEquals(logProb(killed < 0 ? first : second, rows), got);
                }
                ModelFolder.requireReplaceable(path);
                try (ModelFolder run = ModelFolder.reserve(path)) {
                    assertTrue(Files.notExists(run.checkpoint()));
                }
                if (killed >= 0) {
                    assertEquals(expected, contents(path));
                }
                if (Files.exists(path)) {
                    second.save(path, report);
                    assertEquals(expected, contents(path));
                    clear(path);
                }
            }
        }
    }

    private static void clear(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** The folder may be a mount point, which can neither be moved nor replaced. */
    @Test
    void theFolderItselfStays() throws IOException {
        Path path = Files.createDirectory(folder.resolve("model"));
        // The root of a file system has one.
        Files.createDirectory(path.resolve("lost+found"));
        Object identity = Files.getAttribute(path, "fileKey");
        folder.toFile().setWritable(false);
        try {
            for (int seed = 1; seed < 3; seed++) {
                FlowModel model = model(0, seed);
                try (ModelFolder run = ModelFolder.reserve(path)) {
                    Files.writeString(run.checkpoint(), "state");
                    model.save(run, NOTHING);
                    Files.delete(run.checkpoint());
                }
                assertEquals(identity, Files.getAttribute(path, "fileKey"));
                float[] got = logProb(FlowModel.load(path, manager), rows(0));
                assertArrayEquals(logProb(model, rows(0)), got);
            }
        } finally {
            folder.toFile().setWritable(true);
        }
        assertEquals(
                Set.of("config.json", "model.safetensors", "serving.properties"),
                contents(path).keySet());
    }

    @Test
    void symbolicLinksStay() throws IOException {
        Path place = folder.resolve("place");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("place"));
        // At first it leads nowhere.
        for (int seed = 1; seed < 3; seed++) {
            FlowModel model = model(0, seed);
            try (ModelFolder run = ModelFolder.reserve(link)) {
                assertEquals(place, run.checkpoint().getParent());
                model.save(run, NOTHING);
            }
            assertTrue(Files.isSymbolicLink(link));
            float[] got = logProb(FlowModel.load(place, manager), rows(0));
            assertArrayEquals(logProb(model, rows(0)), got);
        }
        Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        assertRefused(
                IOException.class,
                circle + ": expected a place that can be written, got: symbolic links in circles",
                () -> model(0, 1).save(circle, NOTHING));
    }

    @Test
    void oneRunAtATimeReservesAFolder() throws Exception {
        Path path = folder.resolve("model");
        Path link = Files.createSymbolicLink(folder.resolve("link"), path);
        try (ModelFolder run = ModelFolder.reserve(path)) {
            for (Path same : List.of(path, link, folder.resolve("link/../model"))) {
                refusesToReserve(same);
            }
            Files.writeString(run.checkpoint(), "state");
        }
        // An interrupted run leaves its checkpoint, and nothing that is in the way.
        assertEquals(Set.of(".checkpoint.safetensors"), contents(path).keySet());
        Process other = reserveInAnotherProcess(path);
        refusesToReserve(path);
        other.destroyForcibly().waitFor();
        assertTrue(Files.exists(path.resolve(".lock")));
        try (ModelFolder run = ModelFolder.reserve(path)) {
            Files.delete(run.checkpoint());
        }
        assertEquals(Map.of(), contents(path));
        Files.delete(path);
        ModelFolder.reserve(path).close();
        assertTrue(Files.notExists(path));
    }

    @Test
    void savesIntoOneFolderDoNotMix() throws Exception {
        Path path = folder.resolve("model");
        FlowModel first = model(0, 1);
        FlowModel second = model(0, 2);
        first.save(
                path,
                report -> {
                    refusesToSave(second, path);
                    // Nor does another thread.
                    CompletableFuture.runAsync(() -> refusesToSave(second, path)).join();
                });
        assertArrayEquals(logProb(first, rows(0)), logProb(FlowModel.load(path, manager), rows(0)));
        Map<String, String> before = contents(path);
        try (ModelFolder run = ModelFolder.reserve(path)) {
            refusesToSave(second, path);
        }
        Process other = reserveInAnotherProcess(path);
        refusesToSave(second, path);
        other.destroyForcibly().waitFor();
        Files.delete(path.resolve(".lock"));
        assertEquals(before, contents(path));
        second.save(path, NOTHING);
        assertArrayEquals(
                logProb(second, rows(0)), logProb(FlowModel.load(path, manager), rows(0)));
    }

    private static void refusesToSave(FlowModel model, Path path) {
        assertRefused(
                IOException.class,
                path + ": expected a folder that no other run writes to, got one in use",
                () -> model.save(path, NOTHING));
    }

    /** A file that was named config.json cannot take the place of a folder. */
    @Test
    void aModelThatCannotBeMovedToItsPlaceIsLoadedFromWhereItIs() throws IOException {
        Path path = folder.resolve("model");
        model(0, 1).save(path, NOTHING);
        FlowModel model = model(0, 2);
        Path obstacle = path.resolve("config.json");
        assertRefused(
                IOException.class,
                "; the new model is whole in " + path.resolve(".model.next"),
                () ->
                        model.save(
                                path,
                                report -> {
                                    Files.delete(obstacle);
                                    Files.createDirectories(obstacle.resolve("a"));
                                }));
        assertArrayEquals(logProb(model, rows(0)), logProb(FlowModel.load(path, manager), rows(0)));
        Files.delete(obstacle.resolve("a"));
        Files.delete(obstacle);
        model.save(path, NOTHING);
        assertEquals(
                Set.of("config.json", "model.safetensors", "serving.properties"),
                contents(path).keySet());
    }

    @Test
    void permissionsStay() throws IOException {
        Path path = folder.resolve("model");
        model(0, 1).save(path, NOTHING);
        Set<PosixFilePermission> expected = PosixFilePermissions.fromString("rw-r-----");
        Files.setPosixFilePermissions(path.resolve("model.safetensors"), expected);
        model(0, 2).save(path, NOTHING);
        assertEquals(expected, Files.getPosixFilePermissions(path.resolve("model.safetensors")));
    }

    private static void refusesToReserve(Path path) {
        assertRefused(
                IOException.class,
                path + ": expected a folder that no other run writes to, got one in use",
                () -> ModelFolder.reserve(path));
    }

    private static Process reserveInAnotherProcess(Path path) throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Reserve.class.getName(),
                                path.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertEquals('r', process.getInputStream().read());
        return process;
    }

    /** Reserves a folder until its input ends. */
    static final class Reserve {

        private Reserve() {}

        public static void main(String[] args) throws IOException {
            ModelFolder run = ModelFolder.reserve(Path.of(args[0]));
            System.out.print("r");
            System.out.flush();
            while (System.in.read() >= 0) {
                // Nothing comes: the process is killed.
            }
            run.close();
        }
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
