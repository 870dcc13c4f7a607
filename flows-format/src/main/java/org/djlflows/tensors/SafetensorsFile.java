package org.djlflows.tensors;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import org.djlflows.files.Excerpt;
import org.djlflows.files.InputFile;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a safetensors file: the length of a header, the header in JSON, the bytes, of
 * which each belongs to one tensor.
 */
final class SafetensorsFile {

    static final String EXPECTED = "tensors in safetensors";

    /** Enough for a hundred thousand tensors; the format allows six times as much. */
    private static final int LARGEST_HEADER = 16 << 20;

    private final Source source;
    private final long start;
    private final long end;
    private final List<long[]> runs = new ArrayList<>();

    /** Where bytes come from. */
    @FunctionalInterface
    private interface Source {

        byte[] read(long from, int count) throws IOException;
    }

    private SafetensorsFile(Source source, long start, long end) {
        this.source = source;
        this.start = start;
        this.end = end;
    }

    /** Opens a file, which is opened again for each tensor. */
    static Map<String, StoredTensor> read(Path file) throws IOException {
        try (RandomAccessFile in = open(file)) {
            return read(
                    in,
                    (from, count) -> {
                        try (RandomAccessFile again = open(file)) {
                            return bytes(again, from, count);
                        }
                    });
        }
    }

    /** Hands over each tensor while the file is open, so that all of them are of one file. */
    static void each(Path file, TensorFile.Visitor visitor) throws IOException {
        try (RandomAccessFile in = open(file)) {
            Map<String, StoredTensor> tensors = read(in, (from, count) -> bytes(in, from, count));
            for (Map.Entry<String, StoredTensor> tensor : tensors.entrySet()) {
                visitor.visit(tensor.getKey(), tensor.getValue());
            }
        }
    }

    private static RandomAccessFile open(Path file) throws IOException {
        InputFile.require(file, EXPECTED);
        // Says more precisely than RandomAccessFile why a file cannot be opened.
        Files.newInputStream(file).close();
        return new RandomAccessFile(file.toFile(), "r");
    }

    private static Map<String, StoredTensor> read(RandomAccessFile in, Source source)
            throws IOException {
        long end = in.length();
        if (end < Long.BYTES) {
            throw new IllegalArgumentException("no whole header");
        }
        long length = ByteBuffer.wrap(bytes(in, 0, Long.BYTES)).order(LITTLE_ENDIAN).getLong();
        if (length < 0 || length > end - Long.BYTES) {
            throw new IllegalArgumentException("no whole header");
        }
        if (length > LARGEST_HEADER) {
            throw new IllegalArgumentException(
                    "a header of more than " + LARGEST_HEADER + " bytes");
        }
        byte[] header = bytes(in, Long.BYTES, (int) length);
        SafetensorsFile file = new SafetensorsFile(source, Long.BYTES + length, end);
        Map<String, StoredTensor> tensors = file.tensors(header);
        file.requireNoGaps();
        return tensors;
    }

    /** The format has each byte belong to one tensor. */
    private void requireNoGaps() {
        runs.sort(Comparator.<long[]>comparingLong(run -> run[0]).thenComparing(run -> run[1]));
        long filled = 0;
        for (long[] run : runs) {
            if (run[0] != filled) {
                throw new IllegalArgumentException(
                        run[0] < filled
                                ? "tensors that overlap at byte " + run[0]
                                : "bytes of no tensor from byte " + filled);
            }
            filled = run[1];
        }
        if (filled != end - start) {
            throw new IllegalArgumentException(
                    end - start - filled + " bytes behind the last tensor");
        }
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
                    throw new IllegalArgumentException("two tensors " + Excerpt.of(name));
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
                throw new IllegalArgumentException(
                        "two " + Excerpt.of(key) + " of the tensor " + Excerpt.of(name));
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
            throw new IllegalArgumentException(
                    "no dtype, shape or data_offsets of " + Excerpt.of(name));
        }
        try {
            return tensor(ElementType.ofSafetensors(type), offsets, shape);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ": " + Excerpt.of(name), e);
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
        if (bytes > StoredTensor.LARGEST_STORAGE || bytes % type.bytes() != 0) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes");
        }
        runs.add(offsets);
        Storage storage =
                () -> {
                    StoredTensor.requireHeap(bytes);
                    return source.read(start + offsets[0], (int) bytes);
                };
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

    private static byte[] bytes(RandomAccessFile in, long from, int count) throws IOException {
        try {
            in.seek(from);
            byte[] bytes = new byte[count];
            in.readFully(bytes);
            return bytes;
        } catch (EOFException e) {
            throw new EOFException("it ends before its tensors do");
        }
    }
}
