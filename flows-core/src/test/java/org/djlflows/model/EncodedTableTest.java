package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Column;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.table.TableProfile;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.RandomAccessRows;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

class EncodedTableTest {

    private static final int ROWS = 300;
    private static final TableFlow FLOW =
            new TableFlow(8, 8, 1, 2, Specs.defaults(ScalarMap.RationalQuadraticSpline.class), 1);

    private NDManager manager;
    private Table table;
    private FlowConfig config;

    /** Numbers of which some are missing, words, and whole numbers that are given. */
    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Random random = new Random(2);
        double[] amounts = random.doubles(ROWS, 0, 10).toArray();
        for (int i = 0; i < ROWS; i += 7) {
            amounts[i] = Double.NaN;
        }
        String[] words =
                IntStream.range(0, ROWS)
                        .mapToObj(i -> List.of("a", "b", "c").get(random.nextInt(3)))
                        .toArray(String[]::new);
        double[] counts = random.ints(ROWS, 0, 90).asDoubleStream().toArray();
        table =
                Table.of(
                        List.of(
                                new TableColumn.Numbers("count", counts),
                                new TableColumn.Numbers("amount", amounts),
                                new TableColumn.Texts("word", words)));
        Map<String, Column> kinds = new HashMap<>(TableProfile.of(table, Map.of()).kinds());
        Map<String, Column> given = Map.of("count", kinds.remove("count"));
        config = TableModel.config(FLOW, kinds, given);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private EncodedTable encoded() {
        return EncodedTable.of(config, ROWS, to -> table.forEachChunk(64, to));
    }

    @Test
    void itsRowsAreThoseOfTheTable() {
        int[] places = {5, 0, 299, 7, 5};
        try (EncodedTable rows = encoded()) {
            assertEquals(ROWS, rows.size());
            NDList expected = TableModel.arrays(config, manager, table.take(places), cell -> {});
            NDList got = rows.take(manager, places);
            assertEquals(2, got.size());
            for (int i = 0; i < 2; i++) {
                assertEquals(expected.get(i).getShape(), got.get(i).getShape());
                assertArrayEquals(expected.get(i).toFloatArray(), got.get(i).toFloatArray());
            }
        }
    }

    @Test
    void itTrainsTheSameModelAsRowsInMemory() throws IOException {
        int[] training = Split.random(ROWS, 1).training();
        NDList arrays = TableModel.arrays(config, manager, table.take(training), cell -> {});
        History expected = trained(RandomAccessRows.of(arrays));
        try (EncodedTable rows = encoded()) {
            assertEquals(expected, trained(rows.at(training)));
        }
    }

    private History trained(RandomAccessRows training) throws IOException {
        int[] places = Split.random(ROWS, 1).validation();
        NDList validation = TableModel.arrays(config, manager, table.take(places), cell -> {});
        try (Model model = Model.newInstance("flow", "PyTorch");
                EncodedTable any = encoded()) {
            manager.getEngine().setRandomSeed(4);
            FlowModel flow = any.newModel(training, model.getNDManager());
            model.setBlock(flow.objective());
            return MaximumLikelihood.builder()
                    .optEpochs(2)
                    .optBatchSize(50)
                    .build()
                    .fit(model, training, validation);
        }
    }

    @Test
    void aTableWithoutItsColumnsIsRefused() {
        Table other = table.select(List.of("count"));
        FlowConfig words =
                TableModel.config(
                        FLOW, Map.of("word", config.preparation().kind("word")), Map.of());
        assertRefused(
                IllegalArgumentException.class,
                "expected one of the columns",
                () -> EncodedTable.of(words, ROWS, to -> other.forEachChunk(64, to)));
    }
}
