package org.djlflows.univariate;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;

import java.util.Arrays;
import java.util.Optional;

/**
 * Scalar maps that are small networks, one for each feature that a layer moves. A network sees x
 * and a signal, which comes with the parameters of the map.
 *
 * <p>The weights of all networks lie in one tensor for each layer, features first: {@code of_x},
 * {@code of_signal} and {@code first_bias}, then those of what follows.
 */
abstract class FeatureNetworks extends Univariate {

    private final int signal;
    private final int[] widths;

    FeatureNetworks(int parameters, int signal, int... widths) {
        super(parameters);
        Mixtures.require(getClass(), signal > 0, "a signal of at least 1 number", signal);
        Mixtures.require(
                getClass(),
                widths.length > 0 && Arrays.stream(widths).allMatch(width -> width > 1),
                "hidden layers of at least 2 units",
                Arrays.toString(widths));
        this.signal = signal;
        this.widths = widths.clone();
    }

    /** Returns {@code forward}. */
    abstract Kernel map();

    /** Returns the initial weights by which a layer sees x or, from 1 on, the layer before. */
    abstract Initializer weights(int layer);

    /** Returns the initial biases of a layer, of so many networks. */
    abstract Initializer biases(int layer, int networks);

    /** Returns the number of units of a hidden layer. */
    final int width(int layer) {
        return widths[layer];
    }

    /** Tells whether a layer is the one behind all hidden layers. */
    final boolean isLast(int layer) {
        return layer == widths.length;
    }

    @Override
    protected final Optional<Kernel> source(boolean training) {
        Kernel kernel = map().with("LAYERS", widths.length).with("SIGNAL", signal);
        return Optional.of(
                NumericalInverse.ofUnivariate(kernel, getDataType())
                        .orElse(
                                Kernel.of(FeatureNetworks.class, "feature_networks"),
                                "inverse_of"));
    }

    @Override
    protected final void prepare(Shape[] inputShapes) {
        int networks = Math.toIntExact(inputShapes[0].get(1));
        int width = widths[0];
        addWeight("of_x", new Shape(networks, width), weights(0));
        Initializer uniform = Initializers.uniform(1L + signal);
        addWeight("of_signal", new Shape(networks, width, signal), uniform);
        addWeight("first_bias", new Shape(networks, width), biases(0, networks));
        for (int i = 0; i < widths.length; i++) {
            int next = isLast(i + 1) ? 1 : widths[i + 1];
            addWeight("weight" + i, new Shape(networks, next, widths[i]), weights(i + 1));
            addWeight("bias" + i, new Shape(networks, next), biases(i + 1, networks));
        }
    }
}
