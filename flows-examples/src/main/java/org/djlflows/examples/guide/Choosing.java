package org.djlflows.examples.guide;

import org.djlflows.spec.Activation;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.VectorFlow;

/** A flow that begins with a preset. */
public final class Choosing {

    private Choosing() {}

    /**
     * Changes parts and numbers of a preset.
     *
     * @return a flow, from which {@code Flows.of} makes a block
     */
    public static VectorFlow flow() {
        return Presets.realNvp()
                .withTransforms(12)
                .withNetwork(new Network.ResidualNet(32, 3, Activation.SILU))
                .withMixing(Mixing.PERMUTATION_AND_LU_LINEAR)
                .with("scale", ScaleMap.SOFT_CLIP); // any field, by its name
    }
}
