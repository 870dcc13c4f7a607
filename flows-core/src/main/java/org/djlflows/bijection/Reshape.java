package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Gives events another shape, their entries in row-major order: \(\log|\det| = 0\). A vector of D
 * features becomes D tokens of one channel by {@code new Reshape(new Shape(D), new Shape(D, 1))}.
 *
 * <p>The context is ignored. Both directions cost nothing.
 */
public final class Reshape extends AbstractBijection {

    private final Shape data;
    private final Shape noise;

    /**
     * Creates the layer.
     *
     * @param data the shape of one event of data
     * @param noise the shape of one event of noise
     * @throws IllegalArgumentException if the two do not hold as many entries
     */
    public Reshape(Shape data, Shape noise) {
        if (data.size() != noise.size() || data.dimension() == 0 || noise.dimension() == 0) {
            throw new IllegalArgumentException(
                    "Reshape: expected two shapes of as many entries, got "
                            + data
                            + " and "
                            + noise);
        }
        this.data = data;
        this.noise = noise;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Autograd.ofRearrangement(Kernel.of(Reshape.class, "reshape"))
                        .with("DATA", sizes(data))
                        .with("NOISE", sizes(noise)));
    }

    static List<Long> sizes(Shape shape) {
        return Arrays.stream(shape.getShape()).boxed().toList();
    }

    @Override
    protected Shape getNoiseShape(Shape event) {
        require("Reshape", data, event);
        return noise;
    }

    @Override
    protected Shape getDataShape(Shape event) {
        require("Reshape", noise, event);
        return data;
    }

    @Override
    protected void beforeInitialize(Shape... shapes) {
        super.beforeInitialize(shapes);
        require("Reshape", data, shapes[0].slice(1));
    }

    /** Refuses an event of another shape than that for which a layer was made. */
    static void require(String layer, Shape expected, Shape event) {
        if (!event.equals(expected)) {
            throw new IllegalArgumentException(
                    layer + ": expected the shape " + expected + " of an event, got " + event);
        }
    }
}
