package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.djl.Model;
import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingResult;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;

import org.djlflows.Bijection;
import org.djlflows.Distribution;
import org.djlflows.Mutants;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.data.Toys;
import org.djlflows.distribution.Augmented;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.files.CannotWriteException;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Additive;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

class MaximumLikelihoodTest {

    private static final int EPOCHS = 6;

    @TempDir private Path folder;

    private NDManager data;
    private final List<Model> models = new ArrayList<>();

    @BeforeEach
    void open() {
        data = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        models.forEach(Model::close);
        data.close();
    }

    @Test
    void learnsACorrelatedGaussian() throws IOException {
        double correlation = 0.8;
        double entropy =
                Math.log(2 * Math.PI * Math.E) + 0.5 * Math.log(1 - correlation * correlation);
        Model model = model(1, new LuLinear(), coupling(), new LuLinear());
        History history =
                MaximumLikelihood.builder()
                        .optEpochs(12)
                        .optBatchSize(100)
                        .optLearningRate(0.02)
                        .build()
                        .fit(model, gaussian(3000, correlation, 1), gaussian(1000, correlation, 2));
        double nll =
                NllNats.mean((Distribution) model.getBlock(), gaussian(10_000, correlation, 3));
        assertEquals(entropy, nll, 0.05);
        assertEquals(12, history.validation().size());
        assertEquals(12, history.training().size());
        assertEquals(0, history.skippedSteps());
    }

    @Test
    void stopsEarlyAndKeepsTheBestWeights() throws IOException {
        // So few rows that the flow learns them by heart.
        NDList training = moons(48, 1);
        NDList validation = moons(200, 2);
        Model model = model(1, new ActNorm(), coupling(), new LuLinear(), coupling());
        History history =
                MaximumLikelihood.builder()
                        .optEpochs(200)
                        .optBatchSize(16)
                        .optLearningRate(0.02)
                        .optAverageDecay(0.5)
                        .optPatience(5)
                        .build()
                        .fit(model, training, validation);
        int epochs = history.validation().size();
        assertTrue(epochs < 200, "never stopped");
        assertEquals(epochs - 5, history.bestEpoch());
        for (double loss : history.validation()) {
            assertTrue(history.bestValidation() <= loss);
        }
        Distribution flow = (Distribution) model.getBlock();
        assertEquals(history.bestValidation(), NllNats.mean(flow, validation), 1e-12);
    }

    @Test
    void aResumedRunEndsWithTheSameWeights() throws IOException {
        NDList training = moons(160, 1);
        NDList validation = moons(50, 2);
        Model whole = model(1, layers());
        History expected = settings().build().fit(whole, training, validation);

        Path file = folder.resolve("checkpoint.safetensors");
        Model killed = model(1, layers());
        assertThrows(
                Killed.class,
                () ->
                        settings()
                                .optCheckpoint(file, true)
                                .optProgress(killer(3), false)
                                .build()
                                .fit(killed, training, validation));
        // Other initial weights: all has to come from the file.
        Model resumed = model(2, layers());
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        History got =
                settings()
                        .optCheckpoint(file, true)
                        .optProgress(new PrintStream(printed, true, StandardCharsets.UTF_8), false)
                        .build()
                        .fit(resumed, training, validation);
        assertEquals(3, printed.toString(StandardCharsets.UTF_8).lines().count());
        assertEquals(expected, got);
        assertSameWeights(whole, resumed);

        // A run that is done is only read.
        Model again = model(3, layers());
        History read =
                settings().optCheckpoint(file, true).build().fit(again, training, validation);
        assertEquals(expected, read);
        assertSameWeights(whole, again);
    }

    /** Of a run whose epochs visit a part of the rows each, and end within a pass through all. */
    @Test
    void aResumedRunGoesOnWithTheRowsThatFollow() throws IOException {
        NDList training = moons(160, 1);
        NDList validation = moons(50, 2);
        Model whole = model(1, layers());
        MaximumLikelihood.Builder settings = settings().optEpochRows(112);
        assertEquals(112, settings.epochRows(160));
        assertEquals(96, settings.epochRows(100));
        History expected = settings.build().fit(whole, training, validation);

        Path file = folder.resolve("checkpoint.safetensors");
        MaximumLikelihood stopping =
                settings.copy()
                        .optCheckpoint(file, false)
                        .optListener(history -> Thread.currentThread().interrupt())
                        .build();
        assertThrows(
                CancellationException.class,
                () -> stopping.fit(model(1, layers()), training, validation));
        assertTrue(Thread.interrupted(), "the thread is still interrupted");
        Model resumed = model(2, layers());
        History got =
                settings.copy()
                        .optCheckpoint(file, true)
                        .build()
                        .fit(resumed, training, validation);
        assertEquals(expected, got);
        assertSameWeights(whole, resumed);
    }

    /** As a thread pool does that shuts down, at any time after the first epoch. */
    @Test
    void anInterruptEndsTheRunAndAResumedOneEndsTheSame() throws Exception {
        NDList training = moons(160, 1);
        NDList validation = moons(50, 2);
        Model whole = model(1, layers());
        History expected = settings().build().fit(whole, training, validation);

        Path file = folder.resolve("checkpoint.safetensors");
        Model stopped = model(1, layers());
        CountDownLatch firstEpoch = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        MaximumLikelihood endless =
                settings()
                        .optCheckpoint(file, false)
                        .optListener(
                                history -> {
                                    firstEpoch.countDown();
                                    if (history.validation().size() == 4) {
                                        Thread.currentThread().interrupt();
                                    }
                                })
                        .build();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                endless.fit(stopped, training, validation);
                            } catch (CancellationException e) {
                                interrupted.complete(Thread.currentThread().isInterrupted());
                            } catch (IOException | RuntimeException e) {
                                interrupted.completeExceptionally(e);
                            }
                        });
        thread.start();
        firstEpoch.await();
        thread.interrupt();
        assertTrue(interrupted.get(), "the thread is still interrupted");

        Model resumed = model(2, layers());
        History got =
                settings().optCheckpoint(file, true).build().fit(resumed, training, validation);
        assertEquals(expected, got);
        assertSameWeights(whole, resumed);
    }

    /** With a layer that DJL's trainer trains, and with noise in each step of a program. */
    @Test
    void runsAtTheSameTimeEndAsAlone() throws Exception {
        NDList training = moons(160, 1);
        List<float[]> alone = new ArrayList<>();
        for (boolean noise : new boolean[] {false, true, false, true}) {
            Model model = noise ? noisy() : model(1, foreign());
            fit(model, training);
            alone.add(weights(model));
        }
        assertArrayEquals(alone.get(0), alone.get(2));
        assertArrayEquals(alone.get(1), alone.get(3));

        List<Model> together = List.of(model(1, foreign()), noisy(), model(1, foreign()), noisy());
        List<CompletableFuture<Void>> runs =
                together.stream()
                        .map(model -> CompletableFuture.runAsync(() -> fit(model, training)))
                        .toList();
        runs.forEach(CompletableFuture::join);
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(alone.get(i), weights(together.get(i)));
        }
    }

    private static void fit(Model model, NDList training) {
        try {
            settings().optEpochs(2).build().fit(model, training, training);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Draws noise in each step. */
    private Model noisy() {
        Fixtures.seed(1);
        Augmented distribution =
                new Augmented(new NormalizingFlow(coupling(), new StandardNormal()), 0.1);
        Model model = Model.newInstance("noisy", "PyTorch");
        models.add(model);
        distribution.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 2));
        model.setBlock(distribution);
        return model;
    }

    @Test
    void aCheckpointIsIgnoredUnlessAskedFor() throws IOException {
        NDList training = moons(64, 1);
        NDList validation = moons(50, 2);
        Path file = folder.resolve("checkpoint.safetensors");
        Model first = model(1, layers());
        settings().optCheckpoint(file, false).build().fit(first, training, validation);
        Model second = model(1, layers());
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        settings()
                .optCheckpoint(file, false)
                .optProgress(new PrintStream(printed, true, StandardCharsets.UTF_8), false)
                .build()
                .fit(second, training, validation);
        assertEquals(EPOCHS, printed.toString(StandardCharsets.UTF_8).lines().count());
        assertSameWeights(first, second);
    }

    @Test
    void aCheckpointOfAnotherRunIsRefused() throws IOException {
        NDList training = moons(64, 1);
        NDList validation = moons(50, 2);
        Path file = folder.resolve("checkpoint.safetensors");
        settings().optCheckpoint(file, false).build().fit(model(1, layers()), training, validation);
        Model model = model(2, layers());
        float[] before = weights(model);
        for (MaximumLikelihood.Builder other :
                List.of(
                        settings().optEpochs(7),
                        settings().optBatchSize(8),
                        settings().optLearningRate(0.1),
                        settings().optWarmUp(0.5),
                        settings().optBetas(0.9, 0.95),
                        settings().optChunkRows(3),
                        settings().optEpochRows(32),
                        settings().optWeightDecay(0.5),
                        settings().optGradientLimit(3),
                        settings().optAverageDecay(0.1),
                        settings().optPatience(1),
                        settings().optSeed(8))) {
            MaximumLikelihood run = other.optCheckpoint(file, true).build();
            String message =
                    assertRefused(
                                    IllegalArgumentException.class,
                                    "Checkpoint " + file,
                                    () -> run.fit(model, training, validation))
                            .getMessage();
            assertTrue(message.contains("expected a run with"), message);
        }
        MaximumLikelihood run = settings().optCheckpoint(file, true).build();
        assertRefused(
                IllegalArgumentException.class,
                "data=",
                () -> run.fit(model, moons(80, 1), validation));
        // The same settings, another flow.
        Model deeper = model(1, coupling(), new LuLinear(), coupling(), new LuLinear());
        assertThrows(IllegalArgumentException.class, () -> run.fit(deeper, training, validation));
        assertArrayEquals(before, weights(model));
    }

    /** Bits that flip and bytes that are missing: one message each. */
    @Test
    void damagedCheckpointsAreRefused() throws IOException {
        NDList training = moons(32, 1);
        Path file = oneEpoch(training);
        byte[] whole = Files.readAllBytes(file);
        int header = 8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Random random = new Random(11);
        Model model = model(2, layers());
        float[] before = weights(model);
        try (FusedAdam optimizer = FusedAdam.builder().build();
                WeightAverage average = new WeightAverage(0.9);
                Monitor monitor = new Monitor(training, average, 1)) {
            GradientGuard guard = new GradientGuard(1, 0);
            RunState checkpoint =
                    new RunState(file, "settings", optimizer, guard, average, monitor);
            for (int i = 0; i < 200; i++) {
                // A fourth of them in the names and shapes.
                byte[] mutant = whole.clone();
                mutant[random.nextInt(i % 4 == 0 ? header : whole.length)] ^=
                        (byte) (1 << random.nextInt(8));
                if (i % 4 == 1) {
                    mutant = Arrays.copyOf(whole, random.nextInt(whole.length));
                }
                Files.write(file, mutant);
                refuses(file, () -> checkpoint.restore(model.getBlock(), data));
            }
        }
        assertArrayEquals(before, weights(model));
    }

    /** As another version might write it: whole, but with other names. */
    @Test
    void checkpointsWithOtherNamesAreRefused() throws IOException {
        NDList training = moons(32, 1);
        Path file = oneEpoch(training);
        byte[] whole = Files.readAllBytes(file);
        MaximumLikelihood run = settings().optEpochs(1).optCheckpoint(file, true).build();
        Model model = model(2, layers());
        float[] before = weights(model);
        for (String prefix :
                List.of("adam.0.", "adam.2.", "average.", "best.", "weights.", "counts")) {
            Files.write(file, whole);
            try (NDManager scratch = data.newSubManager()) {
                NDList arrays = org.djlflows.weights.Weights.read(file, scratch);
                arrays.removeIf(array -> array.getName().equals("checksum"));
                NDArray renamed =
                        arrays.stream()
                                .filter(array -> array.getName().startsWith(prefix))
                                .findFirst()
                                .orElseThrow();
                renamed.setName("other." + renamed.getName());
                NDArray checksum = scratch.create(new long[] {new SavedArrays(arrays).checksum()});
                checksum.setName("checksum");
                arrays.add(checksum);
                org.djlflows.weights.Weights.write(arrays, file);
            }
            refuses(file, () -> run.fit(model, training, training));
        }
        assertArrayEquals(before, weights(model));
        Files.write(file, whole);
        assertEquals(1, run.fit(model, training, training).validation().size());
    }

    private Path oneEpoch(NDList training) throws IOException {
        Path file = folder.resolve("checkpoint.safetensors");
        settings()
                .optEpochs(1)
                .optCheckpoint(file, false)
                .build()
                .fit(model(1, layers()), training, training);
        return file;
    }

    private static void refuses(Path file, org.junit.jupiter.api.function.Executable call) {
        String message =
                assertRefused(IOException.class, "Checkpoint " + file + ": expected ", call)
                        .getMessage();
        assertTrue(message.contains("delete it, or start without resuming"), message);
    }

    @Test
    void aCheckpointThatCannotBeWrittenIsRefusedBeforeTheFirstEpoch() throws IOException {
        NDList training = moons(64, 1);
        Path file = folder.resolve("none/checkpoint.safetensors");
        MaximumLikelihood run =
                settings()
                        .optCheckpoint(file, false)
                        .optListener(history -> fail("an epoch is done"))
                        .build();
        Model model = model(1, layers());
        assertRefused(
                CannotWriteException.class,
                file + ": expected a place that can be written, got: no such folder",
                () -> run.fit(model, training, training));

        // It can also become so.
        Path place = Files.createDirectory(folder.resolve("none"));
        MaximumLikelihood later =
                settings()
                        .optCheckpoint(file, false)
                        .optListener(history -> move(place, folder.resolve("gone")))
                        .build();
        assertRefused(
                CannotWriteException.class,
                file + ": expected a place that can be written, got: no such folder",
                () -> later.fit(model, training, training));
        try (Stream<Path> files = Files.list(folder.resolve("gone"))) {
            assertEquals(
                    List.of("checkpoint.safetensors"),
                    files.map(found -> found.getFileName().toString()).toList());
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFileThatIsNoCheckpointIsRefused() throws IOException {
        NDList training = moons(64, 1);
        Path file = folder.resolve("checkpoint.safetensors");
        MaximumLikelihood run = settings().optCheckpoint(file, true).build();
        Model model = model(1, layers());
        float[] before = weights(model);

        Files.writeString(file, "no checkpoint at all, but a text");
        assertRefused(IOException.class, file.toString(), () -> run.fit(model, training, training));

        // The weights of a model are a safetensors file too.
        org.djlflows.weights.Weights.write(
                org.djlflows.weights.Weights.copy(model.getBlock(), data), file);
        String message =
                assertThrows(Exception.class, () -> run.fit(model, training, training))
                        .getMessage();
        assertTrue(String.valueOf(message).contains(file.toString()), message);
        assertArrayEquals(before, weights(model));
    }

    @Test
    void aDamagedCheckpointIsRefusedOrRead() throws IOException {
        NDList training = moons(64, 1);
        Path file = folder.resolve("checkpoint.safetensors");
        MaximumLikelihood run = settings().optCheckpoint(file, true).build();
        run.fit(model(1, layers()), training, training);
        Model model = model(2, layers());
        Mutants.assertRefusedOrRead(
                Files.readAllBytes(file),
                150,
                bytes -> {
                    Files.write(file, bytes);
                    run.fit(model, training, training);
                },
                List.of(IOException.class, IllegalArgumentException.class));
    }

    /** An array of the state that is missing, or is one of another type. */
    @Test
    void aCheckpointWithoutItsCountsIsRefused() throws IOException {
        NDList training = moons(64, 1);
        Path file = folder.resolve("checkpoint.safetensors");
        MaximumLikelihood run = settings().optCheckpoint(file, true).build();
        run.fit(model(1, layers()), training, training);
        for (String name : List.of("counts", "training", "settings")) {
            NDList all = org.djlflows.weights.Weights.read(file, data);
            NDList others = new NDList();
            all.stream().filter(array -> !name.equals(array.getName())).forEach(others::add);
            Path other = folder.resolve("without");
            org.djlflows.weights.Weights.write(others, other);
            MaximumLikelihood again = settings().optCheckpoint(other, true).build();
            String message =
                    assertThrows(
                                    IOException.class,
                                    () -> again.fit(model(2, layers()), training, training))
                            .getMessage();
            assertTrue(message.contains("expected the state of a run, got"), message);
        }
    }

    @Test
    void aBuilderDoesNotChangeWhatItBuilt() throws IOException {
        MaximumLikelihood.Builder settings =
                MaximumLikelihood.builder().optEpochs(1).optBatchSize(16);
        MaximumLikelihood trainer = settings.build();
        settings.optEpochs(2);
        History history = trainer.fit(model(1, coupling()), moons(48, 1), moons(48, 2));
        assertEquals(1, history.validation().size());
    }

    @Test
    void theSeedDecidesTheRun() throws IOException {
        NDList training = moons(64, 1);
        float[][] ends = new float[3][];
        for (int i = 0; i < 3; i++) {
            Model model = model(1, layers());
            settings().optSeed(i / 2).build().fit(model, training, training);
            ends[i] = weights(model);
        }
        assertArrayEquals(ends[0], ends[1]);
        assertFalse(java.util.Arrays.equals(ends[0], ends[2]));
    }

    @Test
    void aConditionalFlowIsFitted() throws IOException {
        // Points around their context.
        NDList training = around(800, 1);
        NDList validation = around(500, 2);
        Model model = Model.newInstance("conditional", "PyTorch");
        models.add(model);
        Fixtures.seed(1);
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(coupling(), new LuLinear(), coupling()),
                        new StandardNormal());
        flow.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 2), new Shape(1, 1));
        model.setBlock(flow);
        double before = NllNats.mean(flow, validation);
        History history =
                MaximumLikelihood.builder()
                        .optEpochs(15)
                        .optBatchSize(50)
                        .optLearningRate(0.02)
                        .build()
                        .fit(model, training, validation);
        assertTrue(history.bestValidation() < before - 0.5);
        assertEquals(history.bestValidation(), NllNats.mean(flow, validation), 1e-12);
    }

    @Test
    void printsALineAnEpoch() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        History history =
                settings()
                        .optProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), false)
                        .build()
                        .fit(model(1, layers()), moons(64, 1), moons(50, 2));
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(EPOCHS, lines.size());
        for (int i = 0; i < EPOCHS; i++) {
            String start =
                    String.format(
                            Locale.ROOT,
                            "epoch %d/6 loss %.4f  validation %.4f",
                            i + 1,
                            history.training().get(i),
                            history.validation().get(i));
            assertTrue(lines.get(i).startsWith(start), lines.get(i));
            assertTrue(lines.get(i).matches(".* [0-9,]+ rows/s  [0-9:]+ left"), lines.get(i));
        }
        assertTrue(lines.get(history.bestEpoch() - 1).contains(" *"));
    }

    @Test
    void tellsTheCourseAfterEachEpoch() throws IOException {
        List<History> told = new ArrayList<>();
        History history =
                MaximumLikelihood.builder()
                        .optEpochs(3)
                        .optBatchSize(100)
                        .optListener(told::add)
                        .build()
                        .fit(model(1, coupling()), gaussian(300, 0.5, 1), gaussian(100, 0.5, 2));

        assertEquals(3, told.size());
        assertEquals(history, told.get(2));
        assertEquals(history.training().subList(0, 1), told.get(0).training());
        assertEquals(history.validation().subList(0, 2), told.get(1).validation());
    }

    @Test
    void divergenceStopsTheRun() {
        NDList training = moons(64, 1);
        training.get(0).set(new ai.djl.ndarray.index.NDIndex("5, 0"), Float.NaN);
        MaximumLikelihood run = settings().optSkipLimit(2).build();
        assertRefused(
                TrainingDivergedException.class,
                "Stopped after 3 steps",
                () -> run.fit(model(1, layers()), training, moons(50, 2)));
    }

    @Test
    void fewerRowsThanABatchAreRefused() {
        NDList none = new NDList(data.zeros(new Shape(0, 2)));
        assertRefused(
                IllegalArgumentException.class,
                "MaximumLikelihood: expected at least 1 validation row, got 0",
                () ->
                        MaximumLikelihood.builder()
                                .optBatchSize(16)
                                .build()
                                .fit(model(1, coupling()), moons(48, 1), none));
        assertRefused(
                IllegalArgumentException.class,
                "expected at least 16 training rows, one batch, got 15",
                () -> settings().build().fit(model(1, layers()), moons(15, 1), moons(5, 2)));
    }

    @Test
    void rowsMustBeOfOneForm() {
        NDList columns = new NDList(data.zeros(new Shape(20, 3)));
        assertRefused(
                IllegalArgumentException.class,
                "MaximumLikelihood: expected rows like those for validation, each float32 of shape"
                        + " (2), got float32 of shape (3)",
                () -> settings().build().fit(model(1, layers()), columns, moons(5, 2)));
        assertRefused(
                IllegalArgumentException.class,
                "each float32 of shape (2) and float32 of shape (1), got float32 of shape (2)",
                () -> settings().build().fit(model(1, layers()), moons(20, 1), around(5, 2)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void trainingLeavesNoArraysBehind(boolean byTrainer) throws IOException {
        NDList training = moons(20 * 16, 1);
        Model model = model(1, byTrainer ? foreign() : layers());
        long arrays = model.getNDManager().getManagedArrays().size();
        List<Integer> counts = new ArrayList<>();
        List<Integer> dataCounts = new ArrayList<>();
        PrintStream counter =
                printingAfterEachEpoch(
                        () -> {
                            counts.add(model.getNDManager().getManagedArrays().size());
                            dataCounts.add(data.getManagedArrays().size());
                        });
        NDList validation = moons(50, 2);
        settings()
                .optEpochs(15)
                .optCheckpoint(folder.resolve("checkpoint"), false)
                .optProgress(counter, false)
                .build()
                .fit(model, training, validation);
        // An epoch has 20 steps.
        assertEquals(15, counts.size());
        assertEquals(counts.get(0), counts.get(14), counts.toString());
        assertEquals(dataCounts.get(0), dataCounts.get(14), dataCounts.toString());
        if (byTrainer) {
            // DJL's trainer leaves a gradient for each.
            arrays +=
                    model.getBlock().getParameters().values().stream()
                            .filter(Parameter::requiresGradient)
                            .count();
        }
        assertEquals(arrays, model.getNDManager().getManagedArrays().size());
    }

    @Test
    void plainDjlTrainsAFlow() throws Exception {
        NDList training = moons(512, 1);
        NDList validation = moons(100, 2);
        Model model = model(1, coupling(), new LuLinear(), coupling());
        Distribution flow = (Distribution) model.getBlock();
        double before = NllNats.mean(flow, validation);
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(new NegativeLogLikelihood())
                        .optOptimizer(
                                Optimizer.adam()
                                        .optLearningRateTracker(Tracker.fixed(0.01f))
                                        .build())
                        .addEvaluator(new NllNats())
                        .addEvaluator(new BitsPerDimension(2, 1))
                        .addTrainingListeners(TrainingListener.Defaults.basic());
        try (Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(new Shape(1, 2));
            EasyTrain.fit(trainer, 5, dataset(training), dataset(validation));
            TrainingResult result = trainer.getTrainingResult();
            double nll = NllNats.mean(flow, validation);
            assertTrue(nll < before - 0.3);
            // 100 rows make three whole batches and a smaller one.
            assertEquals(nll, result.getValidateEvaluation("NllNats"), 1e-5);
            assertEquals(
                    nll / (2 * Math.log(2)),
                    result.getValidateEvaluation("BitsPerDimension"),
                    1e-5);
            assertTrue(result.getTrainEvaluation("NllNats") < before);
        }
    }

    private static ArrayDataset dataset(NDList rows) {
        return new ArrayDataset.Builder()
                .setData(rows.get(0))
                .optLabels(rows.get(0))
                .setSampling(32, true)
                .build();
    }

    private static MaximumLikelihood.Builder settings() {
        return MaximumLikelihood.builder()
                .optEpochs(EPOCHS)
                .optBatchSize(16)
                .optLearningRate(0.01)
                .optWeightDecay(0.01)
                .optAverageDecay(0.9)
                .optSeed(7);
    }

    private static Bijection[] layers() {
        return new Bijection[] {new ActNorm(), coupling(), new LuLinear(), coupling()};
    }

    /** Layers without a kernel, which DJL's trainer trains. */
    private static Bijection[] foreign() {
        Block conditioner = Linear.builder().setUnits(1).build();
        return new Bijection[] {
            new ActNorm(), new Coupling(Mask.KEEP_FIRST_HALF, new Additive(), conditioner)
        };
    }

    private static Bijection coupling() {
        return new Coupling(Mask.KEEP_FIRST_HALF, new RationalQuadraticSpline(4, 3), new Mlp(8, 8));
    }

    private Model model(int seed, Bijection... layers) {
        Fixtures.seed(seed);
        NormalizingFlow flow =
                new NormalizingFlow(new SequentialBijection(layers), new StandardNormal());
        Model model = Model.newInstance("flow", "PyTorch");
        models.add(model);
        flow.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 2));
        model.setBlock(flow);
        return model;
    }

    private NDList moons(int rows, int seed) {
        return new NDList(data.create(Toys.twoMoons(rows, seed), new Shape(rows, 2)));
    }

    private NDList gaussian(int rows, double correlation, int seed) {
        Random random = new Random(seed);
        float[] values = new float[2 * rows];
        for (int i = 0; i < values.length; i += 2) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            values[i] = (float) a;
            values[i + 1] =
                    (float) (correlation * a + Math.sqrt(1 - correlation * correlation) * b);
        }
        return new NDList(data.create(values, new Shape(rows, 2)));
    }

    private NDList around(int rows, int seed) {
        Random random = new Random(seed);
        float[] x = new float[2 * rows];
        float[] context = new float[rows];
        for (int i = 0; i < rows; i++) {
            context[i] = (float) random.nextGaussian();
            x[2 * i] = context[i] + (float) (0.3 * random.nextGaussian());
            x[2 * i + 1] = -context[i] + (float) (0.3 * random.nextGaussian());
        }
        return new NDList(
                data.create(x, new Shape(rows, 2)), data.create(context, new Shape(rows, 1)));
    }

    private static float[] weights(Model model) {
        NDList all = new NDList();
        for (Parameter parameter : model.getBlock().getParameters().values()) {
            all.add(parameter.getArray().duplicate().flatten());
        }
        return ai.djl.ndarray.NDArrays.concat(all).toFloatArray();
    }

    private static void assertSameWeights(Model expected, Model got) {
        for (Pair<String, Parameter> parameter : expected.getBlock().getParameters()) {
            NDArray other = got.getBlock().getParameters().get(parameter.getKey()).getArray();
            assertArrayEquals(
                    parameter.getValue().getArray().toFloatArray(),
                    other.toFloatArray(),
                    parameter.getKey());
        }
    }

    /** Ends a run as abruptly as a test can. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static PrintStream killer(int epochs) {
        int[] lines = {0};
        return printingAfterEachEpoch(
                () -> {
                    if (++lines[0] == epochs) {
                        throw new Killed();
                    }
                });
    }

    private static PrintStream printingAfterEachEpoch(Runnable then) {
        OutputStream lines =
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        if (b == '\n') {
                            then.run();
                        }
                    }
                };
        return new PrintStream(lines, true, StandardCharsets.UTF_8);
    }
}
