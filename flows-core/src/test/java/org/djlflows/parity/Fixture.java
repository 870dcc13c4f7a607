package org.djlflows.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Bijection;
import org.djlflows.Fixtures;
import org.djlflows.model.Weights;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.IntFunction;

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

    /**
     * Checks that a flow with the weights of the file makes z and the log-determinant of x, and
     * back.
     *
     * @param flow the flow, not initialised yet
     * @param weights the parameters of each step, by their names
     * @param type the type to compute in
     */
    void assertSameNumbers(Bijection flow, IntFunction<NDList> weights, DataType type) {
        NDManager manager = arrays.getManager();
        NDList context = cast(context(), type);
        NDList x = cast(new NDList(get("x")), type).addAll(context);
        flow.initialize(manager, type, x.getShapes());
        List<Bijection> layers = flow.getSteps();
        for (int i = 0; i < layers.size(); i++) {
            Weights.restore(layers.get(i), cast(weights.apply(i), type));
        }
        boolean wide = type == DataType.FLOAT64;

        NDList forward = flow.forward(Fixtures.store(manager), x, false);
        Fixtures.assertClose(get("z"), forward.get(0), wide ? 1e-10 : 1e-5);
        Fixtures.assertClose(get("logdet"), forward.get(1), wide ? 1e-10 : 1e-5);

        NDList z = cast(new NDList(get("z")), type).addAll(context);
        NDList inverse = flow.inverse(Fixtures.store(manager), z, false);
        Fixtures.assertClose(get("x"), inverse.get(0), wide ? 1e-9 : 1e-4);
        Fixtures.assertClose(get("logdet").neg(), inverse.get(1), wide ? 1e-9 : 1e-4);
    }

    private static NDList cast(NDList arrays, DataType type) {
        NDList results = new NDList();
        for (NDArray array : arrays) {
            NDArray result = array.toType(type, false);
            result.setName(array.getName());
            results.add(result);
        }
        return results;
    }
}
