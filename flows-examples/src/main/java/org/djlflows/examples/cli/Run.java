package org.djlflows.examples.cli;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.NormalizingFlow;
import org.djlflows.data.Split;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.NllNats;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** A training run, from the rows of a table to a model folder with its report. */
final class Run {

    private final FlowConfig config;
    private final Path folder;
    private final MaximumLikelihood.Builder settings;
    private final boolean resume;
    private final PrintStream out = System.out;

    Run(FlowConfig config, Path folder, MaximumLikelihood.Builder settings, boolean resume) {
        this.config = config;
        this.folder = folder.toAbsolutePath().normalize();
        this.settings = settings;
        this.resume = resume;
    }

    /**
     * Trains and saves.
     *
     * @param x the features of all rows, row-major
     * @param context the context of all rows, row-major
     * @param split which rows are for what
     * @param seed the seed of the weights
     * @throws IOException if something cannot be read or written
     */
    void train(float[] x, float[] context, Split split, long seed) throws IOException {
        FlowModel.requireReplaceable(folder);
        Files.createDirectories(folder.getParent());
        Path checkpoint =
                folder.resolveSibling("." + folder.getFileName() + ".checkpoint.safetensors");
        try (Model model = Model.newInstance("flow", "PyTorch");
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            NDList training = rows(manager, x, context, split.training());
            NDList validation = rows(manager, x, context, split.validation());
            NDList test = rows(manager, x, context, split.test());
            manager.getEngine().setRandomSeed(Long.hashCode(seed));
            NormalizingFlow flow = FlowModel.create(config, training, model.getNDManager()).flow();
            model.setBlock(flow);
            out.printf(
                    Locale.ROOT,
                    "%s over %s%s: %,d rows for training, %,d for validation, %,d for test%n",
                    config.preset().getClass().getSimpleName(),
                    config.columns(),
                    config.contextColumns().isEmpty() ? "" : " given " + config.contextColumns(),
                    split.training().length,
                    split.validation().length,
                    split.test().length);
            sayWhetherResumed(out, checkpoint, resume);
            History history =
                    settings.optCheckpoint(checkpoint, resume)
                            .optProgress(out, Boolean.getBoolean("flows.terminal"))
                            .build()
                            .fit(model, training, validation);
            finish(flow, history, test);
            Files.deleteIfExists(checkpoint);
        }
    }

    /** Says what becomes of an interrupted run, if there is one. */
    static void sayWhetherResumed(PrintStream out, Path checkpoint, boolean resume) {
        boolean interrupted = Files.exists(checkpoint);
        if (resume) {
            out.println(interrupted ? "Resumes the run." : "Nothing to resume: starts afresh.");
        } else if (interrupted) {
            out.println("Starts afresh; --resume would have continued an interrupted run.");
        }
    }

    private NDList rows(NDManager manager, float[] x, float[] context, int[] rows) {
        NDList arrays = new NDList();
        arrays.add(matrix(manager, x, config.columns().size(), rows));
        if (!config.contextColumns().isEmpty()) {
            arrays.add(matrix(manager, context, config.contextColumns().size(), rows));
        }
        return arrays;
    }

    private static NDArray matrix(NDManager manager, float[] values, int width, int[] rows) {
        return manager.create(Split.take(values, width, rows), new Shape(rows.length, width));
    }

    private void finish(NormalizingFlow flow, History history, NDList test) throws IOException {
        double nll = NllNats.mean(flow, test);
        double standardised = nll + logDetOfStandardisation(flow, test);
        Map<String, Double> metrics =
                Map.of(
                        "testNll",
                        nll,
                        "testNllStandardised",
                        standardised,
                        "validationNll",
                        history.bestValidation(),
                        "epochs",
                        (double) history.validation().size(),
                        "bestEpoch",
                        (double) history.bestEpoch());
        FlowModel trained = new FlowModel(config.withMetrics(metrics), flow).measuredOn(test);
        trained.save(folder, report -> draw(report, trained, history, test));
        out.printf(
                Locale.ROOT,
                "%nTest NLL: %.4f nats in the units of the data, %.4f nats standardised"
                        + " (%,d rows, weights of epoch %d of %d).%n",
                nll,
                standardised,
                test.get(0).getShape().get(0),
                history.bestEpoch(),
                history.validation().size());
        if (history.skippedSteps() > 0) {
            out.printf("Skipped %d steps without finite gradients.%n", history.skippedSteps());
        }
        out.printf("Model:    %s%nPictures: %s%n", folder, folder.resolve("report"));
    }

    /** A trained model is worth more than its pictures, which need fonts and a part of the JDK. */
    private void draw(Path report, FlowModel trained, History history, NDList test) {
        try {
            Report.write(report, trained, history, test);
        } catch (IOException | RuntimeException | LinkageError | InternalError e) {
            out.println("No pictures: " + e);
        }
    }

    /** The outermost bijection only standardises; its log-det is the same for all rows. */
    private static double logDetOfStandardisation(NormalizingFlow flow, NDList test) {
        try (NDManager scratch = test.get(0).getManager().newSubManager()) {
            NDList row = new NDList();
            test.forEach(array -> row.add(array.get(scratch, 0).expandDims(0)));
            ParameterStore store = new ParameterStore(scratch, false);
            return flow.getBijection().forward(store, row, false).get(1).getFloat();
        }
    }
}
