package org.djlflows.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.tensors.ElementType;
import org.djlflows.tensors.StoredTensor;
import org.djlflows.tensors.TensorFile;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.file.Path;
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

    private final TensorFile tensors;

    private StateDict(TensorFile tensors) {
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
        return new StateDict(TensorFile.open(file));
    }

    /**
     * Returns the tensors of one key, or those whose names begin alike.
     *
     * @param prefix what the names begin with, such as {@code "model."} or {@code "module."}
     * @return those tensors, without it in their names
     * @throws IOException if there are none
     */
    public StateDict under(String prefix) throws IOException {
        return new StateDict(tensors.under(prefix));
    }

    /**
     * Returns the names of the tensors.
     *
     * @return the names, in the order of the file
     */
    public Set<String> names() {
        return tensors.tensors().keySet();
    }

    /**
     * Returns the shape of a tensor.
     *
     * @param name its name
     * @return its shape
     * @throws IOException if there is no such tensor
     */
    public Shape shape(String name) throws IOException {
        return new Shape(tensors.tensor(name).shape());
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
        StoredTensor tensor = tensors.tensor(name);
        try {
            NDArray array = manager.create(values(tensor), new Shape(tensor.shape()));
            array.setName(name);
            return array;
        } catch (IOException | IllegalArgumentException e) {
            throw tensors.refusal(e);
        }
    }

    private static Buffer values(StoredTensor tensor) throws IOException {
        if (!tensor.type().isFloating()) {
            return tensor.longs();
        }
        return tensor.type() == ElementType.FLOAT64 ? tensor.doubles() : tensor.floats();
    }

    /**
     * Returns the file, with which messages begin.
     *
     * @return the file
     */
    public Path file() {
        return tensors.file();
    }
}
