package org.djlflows.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.files.Excerpt;
import org.djlflows.files.WholeFile;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.tensors.StoredTensor;
import org.djlflows.tensors.TensorFile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The parameters and buffers of a block as named arrays, in memory and in safetensors files. */
public final class Weights {

    /** The most disagreements that a message lists. */
    private static final int MOST = 10;

    private static final int LONGEST = 160;

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
        for (Pair<String, Parameter> parameter : ParameterNames.paths(block)) {
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
     * @throws IllegalArgumentException if names, shapes or types disagree; the message lists the
     *     first ten that do
     */
    public static void restore(Block block, NDList arrays) {
        Map<String, NDArray> sources = requireFits(block, arrays);
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> parameter : ParameterNames.paths(block)) {
                sources.get(parameter.getKey()).copyTo(parameter.getValue().getArray());
            }
        }
    }

    /**
     * Checks that arrays can take the place of all parameters and buffers of a block.
     *
     * @param block an initialised block
     * @param arrays the arrays
     * @return the arrays by their names
     * @throws IllegalArgumentException if names, shapes or types disagree; the message lists the
     *     first ten that do
     */
    public static Map<String, NDArray> requireFits(Block block, NDList arrays) {
        Map<String, NDArray> byName = new LinkedHashMap<>();
        arrays.forEach(array -> byName.put(array.getName(), array));
        Set<String> surplus = new LinkedHashSet<>(byName.keySet());
        List<String> disagreements = new ArrayList<>();
        for (Pair<String, Parameter> parameter : ParameterNames.paths(block)) {
            NDArray from = byName.get(parameter.getKey());
            String expected = describe(parameter.getValue().getArray());
            String got = from == null ? "none" : describe(from);
            if (!got.equals(expected)) {
                disagreements.add(
                        "expected " + parameter.getKey() + " " + expected + ", got " + got);
            }
            surplus.remove(parameter.getKey());
        }
        surplus.forEach(name -> disagreements.add("expected no " + name + ", got one"));
        requireNone(disagreements);
        return byName;
    }

    private static String describe(NDArray array) {
        return array.getDataType() + " " + array.getShape();
    }

    /**
     * Checks that there are arrays for the parameters that a block has by now.
     *
     * @param block the block
     * @param arrays the arrays, with their names
     * @throws IllegalArgumentException if there are not; the message lists the first ten
     */
    public static void requireNames(Block block, NDList arrays) {
        Set<String> names = arrays.stream().map(NDArray::getName).collect(Collectors.toSet());
        requireNone(
                ParameterNames.paths(block).keys().stream()
                        .filter(name -> !names.contains(name))
                        .map(name -> "expected " + name + ", got none")
                        .toList());
    }

    private static void requireNone(List<String> disagreements) {
        int count = disagreements.size();
        if (count > 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "Weights: %s: %s%s",
                            count == 1 ? "a tensor disagrees" : count + " tensors disagree",
                            disagreements.stream()
                                    .limit(MOST)
                                    .map(text -> Excerpt.of(text, LONGEST))
                                    .collect(Collectors.joining("; ")),
                            count > MOST ? "; and " + (count - MOST) + " more" : ""));
        }
    }

    /**
     * Checks that all numbers are finite.
     *
     * @param arrays the arrays, with their names
     * @throws IllegalArgumentException if some are not; the message lists the first ten arrays
     */
    public static void requireFinite(NDList arrays) {
        try (NoGrad noGrad = NoGrad.open()) {
            requireNone(
                    arrays.stream()
                            .filter(array -> array.getDataType().isFloating() && !isFinite(array))
                            .map(
                                    array ->
                                            "expected finite "
                                                    + array.getName()
                                                    + ", got NaN or infinity")
                            .toList());
        }
    }

    private static boolean isFinite(NDArray array) {
        // The difference of a number and itself is 0 or NaN.
        try (NDArray zeros = array.sub(array);
                NDArray sum = zeros.sum()) {
            return sum.toArray()[0].doubleValue() == 0;
        }
    }

    /**
     * Writes named arrays as safetensors, as a {@link WholeFile}.
     *
     * @param arrays the arrays
     * @param file the file
     * @throws IOException if the file cannot be written
     */
    public static void write(NDList arrays, Path file) throws IOException {
        WholeFile.write(file, out -> arrays.encode(out, NDList.Encoding.SAFETENSORS));
    }

    /**
     * Reads the arrays of a safetensors file, each with its type and its bits.
     *
     * @param file the file
     * @param manager the manager that receives the arrays
     * @return the arrays with their names, in the order of the file
     * @throws IOException if the file cannot be read, is no whole safetensors file, or has tensors
     *     of float16, bfloat16 or int16; the message names the file and the reason
     */
    public static NDList read(Path file, NDManager manager) throws IOException {
        NDList arrays = new NDList();
        TensorFile.each(file, (name, tensor) -> arrays.add(asStored(name, tensor, manager)));
        return arrays;
    }

    /**
     * Reads a tensor with its type and its bits.
     *
     * @param name the name that the array gets
     * @param tensor a tensor of a safetensors file
     * @param manager the manager that receives the array
     * @return the array
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if the tensor is of float16, bfloat16 or int16
     */
    public static NDArray asStored(String name, StoredTensor tensor, NDManager manager)
            throws IOException {
        Shape shape = new Shape(tensor.shape());
        NDArray array =
                switch (tensor.type()) {
                    case FLOAT64 -> manager.create(tensor.stored().asDoubleBuffer(), shape);
                    case FLOAT32 -> manager.create(tensor.stored().asFloatBuffer(), shape);
                    case INT64 -> manager.create(tensor.stored().asLongBuffer(), shape);
                    case INT32 -> manager.create(tensor.stored().asIntBuffer(), shape);
                    case INT8 -> manager.create(tensor.stored(), shape, DataType.INT8);
                    case UINT8 -> manager.create(tensor.stored(), shape, DataType.UINT8);
                    case BOOL -> manager.create(tensor.stored(), shape, DataType.BOOLEAN);
                    // Java has no such numbers, and bfloat16 ends the process in DJL.
                    case FLOAT16, BFLOAT16, INT16 ->
                            throw new IllegalArgumentException(
                                    String.format(
                                            "a tensor of type %s, which is not read as it is: %s",
                                            tensor.type(), Excerpt.of(name)));
                };
        array.setName(name);
        return array;
    }
}
