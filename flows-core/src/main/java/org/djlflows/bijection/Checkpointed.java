package org.djlflows.bijection;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractBijection;
import org.djlflows.Bijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.List;
import java.util.Optional;

/**
 * A bijection whose backward pass in a {@code TrainingStep} computes it once more instead of
 * remembering what it went through: of each wrapped layer only x is kept until then, so that a
 * training step needs the memory of one layer at a time. The numbers are the same.
 *
 * <ul>
 *   <li>x, z, context: those of the bijection
 * </ul>
 *
 * <p>A training step costs one more {@code forward} of the bijection, about a third; both
 * directions cost the same as without. Wrap each layer, not the whole flow. What has effects is not
 * to be wrapped: a {@code BatchNorm} would move its running statistics twice. Gradients that DJL's
 * trainer records, and those of {@code inverted()}, take the memory that they take without.
 *
 * @see <a href="https://arxiv.org/abs/1604.06174">Chen, Xu, Zhang and Guestrin, Training Deep Nets
 *     with Sublinear Memory Cost, 2016</a>
 */
public final class Checkpointed extends AbstractBijection {

    private final Bijection bijection;

    /**
     * Wraps a bijection.
     *
     * @param bijection the bijection
     */
    public Checkpointed(Bijection bijection) {
        this.bijection = addChildBlock("bijection", bijection);
    }

    /** Returns those of the bijection: outside of training steps they are what counts. */
    @Override
    public List<Bijection> getSteps() {
        return bijection.getSteps();
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = Kernel.of(Checkpointed.class, "checkpointed");
        return bijection
                .kernel(training)
                .map(k -> kernel.calling("bijection", Autograd.ofBijection(k)));
    }

    @Override
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        return bijection.forward(store, inputs, training);
    }

    @Override
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        return bijection.inverse(store, inputs, training);
    }

    @Override
    protected Shape getNoiseShape(Shape event) {
        return bijection.getOutputShapes(batchOf(event))[0].slice(1);
    }

    @Override
    protected Shape getDataShape(Shape noise) {
        return bijection.inverted().getOutputShapes(batchOf(noise))[0].slice(1);
    }

    private static Shape[] batchOf(Shape event) {
        return new Shape[] {new Shape(1).addAll(event)};
    }
}
