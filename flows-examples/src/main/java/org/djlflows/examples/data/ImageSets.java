package org.djlflows.examples.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Images of one size for training, validation and test.
 *
 * <p>Of a folder with the files of MNIST that of the training images is divided, nine tenths for
 * training and one for validation, and the other is for test; of a single file the last tenth is
 * for test.
 */
public final class ImageSets {

    private static final String IMAGES = "-images-idx3-ubyte";
    private static final String TRAINING = "train";
    private static final int FEWEST = 20;

    private final int height;
    private final int width;
    private final float[] training;
    private final float[] validation;
    private final float[] test;

    private ImageSets(IdxImages images, float[] training, float[] validation, float[] test) {
        height = images.height();
        width = images.width();
        this.training = training;
        this.validation = validation;
        this.test = test;
    }

    /**
     * Reads images.
     *
     * @param data a file of images in IDX format, compressed by gzip or not, or a folder with one,
     *     or with two of which the name of one begins with train
     * @return the images
     * @throws IOException if they cannot be read, or are fewer than 20, or none for test
     */
    public static ImageSets read(Path data) throws IOException {
        if (!Files.isDirectory(data)) {
            return divide(data, IdxImages.read(data));
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(data)) {
            files = all.filter(file -> name(file).contains(IMAGES)).sorted().toList();
        }
        List<Path> training = files.stream().filter(ImageSets::isForTraining).toList();
        List<Path> test = files.stream().filter(file -> !isForTraining(file)).toList();
        if (files.size() == 1) {
            return divide(files.get(0), IdxImages.read(files.get(0)));
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
        IdxImages seen = IdxImages.read(training.get(0));
        IdxImages unseen = IdxImages.read(test.get(0));
        if (seen.height() != unseen.height() || seen.width() != unseen.width()) {
            throw new IOException(data + ": expected images of one size in both files");
        }
        if (unseen.count() == 0) {
            throw new IOException(test.get(0) + ": expected at least 1 image, got 0");
        }
        int last = seen.count() - require(training.get(0), seen) / 10;
        return new ImageSets(
                seen,
                seen.pixels(0, last),
                seen.pixels(last, seen.count()),
                unseen.pixels(0, unseen.count()));
    }

    private static ImageSets divide(Path file, IdxImages images) throws IOException {
        int tested = images.count() - require(file, images) / 10;
        int validated = tested - tested / 10;
        return new ImageSets(
                images,
                images.pixels(0, validated),
                images.pixels(validated, tested),
                images.pixels(tested, images.count()));
    }

    private static int require(Path file, IdxImages images) throws IOException {
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
     * Returns the height of each image.
     *
     * @return the number of rows of pixels
     */
    public int height() {
        return height;
    }

    /**
     * Returns the width of each image.
     *
     * @return the number of pixels in a row
     */
    public int width() {
        return width;
    }

    /**
     * Returns the images for training.
     *
     * @return values of 0 to 255 of shape (images, height, width), row-major
     */
    public float[] training() {
        return training;
    }

    /**
     * Returns the images for validation.
     *
     * @return values of 0 to 255 of shape (images, height, width), row-major
     */
    public float[] validation() {
        return validation;
    }

    /**
     * Returns the images for test.
     *
     * @return values of 0 to 255 of shape (images, height, width), row-major
     */
    public float[] test() {
        return test;
    }
}
