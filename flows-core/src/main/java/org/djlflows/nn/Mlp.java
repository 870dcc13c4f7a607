package org.djlflows.nn;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;
import org.djlflows.spec.Activation;

import java.util.Optional;

/**
 * A multilayer perceptron: \(h_0 = (x, c)\), \(h_i = \sigma(W_i h_{i-1} + b_i)\).
 *
 * <p>x is (batch, D), the context (batch, C), the result (batch, the last width). Each layer ends
 * in the activation: what uses the features owns the linear map that follows.
 */
public final class Mlp extends VectorNetwork {

    private final Activation activation;
    private final int[] widths;

    /**
     * Creates a network of rectified linear units.
     *
     * @param widths the width of each layer
     * @throws IllegalArgumentException if there is no layer or one of width 0
     */
    public Mlp(int... widths) {
        this(Activation.RELU, widths);
    }

    /**
     * Creates a network.
     *
     * @param activation the non-linearity
     * @param widths the width of each layer
     * @throws IllegalArgumentException if there is no layer or one of width 0
     */
    public Mlp(Activation activation, int... widths) {
        super(widths.length == 0 ? 0 : widths[widths.length - 1]);
        requirePositive("Mlp", "a number of layers", widths.length);
        this.activation = activation;
        this.widths = widths.clone();
        for (int width : widths) {
            requirePositive("Mlp", "widths", width);
        }
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(Mlp.class, "mlp")
                        .with("LAYERS", widths.length)
                        .calling("activation", Activations.kernel(activation)));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long in = inputs(inputShapes);
        for (int i = 0; i < widths.length; i++) {
            addLinear("layer" + i, in, widths[i]);
            in = widths[i];
        }
    }
}
