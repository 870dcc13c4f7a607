package org.djlflows.cli;

import ai.djl.ndarray.NDList;

import org.djlflows.model.FlowModel;
import org.djlflows.plot.FlowPictures;
import org.djlflows.plot.Picture;
import org.djlflows.plot.Plots;
import org.djlflows.plot.TablePictures;
import org.djlflows.spec.TableFlow;
import org.djlflows.training.History;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The pictures beside a trained model. */
final class Report {

    private Report() {}

    /**
     * Draws the losses, every column and the most dependent pairs of the test rows beside samples
     * given the same context, columns given one of the context, and for two features of a flow of
     * numbers without context the density and what the flow does to a grid of the noise.
     *
     * @param report the folder for the pictures
     * @param model the model
     * @param history the course of the training
     * @param test the test rows
     * @throws IOException if a picture cannot be written
     */
    static void write(Path report, FlowModel model, History history, NDList test)
            throws IOException {
        writeLosses(report, history);
        if (model.config().flow() instanceof TableFlow) {
            TablePictures pictures = TablePictures.of(model, test);
            write(report, pictures.columns(), pictures.pairs(), pictures.conditionals());
            return;
        }
        FlowPictures pictures = FlowPictures.of(model, test);
        write(report, pictures.columns(), pictures.pairs(), pictures.conditionals());
        if (model.config().features() == 2 && test.size() == 1) {
            pictures.overview().save(report.resolve("density.png"));
            pictures.warp().save(report.resolve("warp.png"));
        }
    }

    private static void write(
            Path report, Picture columns, Picture pairs, Optional<Picture> conditionals)
            throws IOException {
        columns.save(report.resolve("columns.png"));
        pairs.save(report.resolve("pairs.png"));
        if (conditionals.isPresent()) {
            conditionals.get().save(report.resolve("conditional.png"));
        }
    }

    /**
     * Writes the losses as a picture and as CSV.
     *
     * @param report the folder
     * @param history the course of the training
     * @throws IOException if a file cannot be written
     */
    static void writeLosses(Path report, History history) throws IOException {
        Plots.lossCurves(history).save(report.resolve("loss.png"));
        CsvSink.write(
                Optional.of(report.resolve("loss.csv")),
                List.of("epoch", "training", "validation"),
                writer -> {
                    for (int i = 0; i < history.training().size(); i++) {
                        writer.writeRecord(
                                Integer.toString(i + 1),
                                text(history.training().get(i)),
                                text(history.validation().get(i)));
                    }
                });
    }

    /** An epoch without a loss has an empty cell, which all programs read. */
    private static String text(double loss) {
        return Double.isNaN(loss) ? "" : Double.toString(loss);
    }
}
