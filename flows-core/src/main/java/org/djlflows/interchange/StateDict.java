package org.djlflows.interchange;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.Excerpt;
import org.djlflows.data.InputFile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a file by their names, in the order of the file: of safetensors, or of {@code
 * torch.save} since PyTorch 1.6.
 *
 * <p>Reading a file runs nothing of it: of a pickle only dictionaries of tensors are understood,
 * and whatever names another function is refused. Tensors in nested dictionaries have their keys
 * joined by dots, those in lists and tuples their places, from 0: {@code shadow_params.0}; {@link
 * #under(String)} gives those of one key. What is no tensor is left out.
 *
 * <p>Opening reads names, shapes and where things lie; the values are read from the file when they
 * are asked for. Tensors may be views of one storage, in any strides, but not larger than it. A
 * storage holds less than 2 GiB, and so do the values of a tensor in the type that they get.
 */
public final class StateDict {

    /** The longest array of bytes. */
    static final long LARGEST_STORAGE = Integer.MAX_VALUE - 8;

    /** Values are made of bytes by way of several arrays. */
    private static final int ARRAYS = 8;

    private static final int PICKLE_PROTOCOL = 0x80;

    private static final String EXPECTED = "tensors in safetensors or of torch.save";

    private final Path file;
    private final Map<String, StoredTensor> tensors;

    private StateDict(Path file, Map<String, StoredTensor> tensors) {
        this.file = file;
        this.tensors = tensors;
    }

    /**
     * Opens a file.
     *
     * @param file the file, whose content tells which of the two formats it has
     * @return its tensors
     * @throws IOException if it cannot be read, is damaged, or holds what is not understood; the
     *     message names the file and the reason
     */
    public static StateDict read(Path file) throws IOException {
        try {
            return new StateDict(file, tensors(file));
        } catch (IOException | IllegalArgumentException e) {
            throw refusal(file, e);
        }
    }

    /**
     * Reads all tensors of a safetensors file, each in the type that it has and with its bits.
     *
     * @param file the file
     * @param manager the manager that receives the tensors
     * @return the tensors with their names, in the order of the file
     * @throws IOException if it cannot be read, is no whole safetensors file, or has tensors of
     *     float16, bfloat16 or int16; the message names the file and the reason
     */
    public static NDList readAsStored(Path file, NDManager manager) throws IOException {
        try {
            return SafetensorsFile.readAll(file, manager);
        } catch (IOException | IllegalArgumentException e) {
            throw refusal(file, SafetensorsFile.EXPECTED, e);
        }
    }

    private static Map<String, StoredTensor> tensors(Path file) throws IOException {
        InputFile.require(file, EXPECTED);
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(Long.BYTES + 1);
        }
        if (start.length > 2 && start[0] == 'P' && start[1] == 'K') {
            return TorchFile.read(file);
        }
        if (start.length > Long.BYTES && start[Long.BYTES] == '{') {
            return SafetensorsFile.read(file);
        }
        if (start.length > 0 && Byte.toUnsignedInt(start[0]) == PICKLE_PROTOCOL) {
            throw new IllegalArgumentException(
                    "a pickle without a zip archive, as PyTorch wrote before 1.6; save it again"
                            + " with torch.save(torch.load(file), file)");
        }
        throw new IllegalArgumentException("neither safetensors nor a file of torch.save");
    }

    private static IOException refusal(Path file, Exception e) {
        return refusal(file, EXPECTED, e);
    }

    private static IOException refusal(Path file, String expected, Exception e) {
        String prefix = file + ": expected ";
        String reason = Excerpt.of(e.getMessage());
        if (reason.startsWith(prefix)) {
            return (IOException) e;
        }
        if (e instanceof NoSuchFileException) {
            reason = "no file";
        } else if (e instanceof AccessDeniedException) {
            reason = "no permission to read it";
        }
        return new IOException(prefix + expected + ", got " + reason, e);
    }

    /**
     * Returns the tensors of one key, or those whose names begin alike.
     *
     * @param prefix what the names begin with, such as {@code "model."} or {@code "module."}
     * @return those tensors, without it in their names
     * @throws IOException if there are none
     */
    public StateDict under(String prefix) throws IOException {
        Map<String, StoredTensor> below = new LinkedHashMap<>();
        tensors.forEach(
                (name, tensor) -> {
                    if (name.startsWith(prefix)) {
                        below.put(name.substring(prefix.length()), tensor);
                    }
                });
        if (below.isEmpty()) {
            throw new IOException(
                    file
                            + ": expected tensors under "
                            + prefix
                            + ", got "
                            + Excerpt.of(tensors.keySet()));
        }
        return new StateDict(file, below);
    }

    /**
     * Returns the names of the tensors.
     *
     * @return the names, in the order of the file
     */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /**
     * Returns the shape of a tensor.
     *
     * @param name its name
     * @return its shape
     * @throws IOException if there is no such tensor
     */
    public Shape shape(String name) throws IOException {
        return tensor(name).shape();
    }

    /**
     * Reads a tensor.
     *
     * @param name its name
     * @param manager the manager that receives it
     * @return the values: float64 as it is, float32, float16 and bfloat16 as float32, integers and
     *     booleans as int64
     * @throws IOException if there is no such tensor, it is too large for an array, or it can no
     *     longer be read
     */
    public NDArray get(String name, NDManager manager) throws IOException {
        StoredTensor tensor = tensor(name);
        try {
            NDArray array = tensor.read(manager);
            array.setName(name);
            return array;
        } catch (IOException | IllegalArgumentException e) {
            throw refusal(file, e);
        }
    }

    /** Refuses bytes that would fill the heap before they are values. */
    static void requireHeap(long bytes) {
        long most = Runtime.getRuntime().maxMemory() / ARRAYS;
        if (bytes > most) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "a tensor of %,d bytes, more than %,d, an eighth of the heap (-Xmx)",
                            bytes,
                            most));
        }
    }

    private StoredTensor tensor(String name) throws IOException {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IOException(file + ": expected a tensor " + name + ", got none");
        }
        return tensor;
    }

    /** Returns the file, with which messages begin. */
    Path file() {
        return file;
    }
}
