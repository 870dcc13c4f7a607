package org.djlflows.examples.cli;

import org.djlflows.model.FlowModel;
import org.djlflows.model.ImagePreset;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;

/** {@code flows images}: flows over images. */
@Command(
        name = "images",
        description = "Trains flows over images and draws images from them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ImagesTrainCommand.class,
            ImagesSampleCommand.class,
            ImagesInterpolateCommand.class
        })
final class ImagesCommand implements Runnable {

    /** The levels of a pixel of 8 bits. */
    static final int LEVELS = 256;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    /** Returns the preset of a model over images. */
    static ImagePreset preset(Path folder, FlowModel model) throws IOException {
        if (model.config().preset() instanceof ImagePreset preset) {
            return preset;
        }
        throw new IOException(folder + ": expected a model of images, got one of a table");
    }

    /** Refuses a model over images where one of a table is needed. */
    static void requireTable(Path folder, FlowModel model) throws IOException {
        if (model.config().preset() instanceof ImagePreset) {
            throw new IOException(
                    folder + ": expected a model of a table, got one of images; see flows images");
        }
    }
}
