package org.djlflows.weights;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;

import org.djlflows.kernel.NoGrad;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class WeightsTest {

    @TempDir private Path folder;

    private NDManager manager;
    private Block block;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(1);
        block = new Mlp(2, 2);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void copiesDoNotFollowTheWeights() {
        NDList copies = Weights.copy(block, manager);
        assertEquals(block.getParameters().keys(), names(copies));
        float[] before = copies.get(0).toFloatArray();
        NDArray weight = block.getParameters().get(0).getValue().getArray();
        clear(weight);
        assertArrayEquals(before, copies.get(0).toFloatArray());
        Weights.restore(block, copies);
        assertArrayEquals(before, weight.toFloatArray());
    }

    @Test
    void arraysOfEqualContentAreRestoredEachToItsOwn() {
        NDList saved = Weights.copy(block, manager);
        for (Parameter parameter : block.getParameters().values()) {
            clear(parameter.getArray());
        }
        Weights.restore(block, saved);
        assertHolds(saved);
    }

    private static void clear(NDArray weight) {
        try (NoGrad mode = NoGrad.open()) {
            weight.subi(weight);
        }
    }

    @Test
    void filesKeepNamesShapesTypesAndBits() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        NDList arrays =
                new NDList(
                        named("a.b", manager.create(new float[] {Float.MIN_VALUE, -0f})),
                        named("c", manager.create(new double[][] {{Math.PI}, {1e300}})),
                        named("empty", manager.create(new Shape(0, 3))),
                        named("scalar", manager.create(2f)),
                        named("counts", manager.create(new long[] {Long.MAX_VALUE, -1})));
        Weights.write(arrays, file);
        NDList read = Weights.read(file, manager);
        assertEquals(arrays.size(), read.size());
        for (NDArray array : arrays) {
            NDArray other = byName(read, array.getName());
            assertEquals(array.getShape(), other.getShape());
            assertEquals(array.getDataType(), other.getDataType());
            assertArrayEquals(array.toByteArray(), other.toByteArray());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void disagreementsAreRefusedAndChangeNothing() {
        NDList saved = Weights.copy(block, manager);
        for (NDArray array : saved) {
            array.addi(1);
        }
        NDArray last = saved.get(saved.size() - 1);
        NDList kept = Weights.copy(block, manager);
        NDList most = saved.subNDList(0, saved.size() - 1);

        refuses("a tensor disagrees: expected layer1_bias float32 (2), got none", most);
        NDArray more = named("more", manager.ones(new Shape(1)));
        refuses("expected no more, got one", new NDList(saved).addAll(new NDList(more)));
        NDArray wide = named(last.getName(), last.toType(DataType.FLOAT64, true));
        refuses("float32 (2), got float64 (2)", new NDList(most).addAll(new NDList(wide)));
        NDArray shaped = named(last.getName(), last.reshape(1, 2));
        refuses("float32 (2), got float32 (1, 2)", new NDList(most).addAll(new NDList(shaped)));
        assertHolds(kept);

        Weights.restore(block, saved);
        assertHolds(saved);
    }

    @Test
    void allDisagreementsAreListedUpToTen() {
        NDList none = new NDList(named("more", manager.ones(new Shape(1))));
        refuses(
                "Weights: 5 tensors disagree: expected layer0_weight float32 (2, 2), got none;"
                        + " expected layer0_bias float32 (2), got none; expected layer1_weight"
                        + " float32 (2, 2), got none; expected layer1_bias float32 (2), got none;"
                        + " expected no more, got one",
                none);
        NDList many = Weights.copy(block, manager);
        for (int i = 0; i < 12; i++) {
            many.add(named("more" + i, manager.ones(new Shape(1))));
        }
        refuses("expected no more9, got one; and 2 more", many);
    }

    @Test
    void bitsThatArithmeticWouldChangeAreKept() throws IOException {
        int[] bits = {
            0x80000000,
            1,
            0x807fffff,
            0x7f800000,
            0xff800000,
            0x7fc00000,
            0xffc00001,
            0x7fedcba9,
            0x7f800001,
            0xffbfffff
        };
        ByteBuffer floats = manager.allocateDirect(4 * bits.length);
        for (int value : bits) {
            floats.putInt(value);
        }
        floats.rewind();
        ByteBuffer doubles = manager.allocateDirect(16);
        doubles.putLong(0x7ff0000000000001L).putLong(1).rewind();
        NDList arrays =
                new NDList(
                        named("floats", manager.create(floats, new Shape(10), DataType.FLOAT32)),
                        named("doubles", manager.create(doubles, new Shape(2), DataType.FLOAT64)),
                        named("flags", manager.create(new boolean[] {true, false})),
                        named("small", manager.create(new byte[] {-128, 127})),
                        named("text", manager.create(new byte[] {1}).toType(DataType.UINT8, true)),
                        named("whole", manager.create(new int[] {Integer.MIN_VALUE})));
        Path file = folder.resolve("bits.safetensors");
        Weights.write(arrays, file);
        NDList read = Weights.read(file, manager);
        assertEquals(arrays.size(), read.size());
        for (NDArray array : arrays) {
            NDArray other = byName(read, array.getName());
            assertEquals(array.getDataType(), other.getDataType());
            assertArrayEquals(array.toByteArray(), other.toByteArray());
        }
        ByteBuffer first = byName(read, "floats").toByteBuffer();
        for (int value : bits) {
            assertEquals(Integer.toHexString(value), Integer.toHexString(first.getInt()));
        }
    }

    private void refuses(String message, NDList arrays) {
        assertRefused(
                IllegalArgumentException.class, message, () -> Weights.restore(block, arrays));
    }

    @Test
    void missingAndTornFilesAreNamed() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        assertRefused(
                IOException.class,
                file + ": expected tensors in safetensors, got no file",
                () -> Weights.read(file, manager));
        Weights.write(Weights.copy(block, manager), file);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 5) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertRefused(IOException.class, file.toString(), () -> Weights.read(file, manager));
        }
    }

    private void assertHolds(NDList expected) {
        assertTrue(expected.size() > 0);
        for (NDArray array : expected) {
            float[] got = block.getParameters().get(array.getName()).getArray().toFloatArray();
            assertArrayEquals(array.toFloatArray(), got, array.getName());
        }
    }

    private static NDArray byName(NDList arrays, String name) {
        return arrays.stream().filter(a -> a.getName().equals(name)).findAny().orElseThrow();
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }

    private static List<String> names(NDList arrays) {
        return arrays.stream().map(NDArray::getName).toList();
    }
}
