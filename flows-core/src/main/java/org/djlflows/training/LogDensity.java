package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Program;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A target of variational inference: \(\log \tilde p(x) = \log p(x) + \log Z\), a log-density known
 * up to a constant, from which nothing can be drawn.
 *
 * <p>As a block, {@code forward} maps x of shape (batch, event...) to \(\log \tilde p(x)\) of shape
 * (batch). What has parameters of its own, or a context, is a block too: any {@link
 * org.djlflows.Distribution}, any DJL block of that form, and any {@link
 * org.djlflows.kernel.Scripted} one whose kernel offers {@code log_prob(x, c, p)}. The context is
 * ignored, unless the kernel makes use of it.
 *
 * <p>A kernel becomes part of the program of a training step and is the fast way:
 *
 * <pre>{@code
 * LogDensity target = LogDensity.of("""
 *         def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
 *             return -0.25 * x.square().square().sum([1])
 *         """);
 * }</pre>
 */
public final class LogDensity extends KernelBlock {

    private final Optional<Kernel> kernel;
    private final UnaryOperator<NDArray> function;

    private LogDensity(Optional<Kernel> kernel, UnaryOperator<NDArray> function) {
        super("log_prob");
        this.kernel = kernel;
        this.function = function;
    }

    /**
     * Returns the log-density of a kernel.
     *
     * @param kernel a kernel with {@code log_prob(x, c, p)}, where p is empty
     * @return the log-density
     */
    public static LogDensity of(Kernel kernel) {
        return new LogDensity(Optional.of(kernel), UnaryOperator.identity());
    }

    /**
     * Returns the log-density of a kernel's text.
     *
     * @param source TorchScript functions, among them {@code log_prob(x, c, p)}, where p is empty
     * @return the log-density
     */
    public static LogDensity of(String source) {
        return of(Kernel.of("log_density", source));
    }

    /**
     * Returns the log-density of a function in Java, slower than a kernel.
     *
     * <p>To train on it, its gradients must be right, and those of some of DJL's operators are not:
     * {@code mul}, {@code div}, {@code pow}, {@code maximum} and {@code minimum} with a number free
     * the number before the backward pass reads it. Multiply by an array that stays open, or write
     * a kernel.
     *
     * @param function maps x of shape (batch, event...) to log-densities of shape (batch)
     * @return the log-density
     */
    public static LogDensity of(UnaryOperator<NDArray> function) {
        return new LogDensity(Optional.empty(), function);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return kernel;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        checkInputs(inputs, getEventShape());
        Program program = program(training).orElse(null);
        NDList result =
                program == null
                        ? new NDList(function.apply(inputs.get(0)))
                        : call(program, "log_prob", store, inputs, training);
        Shape expected = new Shape(inputs.get(0).getShape().get(0));
        if (!result.get(0).getShape().equals(expected)) {
            throw new IllegalArgumentException(
                    "LogDensity: expected log-densities of shape "
                            + expected
                            + ", got "
                            + result.get(0).getShape());
        }
        return result;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0))};
    }
}
