package org.djlflows.examples.notebook;

import org.djlflows.plot.Picture;
import org.djlflows.plot.Plots;
import org.djlflows.training.History;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Pictures below the cells of a Java notebook. The kernel imports these methods at its start.
 *
 * <p>The kernel is not on the class path of this module: it is found when a notebook runs.
 */
public final class Notebook {

    private static final AtomicReference<Display> DISPLAY = new AtomicReference<>();

    private static final AtomicReference<Path> FOLDER = new AtomicReference<>(Path.of(""));

    private Notebook() {}

    /** Tells where pictures go, and where the files of a notebook are, for tests. */
    static void use(Display display, Path folder) {
        DISPLAY.set(display);
        FOLDER.set(folder);
    }

    private static Display display() {
        DISPLAY.compareAndSet(null, new KernelDisplay());
        return DISPLAY.get();
    }

    /**
     * Returns a file beside the notebook.
     *
     * @param name its name, or a path that starts in the folder of the notebook
     * @return the file
     */
    public static Path here(String name) {
        return FOLDER.get().resolve(name);
    }

    /**
     * Shows a picture below the cell.
     *
     * @param picture the picture
     * @throws IllegalStateException outside of a notebook
     */
    public static void show(Picture picture) {
        display().show(picture.image());
    }

    /**
     * Returns a listener that draws the losses below the cell, anew after each epoch.
     *
     * @return a listener for {@link org.djlflows.training.MaximumLikelihood.Builder#optListener}
     */
    public static Consumer<History> liveLoss() {
        AtomicReference<Optional<String>> shown = new AtomicReference<>(Optional.empty());
        return history -> {
            Picture losses = Plots.lossCurves(history);
            shown.get()
                    .ifPresentOrElse(
                            id -> display().replace(id, losses.image()),
                            () -> shown.set(Optional.of(display().show(losses.image()))));
        };
    }
}
