package org.djlflows.serve;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;

import com.google.gson.Gson;

import org.djlflows.anomaly.AnomalyScore;
import org.djlflows.anomaly.Conformal;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowBlockFactory;
import org.djlflows.model.FlowModel;
import org.djlflows.translate.FlowTranslatorFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Stream;

/** A model by its name. */
final class ServedModel implements AutoCloseable {

    /** What a model does. */
    interface Answering extends AutoCloseable {

        /** Answers a request; may be called on several threads. */
        Output answer(Input request) throws TranslateException, InterruptedException;

        @Override
        void close();
    }

    /**
     * A model, loaded once, with a predictor for each of the requests that run at the same time.
     */
    private static final class Loaded implements Answering {

        private final Model model;
        private final BlockingQueue<Predictor<Input, Output>> predictors;

        Loaded(Model model, Translator<Input, Output> translator, int threads) {
            this.model = model;
            predictors = new ArrayBlockingQueue<>(threads);
            while (predictors.remainingCapacity() > 0) {
                predictors.add(model.newPredictor(translator));
            }
        }

        @Override
        public Output answer(Input request) throws TranslateException, InterruptedException {
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

    private final String name;
    private final FlowConfig config;
    private final Optional<Conformal> conformal;
    private final Answering answering;

    /**
     * Creates a model.
     *
     * @param conformal what made the p-values in its answers, if there are some
     */
    ServedModel(
            String name, FlowConfig config, Optional<Conformal> conformal, Answering answering) {
        this.name = name;
        this.config = config;
        this.conformal = conformal;
        this.answering = answering;
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
        if (path.getFileName() == null) {
            throw new IOException(folder + ": expected a folder with a name, got a root");
        }
        String name = path.getFileName().toString();
        Map<String, Integer> arguments =
                maxSamples.map(most -> Map.of("maxSamples", most)).orElse(Map.of());
        Model model = Model.newInstance(name, device, "PyTorch");
        boolean loaded = false;
        try {
            model.setBlock(new FlowBlockFactory().newBlock(model, path, Map.of()));
            FlowModel found = FlowBlockFactory.loaded(model).orElseThrow();
            Translator<Input, Output> translator =
                    new FlowTranslatorFactory()
                            .newInstance(Input.class, Output.class, model, arguments);
            ServedModel served =
                    new ServedModel(
                            name,
                            found.config(),
                            found.anomalies().map(AnomalyScore::conformal),
                            new Loaded(model, translator, threads));
            served.warmUp();
            loaded = true;
            return served;
        } catch (TranslateException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        } finally {
            if (!loaded) {
                model.close();
            }
        }
    }

    /** Scores and samples, so that the first request does not wait for kernels to be compiled. */
    private void warmUp() throws TranslateException {
        List<Integer> row =
                Collections.nCopies(config.features() + config.contextColumns().size(), 0);
        Map<String, Object> sample = new HashMap<>(Map.of("samples", 1));
        if (!isOfImages()) {
            Map<String, Integer> given = new HashMap<>();
            config.contextColumns().forEach(column -> given.put(column, 0));
            sample.put("given", given);
        }
        try {
            for (Object request : List.of(List.of(row, row), sample)) {
                Input input = new Input();
                input.addProperty("Content-Type", "application/json");
                input.add("data", new Gson().toJson(request));
                answer(input);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String name() {
        return name;
    }

    FlowConfig config() {
        return config;
    }

    Optional<Conformal> conformal() {
        return conformal;
    }

    boolean isOfImages() {
        return config.images().isPresent();
    }

    /** Returns the names of the features and then of the context. */
    List<String> columns() {
        return Stream.concat(config.columns().stream(), config.contextColumns().stream()).toList();
    }

    Output answer(Input request) throws TranslateException, InterruptedException {
        return answering.answer(request);
    }

    @Override
    public void close() {
        answering.close();
    }
}
