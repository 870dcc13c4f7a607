package org.djlflows.tensors;

import org.djlflows.files.Excerpt;
import org.djlflows.files.InputFile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tensors of a file in safetensors or of {@code torch.save}. Opening reads names, shapes and
 * where things lie; the values are read from the file when they are asked for. Tensors may be views
 * of one storage, in any strides, but not larger than it. A storage holds less than 2 GiB, and so
 * do the values of a tensor in the type that they get.
 */
public final class TensorFile {

    private static final int PICKLE_PROTOCOL = 0x80;

    private static final String EXPECTED = "tensors in safetensors or of torch.save";

    private final Path file;
    private final Map<String, StoredTensor> tensors;

    /** Takes the tensors of a file one after the other. */
    @FunctionalInterface
    public interface Visitor {

        /**
         * Takes a tensor.
         *
         * @param name its name
         * @param tensor the tensor, which can be read now
         * @throws IOException if it cannot be read
         */
        void visit(String name, StoredTensor tensor) throws IOException;
    }

    private TensorFile(Path file, Map<String, StoredTensor> tensors) {
        this.file = file;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Opens a file.
     *
     * @param file the file, whose content tells which of the two formats it has
     * @return its tensors
     * @throws IOException if it cannot be read, is damaged, or holds what is not understood; the
     *     message names the file and the reason
     */
    public static TensorFile open(Path file) throws IOException {
        try {
            return new TensorFile(file, tensors(file));
        } catch (IOException | IllegalArgumentException e) {
            throw refusal(file, EXPECTED, e);
        }
    }

    /**
     * Hands over each tensor of a safetensors file while it is open, so that all are of one file
     * also where it is replaced meanwhile.
     *
     * @param file the file
     * @param visitor what takes the tensors
     * @throws IOException if it cannot be read, or is no whole safetensors file; the message names
     *     the file and the reason
     */
    public static void each(Path file, Visitor visitor) throws IOException {
        try {
            SafetensorsFile.each(file, visitor);
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

    /** Says of a failure which file it was and what was expected of it. */
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
    public TensorFile under(String prefix) throws IOException {
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
        return new TensorFile(file, below);
    }

    /**
     * Returns the tensors by their names, in the order of the file.
     *
     * @return the tensors, whose values are read when they are asked for
     */
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /**
     * Returns a tensor.
     *
     * @param name its name
     * @return the tensor
     * @throws IOException if there is none of that name
     */
    public StoredTensor tensor(String name) throws IOException {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IOException(file + ": expected a tensor " + name + ", got none");
        }
        return tensor;
    }

    /**
     * Says why a tensor of this file cannot be read.
     *
     * @param e what was thrown
     * @return an exception whose message names the file and the reason
     */
    public IOException refusal(Exception e) {
        return refusal(file, EXPECTED, e);
    }

    /**
     * Returns the file, with which messages begin.
     *
     * @return the file
     */
    public Path file() {
        return file;
    }
}
