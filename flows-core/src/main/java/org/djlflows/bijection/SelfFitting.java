package org.djlflows.bijection;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.RandomNumbers;

/**
 * A layer that fits itself to the first batch of training; that it did is saved with the weights.
 *
 * <p>Its kernel offers {@code fit_forward(x, p)}, which fills parameters and the buffer {@code
 * fitted} and returns whether the batch was finite, without which nothing is filled; and perhaps
 * {@code fit_inverse(z, p)} for a first batch that goes from noise to data. Without that one such a
 * batch leaves the layer as it began.
 */
abstract class SelfFitting extends AbstractBijection {

    private static final String FITTED = "fitted";

    /**
     * Returns the kernel with the functions that fit.
     *
     * @return a kernel that offers the two directions too
     */
    protected abstract Kernel fittingKernel();

    /**
     * Adds the buffer that tells whether this layer is fitted; to be called by {@code prepare}.
     *
     * @param fits whether it fits itself at all
     */
    final void addFitted(boolean fits) {
        addBuffer(FITTED, new Shape(1), fits ? Initializer.ZEROS : Initializer.ONES);
    }

    @Override
    protected final boolean isFitted() {
        return array(FITTED).toArray()[0].doubleValue() != 0;
    }

    @Override
    protected final NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        return fitAndCall("forward", store, inputs, training);
    }

    @Override
    protected final NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        return fitAndCall("inverse", store, inputs, training);
    }

    private NDList fitAndCall(
            String direction, ParameterStore store, NDList inputs, boolean training) {
        NDList x = inputs.subNDList(0, 1);
        if (x.get(0).isEmpty()) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected a first training batch with rows, got "
                            + x.get(0).getShape());
        }
        Kernel kernel = fittingKernel();
        String fit = "fit_" + direction;
        if (!kernel.offers(fit)) {
            fill(FITTED, 1);
            return call(compile(kernel, direction), direction, store, inputs, training);
        }
        Program program = compile(kernel, fit, direction);
        try (NoGrad noGrad = NoGrad.open();
                NDList finite =
                        RandomNumbers.draw(
                                () -> call(program, fit, store, x, new NDList(), true))) {
            if (finite.get(0).toArray()[0].doubleValue() == 0) {
                throw new IllegalArgumentException(
                        name()
                                + ": expected finite values in the first training batch, to which"
                                + " it is fitted, got NaN or infinity");
            }
        }
        return call(program, direction, store, inputs, training);
    }
}
