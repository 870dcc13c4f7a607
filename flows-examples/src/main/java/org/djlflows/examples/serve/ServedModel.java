package org.djlflows.examples.serve;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;

import org.djlflows.model.FlowBlockFactory;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.ImagePreset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A model, loaded once, with a predictor for each of the requests that run at the same time. */
final class ServedModel implements AutoCloseable {

    private final String name;
    private final FlowConfig config;
    private final ZooModel<Input, Output> model;
    private final BlockingQueue<Predictor<Input, Output>> predictors;

    private ServedModel(String name, ZooModel<Input, Output> model, int threads) {
        this.name = name;
        this.model = model;
        config = FlowConfig.fromJson(model.getProperty(FlowBlockFactory.CONFIG));
        predictors = new ArrayBlockingQueue<>(threads);
        while (predictors.remainingCapacity() > 0) {
            predictors.add(model.newPredictor());
        }
    }

    /** Loads a model folder as DJL Serving does: what its {@code serving.properties} name. */
    static ServedModel load(Path folder, Device device, int threads, Optional<Integer> maxSamples)
            throws IOException {
        Path path = folder.toAbsolutePath().normalize();
        if (!Files.isDirectory(path)) {
            throw new IOException(folder + ": expected a model folder, found none");
        }
        Criteria.Builder<Input, Output> criteria =
                Criteria.builder()
                        .setTypes(Input.class, Output.class)
                        .optModelPath(path)
                        .optDevice(device);
        maxSamples.ifPresent(most -> criteria.optArgument("maxSamples", most));
        try {
            String name = path.getFileName().toString();
            return new ServedModel(name, criteria.build().loadModel(), threads);
        } catch (ModelNotFoundException | MalformedModelException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new IOException(folder + ": " + cause.getMessage(), e);
        }
    }

    String name() {
        return name;
    }

    FlowConfig config() {
        return config;
    }

    boolean isOfImages() {
        return config.preset() instanceof ImagePreset;
    }

    /** Returns a row of a table as it may be asked for: an object of zeros by column name. */
    String exampleRow() {
        return Stream.concat(config.columns().stream(), config.contextColumns().stream())
                .map(column -> '"' + column.replace("\\", "\\\\").replace("\"", "\\\"") + "\": 0")
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** Answers a request, as soon as a predictor is free. */
    Output answer(Input request) throws TranslateException, InterruptedException {
        Predictor<Input, Output> predictor = predictors.take();
        try {
            return predictor.predict(request);
        } finally {
            predictors.add(predictor);
        }
    }

    @Override
    public void close() {
        predictors.forEach(Predictor::close);
        model.close();
    }
}
