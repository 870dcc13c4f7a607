package org.djlflows.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Brings each input of a network to mean 0 and standard deviation 1: \(z = (x - \mu) / \sigma\).
 *
 * <p>With logarithmic tails from T on, values further out than T deviations become \(\pm T (1 +
 * \log(|z| / T))\), so that no value, however wild, is large: \(10^{36}\) deviations become 400 for
 * T = 5. Only where float32 overflows is the result NaN.
 *
 * <p>x is (batch, event...). Mean and deviation are fitted to data, saved with the weights and
 * never trained; before the fit this block is the identity up to its tails. As the embedding of a
 * flow it standardises the context.
 */
public final class StandardScaler extends KernelBlock {

    private static final double ROUNDING = 1e-12;

    private final OptionalDouble tails;

    /** Creates the block, linear everywhere. */
    public StandardScaler() {
        this(OptionalDouble.empty());
    }

    /**
     * Creates the block.
     *
     * @param tails T, where the tails begin to be logarithmic, positive; empty for none
     * @throws IllegalArgumentException if T is not positive and finite
     */
    public StandardScaler(OptionalDouble tails) {
        super("forward");
        if (tails.isPresent()
                && !(tails.getAsDouble() > 0 && tails.getAsDouble() < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "StandardScaler: expected tails from a positive number of deviations on, got "
                            + tails.getAsDouble());
        }
        this.tails = tails;
    }

    /**
     * Fits mean and standard deviation (that of the population) to data.
     *
     * @param x the data, of shape (rows, event...)
     * @throws IllegalArgumentException if an entry is constant or not finite
     * @throws IllegalStateException if this block is not initialised
     */
    public void fit(NDArray x) {
        checkInputs(new NDList(x), getEventShape());
        try (NoGrad noGrad = NoGrad.open()) {
            NDList none = new NDList();
            ParameterStore store = new ParameterStore(x.getManager(), false);
            Program program = compile(kernel(), "statistics");
            try (NDList fitted = call(program, "statistics", store, new NDList(x), none, false)) {
                Number[] means = fitted.get(0).toArray();
                Number[] deviations = fitted.get(1).toArray();
                for (int i = 0; i < deviations.length; i++) {
                    double value = deviations[i].doubleValue();
                    // Below that a deviation is the rounding of the mean.
                    double least = ROUNDING * Math.abs(means[i].doubleValue());
                    if (!(value > least && Double.isFinite(value))) {
                        throw new IllegalArgumentException(
                                "StandardScaler: expected finite values that vary, got entry "
                                        + i
                                        + " with standard deviation "
                                        + value);
                    }
                }
                fitted.get(0).copyTo(array("mean"));
                fitted.get(1).copyTo(array("deviation"));
            }
        }
    }

    /**
     * Sets mean and standard deviation, as other data or another program has them.
     *
     * @param means the mean of each entry, in their order
     * @param deviations the standard deviation of each entry
     * @throws IllegalArgumentException if they are not as many as the entries, not finite, or a
     *     deviation is not positive
     * @throws IllegalStateException if this block is not initialised
     */
    public void set(double[] means, double[] deviations) {
        long entries = getEventShape().size();
        boolean fit =
                means.length == entries
                        && deviations.length == entries
                        && Arrays.stream(means).allMatch(Double::isFinite)
                        && Arrays.stream(deviations)
                                .allMatch(d -> (float) d > 0 && Float.isFinite((float) d));
        if (!fit) {
            throw new IllegalArgumentException(
                    String.format(
                            "StandardScaler: expected %d finite means and as many positive"
                                    + " deviations, got %s and %s",
                            entries, Arrays.toString(means), Arrays.toString(deviations)));
        }
        fill("mean", means);
        fill("deviation", deviations);
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(kernel());
    }

    private Kernel kernel() {
        return Kernel.of(StandardScaler.class, "standard_scaler").calling("tails", tails());
    }

    /**
     * Returns the kernel of the tails, over standardised values: {@code forward} and {@code
     * inverse} with the log-slopes summed over each row, and {@code backward}.
     *
     * @return the kernel
     */
    public Kernel tails() {
        return tails.isPresent()
                ? Kernel.of(StandardScaler.class, "log_tails").with("BOUND", tails.getAsDouble())
                : Kernel.of(StandardScaler.class, "linear_tails");
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        addBuffer("mean", inputShapes[0].slice(1), Initializer.ZEROS);
        addBuffer("deviation", inputShapes[0].slice(1), Initializer.ONES);
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
