package org.djlflows.estimator;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.FlowModel;
import org.djlflows.model.RowScorer;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.RandomAccessRows;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How an estimator learns, whatever its rows are, and what a person should know of it.
 *
 * @param settings how to train
 * @param progress where to print a line for each epoch and each note
 * @param notes the notes so far, to which that of the training is added
 * @param seed the seed of the first weights and the order of the rows
 */
record Fit(
        MaximumLikelihood.Builder settings,
        Optional<PrintStream> progress,
        List<String> notes,
        long seed) {

    /** The rows, of which those that are not for training are taken into memory. */
    record Rows(RandomAccessRows training, RandomAccessRows validation, RandomAccessRows test) {}

    /** Adds a note, and prints it. */
    void note(String line) {
        notes.add(line);
        progress.ifPresent(out -> out.println(line));
    }

    /**
     * Trains a model and measures it on rows that it was not trained on.
     *
     * @param rows the rows
     * @param keeping the manager that keeps the model
     * @param untrained makes the model
     * @return the model
     * @throws IllegalArgumentException if the property {@value RowScorer#PROPERTY} has none of its
     *     values
     */
    FlowModel of(Rows rows, NDManager keeping, Supplier<FlowModel> untrained) {
        RowScorer.requireChoice();
        MaximumLikelihood.Builder own = settings.copy().optSeed(seed);
        progress.ifPresent(out -> own.optProgress(out, false));
        try (NDManager data = keeping.newSubManager();
                Model trained = Model.newInstance("flow", "PyTorch")) {
            NDList validation = rows.validation().all(data);
            FlowModel model;
            try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
                model = untrained.get();
            }
            trained.setBlock(model.objective());
            History history = own.build().fit(trained, rows.training(), validation);
            Hints.stillImproving(history).ifPresent(this::note);
            NDList test = rows.test().all(data);
            return model.tunedOn(validation)
                    .measuredOn(test)
                    .comparingRows(rows.training(), validation, test);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
