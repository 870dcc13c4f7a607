package org.djlflows.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.junit.jupiter.api.function.Executable;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the tests of all packages share. */
public final class Fixtures {

    /** The names of what the library's layers fit to data, where any values do. */
    private static final List<String> FITTED =
            List.of("statistics", "slopes", "intercept", "deviation");

    private Fixtures() {}

    /**
     * Sets the generator of the engine, from which initial weights and samples come.
     *
     * @param seed the seed
     */
    public static void seed(int seed) {
        Engine.getEngine("PyTorch").setRandomSeed(seed);
    }

    /**
     * Adds noise to all that is trained and to the fitted statistics of the library's layers, and
     * requires gradients: a fresh layer, the identity, hides errors.
     *
     * @param block an initialised block
     */
    public static void randomise(Block block) {
        randomise(block, List.of());
    }

    /** Randomises other buffers that are fitted to data too. */
    static void randomise(Block block, List<String> fitted) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> entry : block.getParameters()) {
                Parameter parameter = entry.getValue();
                NDArray array = parameter.getArray();
                if (parameter.getType() != Parameter.Type.RUNNING_MEAN) {
                    addNoise(array);
                    array.setRequiresGradient(true);
                } else if (Stream.concat(FITTED.stream(), fitted.stream())
                        .anyMatch(entry.getKey()::contains)) {
                    addNoise(array);
                }
            }
        }
        KernelBlock.settle(block);
    }

    private static void addNoise(NDArray array) {
        Shape shape = array.getShape();
        // Matrices as large as keeps the size of what they multiply.
        float size = shape.dimension() == 2 ? (float) Math.sqrt(0.2 / shape.get(1)) : 0.4f;
        NDManager manager = array.getManager();
        try (NDArray noise = manager.randomNormal(0, size, shape, DataType.FLOAT64)) {
            array.addi(noise.toType(array.getDataType(), false));
        }
    }

    /**
     * Returns a store that holds parameters as they are.
     *
     * @param manager any manager
     * @return the store
     */
    public static ParameterStore store(NDManager manager) {
        return new ParameterStore(manager, false);
    }

    /**
     * Computes a loss with gradients and adds them to those of the parameters.
     *
     * @param loss computes the loss, a scalar
     */
    public static void backward(Supplier<NDArray> loss) {
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            collector.backward(loss.get());
        }
    }

    /**
     * Tells whether an array was computed with a graph; DJL's hasGradient looks at leaves only.
     *
     * @param array the array
     * @return whether it requires a gradient
     */
    public static boolean isRecorded(NDArray array) {
        Kernel kernel =
                Kernel.of(
                        "recorded",
                        """
                        def forward(x: Tensor) -> Tensor:
                            return torch.tensor([1 if x.requires_grad else 0])
                        """);
        try (NDList answer =
                Program.of(kernel, 0, "forward")
                        .call("forward", new NDList(array), new NDList(), List.of())) {
            return answer.get(0).toLongArray()[0] == 1;
        }
    }

    /**
     * Returns numbers as doubles.
     *
     * @param values the numbers
     * @return the same as doubles
     */
    public static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /**
     * Returns the numbers of an array as doubles.
     *
     * @param array an array of numbers
     * @return its numbers in row-major order
     */
    public static double[] doubles(NDArray array) {
        try (NDArray wide = array.toType(DataType.FLOAT64, true)) {
            return wide.toDoubleArray();
        }
    }

    /**
     * Checks that two arrays have the same shape and nearly the same numbers.
     *
     * @param expected what is expected
     * @param got what came
     * @param tolerance the largest difference
     */
    public static void assertClose(NDArray expected, NDArray got, double tolerance) {
        assertEquals(expected.getShape(), got.getShape());
        assertArrayEquals(doubles(expected), doubles(got), tolerance);
    }

    /**
     * Checks that a call fails with an exception of that type that says so.
     *
     * @param type the type of the exception
     * @param message a part of its message
     * @param call the call
     * @param <T> the type of the exception
     * @return the exception
     */
    public static <T extends Throwable> T assertRefused(
            Class<T> type, String message, Executable call) {
        T thrown = assertThrows(type, call);
        assertTrue(String.valueOf(thrown.getMessage()).contains(message), thrown.getMessage());
        return thrown;
    }
}
