package org.djlflows.bijection;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/** A layer with guidance, on the parameters of the layer. */
final class GuidedTransformer extends AbstractBijection {

    private final TransformerAutoregressive layer;
    private final Guidance guidance;

    GuidedTransformer(TransformerAutoregressive layer, Guidance guidance) {
        this.layer = addChildBlock("layer", layer);
        this.guidance = guidance;
        addNumbers("guidance", guidance.weight(), 1 / guidance.temperature());
        adopt(layer);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(layer.kernel(guidance));
    }
}
