package org.djlflows.examples.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Images of one size for training, validation and test.
 *
 * <p>Of a folder with the files of MNIST that of the training images is divided, nine tenths for
 * training and one for validation, and the other is for test; of a single file, or a folder of
 * images, the last tenth is for test. Files of labels that lie beside those of images are read too.
 */
public final class ImageSets {

    private static final String IMAGES = "-images-idx3-ubyte";
    private static final String LABELS = "-labels-idx1-ubyte";
    private static final String TRAINING = "train";
    private static final int FEWEST = 20;

    /**
     * Some of the images.
     *
     * @param levels values of 0 to 255 of shape (images, channels, height, width), row-major
     * @param labels the class of each image, counted from 0; none where there are no classes
     */
    public record Part(float[] levels, int[] labels) {}

    private final LabelledImages images;
    private final Part training;
    private final Part validation;
    private final Part test;

    private ImageSets(LabelledImages images, Part training, Part validation, Part test) {
        this.images = images;
        this.training = training;
        this.validation = validation;
        this.test = test;
    }

    /**
     * Reads images.
     *
     * @param data a file of images in IDX format, compressed by gzip or not, or a folder with one,
     *     or with two of which the name of one begins with train; or a folder of PNG and JPEG
     *     files, or of such folders, one for each class
     * @param size for a folder of PNG and JPEG files the side of the square that is cut out of the
     *     middle of each image and scaled, or empty if all images are of one size
     * @return the images
     * @throws IOException if they cannot be read, or are fewer than 20, or none for test
     */
    public static ImageSets read(Path data, OptionalInt size) throws IOException {
        if (!Files.isDirectory(data)) {
            return divide(data, idx(data));
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(data)) {
            files = all.filter(file -> name(file).contains(IMAGES)).sorted().toList();
        }
        if (files.isEmpty()) {
            return divide(data, ImageFolder.read(data, size));
        }
        List<Path> training = files.stream().filter(ImageSets::isForTraining).toList();
        List<Path> test = files.stream().filter(file -> !isForTraining(file)).toList();
        if (files.size() == 1) {
            return divide(files.get(0), idx(files.get(0)));
        }
        if (training.size() != 1 || test.size() != 1) {
            throw new IOException(
                    data
                            + ": expected a file *"
                            + IMAGES
                            + "[.gz], or one of train"
                            + IMAGES
                            + " and one other, got "
                            + files.stream().map(ImageSets::name).toList());
        }
        LabelledImages seen = idx(training.get(0));
        LabelledImages unseen = idx(test.get(0));
        if (seen.height() != unseen.height() || seen.width() != unseen.width()) {
            throw new IOException(data + ": expected images of one size in both files");
        }
        if (unseen.count() == 0) {
            throw new IOException(test.get(0) + ": expected at least 1 image, got 0");
        }
        if (!seen.classes().equals(unseen.classes())) {
            throw new IOException(
                    data
                            + ": expected the same labels in both files, got "
                            + seen.classes()
                            + " and "
                            + unseen.classes());
        }
        int last = seen.count() - require(training.get(0), seen) / 10;
        return new ImageSets(
                seen,
                seen.part(0, last),
                seen.part(last, seen.count()),
                unseen.part(0, unseen.count()));
    }

    private static LabelledImages idx(Path file) throws IOException {
        Path labels = file.resolveSibling(name(file).replace(IMAGES, LABELS));
        boolean labelled = !labels.equals(file) && Files.exists(labels);
        return (labelled ? IdxImages.read(file, labels) : IdxImages.read(file)).labelled();
    }

    private static ImageSets divide(Path file, LabelledImages images) throws IOException {
        int tested = images.count() - require(file, images) / 10;
        int validated = tested - tested / 10;
        return new ImageSets(
                images,
                images.part(0, validated),
                images.part(validated, tested),
                images.part(tested, images.count()));
    }

    private static int require(Path file, LabelledImages images) throws IOException {
        if (images.count() < FEWEST) {
            throw new IOException(
                    file + ": expected at least " + FEWEST + " images, got " + images.count());
        }
        return images.count();
    }

    private static boolean isForTraining(Path file) {
        return name(file).startsWith(TRAINING);
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    /**
     * Returns the number of channels.
     *
     * @return 1 for grey images, 3 for red, green and blue
     */
    public int channels() {
        return images.channels();
    }

    /**
     * Returns the height of each image.
     *
     * @return the number of rows of pixels
     */
    public int height() {
        return images.height();
    }

    /**
     * Returns the width of each image.
     *
     * @return the number of pixels in a row
     */
    public int width() {
        return images.width();
    }

    /**
     * Returns the names of the classes.
     *
     * @return the names; none where the images have no labels
     */
    public List<String> classes() {
        return images.classes();
    }

    /**
     * Returns the images for training.
     *
     * @return the images
     */
    public Part training() {
        return training;
    }

    /**
     * Returns the images for validation.
     *
     * @return the images
     */
    public Part validation() {
        return validation;
    }

    /**
     * Returns the images for test.
     *
     * @return the images
     */
    public Part test() {
        return test;
    }
}
