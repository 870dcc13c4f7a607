package org.djlflows.model;

import static org.djlflows.Mutants.assertRefusedOrRead;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.estimator.DensityEstimator;
import org.djlflows.files.InputFile;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.Scorer;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.weights.StateDict;
import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files that block, that never end, that are large at no cost, or that are damaged. */
@Timeout(60)
class HostileFilesTest {

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
                                Presets.realNvp().withTransforms(1).withHidden(4),
                                List.of("x0", "x1", "x2"),
                                List.of())
                        .withMetrics(Map.of("nll", 1.25));
        NDList rows = new NDList(manager.randomNormal(new Shape(20, 3)));
        model = folder.resolve("model");
        config = model.resolve("config.json");
        weights = model.resolve("model.safetensors");
        FlowModel.create(small, rows, manager).save(model, report -> {});
    }

    @AfterEach
    void close() {
        System.clearProperty(InputFile.LARGEST);
        manager.close();
    }

    private static void refused(String expected, Executable load) {
        String message = assertThrows(IOException.class, load).getMessage();
        assertTrue(message.contains(expected), message);
        assertTrue(message.length() < 500, message);
    }

    private void refusedByAll(String expected) {
        refusedByLoaders(expected);
        refused(expected, () -> DensityEstimator.load(model));
        refused(expected, () -> StateDict.read(weights));
        refused(expected, () -> Weights.read(weights, manager));
    }

    private void refusedByLoaders(String expected) {
        refused(expected, () -> FlowModel.load(model, manager));
        refused(expected, () -> scorer(model));
    }

    private static Path pipe(Path place) throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", place.toString()).start().waitFor());
        return place;
    }

    private static void sparse(Path file, long size) throws IOException {
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(size);
        }
    }

    @Test
    void pipesAndDevicesAreNotOpened() throws Exception {
        Files.delete(weights);
        pipe(weights);
        refusedByAll("got a pipe or a device");
        Files.delete(weights);
        Files.createSymbolicLink(weights, Path.of("/dev/zero"));
        refusedByAll("got a pipe or a device");
        Files.delete(weights);
        Files.createSymbolicLink(weights, pipe(folder.resolve("pipe")));
        refusedByAll("got a pipe or a device");
        Files.delete(weights);
        Files.createDirectory(weights);
        refusedByAll("got a folder");
        Files.delete(config);
        pipe(config);
        refusedByLoaders("with config.json, got");
    }

    @Test
    void linksToFilesAreFiles() throws IOException {
        Path other = folder.resolve("weights");
        Files.move(weights, other);
        Files.createSymbolicLink(weights, other);
        FlowModel.load(model, manager);
    }

    @Test
    void largeFilesAreNotRead() throws IOException {
        sparse(weights, 1L << 40);
        refusedByAll(" bytes, more than ");
        sparse(config, 1L << 31);
        refusedByLoaders("got 2,147,483,648 bytes, more than");
    }

    @Test
    void thePropertySaysWhatIsLarge() throws IOException {
        System.setProperty(InputFile.LARGEST, "100");
        refusedByAll("more than 100, the size of the heap (-Xmx), which -Dflows.largestFile=");
        System.clearProperty(InputFile.LARGEST);
        FlowModel.load(model, manager);
    }

    /** A tensor as large as the heap allows for a file would not become an array. */
    @Test
    void largeTensorsAreNotRead() throws IOException {
        long size = Runtime.getRuntime().maxMemory() / 2 / 4 * 4;
        String header =
                String.format(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}",
                        size / 4, size);
        byte[] start = new byte[8];
        start[0] = (byte) header.length();
        Files.write(weights, start);
        Files.writeString(weights, header, StandardOpenOption.APPEND);
        sparse(weights, 8 + header.length() + size);
        refusedByLoaders("an eighth of the heap");
        StateDict opened = StateDict.read(weights);
        refused("an eighth of the heap", () -> opened.get("a", manager));
    }

    /** Java takes the record before the last where the comment of the last does not fit. */
    @Test
    void directoriesOfArchivesBeforeTheLastRecordAreNotRead() throws IOException {
        Path archive = folder.resolve("model.pth");
        int directory = 400 << 20;
        sparse(archive, directory);
        ByteBuffer records = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
        records.putInt(0, 0x06054b50).putInt(12, directory).putShort(20, (short) 22);
        records.putInt(22, 0x06054b50).putInt(38, 0x7fffffff).putShort(42, (short) 5);
        Files.write(archive, records.array(), StandardOpenOption.APPEND);
        try (RandomAccessFile start = new RandomAccessFile(archive.toFile(), "rw")) {
            start.writeBytes("PK\3\4");
        }
        refused("a zip file that does not end as one", () -> StateDict.read(archive));
    }

    /** Damages a file of the model, and loads it with DJL and without. */
    private void assertMutantsAreRefused(byte[] whole, Path file) throws IOException {
        assertRefusedOrRead(
                whole,
                800,
                bytes -> {
                    Files.write(file, bytes);
                    FlowModel.load(model, manager);
                },
                List.of(IOException.class));
        assertRefusedOrRead(
                whole,
                800,
                bytes -> {
                    Files.write(file, bytes);
                    scorer(model);
                },
                List.of(IOException.class));
    }

    /** Errors of any class have become an {@code IOException}; only those that are meant may. */
    private static Scorer scorer(Path model) throws IOException {
        try {
            return Scorer.load(model);
        } catch (IOException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException fault
                    && !(cause instanceof IllegalArgumentException)) {
                throw fault;
            }
            throw e;
        }
    }

    @Test
    void mutantsOfTheConfigurationAreRefused() throws IOException {
        assertMutantsAreRefused(Files.readAllBytes(config), config);
    }

    @Test
    void mutantsOfAnEarlierConfigurationAreRefused() throws Exception {
        Path earlier = Path.of(FlowModel.class.getResource("formats/format1").toURI());
        Files.copy(earlier.resolve("model.safetensors"), weights, REPLACE_EXISTING);
        assertMutantsAreRefused(Files.readAllBytes(earlier.resolve("config.json")), config);
    }

    @Test
    void mutantsOfTheWeightsAreRefused() throws IOException {
        assertMutantsAreRefused(Files.readAllBytes(weights), weights);
    }

    /** They are a claim, before which memory must not be taken. */
    @ParameterizedTest
    @MethodSource("smallFlows")
    void sizesThatDoNotFitAreRefused(VectorFlow flow) throws IOException {
        FlowConfig given = new FlowConfig(flow, List.of("x0", "x1", "x2"), List.of("c"));
        NDList rows =
                new NDList(
                        manager.randomNormal(new Shape(20, 3)),
                        manager.randomNormal(new Shape(20, 1)));
        FlowModel.create(given, rows, manager).save(model, report -> {});
        String text = Files.readString(config);
        List<MatchResult> numbers =
                Pattern.compile("\\b\\d+\\b")
                        .matcher(text.substring(0, text.indexOf("\"columns\"")))
                        .results()
                        .toList();
        assertTrue(numbers.size() > 2, text);
        for (MatchResult number : numbers) {
            for (String size : List.of("0", "1000", "65536", "16777216", "2147483647")) {
                if (size.equals(number.group())) {
                    continue; // The decimals of a bound.
                }
                Files.writeString(
                        config,
                        text.substring(0, number.start()) + size + text.substring(number.end()));
                refused("expected", () -> scorer(model));
            }
        }
    }

    private static Stream<VectorFlow> smallFlows() {
        return Stream.of(
                Presets.neuralSplineFlow().withTransforms(2).withHidden(4),
                Presets.autoregressiveSplineFlow().withTransforms(2).withHidden(4),
                Presets.blockNeuralAutoregressiveFlow().withTransforms(2).withHidden(4),
                Presets.planarFlow().withTransforms(2),
                Presets.radialFlow().withTransforms(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "module.pth",
                "nested.pth",
                "whole.pth",
                "types.pth",
                "views.pth",
                "checkpoint4.pth",
                "protocol4.pth",
                "types.safetensors"
            })
    void mutantsOfOtherLibrariesAreRefused(String name) throws Exception {
        byte[] whole = Files.readAllBytes(Path.of(StateDict.class.getResource(name).toURI()));
        Path file = folder.resolve(name);
        assertRefusedOrRead(
                whole,
                600,
                bytes -> {
                    Files.write(file, bytes);
                    StateDict tensors = StateDict.read(file);
                    try (NDManager scratch = manager.newSubManager()) {
                        for (String tensor : tensors.names()) {
                            tensors.get(tensor, scratch);
                        }
                    }
                },
                List.of(IOException.class));
    }

    /** Names of a megabyte. */
    @Test
    void messagesAreShort() throws IOException {
        String name = "x".repeat(1 << 20);
        String text = Files.readString(config);
        for (String[] change :
                new String[][] {
                    {"\"format\": 2", "\"format\": \"" + name + "\""},
                    {"\"format\": 2", "\"format\": 2, \"" + name + "\": 1"},
                    {"\"coupling\"", "\"" + name + "\""},
                    {"\"scale\":", "\"" + name + "\":"},
                    {"\"RELU\"", "\"" + name + "\""},
                    {"\"x0\"", "\"" + name + "\", \"" + name + "\", \"x0\""},
                    {"1.25", "\"" + name + "\""}
                }) {
            assertTrue(text.contains(change[0]), change[0]);
            Files.writeString(config, text.replace(change[0], change[1]));
            String message =
                    assertThrows(IOException.class, () -> FlowModel.load(model, manager))
                            .getMessage();
            assertTrue(message.length() < 2000, change[0] + ": " + message.length());
        }
    }
}
