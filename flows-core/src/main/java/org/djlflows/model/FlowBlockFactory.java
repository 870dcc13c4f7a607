package org.djlflows.model;

import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Lets DJL's {@code Criteria} load a model folder: its {@code serving.properties} names it. */
public final class FlowBlockFactory implements BlockFactory {

    /**
     * The property of the model that holds the {@link org.djlflows.format.FlowConfig} of its flow,
     * as JSON.
     */
    public static final String CONFIG = "flowConfig";

    private static final long serialVersionUID = 1L;

    /** Creates the factory; DJL calls this. */
    public FlowBlockFactory() {}

    /**
     * Loads the flow of a model folder. Its parameters are frozen, so that predictors record no
     * gradients; DJL's {@code newTrainer} unfreezes them.
     *
     * @param model the model, whose manager receives the weights, and which is told the
     *     configuration
     * @param modelPath the folder
     * @param arguments ignored
     * @return the flow
     * @throws IOException if the folder cannot be loaded
     */
    @Override
    public Block newBlock(Model model, Path modelPath, Map<String, ?> arguments)
            throws IOException {
        FlowModel loaded = FlowModel.load(modelPath, model.getNDManager());
        loaded.flow().freezeParameters(true);
        model.setProperty(CONFIG, loaded.config().toJson());
        return loaded.flow();
    }
}
