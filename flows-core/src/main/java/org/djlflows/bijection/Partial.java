package org.djlflows.bijection;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractBijection;
import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A bijection of some of the features, the others pass: \(z_S = f(x_S)\), \(z_{-S} = x_{-S}\),
 * \(\log|\det| = \log|\det \partial f|\).
 *
 * <p>x is (batch, D). The bijection sees (batch, |S|), in the order in which S was given, and the
 * context. Both directions cost what it costs.
 */
public final class Partial extends AbstractBijection {

    private final Bijection bijection;
    private final List<Integer> features;

    /**
     * Creates a layer.
     *
     * @param bijection the bijection f, which keeps the number of features
     * @param features the features S, counted from 0, at least one and none twice
     * @throws IllegalArgumentException if there are none, or one is negative or occurs twice
     */
    public Partial(Bijection bijection, int... features) {
        boolean different = Arrays.stream(features).distinct().count() == features.length;
        if (features.length == 0 || !different || Arrays.stream(features).min().orElse(0) < 0) {
            throw new IllegalArgumentException(
                    "Partial: expected different features, counted from 0, got "
                            + Arrays.toString(features));
        }
        this.bijection = addChildBlock("bijection", bijection);
        this.features = Arrays.stream(features).boxed().toList();
    }

    /**
     * Concatenates bijections: each sees a block of neighbouring features, the first one the first
     * block. With blocks of one feature they are stacked, a bijection a feature. Features behind
     * the last block pass.
     *
     * @param bijections the bijections, each of which keeps the number of its features
     * @param sizes the number of features of each block
     * @return a bijection of all features, whose log-determinant is the sum of theirs
     * @throws IllegalArgumentException if there is not one positive size for each bijection
     */
    public static SequentialBijection concatenate(List<Bijection> bijections, int... sizes) {
        if (bijections.size() != sizes.length || Arrays.stream(sizes).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "Partial: expected a positive size for each of "
                            + bijections.size()
                            + " bijections, got "
                            + Arrays.toString(sizes));
        }
        List<Bijection> blocks = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < sizes.length; i++) {
            int[] block = IntStream.range(begin, begin + sizes[i]).toArray();
            blocks.add(new Partial(bijections.get(i), block));
            begin += sizes[i];
        }
        return new SequentialBijection(blocks);
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return bijection
                .kernel(training)
                .map(kernel -> withoutBijection().calling("bijection", kernel));
    }

    private Kernel withoutBijection() {
        return Kernel.of(Partial.class, "partial").with("FEATURES", features);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        return inParts(bijection::forward, store, inputs, training);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        return inParts(bijection::inverse, store, inputs, training);
    }

    /** One direction of the bijection. */
    @FunctionalInterface
    private interface Direction {
        NDList apply(ParameterStore store, NDList inputs, boolean training);
    }

    private NDList inParts(
            Direction direction, ParameterStore store, NDList inputs, boolean training) {
        Program program = compile(withoutBijection(), "of_part", "with_part");
        NDList x = inputs.subNDList(0, 1);
        NDList none = new NDList();
        NDList part = call(program, "of_part", store, x, none, training);
        NDList moved = direction.apply(store, part.addAll(inputs.subNDList(1)), training);
        NDList both = new NDList(x.get(0), moved.get(0));
        NDList joined = call(program, "with_part", store, both, none, training);
        return joined.addAll(moved.subNDList(1));
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        long width = inputShapes[0].get(1);
        if (features.stream().anyMatch(feature -> feature >= width)) {
            throw new IllegalArgumentException(
                    String.format("Partial: expected features of %d, got %s", width, features));
        }
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape[] ofPart = shapes.clone();
        ofPart[0] = new Shape(shapes[0].get(0), features.size());
        bijection.initialize(manager, type, ofPart);
        if (!bijection.getOutputShapes(ofPart)[0].equals(ofPart[0])) {
            throw new IllegalArgumentException(
                    "Partial: expected a bijection that keeps the number of features, got one that"
                            + " makes "
                            + bijection.getOutputShapes(ofPart)[0]);
        }
    }
}
