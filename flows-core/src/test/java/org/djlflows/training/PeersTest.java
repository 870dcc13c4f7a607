package org.djlflows.training;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.data.Toys;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Several threads train as one, each on its own rows. */
class PeersTest {

    private static final int ROWS = 1000;
    private static final int VALIDATION = 200;
    private static final int BATCH = 100;

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

    /** Threads of this process that exchange numbers. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Threads(int rank, CyclicBarrier barrier, double[][] board) implements Peers {

        static List<Threads> of(int count) {
            CyclicBarrier barrier = new CyclicBarrier(count);
            double[][] board = new double[count][];
            return IntStream.range(0, count)
                    .mapToObj(rank -> new Threads(rank, barrier, board))
                    .toList();
        }

        @Override
        public int count() {
            return board.length;
        }

        @Override
        public void sum(float[] values) {
            double[] own = IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
            double[][] all = gather(own);
            for (int i = 0; i < values.length; i++) {
                float sum = 0;
                for (double[] each : all) {
                    sum += (float) each[i];
                }
                values[i] = sum;
            }
        }

        @Override
        public double[][] gather(double... own) {
            board[rank] = own;
            await();
            double[][] all = board.clone();
            await();
            return all;
        }

        private void await() {
            try {
                barrier.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What each of some processes ended with. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Ended(History history, float[] weights) {}

    /** Rows of moons, divided as said, and other ones for validation likewise. */
    private List<Ended> together(
            int[] rows, int[] validation, UnaryOperator<MaximumLikelihood.Builder> settings) {
        List<Threads> threads = Threads.of(rows.length);
        List<CompletableFuture<Ended>> runs = new ArrayList<>();
        int first = 0;
        int firstValidated = 0;
        for (int rank = 0; rank < rows.length; rank++) {
            NDList own = part(moons(ROWS, 1), first, rows[rank]);
            NDList validated = part(moons(VALIDATION, 2), firstValidated, validation[rank]);
            first += rows[rank];
            firstValidated += validation[rank];
            // Those of the first count.
            Model model = model(3 + rank, new LuLinear());
            MaximumLikelihood.Builder builder =
                    settings.apply(settings().optPeers(threads.get(rank)));
            runs.add(CompletableFuture.supplyAsync(() -> run(builder, model, own, validated)));
        }
        return runs.stream().map(CompletableFuture::join).toList();
    }

    private Ended alone(UnaryOperator<MaximumLikelihood.Builder> settings) {
        Model model = model(3, new LuLinear());
        return run(settings.apply(settings()), model, moons(ROWS, 1), moons(VALIDATION, 2));
    }

    private static Ended run(
            MaximumLikelihood.Builder settings, Model model, NDList training, NDList validation) {
        try {
            History history = settings.build().fit(model, training, validation);
            FloatBuffer weights = FloatBuffer.allocate(10_000);
            for (Parameter parameter : model.getBlock().getParameters().values()) {
                if (parameter.getArray().getDataType() == DataType.FLOAT32) {
                    weights.put(parameter.getArray().toFloatArray());
                }
            }
            return new Ended(history, Arrays.copyOf(weights.array(), weights.position()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MaximumLikelihood.Builder settings() {
        return MaximumLikelihood.builder().optEpochs(4).optBatchSize(BATCH).optSeed(5);
    }

    @Test
    void stepsTogetherAreThoseOfOne() {
        Ended alone = alone(s -> s);
        List<Ended> together = together(new int[] {650, 0, 350}, new int[] {0, 120, 80}, s -> s);
        for (Ended ended : together) {
            assertArrayEquals(together.get(0).weights(), ended.weights(), "not the same bits");
            assertEquals(together.get(0).history(), ended.history());
            assertArrayEquals(alone.weights(), ended.weights(), 2e-5f);
            assertEquals(alone.history().bestValidation(), ended.history().bestValidation(), 1e-5);
            assertEquals(
                    alone.history().training().get(3), ended.history().training().get(3), 1e-5);
        }
        // The order of the rows is not without effect.
        assertNotEquals(
                alone.history().bestValidation(),
                alone(s -> s.optSeed(6)).history().bestValidation(),
                1e-3);
    }

    @Test
    void localStepsEndWithTheSameWeights() {
        List<Ended> together =
                together(new int[] {500, 500}, new int[] {100, 100}, s -> s.optLocalSteps(3));
        assertArrayEquals(together.get(0).weights(), together.get(1).weights());
        double shared =
                together(new int[] {500, 500}, new int[] {100, 100}, s -> s)
                        .get(0)
                        .history()
                        .bestValidation();
        double local = together.get(0).history().bestValidation();
        assertEquals(shared, local, 0.1);
        assertNotEquals(shared, local, 1e-4);
    }

    /** One that has its gradients alone is one on its own, whatever the steps between. */
    @Test
    void aResumedRunEndsWithTheSameWeights() {
        int[] rows = {650, 350};
        int[] validation = {100, 100};
        for (int localSteps : new int[] {0, 3}) {
            List<Ended> whole = together(rows, validation, s -> s.optLocalSteps(localSteps));
            UnaryOperator<MaximumLikelihood.Builder> saving =
                    s ->
                            s.optLocalSteps(localSteps)
                                    .optCheckpoint(
                                            folder.resolve(localSteps + "." + s.peers.rank()),
                                            true);
            assertThrows(
                    CompletionException.class,
                    () ->
                            together(
                                    rows,
                                    validation,
                                    s -> saving.apply(s).optListener(PeersTest::endAfterTwo)));
            List<Ended> resumed = together(rows, validation, saving);
            for (int rank = 0; rank < 2; rank++) {
                assertEquals(
                        whole.get(rank).history().validation(),
                        resumed.get(rank).history().validation());
                assertArrayEquals(whole.get(rank).weights(), resumed.get(rank).weights());
            }
        }
    }

    /** The state of a run belongs to its rows, however they are divided. */
    @Test
    void aRunIsResumedByFewerProcesses() {
        int[] validation = {VALIDATION};
        Ended whole = alone(s -> s);
        assertThrows(
                CompletionException.class,
                () ->
                        together(
                                new int[] {650, 350},
                                new int[] {80, 120},
                                s ->
                                        s.optCheckpoint(
                                                        folder.resolve("rank" + s.peers.rank()),
                                                        true)
                                                .optListener(PeersTest::endAfterTwo)));
        Ended resumed =
                together(
                                new int[] {ROWS},
                                validation,
                                s -> s.optCheckpoint(folder.resolve("rank0"), true))
                        .get(0);
        assertArrayEquals(whole.weights(), resumed.weights(), 2e-5f);
        assertEquals(4, resumed.history().validation().size());
        assertThrows(
                CompletionException.class,
                () ->
                        together(
                                new int[] {ROWS},
                                validation,
                                s -> s.optSeed(6).optCheckpoint(folder.resolve("rank0"), true)));
    }

    @Test
    void localStepsNeedWholeBatches() {
        CompletionException refused =
                assertThrows(
                        CompletionException.class,
                        () ->
                                together(
                                        new int[] {960, 40},
                                        new int[] {100, 100},
                                        s -> s.optLocalSteps(2)));
        assertRefused(
                IllegalArgumentException.class,
                "MaximumLikelihood: expected for local steps at least 50 training rows in each"
                        + " process, its part of a batch, got 40 in one",
                () -> {
                    throw refused.getCause();
                });
    }

    private static void endAfterTwo(History history) {
        if (history.validation().size() == 2) {
            throw new IllegalStateException("killed");
        }
    }

    @Test
    void whatWaitsForItsFirstBatchIsRefused() {
        Threads peers = Threads.of(2).get(0);
        Model model = model(3, new ActNorm());
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(
                        () -> new Threads(1, peers.barrier(), peers.board()).gather(500, 100));
        assertRefused(
                IllegalArgumentException.class,
                "MaximumLikelihood: expected for training by several peers a block that has a"
                        + " kernel and does not fit itself to its first batch",
                () ->
                        settings()
                                .optPeers(peers)
                                .build()
                                .fit(model, part(moons(ROWS, 1), 0, 500), moons(100, 2)));
        other.join();
    }

    private NDList part(NDList rows, int first, int count) {
        return new NDList(rows.head().get(new NDIndex("{}:{}", first, first + count)));
    }

    private NDList moons(int rows, int seed) {
        return new NDList(data.create(Toys.twoMoons(rows, seed), new Shape(rows, 2)));
    }

    /** A flow whose first weights a seed decides. */
    private Model model(int seed, Bijection first) {
        Fixtures.seed(seed);
        NormalizingFlow flow =
                new NormalizingFlow(
                        new SequentialBijection(
                                first,
                                new Coupling(
                                        Mask.KEEP_FIRST_HALF,
                                        new RationalQuadraticSpline(4, 3),
                                        new Mlp(8, 8)),
                                new LuLinear()),
                        new StandardNormal());
        Model model = Model.newInstance("flow", "PyTorch");
        models.add(model);
        flow.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 2));
        model.setBlock(flow);
        return model;
    }
}
