package org.djlflows.evaluation;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.data.Split;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.NllNats;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * The classifier two-sample test (C2ST): how often a small network tells rows of two samples apart
 * that it was not trained on, in cross-validation. 0.5 is a guess, which is all that is possible
 * where both are of one distribution; 1 is always.
 *
 * <p>The network has two layers of 64 rectified linear units, is trained by cross-entropy on
 * standardised columns, and keeps the weights of its best epoch. Of samples that differ a larger
 * network and more rows find out more often.
 *
 * @param accuracy the share of rows of both samples that are told right, with the interval of
 *     Wilson
 * @param pValue the probability of an accuracy as great where both are of one distribution, as if
 *     folds were independent
 * @see <a href="https://arxiv.org/abs/1610.06545">Lopez-Paz and Oquab, Revisiting Classifier
 *     Two-Sample Tests, 2017, section 3</a>
 */
public record ClassifierTest(Estimate accuracy, double pValue) {

    private static final String NAME = "ClassifierTest";
    private static final int FOLDS = 5;
    private static final int WIDTH = 64;
    private static final int EPOCHS = 30;
    private static final int FEWEST = Split.FEWEST_ROWS;

    /**
     * Compares rows with as many samples of a distribution, for the same contexts.
     *
     * @param distribution the distribution
     * @param rows the rows x and, if it has one, their context, at least 20
     * @return how well (x, c) and (sample, c) are told apart
     * @throws IllegalArgumentException as {@link #of(NDArray, NDArray)}
     */
    public static ClassifierTest of(Distribution distribution, NDList rows) {
        double[][][] both = Matrix.besideSamples(distribution, rows);
        return of(rows.get(0).getManager(), both[0], both[1]);
    }

    /**
     * Compares two samples, always with the same folds and first weights.
     *
     * @param x rows, of shape (n, ...), at least 20
     * @param y as many rows of the same width
     * @return how well they are told apart
     * @throws IllegalArgumentException if there are not as many rows of each, too few, rows of
     *     other widths, or numbers that are not finite
     */
    public static ClassifierTest of(NDArray x, NDArray y) {
        return of(x.getManager(), Matrix.of(x), Matrix.of(y));
    }

    private static ClassifierTest of(NDManager manager, double[][] x, double[]... y) {
        if (x.length != y.length || x.length < FEWEST) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected two samples of one size, at least %d rows, got %d and %d",
                            NAME, FEWEST, x.length, y.length));
        }
        double[][][] both = Matrix.standardized(NAME, x, y);
        int n = x.length;
        long right = 0;
        int seed = 0;
        // Each fold has a row of x for each of y.
        for (Split fold : Split.folds(n, FOLDS, 0)) {
            try (NDManager scratch = manager.newSubManager();
                    RandomNumbers numbers = RandomNumbers.seeded(seed++)) {
                right += right(scratch, both, fold);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Estimate accuracy = Estimate.ofShare(right, 2L * n);
        return new ClassifierTest(accuracy, new Binomial(2 * n, 0.5).atLeast(right));
    }

    /** Trains on some rows, and counts those of the test that are told right. */
    private static long right(NDManager manager, double[][][] both, Split fold) throws IOException {
        NDList training = rows(manager, both, fold.training());
        NDList validation = rows(manager, both, fold.validation());
        NDList test = rows(manager, both, fold.test());
        int rows = (int) training.get(0).getShape().get(0);
        try (Model model = Model.newInstance("label", "PyTorch")) {
            Label label = new Label(WIDTH, WIDTH);
            Shape features = new Shape(1, training.get(1).getShape().get(1));
            RandomNumbers.draw(
                    () -> {
                        label.initialize(
                                model.getNDManager(), DataType.FLOAT32, new Shape(1, 1), features);
                        return label;
                    });
            model.setBlock(label);
            MaximumLikelihood.builder()
                    .optEpochs(EPOCHS)
                    .optBatchSize(Math.max(1, Math.min(128, rows / 4)))
                    .optLearningRate(3e-3)
                    .build()
                    .fit(model, training, validation);
            // A label is told right where it has a probability above one half.
            return Arrays.stream(NllNats.logDensities(label, test))
                    .filter(l -> l > -Math.log(2))
                    .count();
        }
    }

    /** The rows of both samples in some places: labels, and features as their context. */
    private static NDList rows(NDManager manager, double[][][] both, int... places) {
        double[][] features = new double[2 * places.length][];
        float[] labels = new float[features.length];
        for (int i = 0; i < features.length; i++) {
            labels[i] = i % 2;
            features[i] = both[i % 2][places[i / 2]];
        }
        return new NDList(
                manager.create(labels, new Shape(labels.length, 1)),
                Matrix.array(manager, features));
    }
}
