package org.djlflows.cli;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.console.Console;
import org.djlflows.estimator.Hints;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelFolder;
import org.djlflows.model.FlowModel;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A training run, from the rows of a table to a model folder with its report. */
final class Run {

    private final String name;
    private final FlowConfig config;
    private final TrainingRows rows;
    private final Path folder;
    private final MaximumLikelihood.Builder settings;
    private final boolean resume;
    private final PrintStream out = System.out;

    /**
     * Creates a run.
     *
     * @param name what the flow is called
     * @param config the flow over the columns of the table
     * @param rows the rows
     * @param folder the model folder
     * @param settings how to train
     * @param resume whether to continue an interrupted run
     */
    Run(
            String name,
            FlowConfig config,
            TrainingRows rows,
            Path folder,
            MaximumLikelihood.Builder settings,
            boolean resume) {
        this.name = name;
        this.config = config;
        this.rows = rows;
        this.folder = folder.toAbsolutePath().normalize();
        this.settings = settings;
        this.resume = resume;
    }

    /**
     * Trains and saves.
     *
     * @param seed the seed of the weights
     * @throws IOException if something cannot be read or written
     */
    void train(long seed) throws IOException {
        rows.notes().forEach(note -> out.println(Console.printable(note)));
        try (ModelFolder run = ModelFolder.reserve(folder);
                Model model = Model.newInstance("flow", "PyTorch");
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            Path checkpoint = run.checkpoint();
            NDList validation = rows.validation().all(manager);
            NDList test = rows.test().all(manager);
            manager.getEngine().setRandomSeed(Long.hashCode(seed));
            FlowModel fresh = rows.newModel().apply(model.getNDManager());
            model.setBlock(fresh.objective());
            List<String> context = config.contextColumns();
            out.printf(
                    Locale.ROOT,
                    "%s over %s: %,d rows for training, %,d for validation, %,d for test%n",
                    name,
                    Console.printable(
                            config.columns() + (context.isEmpty() ? "" : " given " + context)),
                    rows.training().size(),
                    rows.validation().size(),
                    rows.test().size());
            sayWhatAnEpochIs(rows.training().size());
            sayWhetherResumed(out, checkpoint, resume);
            History history =
                    settings.optCheckpoint(checkpoint, resume)
                            .optProgress(out, Boolean.getBoolean("flows.terminal"))
                            .build()
                            .fit(model, rows.training(), validation);
            FlowModel measured =
                    fresh.tunedOn(validation)
                            .measuredOn(test)
                            .comparingRows(rows.training(), validation, test);
            finish(run, measured, history, test);
            Files.deleteIfExists(checkpoint);
        }
    }

    private void sayWhatAnEpochIs(int forTraining) {
        int visited = settings.epochRows(forTraining);
        if (visited < settings.copy().optEpochRows(forTraining).epochRows(forTraining)) {
            out.printf(
                    Locale.ROOT,
                    "An epoch visits %,d of the rows for training, the next one those that follow"
                            + " (--epoch-rows).%n",
                    visited);
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

    private void finish(ModelFolder run, FlowModel measured, History history, NDList test)
            throws IOException {
        Map<String, Double> metrics = new HashMap<>(measured.config().metrics());
        double nll = metrics.get("testNll");
        rows.logVolume().ifPresent(volume -> metrics.put("testNllStandardised", nll - volume));
        metrics.put("validationNll", history.bestValidation());
        metrics.put("epochs", (double) history.validation().size());
        metrics.put("bestEpoch", (double) history.bestEpoch());
        FlowModel trained = measured.withConfig(measured.config().withMetrics(metrics));
        trained.save(run, report -> draw(report, trained, history, test));
        out.printf(
                Locale.ROOT,
                "%nTest NLL: %.4f nats in the units of the data%s (%,d rows, weights of epoch %d of"
                        + " %d).%n",
                nll,
                metrics.containsKey("testNllStandardised")
                        ? String.format(
                                Locale.ROOT,
                                ", %.4f nats standardised",
                                metrics.get("testNllStandardised"))
                        : "",
                rows.test().size(),
                history.bestEpoch(),
                history.validation().size());
        if (trained.config().calibration().isEmpty()) {
            out.println("The model has no percentiles: no test row has a finite log-density.");
        }
        if (history.skippedSteps() > 0) {
            out.printf("Skipped %d steps without finite gradients.%n", history.skippedSteps());
        }
        Hints.stillImproving(history)
                .ifPresent(
                        hint ->
                                out.printf(
                                        "%s (--epochs %d).%n",
                                        hint, 2 * history.validation().size()));
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
}
