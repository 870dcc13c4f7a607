package org.djlflows.model;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.kernel.NoGrad;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parameters and buffers of a block as named arrays, in memory and in safetensors files. */
public final class Weights {

    private Weights() {}

    /**
     * Copies all parameters and buffers of a block.
     *
     * @param block an initialised block
     * @param manager the manager that receives the copies
     * @return the copies, named by their path in the tree of blocks
     */
    public static NDList copy(Block block, NDManager manager) {
        NDList copies = new NDList();
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            NDArray copy = parameter.getValue().getArray().duplicate();
            copy.attach(manager);
            copy.setName(parameter.getKey());
            copies.add(copy);
        }
        return copies;
    }

    /**
     * Overwrites all parameters and buffers of a block; nothing is changed if anything disagrees.
     *
     * @param block an initialised block
     * @param arrays arrays with the names, shapes and types of the block's own
     * @throws IllegalArgumentException if a name, shape or type disagrees
     */
    public static void restore(Block block, NDList arrays) {
        Map<String, NDArray> byName = new LinkedHashMap<>();
        arrays.forEach(array -> byName.put(array.getName(), array));
        // Not a map: arrays are equal where their contents are.
        NDList targets = new NDList();
        NDList sources = new NDList();
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            String name = parameter.getKey();
            NDArray to = parameter.getValue().getArray();
            NDArray from = byName.remove(name);
            if (from == null) {
                throw new IllegalArgumentException(
                        "Weights: expected a tensor " + name + ", got none");
            }
            if (!from.getShape().equals(to.getShape()) || from.getDataType() != to.getDataType()) {
                throw new IllegalArgumentException(
                        String.format(
                                "Weights: expected %s to be %s %s, got %s %s",
                                name,
                                to.getDataType(),
                                to.getShape(),
                                from.getDataType(),
                                from.getShape()));
            }
            targets.add(to);
            sources.add(from);
        }
        if (!byName.isEmpty()) {
            throw new IllegalArgumentException(
                    "Weights: the model has no tensors " + byName.keySet());
        }
        try (NoGrad noGrad = NoGrad.open()) {
            for (int i = 0; i < targets.size(); i++) {
                sources.get(i).copyTo(targets.get(i));
            }
        }
    }

    /**
     * Writes named arrays as safetensors: to a file beside it, which then takes its place.
     *
     * @param arrays the arrays
     * @param file the file
     * @throws IOException if the file cannot be written
     */
    public static void write(NDList arrays, Path file) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".part");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(aside))) {
            arrays.encode(out, NDList.Encoding.SAFETENSORS);
        }
        Files.move(
                aside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Reads the arrays of a safetensors file.
     *
     * @param file the file
     * @param manager the manager that receives the arrays
     * @return the arrays with their names
     * @throws IOException if the file cannot be read or is no whole safetensors file
     */
    public static NDList read(Path file, NDManager manager) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        // DJL allocates what the first eight bytes claim to be the size of the header.
        long header = bytes.length < 8 ? -1 : ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN).getLong();
        if (header < 0 || header > bytes.length - 8) {
            throw new IOException(file + " is not a whole safetensors file: no header");
        }
        try {
            return NDList.decode(manager, bytes);
        } catch (RuntimeException e) {
            // DJL meets a damaged file with exceptions of many kinds.
            throw new IOException(file + " is not a whole safetensors file: " + e.getMessage(), e);
        }
    }
}
