package org.djlflows.cli;

import org.djlflows.io.ImageSets;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.ImageShape;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The options that say which images to read. */
final class ImageData {

    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description =
                    "A folder of PNG and JPEG files, or of a folder of them for each class (a tenth"
                            + " for test, chosen at random, always the same); or a file in IDX"
                            + " format, compressed by gzip or not, whose last tenth is for test,"
                            + " or a folder with it, or with the two files of MNIST; labels beside"
                            + " them are read too.")
    private Path data;

    @Option(
            names = "--size",
            paramLabel = "N",
            description =
                    "Scale the middle of each image, the largest square, to N x N pixels (default:"
                            + " as they are, all of one size).")
    private Optional<Integer> size = Optional.empty();

    ImageSets read() throws IOException {
        ImageSets images = ImageSets.read(data, size);
        if (images.skipped() > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: files that are no PNG or JPEG, passed over: %,d%n",
                    data,
                    images.skipped());
        }
        return images;
    }

    /** Reads images, and refuses ones of another shape, or of other classes, than a model's. */
    ImageSets read(FlowModel model) throws IOException {
        ImageSets images = read();
        ImageShape expected = model.config().images().orElseThrow();
        ImageShape got = images.shape();
        if (!got.equals(expected)) {
            throw new IOException(
                    String.format(
                            "%s: expected images of %d channels, %d x %d, got %d, %d x %d",
                            data,
                            expected.channels(),
                            expected.height(),
                            expected.width(),
                            got.channels(),
                            got.height(),
                            got.width()));
        }
        List<String> classes = model.config().contextColumns();
        List<String> given = images.classes().orElse(List.of());
        if (!classes.isEmpty() && !classes.equals(given)) {
            throw new IOException(
                    data + ": expected images of the classes " + classes + ", got " + given);
        }
        return images;
    }
}
