package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;

import java.util.Optional;

/**
 * Takes from each feature what is a linear function of the context, and brings the bulk of the rest
 * to standard deviation 1: \(z = (x - A c - b) / s\), \(\log|\det| = -\sum_i \log s_i\).
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C), both standardised
 *   <li>parameters: A of shape (D, C) and b of shape (D), at first 0; s of shape (D), at first 1
 * </ul>
 *
 * <p>All three are fitted to data, saved with the weights and never trained; before the fit the
 * layer is the identity. Where the context determines a feature to a small part of its range, as in
 * posteriors that are much narrower than the prior, a network would have to learn this function to
 * that precision by many steps; after this layer it learns only what is not linear. Entries of the
 * context beyond 100 in size count as 100. Both directions cost one multiplication.
 *
 * <p>The fit is Huber's by modified residuals: 30 times the residuals, cut off at two standard
 * deviations, are regressed on the context and added to the plane.
 *
 * @see <a href="https://doi.org/10.1002/0471725250">Huber, Robust Statistics, 1981, section 7.8</a>
 */
public final class Regression extends AbstractBijection {

    private static final Kernel KERNEL =
            Autograd.withoutTape(Kernel.of(Regression.class, "regression"))
                    .with("LIMIT", 100.0)
                    // More rows say nothing new, and are held in float64.
                    .with("ROWS", 1 << 16)
                    .with("FAR", 4.0)
                    // Keeps slopes small along what hardly varies; the steps undo it elsewhere.
                    .with("RIDGE", 1e-6)
                    .with("STEPS", 30)
                    // In medians of the sizes of residuals: two standard deviations.
                    .with("HUBER", 3.0)
                    .with("BULK", 0.98)
                    // A few roundings of float32.
                    .with("LEAST", 1e-6)
                    .with("UNEXPLAINED", 0.1)
                    .with("ROWS_PER_SLOPE", 3);

    /** Creates the layer. */
    public Regression() {}

    /**
     * Fits this layer to data by Huber's robust regression: a few wild entries, in x or in the
     * context, do not change the result. A feature of which the context explains linearly less than
     * 90 % of the variance, or which has fewer than three rows a slope, stays as it is: networks
     * learn that much themselves, and a feature that has bounds or few values keeps them.
     *
     * @param x the data, of shape (rows, D), standardised
     * @param context the context, of shape (rows, C), standardised
     * @throws IllegalArgumentException if the shapes are not those of this layer
     * @throws IllegalStateException if this layer is not initialised
     */
    public void fit(NDArray x, NDArray context) {
        NDList data = new NDList(x, context);
        checkInputs(data, getEventShape());
        try (NoGrad noGrad = NoGrad.open()) {
            ParameterStore store = new ParameterStore(x.getManager(), false);
            Program program = compile(KERNEL, "fit");
            try (NDList fitted = call(program, "fit", store, data, false)) {
                fitted.get(0).copyTo(array("slopes"));
                fitted.get(1).copyTo(array("intercept"));
                fitted.get(2).copyTo(array("deviation"));
            }
        }
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(KERNEL);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        if (inputShapes.length < 2) {
            throw new IllegalArgumentException(
                    "Regression: expected shapes of x and context, got that of x alone");
        }
        requireVectors(inputShapes[0]);
        requireVectors(inputShapes[1]);
        long features = inputShapes[0].get(1);
        addBuffer("slopes", new Shape(features, inputShapes[1].get(1)), Initializer.ZEROS);
        addBuffer("intercept", new Shape(features), Initializer.ZEROS);
        addBuffer("deviation", new Shape(features), Initializer.ONES);
    }
}
