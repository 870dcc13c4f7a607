package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Additive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which rows an epoch trains on and in which order, as a block sees them that notes its input. */
class DataOrderTest {

    private static final int ROWS = 12;
    private static final int EPOCHS = 4;

    private final List<float[]> seen = new ArrayList<>();
    private NDManager manager;
    private NDArray numbered;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(4);
        numbered = manager.arange((float) ROWS).reshape(ROWS, 1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Notes rows that are numbered; those of a validation or a check have the number -1. */
    private Block noting(int input) {
        return new LambdaBlock(
                in -> {
                    float[] rows = in.get(input).toFloatArray();
                    if (rows[0] >= 0 && rows.length == 4) {
                        seen.add(rows);
                    }
                    return in;
                });
    }

    @Test
    void maximumLikelihoodTakesEachEpochInAnotherOrder() throws IOException {
        float[] first = maximumLikelihood(7, EPOCHS, ROWS);
        seen.clear();
        assertFalse(
                Arrays.equals(first, maximumLikelihood(8, EPOCHS, ROWS)),
                "the seed decides nothing");
    }

    /** Epochs of two batches of the three that there are, and of one. */
    @Test
    void shortEpochsGoOnWhereTheLastOneEnded() throws IOException {
        float[] first = maximumLikelihood(7, EPOCHS, ROWS);
        for (int rows : new int[] {9, 1}) {
            seen.clear();
            int epochs = EPOCHS * ROWS / Math.max(4, rows / 4 * 4);
            assertArrayEquals(first, maximumLikelihood(7, epochs, rows));
        }
    }

    private float[] maximumLikelihood(long seed, int epochs, int epochRows) throws IOException {
        Block conditioner =
                new SequentialBlock().add(noting(0)).add(Linear.builder().setUnits(1).build());
        NormalizingFlow flow =
                new NormalizingFlow(
                        new Coupling(Mask.KEEP_FIRST_HALF, new Additive(), conditioner),
                        new StandardNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        NDArray x = numbered.concat(manager.randomNormal(new Shape(ROWS, 1)), 1);
        NDList validation = new NDList(manager.full(new Shape(3, 2), -1f));
        try (Model model = Model.newInstance("noting", "PyTorch")) {
            model.setBlock(flow);
            MaximumLikelihood.builder()
                    .optEpochs(epochs)
                    .optEpochRows(epochRows)
                    .optPatience(epochs)
                    .optBatchSize(4)
                    .optSeed(seed)
                    .build()
                    .fit(model, new NDList(x), validation);
        }
        return assertOrders();
    }

    @Test
    void variationalInferenceTakesEachEpochInAnotherOrder() {
        float[] first = variationalInference(7);
        seen.clear();
        assertFalse(Arrays.equals(first, variationalInference(8)), "the seed decides nothing");
    }

    private float[] variationalInference(long seed) {
        NormalizingFlow flow =
                new NormalizingFlow(
                        new Coupling(Mask.KEEP_FIRST_HALF, new Additive(), new Mlp(2)),
                        new DiagonalNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2), new Shape(1, 1));
        Block target =
                new SequentialBlock()
                        .add(noting(1))
                        .add(in -> new NDList(in.get(0).square().sum(new int[] {1}).neg()));
        VariationalInference.builder()
                .optEpochs(EPOCHS)
                .optBatchSize(4)
                .optSeed(seed)
                .build()
                .fit(flow, target, numbered, manager.full(new Shape(3, 1), -1f));
        return assertOrders();
    }

    /** Each epoch has each row once, in an order of its own, of which the first is returned. */
    private float[] assertOrders() {
        assertEquals(EPOCHS * ROWS / 4, seen.size());
        List<float[]> epochs = new ArrayList<>();
        for (int i = 0; i < EPOCHS; i++) {
            float[] epoch = new float[ROWS];
            for (int j = 0; j < ROWS; j++) {
                epoch[j] = seen.get((i * ROWS + j) / 4)[j % 4];
            }
            float[] sorted = epoch.clone();
            Arrays.sort(sorted);
            assertArrayEquals(numbered.toFloatArray(), sorted, "epoch " + i);
            for (float[] before : epochs) {
                assertFalse(Arrays.equals(before, epoch), "epoch " + i + " repeats an order");
            }
            epochs.add(epoch);
        }
        return epochs.get(0);
    }
}
