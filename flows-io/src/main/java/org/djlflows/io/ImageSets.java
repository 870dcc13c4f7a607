package org.djlflows.io;

import org.djlflows.spec.ImageShape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Images of one size for training, validation and test, and perhaps their classes.
 *
 * <ul>
 *   <li>Of a folder with the files of MNIST that of the training images is divided, nine tenths for
 *       training and one for validation, and the other is for test; of a single file the last tenth
 *       is for test. Classes are those of the files of labels beside, where there are any ({@code
 *       train-labels-idx1-ubyte[.gz]} beside {@code train-images-idx3-ubyte[.gz]}).
 *   <li>PNG and JPEG files of a folder, or of its folders, one for each class, are shuffled with a
 *       fixed seed and divided as a single file. They are grey if all of them are, else of three
 *       channels. What is transparent lies on white, and an orientation in EXIF is ignored.
 * </ul>
 *
 * @param training the images for training, with labels where there are classes
 * @param validation the images for validation, likewise
 * @param test the images for test, likewise
 * @param classes the names of the classes in the order of their numbers, those of folders sorted,
 *     of IDX files the numbers themselves; or nothing where there are no classes
 * @param skipped how many files lie in a folder of images, or those of its classes, that are
 *     neither PNG nor JPEG by their names, which were passed over; hidden ones are not counted, and
 *     there are none for images in IDX format
 */
public record ImageSets(
        Images training,
        Images validation,
        Images test,
        Optional<List<String>> classes,
        int skipped) {

    private static final String IMAGES = "-images-idx3-ubyte";
    private static final String LABELS = "-labels-idx1-ubyte";
    private static final String ZIPPED = ".gz";
    private static final String TRAINING = "train";
    private static final int FEWEST = 20;

    /**
     * Reads images as they are.
     *
     * @param data a file of images in IDX format, compressed by gzip or not, or a folder with one,
     *     or with two of which the name of one begins with train; or a folder of PNG and JPEG
     *     files, or of folders of them, one for each class
     * @return the images
     * @throws IOException if they cannot be read, or are fewer than 20, or none for test, or of
     *     several sizes, or more than the heap can hold
     * @throws IllegalStateException if those for training are more than fit into one array
     */
    public static ImageSets read(Path data) throws IOException {
        return read(data, Optional.empty());
    }

    /**
     * Reads images and brings them to a size.
     *
     * @param data as above
     * @param side the height and width to which the middle of each image, the largest square, is
     *     scaled by cubic convolution; none leaves images as they are
     * @return the images
     * @throws IOException as above
     * @throws IllegalArgumentException if the size is not positive
     * @throws IllegalStateException as above
     */
    public static ImageSets read(Path data, Optional<Integer> side) throws IOException {
        if (side.isPresent() && side.get() < 1) {
            throw new IllegalArgumentException(
                    "ImageSets: expected a size of 1 pixel or more, got " + side.get());
        }
        if (!Files.isDirectory(data)) {
            return ofFile(data, side);
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(data)) {
            files = all.filter(file -> name(file).contains(IMAGES)).sorted().toList();
        }
        if (files.isEmpty()) {
            return ofFolder(data, side);
        }
        return files.size() == 1 ? ofFile(files.get(0), side) : ofTwo(data, files, side);
    }

    private static ImageSets ofFolder(Path folder, Optional<Integer> side) throws IOException {
        Optional<List<String>> classes = ImageFolder.classes(folder);
        Images images = ImageFolder.read(folder, classes, side);
        return divide(folder, images, classes, ImageFolder.skipped(folder, classes));
    }

    private static ImageSets ofFile(Path file, Optional<Integer> side) throws IOException {
        Images images = idx(file, side);
        return divide(file, images, classes(images), 0);
    }

    private static ImageSets ofTwo(Path data, List<Path> files, Optional<Integer> side)
            throws IOException {
        List<Path> training = files.stream().filter(ImageSets::isForTraining).toList();
        List<Path> test = files.stream().filter(file -> !isForTraining(file)).toList();
        if (training.size() != 1 || test.size() != 1) {
            throw new IOException(
                    String.format(
                            "%s: expected a file *%s[.gz], or one of train%s and one other, got %s",
                            data, IMAGES, IMAGES, files.stream().map(ImageSets::name).toList()));
        }
        Images seen = idx(training.get(0), side);
        Images unseen = idx(test.get(0), side);
        if (seen.height() != unseen.height() || seen.width() != unseen.width()) {
            throw new IOException(data + ": expected images of one size in both files");
        }
        if (seen.labels().isPresent() != unseen.labels().isPresent()) {
            throw new IOException(data + ": expected labels for both files of images or for none");
        }
        if (unseen.count() == 0) {
            throw new IOException(test.get(0) + ": expected at least 1 image, got 0");
        }
        int last = seen.count() - require(training.get(0), seen) / 10;
        return new ImageSets(
                seen.part(0, last),
                seen.part(last, seen.count()),
                unseen,
                classes(seen, unseen),
                0);
    }

    private static Images idx(Path file, Optional<Integer> side) throws IOException {
        Optional<Path> labels = labels(file);
        Images images =
                labels.isPresent() ? IdxImages.read(file, labels.get()) : IdxImages.read(file);
        return side.isPresent() ? images.resized(side.get()) : images;
    }

    /** Returns the file of labels beside one of images, if there is one. */
    private static Optional<Path> labels(Path images) {
        if (!name(images).contains(IMAGES)) {
            return Optional.empty();
        }
        String name = name(images).replace(IMAGES, LABELS);
        String other =
                name.endsWith(ZIPPED)
                        ? name.substring(0, name.length() - ZIPPED.length())
                        : name + ZIPPED;
        return Stream.of(name, other).map(images::resolveSibling).filter(Files::exists).findFirst();
    }

    /** Classes without names are called by their number. */
    private static Optional<List<String>> classes(Images... all) {
        return all[0].labels()
                .map(
                        labels -> {
                            int last =
                                    Stream.of(all)
                                            .flatMapToInt(some -> IntStream.of(some.labels().get()))
                                            .max()
                                            .orElse(-1);
                            return IntStream.rangeClosed(0, last)
                                    .mapToObj(Integer::toString)
                                    .toList();
                        });
    }

    private static ImageSets divide(
            Path data, Images images, Optional<List<String>> classes, int skipped)
            throws IOException {
        int tested = images.count() - require(data, images) / 10;
        int validated = forTraining(images.count());
        return new ImageSets(
                images.part(0, validated),
                images.part(validated, tested),
                images.part(tested, images.count()),
                classes,
                skipped);
    }

    /** Returns how many of all images are for training. */
    static int forTraining(int images) {
        int seen = images - images / 10;
        return seen - seen / 10;
    }

    private static int require(Path data, Images images) throws IOException {
        if (images.count() < FEWEST) {
            throw new IOException(
                    data + ": expected at least " + FEWEST + " images, got " + images.count());
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
     * Returns the size of all images.
     *
     * @return channels, height and width
     */
    public ImageShape shape() {
        return new ImageShape(training.channels(), training.height(), training.width());
    }
}
