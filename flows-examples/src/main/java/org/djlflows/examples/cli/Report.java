package org.djlflows.examples.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

import org.djlflows.examples.plot.Plots;
import org.djlflows.examples.plot.Window;
import org.djlflows.model.FlowModel;
import org.djlflows.training.History;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The pictures beside a trained model. */
final class Report {

    private static final int CELLS = 200;
    private static final int MOST_ROWS = 2000;

    private Report() {}

    /**
     * Draws the losses, the test rows against samples given the same context, and for two features
     * without context the density.
     *
     * @param report the folder for the pictures
     * @param model the model
     * @param history the course of the training
     * @param test the test rows
     * @throws IOException if a picture cannot be written
     */
    static void write(Path report, FlowModel model, History history, NDList test)
            throws IOException {
        Plots.save(
                Plots.lossCurves(
                        doubles(history.training()),
                        doubles(history.validation()),
                        history.bestEpoch()),
                report.resolve("loss.png"));
        List<String> columns = model.config().columns();
        try (NDManager scratch = test.get(0).getManager().newSubManager()) {
            NDList rows = new NDList();
            long shown = Math.min(MOST_ROWS, test.get(0).size(0));
            test.forEach(array -> rows.add(array.get(scratch, new NDIndex("0:{}", shown))));
            NDArray drawn =
                    rows.size() > 1
                            ? model.flow().sample(rows.get(1))
                            : model.flow().sample(scratch, MOST_ROWS);
            float[] data = rows.get(0).toFloatArray();
            float[] samples = drawn.toFloatArray();
            Plots.save(Plots.pairPlot(columns, data, samples), report.resolve("pairs.png"));
            if (columns.size() == 2 && rows.size() == 1) {
                Plots.save(density(model, data, samples), report.resolve("density.png"));
            }
        }
    }

    private static BufferedImage density(FlowModel model, float[] data, float[] samples) {
        String x = model.config().columns().get(0);
        String y = model.config().columns().get(1);
        Window window = Window.around(data);
        float[] density;
        try (NDManager scratch = NDManager.newBaseManager(null, "PyTorch")) {
            NDArray grid = scratch.create(window.grid(CELLS), new Shape(CELLS * CELLS, 2));
            density = model.flow().logProb(grid).exp().toFloatArray();
        }
        return Plots.sideBySide(
                Plots.scatter("data", x, y, window, data, Plots.DATA),
                Plots.density("density of the flow", x, y, window, density, new float[0]),
                Plots.scatter("samples of the flow", x, y, window, samples, Plots.SAMPLES));
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(d -> d).toArray();
    }
}
