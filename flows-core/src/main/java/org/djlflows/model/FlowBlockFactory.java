package org.djlflows.model;

import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;

import org.djlflows.NormalizingFlow;
import org.djlflows.anomaly.AnomalyScore;
import org.djlflows.format.FlowConfig;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;

/** Lets DJL's {@code Criteria} load a model folder: its {@code serving.properties} names it. */
public final class FlowBlockFactory implements BlockFactory {

    /** The property of the model that holds the {@link FlowConfig} of its flow, as JSON. */
    public static final String CONFIG = "flowConfig";

    private static final long serialVersionUID = 1L;

    /**
     * By which score rows of a flow compare, as long as it lives: a DJL model holds texts alone.
     */
    private static final Map<NormalizingFlow, AnomalyScore> SCORES =
            Collections.synchronizedMap(new WeakHashMap<>());

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
        loaded.anomalies().ifPresent(score -> SCORES.put(loaded.flow(), score));
        return loaded.flow();
    }

    /**
     * Returns the model whose flow a DJL model has.
     *
     * @param model a model of this factory
     * @return the model; empty for one that is not of this factory
     */
    public static Optional<FlowModel> loaded(Model model) {
        String text = model.getProperty(CONFIG);
        if (text == null || !(model.getBlock() instanceof NormalizingFlow flow)) {
            return Optional.empty();
        }
        Optional<AnomalyScore> score = Optional.ofNullable(SCORES.get(flow));
        return Optional.of(new FlowModel(FlowConfig.fromJson(text), flow, score));
    }
}
