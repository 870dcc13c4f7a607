package org.djlflows.estimator;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.FlowModel;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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

    /** The rows, each x and, if there is one, its context. */
    record Rows(NDList training, NDList validation, NDList test) {}

    /** Adds a note, and prints it. */
    void note(String line) {
        notes.add(line);
        progress.ifPresent(out -> out.println(line));
    }

    /**
     * Trains a model and measures it on rows that it was not trained on.
     *
     * @param rows makes the rows on a manager, which is closed after the training
     * @param keeping the manager that keeps the model
     * @param untrained makes the model of its training rows
     * @return the model
     */
    FlowModel of(
            Function<NDManager, Rows> rows,
            NDManager keeping,
            Function<NDList, FlowModel> untrained) {
        MaximumLikelihood.Builder own = settings.copy().optSeed(seed);
        progress.ifPresent(out -> own.optProgress(out, false));
        try (NDManager data = keeping.newSubManager();
                Model trained = Model.newInstance("flow", "PyTorch")) {
            Rows parts = rows.apply(data);
            FlowModel model;
            try (RandomNumbers numbers = RandomNumbers.seeded(seed)) {
                model = untrained.apply(parts.training());
            }
            trained.setBlock(model.objective());
            History history = own.build().fit(trained, parts.training(), parts.validation());
            Hints.stillImproving(history).ifPresent(this::note);
            return model.tunedOn(parts.validation()).measuredOn(parts.test());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
