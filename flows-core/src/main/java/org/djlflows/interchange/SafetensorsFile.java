package org.djlflows.interchange;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a safetensors file: the length of a header, the header in JSON, the bytes.
 *
 * <p>DJL's reader is not used since bfloat16 ends the process in it.
 */
final class SafetensorsFile {

    /** Enough for a hundred thousand tensors; the format allows six times as much. */
    private static final int LARGEST_HEADER = 16 << 20;

    private final Path file;
    private final long start;
    private final long end;

    private SafetensorsFile(Path file, long start, long end) {
        this.file = file;
        this.start = start;
        this.end = end;
    }

    static Map<String, StoredTensor> read(Path file) throws IOException {
        long end = Files.size(file);
        long length = ByteBuffer.wrap(bytes(file, 0, Long.BYTES)).order(LITTLE_ENDIAN).getLong();
        if (length < 0 || length > end - Long.BYTES) {
            throw new IllegalArgumentException("no whole header");
        }
        if (length > LARGEST_HEADER) {
            throw new IllegalArgumentException(
                    "a header of more than " + LARGEST_HEADER + " bytes");
        }
        byte[] header = bytes(file, Long.BYTES, (int) length);
        return new SafetensorsFile(file, Long.BYTES + length, end).tensors(header);
    }

    private Map<String, StoredTensor> tensors(byte... header) {
        try (JsonReader json =
                new JsonReader(
                        new InputStreamReader(
                                new ByteArrayInputStream(header), StandardCharsets.UTF_8))) {
            json.setStrictness(Strictness.STRICT);
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (name.equals("__metadata__")) {
                    json.skipValue();
                } else if (tensors.put(name, tensor(name, json)) != null) {
                    throw new IllegalArgumentException("two tensors " + name);
                }
            }
            json.endObject();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new IllegalStateException("more than an object");
            }
            return tensors;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new IllegalArgumentException("a damaged header", e);
        }
    }

    private StoredTensor tensor(String name, JsonReader json) throws IOException {
        String type = "";
        long[] shape = {};
        long[] offsets = {};
        Set<String> keys = new HashSet<>();
        json.beginObject();
        while (json.hasNext()) {
            String key = json.nextName();
            if (!keys.add(key)) {
                throw new IllegalArgumentException("two " + key + " of the tensor " + name);
            }
            switch (key) {
                case "dtype" -> type = json.nextString();
                case "shape" -> shape = longs(json);
                case "data_offsets" -> offsets = longs(json);
                default -> json.skipValue();
            }
        }
        json.endObject();
        if (!keys.containsAll(Set.of("dtype", "shape", "data_offsets"))) {
            throw new IllegalArgumentException("no dtype, shape or data_offsets of " + name);
        }
        try {
            return tensor(ElementType.ofSafetensors(type), offsets, shape);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ": " + name, e);
        }
    }

    private StoredTensor tensor(ElementType type, long[] offsets, long... shape) {
        if (offsets.length != 2
                || offsets[0] < 0
                || offsets[0] > offsets[1]
                || offsets[1] > end - start) {
            throw new IllegalArgumentException("a tensor that leaves the file");
        }
        long bytes = offsets[1] - offsets[0];
        if (bytes > StateDict.LARGEST_STORAGE || bytes % type.bytes() != 0) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes");
        }
        Storage storage = () -> bytes(file, start + offsets[0], (int) bytes);
        return StoredTensor.of(type, storage, bytes / type.bytes(), shape);
    }

    private static long[] longs(JsonReader json) throws IOException {
        long[] values = {};
        json.beginArray();
        while (json.hasNext()) {
            if (json.peek() != JsonToken.NUMBER) {
                throw new NumberFormatException(json.peek().toString());
            }
            StoredTensor.requireAxes(values.length + 1);
            values = Arrays.copyOf(values, values.length + 1);
            values[values.length - 1] = json.nextLong();
        }
        json.endArray();
        return values;
    }

    private static byte[] bytes(Path file, long from, int count) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(from);
            byte[] bytes = new byte[count];
            in.readFully(bytes);
            return bytes;
        } catch (EOFException e) {
            throw new EOFException("it ends before its tensors do");
        }
    }
}
