package org.djlflows.bijection;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;

import java.util.Optional;

/**
 * Scale and shift of each feature or channel, fitted to the first batch and trained after that.
 *
 * <p>\(z = x e^{a} + b\), \(\log|\det| = m \sum_i a_i\) with m positions a channel (1 for vectors);
 * \(x = (z - b) e^{-a}\).
 *
 * <ul>
 *   <li>x: (batch, D) or (batch, C, ...)
 *   <li>parameters: a and b of shape (D) or (C), at first 0
 * </ul>
 *
 * <p>The first training batch, in either direction, sets a and b so that the output of that
 * direction has mean 0 and variance 1 (a feature that is constant in it keeps its scale); that this
 * was done is saved with the weights. Before it the layer is the identity. A first batch that is
 * empty or not finite is refused with an {@link IllegalArgumentException}. The context is ignored.
 * Both directions cost one multiplication.
 *
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3.1</a>
 */
public final class ActNorm extends AbstractBijection {

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(kernel());
    }

    private Kernel kernel() {
        // A deviation below this share of the largest value is rounding.
        double rounding = getDataType() == DataType.FLOAT64 ? 1e-12 : 1e-6;
        return Kernel.of(ActNorm.class, "act_norm").with("ROUNDING", rounding);
    }

    @Override
    protected boolean isFitted() {
        return array("fitted").toArray()[0].doubleValue() != 0;
    }

    @Override
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        return fitAndCall("forward", store, inputs, training);
    }

    @Override
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        return fitAndCall("inverse", store, inputs, training);
    }

    private NDList fitAndCall(
            String direction, ParameterStore store, NDList inputs, boolean training) {
        Program program = compile(kernel(), "fit_" + direction, direction);
        NDList x = inputs.subNDList(0, 1);
        if (x.get(0).isEmpty()) {
            throw new IllegalArgumentException(
                    "ActNorm: expected a first training batch with rows, got "
                            + x.get(0).getShape());
        }
        try (NoGrad noGrad = NoGrad.open();
                NDList finite = call(program, "fit_" + direction, store, x, new NDList(), true)) {
            if (finite.get(0).toArray()[0].doubleValue() == 0) {
                throw new IllegalArgumentException(
                        "ActNorm: expected finite values in the first training batch, to which it is"
                                + " fitted, got NaN or infinity");
            }
        }
        return call(program, direction, store, inputs, training);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape features = new Shape(inputShapes[0].get(1));
        addWeight("log_scale", features, Initializer.ZEROS);
        addWeight("shift", features, Initializer.ZEROS);
        addBuffer("fitted", new Shape(1), Initializer.ZEROS);
    }
}
