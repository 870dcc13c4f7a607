package org.djlflows.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** The weights of a flow of another library, inputs, and what that library made of them. */
final class Fixture {

    private final NDList arrays;

    private Fixture(NDList arrays) {
        this.arrays = arrays;
    }

    /** Reads {@code <name>.safetensors} from the resources beside this class. */
    static Fixture read(String name, NDManager manager) throws IOException {
        String file = name + ".safetensors";
        try (InputStream in = Fixture.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new FileNotFoundException(file);
            }
            return new Fixture(NDList.decode(manager, in));
        }
    }

    /** Returns an array in float64, which holds all values of the file exactly. */
    NDArray get(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no array " + name);
        }
        return array.toType(DataType.FLOAT64, false);
    }

    /** Returns the context in a list, which is empty if the flow has none. */
    NDList context() {
        return arrays.contains("context") ? new NDList(get("context")) : new NDList();
    }
}
