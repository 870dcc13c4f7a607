package org.djlflows.examples.cli;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Logit;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.Dequantized;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.examples.data.ImageSets;
import org.djlflows.examples.plot.Plots;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.model.Glow;
import org.djlflows.model.ImagePreset;
import org.djlflows.model.RealNvpImages;
import org.djlflows.nn.ConvNet;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.NllNats;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.ScaleMap;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code flows images train}: fits a flow to images and writes a model folder with a report. */
@Command(
        name = "train",
        description = "Fits a flow to grey images of 8 bits in IDX format, such as MNIST.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesTrainCommand implements Callable<Integer> {

    /** The flows by their names. */
    enum Flow {
        REALNVP_IMAGES,
        GLOW;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How noise fills the gaps between levels. */
    enum Dequantization {
        UNIFORM,
        VARIATIONAL
    }

    private static final int SAMPLES = 64;
    private static final int FIRST_BATCH = 256;

    @Option(
            names = "--data",
            paramLabel = "DIR-or-IDX",
            required = true,
            description = {
                "A file of images, compressed by gzip or not, whose last tenth is for test,",
                "or a folder with it, or with the two files of MNIST."
            })
    private Path data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = {
                "The model folder (default: runs/images-FLOW).",
                "An earlier model there is replaced when the new one is complete."
            })
    private Path out;

    @Option(
            names = "--flow",
            paramLabel = "NAME",
            defaultValue = "glow",
            description =
                    "realnvp-images (couplings of pixels and of channels) or glow"
                            + " (default: ${DEFAULT-VALUE}).")
    private Flow flow;

    @Option(
            names = "--scales",
            paramLabel = "N",
            defaultValue = "2",
            description = "The number of scales (default: ${DEFAULT-VALUE}).")
    private int scales;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description =
                    "Steps in each scale, for glow (default: 8), or residual blocks of each network,"
                            + " for realnvp-images (default: 2).")
    private Optional<Integer> depth = Optional.empty();

    @Option(
            names = "--filters",
            paramLabel = "N",
            defaultValue = "32",
            description =
                    "The width of the networks, of those in the first scale for realnvp-images"
                            + " (default: ${DEFAULT-VALUE}).")
    private int filters;

    @Option(
            names = "--dequantization",
            paramLabel = "WAY",
            defaultValue = "uniform",
            description =
                    "Noise between the levels: uniform, or variational, from a flow that is trained"
                            + " too and not kept (default: ${DEFAULT-VALUE}).")
    private Dequantization dequantization;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "20",
            description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "64",
            description = "Images in a batch (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.001",
            description = "The highest learning rate (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "The seed of weights, noise and data order (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--resume",
            description = "Continue an interrupted run that was started with the same arguments.")
    private boolean resume;

    private final PrintStream print = System.out;

    @Override
    public Integer call() throws IOException {
        ImageSets images = ImageSets.read(data);
        FlowConfig config = new FlowConfig(preset(images), List.of(), List.of(), Map.of());
        Path folder =
                (out == null ? Path.of("runs", "images-" + flow) : out)
                        .toAbsolutePath()
                        .normalize();
        FlowModel.requireReplaceable(folder);
        Files.createDirectories(folder.getParent());
        Path checkpoint =
                folder.resolveSibling("." + folder.getFileName() + ".checkpoint.safetensors");
        try (Model model = Model.newInstance("flow", "PyTorch");
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            NDList training = rows(manager, images, images.training());
            NDList validation = rows(manager, images, images.validation());
            NDList test = rows(manager, images, images.test());
            print.printf(
                    Locale.ROOT,
                    "%s over %d x %d pixels: %,d images for training, %,d for validation,"
                            + " %,d for test%n",
                    flow,
                    images.height(),
                    images.width(),
                    training.get(0).size(0),
                    validation.get(0).size(0),
                    test.get(0).size(0));
            manager.getEngine().setRandomSeed(Long.hashCode(seed));
            NormalizingFlow density =
                    FlowModel.create(config, training, model.getNDManager()).flow();
            Dequantized quantised = new Dequantized(density, ImagesCommand.LEVELS, noise());
            quantised.initialize(model.getNDManager(), DataType.FLOAT32, training.getShapes());
            model.setBlock(quantised);
            if (!(resume && Files.exists(checkpoint))) {
                fitNormalisation(quantised, training.get(0));
            }
            History history =
                    MaximumLikelihood.builder()
                            .optEpochs(epochs)
                            .optBatchSize(batchSize)
                            .optLearningRate(learningRate)
                            .optGradientLimit(100)
                            .optSeed(seed)
                            .optCheckpoint(checkpoint, resume)
                            .optProgress(print, Boolean.getBoolean("flows.terminal"))
                            .build()
                            .fit(model, training, validation);
            finish(new FlowModel(config, density), quantised, history, test, folder);
            Files.deleteIfExists(checkpoint);
        }
        return 0;
    }

    private ImagePreset preset(ImageSets images) {
        return switch (flow) {
            case REALNVP_IMAGES ->
                    RealNvpImages.builder()
                            .setImages(1, images.height(), images.width())
                            .optScales(scales)
                            .optFilters(filters)
                            .optBlocks(depth.orElse(2))
                            .build();
            case GLOW ->
                    Glow.builder()
                            .setImages(1, images.height(), images.width())
                            .optScales(scales)
                            .optFilters(filters)
                            .optSteps(depth.orElse(8))
                            .build();
        };
    }

    private Distribution noise() {
        return dequantization == Dequantization.UNIFORM
                ? new UniformBox(0, 1)
                : new NormalizingFlow(
                        new SequentialBijection(
                                new Logit(0),
                                coupling(Mask.KEEP_ODD_PIXELS),
                                coupling(Mask.KEEP_EVEN_PIXELS),
                                coupling(Mask.KEEP_ODD_PIXELS),
                                coupling(Mask.KEEP_EVEN_PIXELS)),
                        new StandardNormal());
    }

    private Coupling coupling(Mask mask) {
        return new Coupling(mask, new Affine(ScaleMap.BOUNDED_TANH), new ConvNet(filters, filters));
    }

    private static NDList rows(NDManager manager, ImageSets images, float[] pixels) {
        int size = images.height() * images.width();
        Shape shape = new Shape(pixels.length / size, 1, images.height(), images.width());
        return new NDList(manager.create(pixels, shape));
    }

    /** Fits what is fitted to a first batch, so that each epoch can run as one program. */
    private static void fitNormalisation(Distribution quantised, NDArray images) {
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch = images.getManager().newSubManager()) {
            long rows = Math.min(FIRST_BATCH, images.size(0));
            NDArray first = images.get("0:" + rows);
            first.attach(scratch);
            quantised.forward(new ParameterStore(scratch, false), new NDList(first), true);
        }
    }

    private void finish(
            FlowModel model, Dequantized quantised, History history, NDList test, Path folder)
            throws IOException {
        double bits = bits(NllNats.mean(quantised, test), test);
        String kind = dequantization == Dequantization.UNIFORM ? "Uniform" : "Variational";
        Map<String, Double> metrics =
                Map.of(
                        "levels",
                        (double) ImagesCommand.LEVELS,
                        "testBitsPerDimension" + kind,
                        bits,
                        "validationBitsPerDimension" + kind,
                        bits(history.bestValidation(), test),
                        "epochs",
                        (double) history.validation().size(),
                        "bestEpoch",
                        (double) history.bestEpoch());
        FlowModel trained = new FlowModel(model.config().withMetrics(metrics), model.flow());
        trained.save(folder, report -> draw(report, trained, history, test));
        print.printf(
                Locale.ROOT,
                "%nTest: %.4f bits a dimension under %s dequantisation (%,d images, weights of"
                        + " epoch %d of %d).%n",
                bits,
                dequantization.name().toLowerCase(Locale.ROOT),
                test.get(0).size(0),
                history.bestEpoch(),
                history.validation().size());
        if (history.skippedSteps() > 0) {
            print.printf("Skipped %d steps without finite gradients.%n", history.skippedSteps());
        }
        print.printf("Model:    %s%nPictures: %s%n", folder, folder.resolve("report"));
    }

    private static double bits(double nats, NDList images) {
        return nats / images.get(0).getShape().slice(1).size() / Math.log(2);
    }

    /** A trained model is worth more than its pictures, which need fonts and a part of the JDK. */
    private void draw(Path report, FlowModel trained, History history, NDList test) {
        try (NDManager scratch = test.get(0).getManager().newSubManager()) {
            ImagePreset preset = (ImagePreset) trained.config().preset();
            Plots.save(
                    ImagesSampleCommand.picture(preset, trained.flow(), scratch, SAMPLES),
                    report.resolve("samples.png"));
            Plots.save(
                    Plots.lossCurves(
                            history.training().stream().mapToDouble(d -> d).toArray(),
                            history.validation().stream().mapToDouble(d -> d).toArray(),
                            history.bestEpoch()),
                    report.resolve("loss.png"));
        } catch (IOException | RuntimeException | LinkageError | InternalError e) {
            print.println("No pictures: " + e);
        }
    }
}
