package org.djlflows.interchange;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * The tensors of a safetensors file: the length of a header, the header in JSON, the bytes.
 *
 * <p>DJL's reader is not used since bfloat16 ends the process in it.
 */
final class SafetensorsFile {

    /** The limit of the format. */
    private static final int LARGEST_HEADER = 100_000_000;

    private SafetensorsFile() {}

    static Map<String, StoredTensor> read(Path file) throws IOException {
        long size = Files.size(file);
        long length = ByteBuffer.wrap(bytes(file, 0, Long.BYTES)).order(LITTLE_ENDIAN).getLong();
        if (length < 0 || length > Math.min(size - Long.BYTES, LARGEST_HEADER)) {
            throw new IllegalArgumentException("no whole header");
        }
        byte[] header = bytes(file, Long.BYTES, (int) length);
        long start = Long.BYTES + length;
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        JsonObject entries =
                JsonParser.parseString(new String(header, StandardCharsets.UTF_8))
                        .getAsJsonObject();
        for (Map.Entry<String, JsonElement> entry : entries.entrySet()) {
            if (!entry.getKey().equals("__metadata__")) {
                JsonObject tensor = entry.getValue().getAsJsonObject();
                tensors.put(entry.getKey(), tensor(file, start, size, tensor));
            }
        }
        return tensors;
    }

    private static StoredTensor tensor(Path file, long start, long size, JsonObject tensor) {
        ElementType type = ElementType.ofSafetensors(tensor.get("dtype").getAsString());
        long[] offsets = longs(tensor.getAsJsonArray("data_offsets"));
        long bytes = offsets.length == 2 ? offsets[1] - offsets[0] : -1;
        if (bytes < 0 || offsets[0] < 0 || offsets[1] > size - start) {
            throw new IllegalArgumentException("a tensor that leaves the file");
        }
        if (bytes > StateDict.LARGEST_STORAGE || bytes % type.bytes() != 0) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes");
        }
        Storage storage = () -> bytes(file, start + offsets[0], (int) bytes);
        return StoredTensor.of(
                type, storage, bytes / type.bytes(), longs(tensor.getAsJsonArray("shape")));
    }

    private static long[] longs(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToLong(JsonElement::getAsLong)
                .toArray();
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
