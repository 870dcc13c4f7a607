package org.djlflows.interchange;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.weights.StateDict;
import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

class WeightImportTest {

    @TempDir private Path folder;

    private NDManager manager;
    private DiagonalNormal block;
    private StateDict tensors;

    @BeforeEach
    void open() throws IOException {
        manager = NDManager.newBaseManager();
        block = new DiagonalNormal();
        block.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        NDArray location = manager.create(new float[] {1, 2}).reshape(1, 2);
        location.setName("location");
        NDArray variance = manager.create(new float[] {4, 9});
        variance.setName("variance");
        NDArray mask = manager.ones(new Shape(3));
        mask.setName("mask");
        Path file = folder.resolve("tensors.safetensors");
        Weights.write(new NDList(location, variance, mask), file);
        tensors = StateDict.read(file);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private void assertHolds(String name, double... values) {
        NDArray array = ParameterNames.paths(block).get(name).getArray();
        assertArrayEquals(values, doubles(array), 1e-15, name);
    }

    @Test
    void copiesByNameWithShapesAndFunctions() throws IOException {
        ImportReport report =
                new WeightImport(tensors)
                        .take("location", "mean", new Shape(1, 2))
                        .take("variance", "log_deviation", v -> Math.log(v) / 2)
                        .ignore("mask", "absent")
                        .into(block);
        assertHolds("mean", 1, 2);
        assertHolds("log_deviation", Math.log(2), Math.log(3));
        assertEquals(
                """
                location  (1, 2)           mean
                variance  (2)              log_deviation
                """,
                report.toString());

        report =
                new WeightImport(tensors)
                        .zero("mean")
                        .take("variance", "log_deviation")
                        .ignore("mask", "location")
                        .into(block);
        assertHolds("mean", 0, 0);
        assertHolds("log_deviation", 4, 9);
        assertEquals(
                "(none)    (2)              mean", report.toString().lines().findFirst().get());
    }

    @Test
    void valuesAreComputedOfTensorsOrHeldToThem() throws IOException {
        Tensor location = new Tensor("location", new Shape(1, 2));
        Tensor variance = new Tensor("variance", new Shape(2));
        ImportReport report =
                new WeightImport(tensors)
                        .compute(
                                "mean",
                                of -> new double[] {of.get(0)[1], of.get(1)[0]},
                                location,
                                variance)
                        .compute("log_deviation", none -> new double[] {5, 6})
                        .ignore("mask")
                        .into(block);
        assertHolds("mean", 2, 4);
        assertHolds("log_deviation", 5, 6);
        assertEquals(
                """
                location  (1, 2)           mean
                variance  (2)              mean
                (none)    (2)              log_deviation
                """,
                report.toString());

        WeightImport same =
                new WeightImport(tensors)
                        .expect("log_deviation", of -> of.get(0), variance)
                        .zero("mean")
                        .ignore("mask", "location");
        assertRefused(
                IOException.class,
                "expected variance to hold what the flow has as log_deviation, got other values",
                () -> same.into(block));
        assertHolds("mean", 2, 4);
        WeightImport shifted =
                new WeightImport(tensors)
                        .expect("log_deviation", of -> new double[] {5, 6}, variance)
                        .keep("mean")
                        .ignore("mask", "location");
        shifted.into(block);
        assertHolds("mean", 2, 4);
        assertHolds("log_deviation", 5, 6);
        WeightImport fewer =
                new WeightImport(tensors)
                        .compute("mean", none -> new double[1])
                        .keep("log_deviation")
                        .ignore("mask", "location", "variance");
        refuses("expected 2 values of mean, got 1", fewer);
    }

    @Test
    void allDisagreementsAreListedAndNothingChanges() {
        WeightImport copy =
                new WeightImport(tensors)
                        .take("location", "mean")
                        .take("scale", "log_deviation")
                        .ignore("variance");
        IOException refusal =
                assertRefused(
                        IOException.class,
                        "tensors.safetensors: 3 tensors",
                        () -> copy.into(block));
        List<String> lines = refusal.getMessage().lines().toList();
        assertEquals("  expected location (2), got (1, 2)", lines.get(1));
        assertEquals("  expected scale (2), got none", lines.get(2));
        assertEquals("  expected no mask, got one", lines.get(3));
        assertHolds("mean", 0, 0);
        assertHolds("log_deviation", 0, 0);
    }

    @Test
    void mistakesOfTheMappingAreRefused() {
        WeightImport copy = new WeightImport(tensors).take("location", "mean");
        refuses("a source of log_deviation, got none", copy);
        refuses("no parameters [other]", copy.zero("log_deviation").zero("other"));
        refuses(
                "as many values as mean, (2), got shape (3)",
                new WeightImport(tensors).take("mask", "mean", new Shape(3)).zero("log_deviation"));
        assertRefused(
                IllegalArgumentException.class, "one source of mean", () -> copy.zero("mean"));
    }

    @Test
    void valuesThatFloat32DoesNotHoldAreRefused() {
        DiagonalNormal narrow = new DiagonalNormal();
        WeightImport copy =
                new WeightImport(tensors)
                        .zero("mean")
                        .take("variance", "log_deviation", v -> v * 1e38)
                        .ignore("mask", "location");
        assertRefused(
                IllegalStateException.class,
                "expected a block that is initialised, got one that is not",
                () -> copy.into(narrow));
        narrow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        assertRefused(
                IOException.class,
                "expected values of variance that fit into float32, got 4.0E38",
                () -> copy.into(narrow));
    }

    private void refuses(String message, WeightImport copy) {
        assertRefused(IllegalArgumentException.class, message, () -> copy.into(block));
    }
}
