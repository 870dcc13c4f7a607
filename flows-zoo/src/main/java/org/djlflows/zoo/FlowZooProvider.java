package org.djlflows.zoo;

import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooProvider;

/** Makes {@link FlowZoo} known to DJL. */
public final class FlowZooProvider implements ZooProvider {

    /** Creates the provider; DJL calls this. */
    public FlowZooProvider() {}

    /** {@inheritDoc} */
    @Override
    public ModelZoo getModelZoo() {
        return new FlowZoo();
    }
}
