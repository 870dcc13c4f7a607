package org.djlflows.benchmarks;

import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Presets;
import org.djlflows.translate.FlowTranslatorFactory;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Asks one loaded model from many threads, and prints what memory the process has after each tenth
 * of the calls: a service that grows ends one day.
 */
@Command(name = "serving-memory", mixinStandardHelpOptions = true)
public final class ServingMemory implements Callable<Integer> {

    /** What is asked. */
    enum Task {
        /** The log-density of a row. */
        ROW,
        /** Four samples. */
        SAMPLES,
        /** In turn rows, samples and a bad request as JSON. */
        JSON
    }

    @Option(names = "--task", description = "${COMPLETION-CANDIDATES}.")
    private Task task = Task.ROW;

    @Option(names = "--calls", description = "The number of all calls.")
    private int calls = 100_000;

    @Option(names = "--threads", description = "The number of threads.")
    private int threads = 8;

    @Option(names = "--model", description = "A model folder of a table (default: a new one).")
    private Optional<Path> folder = Optional.empty();

    private ServingMemory() {}

    /**
     * Runs the benchmark and exits.
     *
     * @param args the options
     */
    public static void main(String[] args) {
        System.exit(
                new CommandLine(new ServingMemory())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path model = folder.isPresent() ? folder.get() : newModel();
        FlowConfig config = FlowConfig.fromJson(Files.readString(model.resolve("config.json")));
        float[] row = new float[config.columns().size() + config.contextColumns().size()];
        switch (task) {
            case ROW -> run(model, float[].class, Float.class, i -> row);
            case SAMPLES -> run(model, Integer.class, float[][].class, i -> 4);
            case JSON -> {
                String rows = "[" + Arrays.toString(row) + "]";
                String[] requests = {rows, "4", "{\"samples\": 2, \"seed\": 1}", "[[1, null]]"};
                run(model, Input.class, Output.class, i -> json(requests[i % requests.length]));
            }
        }
        return 0;
    }

    private static Input json(String text) {
        Input input = new Input();
        input.add("data", text);
        return input;
    }

    private static Path newModel() throws IOException {
        Path folder = Files.createTempDirectory("serving").resolve("model");
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowConfig config =
                    new FlowConfig(
                            Presets.neuralSplineFlow(),
                            List.of("a", "b", "c", "d", "e", "f"),
                            List.of());
            NDList rows = new NDList(manager.randomNormal(new Shape(100, 6)));
            FlowModel.create(config, rows, manager).save(folder, report -> {});
        }
        return folder;
    }

    private interface Question<I> {
        I at(int call);
    }

    private <I, O> void run(Path folder, Class<I> input, Class<O> output, Question<I> question)
            throws Exception {
        Criteria<I, O> criteria =
                Criteria.builder()
                        .setTypes(input, output)
                        .optModelPath(folder)
                        .optTranslatorFactory(new FlowTranslatorFactory())
                        .build();
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        List<Predictor<I, O>> predictors = new ArrayList<>();
        try (ZooModel<I, O> model = criteria.loadModel()) {
            for (int i = 0; i < threads; i++) {
                predictors.add(model.newPredictor());
            }
            int tenth = calls / 10 / threads;
            for (int part = 0; part < 10; part++) {
                long begin = System.nanoTime();
                List<Future<?>> all = new ArrayList<>();
                for (Predictor<I, O> predictor : predictors) {
                    all.add(workers.submit(() -> ask(predictor, question, tenth)));
                }
                for (Future<?> one : all) {
                    one.get();
                }
                print((part + 1) * tenth * threads, System.nanoTime() - begin);
            }
            predictors.forEach(Predictor::close);
        } finally {
            workers.shutdown();
        }
    }

    private static <I, O> Void ask(Predictor<I, O> predictor, Question<I> question, int calls)
            throws TranslateException {
        for (int i = 0; i < calls; i++) {
            predictor.predict(question.at(i));
        }
        return null;
    }

    private void print(int done, long nanos) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.printf(
                Locale.ROOT,
                "%,9d calls  %6.1f MB resident  %5.1f MB heap  %,7.0f calls a second%n",
                done,
                Workloads.megabytes("VmRSS"),
                (runtime.totalMemory() - runtime.freeMemory()) / 1024.0 / 1024,
                calls / 10.0 / (nanos / 1e9));
    }
}
