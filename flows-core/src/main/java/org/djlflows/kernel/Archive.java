package org.djlflows.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes TorchScript archives: a zip of stored entries, the code as text, the object pickled, the
 * tensors as they lie in memory. The same content gives the same bytes.
 */
final class Archive {

    private static final String ROOT = "kernels/";

    /** The pickle of an empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    /** The version of the operators' meaning that PyTorch 2.x writes. */
    private static final String VERSION = "10\n";

    /** Java notes earlier times with the zone of the machine. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private static final int BUFFER = 1 << 16;

    private Archive() {}

    /**
     * Writes an archive.
     *
     * @param out the stream, which stays open
     * @param files the functions by namespace
     * @param module the class of the module
     * @param pickle the module, an object of that class
     * @param tensors the tensors to which the pickle refers, in that order
     * @throws IOException if the stream does not take the bytes
     */
    static void write(
            OutputStream out,
            Map<String, String> files,
            String module,
            byte[] pickle,
            List<NDArray> tensors)
            throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        put(zip, "data.pkl", ByteBuffer.wrap(pickle));
        for (int i = 0; i < tensors.size(); i++) {
            try (NDArray tensor = tensors.get(i).toDevice(Device.cpu(), true)) {
                put(zip, "data/" + i, tensor.toByteBuffer());
            }
        }
        put(zip, "code/__torch__.py", text(module));
        for (Map.Entry<String, String> file : files.entrySet()) {
            put(zip, "code/__torch__/" + file.getKey() + ".py", text(file.getValue()));
        }
        put(
                zip,
                "constants.pkl",
                ByteBuffer.wrap(NO_CONSTANTS.getBytes(StandardCharsets.ISO_8859_1)));
        put(zip, "version", text(VERSION));
        zip.finish();
    }

    private static ByteBuffer text(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    private static void put(ZipOutputStream zip, String name, ByteBuffer bytes) throws IOException {
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTimeLocal(TIME);
        entry.setSize(bytes.remaining());
        CRC32 crc = new CRC32();
        crc.update(bytes.duplicate());
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        // Not through a channel: that refuses to write on a thread that is interrupted.
        byte[] some = new byte[BUFFER];
        while (bytes.hasRemaining()) {
            int n = Math.min(some.length, bytes.remaining());
            bytes.get(some, 0, n);
            zip.write(some, 0, n);
        }
        zip.closeEntry();
    }
}
