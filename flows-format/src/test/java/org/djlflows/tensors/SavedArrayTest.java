package org.djlflows.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class SavedArrayTest {

    @TempDir private Path folder;

    /** Reads a file with one tensor of two elements. */
    private SavedArray read(String type, ByteBuffer values) throws IOException {
        String header =
                String.format(
                        "{\"anomaly.x\":{\"dtype\":\"%s\",\"shape\":[2,1],\"data_offsets\":[0,%d]}}",
                        type, values.capacity());
        Path file = folder.resolve("x.safetensors");
        Files.write(
                file,
                ByteBuffer.allocate(Long.BYTES + header.length() + values.capacity())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length())
                        .put(header.getBytes(StandardCharsets.UTF_8))
                        .put(values.rewind())
                        .array());
        List<SavedArray> read = new ArrayList<>();
        TensorFile.each(file, (name, tensor) -> read.add(SavedArray.of(name, tensor)));
        return read.get(0);
    }

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void numbersComeInTheTypeOfTheFile() throws IOException {
        SavedArray floats = read("F32", bytes(8).putFloat(0.1f).putFloat(Float.NaN));
        assertArrayEquals(new long[] {2, 1}, floats.shape());
        for (int again = 0; again < 2; again++) {
            assertArrayEquals(new float[] {0.1f, Float.NaN}, floats.floats());
        }
        SavedArray doubles = read("F64", bytes(16).putDouble(0.1).putDouble(-1e300));
        for (int again = 0; again < 2; again++) {
            assertArrayEquals(new double[] {0.1, -1e300}, doubles.doubles());
        }
        assertThrows(IllegalArgumentException.class, floats::doubles);
        assertThrows(IllegalArgumentException.class, doubles::floats);
    }

    @Test
    void otherTypesAreRefused() {
        for (String type : new String[] {"I32", "F16"}) {
            int size = type.equals("I32") ? 8 : 4;
            String message =
                    assertThrows(IOException.class, () -> read(type, bytes(size))).getMessage();
            assertTrue(message.contains("expected anomaly.x of float32 or float64"), message);
        }
    }
}
