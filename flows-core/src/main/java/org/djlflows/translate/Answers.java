package org.djlflows.translate;

import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.NormalizingFlow;
import org.djlflows.anomaly.RowScore;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.FlowModel;
import org.djlflows.model.RowScorer;
import org.djlflows.sampling.Denoising;
import org.djlflows.spec.ImageFlow;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * What a model answers. It has no state, so that threads share one, and records no gradients,
 * whatever the grad mode of the thread.
 */
final class Answers {

    private final FlowModel model;
    private final FlowConfig config;
    private final NormalizingFlow flow;
    private final Rows rows;

    /** Scores rows of a table. */
    private final Optional<RowScorer> scorer;

    private final Optional<Pictures> pictures;

    /** Takes the noise off samples of images, if they carry some. */
    private final Optional<Denoising> denoising;

    Answers(FlowModel model, boolean images) {
        this.model = model;
        config = model.config();
        flow = model.flow();
        rows = new Rows(config);
        scorer = config.columns().isEmpty() ? Optional.empty() : Optional.of(RowScorer.of(model));
        pictures =
                config.images()
                        .filter(shape -> images)
                        .map(shape -> new Pictures(shape, ((ImageFlow) config.flow()).noise() / 2));
        denoising =
                pictures.map(Pictures::noise)
                        .filter(noise -> noise > 0)
                        .map(noise -> new Denoising(flow, noise));
    }

    Rows rows() {
        return rows;
    }

    Optional<Pictures> pictures() {
        return pictures;
    }

    float[] logDensities(NDManager manager, float[][] given) {
        return logDensities(manager, Rows.doubles(given));
    }

    float[] logDensities(NDManager manager, double[][] given) {
        if (given.length == 0) {
            return new float[0];
        }
        rows.require(given);
        double[] scores =
                scorer.isEmpty()
                        ? model.score(rows.arrays(manager, given))
                        : scorer.get().score(given);
        return Rows.floats(scores);
    }

    /** Says how odd rows of a table are, or of the numbers of images how dense. */
    List<RowScore> rowScores(NDManager manager, double[][] given) {
        if (given.length == 0) {
            return List.of();
        }
        rows.require(given);
        return scorer.isEmpty()
                ? model.rowScores(rows.arrays(manager, given))
                : scorer.get().rowScores(given);
    }

    /** What a log-density alone says. */
    RowScore rowScore(float logDensity) {
        return RowScore.of(
                logDensity,
                Float.isNaN(logDensity) ? OptionalDouble.empty() : config.percentile(logDensity));
    }

    float[][] noise(NDManager manager, float[][] given) {
        if (given.length == 0) {
            return new float[0][];
        }
        double[][] numbers = Rows.doubles(given);
        rows.require(numbers);
        NDList in = rows.arrays(manager, numbers);
        NDArray noise =
                in.size() > 1 ? flow.toNoise(in.get(0), in.get(1)) : flow.toNoise(in.get(0));
        float[] z = noise.toFloatArray();
        return Rows.split(z, given.length, z.length / given.length);
    }

    double[][] samples(NDManager manager, SampleRequest request) {
        NDList context = rows.contexts(manager, request);
        return request.count() == 0
                ? new double[0][]
                : rows.ofSamples(draw(manager, request, context));
    }

    /** Samples a model of images; noise that samples carry is taken off. */
    Image[] images(NDManager manager, SampleRequest request) {
        NDList context = rows.contexts(manager, request);
        if (request.count() == 0) {
            return new Image[0];
        }
        NDArray x = draw(manager, request, context);
        if (denoising.isPresent()) {
            x =
                    context.isEmpty()
                            ? denoising.get().denoise(x)
                            : denoising.get().denoise(x, context.get(0));
        }
        float[][] pixels = Rows.split(x.toFloatArray(), request.count(), rows.features());
        return Arrays.stream(pixels).map(pictures.orElseThrow()::image).toArray(Image[]::new);
    }

    private NDArray draw(NDManager manager, SampleRequest request, NDList context) {
        if (request.seed().isEmpty()) {
            return draw(manager, request.count(), context);
        }
        try (RandomNumbers numbers = RandomNumbers.seeded(request.seed().get())) {
            return draw(manager, request.count(), context);
        }
    }

    private NDArray draw(NDManager manager, int count, NDList context) {
        return context.isEmpty() ? flow.sample(manager, count) : flow.sample(context.get(0));
    }

    /**
     * Returns the log-density of each image. Of a flow with classes it is that given the class, or
     * without one the log of the mean of the densities given each.
     */
    float[] logDensities(NDManager manager, List<Image> images, Optional<String> label) {
        int classes = config.contextColumns().size();
        int[] labels =
                label.map(name -> new int[] {rows.label(name)})
                        .orElse(IntStream.range(0, Math.max(1, classes)).toArray());
        float[][] all = new float[images.size() * labels.length][];
        for (int i = 0; i < all.length; i++) {
            Image image = images.get(i / labels.length);
            float[] pixels = pictures.orElseThrow().pixels(manager, image);
            all[i] = Arrays.copyOf(pixels, rows.width());
            if (classes > 0) {
                all[i][rows.features() + labels[i % labels.length]] = 1;
            }
        }
        float[][] ofImages = Rows.split(logDensities(manager, all), images.size(), labels.length);
        float[] means = new float[images.size()];
        for (int i = 0; i < means.length; i++) {
            means[i] = logMeanExp(ofImages[i]);
        }
        return means;
    }

    private static float logMeanExp(float[] values) {
        double most = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            most = Math.max(most, value);
        }
        if (values.length == 1 || !Double.isFinite(most)) {
            return (float) most;
        }
        double sum = 0;
        for (float value : values) {
            sum += Math.exp(value - most);
        }
        return (float) (most + Math.log(sum / values.length));
    }

    /** Samples by the names of their columns. */
    Map<?, ?>[] named(NDManager manager, SampleRequest request) {
        return Arrays.stream(samples(manager, request)).map(rows::byName).toArray(Map<?, ?>[]::new);
    }
}
