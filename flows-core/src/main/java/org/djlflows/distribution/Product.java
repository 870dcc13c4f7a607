package org.djlflows.distribution;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractDistribution;
import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Two groups of features that are independent: \(\log p(x) = \log p_1(x_S) + \log p_2(x_{-S})\).
 *
 * <p>x is (batch, D). Each distribution sees its features in their order, and the context. Sampling
 * is differentiable where both are.
 */
public final class Product extends AbstractDistribution {

    private final Distribution first;
    private final Distribution second;
    private final boolean[] ofFirst;

    /**
     * Creates the distribution.
     *
     * @param first the distribution of some features, with a kernel
     * @param second the distribution of the others, with a kernel
     * @param ofFirst for each feature, whether it is of the first one; some are and some are not
     * @throws IllegalArgumentException if one of the two has no features
     */
    public Product(Distribution first, Distribution second, boolean... ofFirst) {
        this.first = addChildBlock("first", first);
        this.second = addChildBlock("second", second);
        this.ofFirst = ofFirst.clone();
        if (places(true).isEmpty() || places(false).isEmpty()) {
            throw new IllegalArgumentException(
                    "Product: expected features of both distributions, got "
                            + Arrays.toString(ofFirst));
        }
    }

    private List<Integer> places(boolean wanted) {
        return IntStream.range(0, ofFirst.length)
                .filter(i -> ofFirst[i] == wanted)
                .boxed()
                .toList();
    }

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        OptionalLong one = first.getUniforms();
        OptionalLong two = second.getUniforms();
        return one.isPresent() && two.isPresent()
                ? OptionalLong.of(one.getAsLong() + two.getAsLong())
                : OptionalLong.empty();
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        Optional<Kernel> one = first.kernel(training);
        Optional<Kernel> two = second.kernel(training);
        if (one.isEmpty() || two.isEmpty()) {
            return Optional.empty();
        }
        Kernel kernel = kernel("product");
        if (getUniforms().isPresent()) {
            long ofOne = first.getUniforms().getAsLong();
            kernel = kernel.orElse(kernel("product_of_uniforms").with("UNIFORMS", ofOne));
        }
        return Optional.of(kernel.calling("first", one.get()).calling("second", two.get()));
    }

    private Kernel kernel(String name) {
        return Kernel.of(Product.class, name)
                .with("FIRST", places(true))
                .with("SECOND", places(false));
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        if (inputShapes[0].get(1) != ofFirst.length) {
            throw new IllegalArgumentException(
                    String.format(
                            "Product: expected %d features, got shape %s",
                            ofFirst.length, inputShapes[0]));
        }
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape[] ofPart = shapes.clone();
        ofPart[0] = new Shape(shapes[0].get(0), places(true).size());
        first.initialize(manager, type, ofPart);
        ofPart[0] = new Shape(shapes[0].get(0), places(false).size());
        second.initialize(manager, type, ofPart);
    }
}
