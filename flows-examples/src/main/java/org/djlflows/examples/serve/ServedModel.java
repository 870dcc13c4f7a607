package org.djlflows.examples.serve;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;

import org.djlflows.model.FlowBlockFactory;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.ImagePreset;
import org.djlflows.translate.FlowTranslatorFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A model, loaded once, with a predictor for each of the requests that run at the same time. */
final class ServedModel implements AutoCloseable {

    private final String name;
    private final FlowConfig config;
    private final Model model;
    private final BlockingQueue<Predictor<Input, Output>> predictors;

    private ServedModel(
            String name, Model model, Translator<Input, Output> translator, int threads) {
        this.name = name;
        this.model = model;
        config = FlowConfig.fromJson(model.getProperty(FlowBlockFactory.CONFIG));
        predictors = new ArrayBlockingQueue<>(threads);
        while (predictors.remainingCapacity() > 0) {
            predictors.add(model.newPredictor(translator));
        }
    }

    /**
     * Loads a model folder, of which only configuration and weights are read. DJL's {@code
     * Criteria} would run the classes and archives that it finds there.
     */
    static ServedModel load(Path folder, Device device, int threads, Optional<Integer> maxSamples)
            throws IOException {
        Path path = folder.toAbsolutePath().normalize();
        if (!Files.isDirectory(path)) {
            throw new IOException(folder + ": expected a model folder, found none");
        }
        String name = path.getFileName().toString();
        Map<String, Integer> arguments =
                maxSamples.map(most -> Map.of("maxSamples", most)).orElse(Map.of());
        Model model = Model.newInstance(name, device, "PyTorch");
        try {
            model.setBlock(new FlowBlockFactory().newBlock(model, path, Map.of()));
            Translator<Input, Output> translator =
                    new FlowTranslatorFactory()
                            .newInstance(Input.class, Output.class, model, arguments);
            return new ServedModel(name, model, translator, threads);
        } catch (TranslateException e) {
            model.close();
            throw new IOException(folder + ": " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
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
