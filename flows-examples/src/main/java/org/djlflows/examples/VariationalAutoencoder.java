package org.djlflows.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Planar;
import org.djlflows.bijection.Radial;
import org.djlflows.bijection.Sylvester;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.evaluation.ImportanceWeights;
import org.djlflows.io.IdxImages;
import org.djlflows.io.Images;
import org.djlflows.kernel.NoGrad;
import org.djlflows.nn.Mlp;
import org.djlflows.plot.ImageGrid;
import org.djlflows.plot.Picture;
import org.djlflows.spec.ScaleMap;
import org.djlflows.training.History;
import org.djlflows.training.VariationalInference;
import org.djlflows.univariate.Affine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A variational autoencoder on binary MNIST whose posterior is a flow: a diagonal normal
 * distribution, both amortised, pushed through planar, radial, Sylvester or inverse autoregressive
 * layers.
 *
 * <p>The posterior is a conditional flow and the decoder its target, trained jointly: {@link
 * VariationalInference} does the rest.
 *
 * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference with
 *     Normalizing Flows, 2015, section 6.2</a>
 * @see <a href="https://arxiv.org/abs/1606.04934">Kingma et al., Improving Variational Inference
 *     with Inverse Autoregressive Flow, 2016</a>
 */
public final class VariationalAutoencoder {

    /** The layers between the normal distribution and the posterior. */
    enum Posterior {
        NONE,
        PLANAR,
        RADIAL,
        SYLVESTER,
        IAF;

        /** Returns the layers in data order: the last one is next to the normal distribution. */
        Bijection layers() {
            return switch (this) {
                // Nothing has to be learned in a permutation.
                case NONE -> Permutation.reverse();
                case PLANAR ->
                        repeat(() -> new Planar(Planar.Function.TANH, new Mlp(32)), FEW_PARAMETERS);
                case RADIAL -> repeat(() -> new Radial(new Mlp(32)), FEW_PARAMETERS);
                case SYLVESTER -> repeat(() -> new Sylvester(8, 8, new Mlp(32)), 4);
                case IAF -> repeat(VariationalAutoencoder::inverseAutoregressive, 2);
            };
        }

        private static Bijection repeat(Supplier<Bijection> layer, int count) {
            return new SequentialBijection(Stream.generate(layer).limit(count).toList());
        }
    }

    private static final int FEW_PARAMETERS = 8;
    private static final int LATENTS = 20;
    private static final int HIDDEN = 200;
    private static final int TRAINING = 8500;
    private static final int VALIDATION = 500;
    private static final int TEST = 1000;
    private static final int BATCH = 100;
    private static final int SAMPLES = 64;
    private static final int CHUNK = 50;

    private final NDManager manager;
    private final int side;
    private final NDArray training;
    private final NDArray validation;
    private final NDArray test;

    private VariationalAutoencoder(Images images, NDManager manager) {
        this.manager = manager;
        side = images.width();
        // Pixels are on with their brightness as probability, once for all.
        int last = TRAINING + VALIDATION;
        float[] pixels = images.pixels(0, last + TEST);
        Random random = new Random(0);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat() * 255 < pixels[i] ? 1 : 0;
        }
        training = rows(pixels, 0, TRAINING);
        validation = rows(pixels, TRAINING, last);
        test = rows(pixels, last, last + TEST);
    }

    private NDArray rows(float[] pixels, int from, int to) {
        int size = side * side;
        float[] part = Arrays.copyOfRange(pixels, from * size, to * size);
        return manager.create(part, new Shape(to - from, size));
    }

    /**
     * Trains an autoencoder with each posterior and prints how good it is.
     *
     * @param args the 10,000 test images of MNIST as IDX file; the folder for the pictures; the
     *     number of epochs; names of posteriors, all if there is none
     * @throws IOException if the images cannot be read or the pictures not be written
     * @throws IllegalArgumentException if there is no file, or are fewer than 10,000 square images
     */
    public static void main(String[] args) throws IOException {
        Offline.set();
        if (args.length == 0) {
            throw new IllegalArgumentException(
                    "Usage: VariationalAutoencoder IMAGES [FOLDER [EPOCHS [POSTERIOR...]]], with"
                            + " the posteriors none, planar, radial and iaf");
        }
        Images images = IdxImages.read(Path.of(args[0]));
        int needed = TRAINING + VALIDATION + TEST;
        if (images.count() < needed || images.width() != images.height()) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected at least %d square images, got %d of %d x %d",
                            args[0], needed, images.count(), images.height(), images.width()));
        }
        Path folder = Path.of(args.length > 1 ? args[1] : "runs/autoencoder");
        int epochs = args.length > 2 ? Integer.parseInt(args[2]) : 40;
        Posterior[] posteriors =
                args.length > 3
                        ? Arrays.stream(args)
                                .skip(3)
                                .map(name -> Posterior.valueOf(name.toUpperCase(Locale.ROOT)))
                                .toArray(Posterior[]::new)
                        : Posterior.values();
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            VariationalAutoencoder example = new VariationalAutoencoder(images, manager);
            System.out.println("posterior  parameters  epoch  -ELBO    -log p(x)  seconds");
            for (Posterior posterior : posteriors) {
                example.run(posterior, epochs, folder);
            }
        }
    }

    private static Bijection inverseAutoregressive() {
        Bijection layer = new MaskedAutoregressive(new Affine(ScaleMap.SOFT_CLIP), 128).inverted();
        return new SequentialBijection(layer, Permutation.reverse());
    }

    private void run(Posterior posterior, int epochs, Path folder) throws IOException {
        long begin = System.nanoTime();
        manager.getEngine().setRandomSeed(1);
        Shape latents = new Shape(1, LATENTS);
        Shape image = new Shape(1, (long) side * side);
        NormalizingFlow flow =
                new NormalizingFlow(
                        posterior.layers(),
                        new ConditionalNormal(new Mlp(64)),
                        new Mlp(HIDDEN, HIDDEN));
        flow.initialize(manager, DataType.FLOAT32, latents, image);
        BernoulliDecoder decoder = new BernoulliDecoder(HIDDEN, HIDDEN);
        decoder.initialize(manager, DataType.FLOAT32, latents, image);
        int steps = TRAINING / BATCH;
        History history =
                VariationalInference.builder()
                        .optJointly()
                        .optEpochs(epochs)
                        .optBatchSize(BATCH)
                        .optLearningRate(1e-3)
                        .optAnnealing(0.1, 5.0 * steps)
                        .optGradientLimit(100)
                        .build()
                        .fit(flow, decoder, training, validation);
        double seconds = (System.nanoTime() - begin) / 1e9;
        double[] bounds = bounds(flow, decoder);
        long parameters =
                Stream.of(flow, decoder)
                        .flatMap(block -> block.getParameters().values().stream())
                        .mapToLong(p -> p.requiresGradient() ? p.getArray().size() : 0)
                        .sum();
        System.out.printf(
                Locale.ROOT,
                "%-9s  %,10d  %5d  %6.2f   %6.2f    %7.0f%n",
                posterior.name().toLowerCase(Locale.ROOT),
                parameters,
                history.bestEpoch(),
                bounds[0],
                bounds[1],
                seconds);
        Path file = folder.resolve(posterior.name().toLowerCase(Locale.ROOT) + ".png");
        picture(flow, decoder).save(file);
    }

    /** Returns the negative bounds of the test images: of one sample, and importance-weighted. */
    private double[] bounds(Distribution flow, BernoulliDecoder decoder) {
        double elbo = 0;
        double weighted = 0;
        long images = test.getShape().get(0);
        for (long from = 0; from < images; from += CHUNK) {
            try (NoGrad noGrad = NoGrad.open();
                    NDManager scratch = manager.newSubManager()) {
                long to = Math.min(images, from + CHUNK);
                NDArray context =
                        test.get(scratch, new NDIndex("{}:{}", from, to)).repeat(0, SAMPLES);
                NDList drawn = flow.sampleWithLogProb(context);
                double[] all = ImportanceWeights.of(decoder, drawn, context).logWeights();
                for (int first = 0; first < all.length; first += SAMPLES) {
                    ImportanceWeights weights =
                            ImportanceWeights.of(Arrays.copyOfRange(all, first, first + SAMPLES));
                    elbo -= weights.evidenceBound().value() / images;
                    weighted -= weights.logNormalizer().value() / images;
                }
            }
        }
        return new double[] {elbo, weighted};
    }

    /** Draws a row of images, one of their reconstructions, and two of samples of the model. */
    private Picture picture(Distribution flow, BernoulliDecoder decoder) {
        int columns = 12;
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch = manager.newSubManager()) {
            NDArray shown = test.get(scratch, new NDIndex("0:" + columns));
            NDArray reconstructed = decoder.decode(flow.sample(shown));
            NDArray prior = scratch.randomNormal(new Shape(2L * columns, LATENTS));
            NDArray all = shown.concat(reconstructed, 0).concat(decoder.decode(prior), 0);
            return ImageGrid.draw(all.reshape(-1, 1, side, side), columns);
        }
    }
}
