package org.djlflows.zoo;

import ai.djl.Application;
import ai.djl.repository.zoo.ModelZoo;

import java.util.Set;

/** The zoo of {@link PretrainedFlow}, which DJL finds by itself. */
public final class FlowZoo extends ModelZoo {

    /** The group of all its models. */
    public static final String GROUP_ID = "org.djlflows";

    FlowZoo() {
        ResourceRepository repository = new ResourceRepository();
        for (PretrainedFlow flow : PretrainedFlow.values()) {
            addModel(repository.model(Application.UNDEFINED, GROUP_ID, flow.artifactId()));
        }
    }

    /** {@inheritDoc} */
    @Override
    public String getGroupId() {
        return GROUP_ID;
    }

    /** {@inheritDoc} */
    @Override
    public Set<String> getSupportedEngines() {
        return Set.of("PyTorch");
    }
}
