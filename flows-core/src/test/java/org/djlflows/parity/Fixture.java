package org.djlflows.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Bijection;
import org.djlflows.testing.Fixtures;
import org.djlflows.weights.StateDict;
import org.djlflows.weights.Weights;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;

/** The weights of a flow of another library, inputs, and what that library made of them. */
final class Fixture {

    private final NDList arrays;

    private Fixture(NDList arrays) {
        this.arrays = arrays;
    }

    /** Opens the weights of {@code <name>.safetensors} in the resources beside this class. */
    static StateDict weights(String name) throws IOException {
        try {
            Path file = Path.of(Fixture.class.getResource(name + ".safetensors").toURI());
            return StateDict.read(file).under("state.");
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
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
        NDList x = cast(new NDList(get("x")), type);
        flow.initialize(manager, type, x.getShapes());
        List<Bijection> layers = flow.getSteps();
        for (int i = 0; i < layers.size(); i++) {
            Weights.restore(layers.get(i), cast(weights.apply(i), type));
        }
        boolean wide = type == DataType.FLOAT64;

        NDList forward = flow.forward(Fixtures.store(manager), x, false);
        Fixtures.assertClose(get("z"), forward.get(0), wide ? 1e-10 : 1e-5);
        Fixtures.assertClose(get("logdet"), forward.get(1), wide ? 1e-10 : 1e-5);

        NDList z = cast(new NDList(get("z")), type);
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
