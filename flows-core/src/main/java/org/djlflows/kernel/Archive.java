package org.djlflows.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes TorchScript archives: a zip of stored entries, the code as text, the object pickled. */
final class Archive {

    private static final String ROOT = "kernels/";

    /** The pickle of an object of class {@code __torch__.Kernels} without attributes. */
    private static final String MODULE = "\u0080\u0002c__torch__\nKernels\nq\0)\u0081}q\u0001b.";

    /** The pickle of an empty tuple. */
    private static final String NO_CONSTANTS = "\u0080\u0002).";

    /** The version of the operators' meaning that PyTorch 2.x writes. */
    private static final String VERSION = "10\n";

    private Archive() {}

    /**
     * Writes an archive.
     *
     * @param files the functions by namespace
     * @param methods the methods of the module
     * @return the bytes of the archive
     */
    static byte[] write(Map<String, String> files, String methods) {
        String module = "class Kernels(Module):\n  __parameters__ = []\n  __buffers__ = []\n";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "data.pkl", MODULE.getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "code/__torch__.py", text(module + methods));
            for (Map.Entry<String, String> file : files.entrySet()) {
                put(zip, "code/__torch__/" + file.getKey() + ".py", text(file.getValue()));
            }
            put(zip, "constants.pkl", NO_CONSTANTS.getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "version", text(VERSION));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
