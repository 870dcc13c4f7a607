package org.djlflows.cli;

import ai.djl.ndarray.NDList;

import org.djlflows.model.FlowModel;
import org.djlflows.plot.FlowPictures;
import org.djlflows.plot.Plots;
import org.djlflows.spec.TableFlow;
import org.djlflows.training.History;

import java.io.IOException;
import java.nio.file.Path;

/** The pictures beside a trained model. */
final class Report {

    private Report() {}

    /**
     * Draws the losses, the test rows against samples given the same context, and for two features
     * without context the density and what the flow does to a grid of the noise.
     *
     * @param report the folder for the pictures
     * @param model the model
     * @param history the course of the training
     * @param test the test rows
     * @throws IOException if a picture cannot be written
     */
    static void write(Path report, FlowModel model, History history, NDList test)
            throws IOException {
        Plots.lossCurves(history).save(report.resolve("loss.png"));
        if (model.config().flow() instanceof TableFlow) {
            return;
        }
        FlowPictures pictures = FlowPictures.of(model, test);
        pictures.pairs().save(report.resolve("pairs.png"));
        if (model.config().features() == 2 && test.size() == 1) {
            pictures.overview().save(report.resolve("density.png"));
            pictures.warp().save(report.resolve("warp.png"));
        }
    }
}
