package org.djlflows.examples.guide;

import ai.djl.ndarray.NDList;

import org.djlflows.model.FlowModel;
import org.djlflows.plot.FlowPictures;

import java.io.IOException;
import java.nio.file.Path;

/** Pictures of a model. */
public final class Drawing {

    private Drawing() {}

    /**
     * Draws the density, and what the flow does to a grid.
     *
     * @param model a model of two columns
     * @param test rows of data
     * @param folder where the pictures go
     * @throws IOException if a picture cannot be written
     */
    public static void draw(FlowModel model, NDList test, Path folder) throws IOException {
        FlowPictures pictures = FlowPictures.of(model, test);
        pictures.density().save(folder.resolve("density.svg"));
        pictures.warp().save(folder.resolve("warp.png"));
    }
}
