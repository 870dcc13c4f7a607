package org.djlflows.cli;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Checkpointed;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Logit;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.TransformerAutoregressive;
import org.djlflows.distribution.Augmented;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelFolder;
import org.djlflows.io.ImageSets;
import org.djlflows.io.Images;
import org.djlflows.model.FlowModel;
import org.djlflows.nn.ConvNet;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ScaleMap;
import org.djlflows.stochastic.Rounding;
import org.djlflows.stochastic.StochasticFlow;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.NllNats;
import org.djlflows.univariate.Affine;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** {@code flows images train}: fits a flow to images and writes a model folder with a report. */
@Command(
        name = "train",
        description = "Fits a flow to images: MNIST and others in IDX format, PNG or JPEG files.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesTrainCommand implements Callable<Integer> {

    /** How noise fills the gaps between levels. */
    enum Dequantization {
        UNIFORM,
        VARIATIONAL
    }

    private static final int SAMPLES = 64;

    /** Images that a transformer goes through at once on a CPU: their arrays fit its caches. */
    private static final int CHUNK = 16;

    @Mixin private ImageData data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "The model folder (default: runs/images-FLOW). An earlier model "
                            + "there is replaced when the new one is complete.")
    private Path out;

    @Mixin
    private final FlowOptions<ImageFlow> options = new FlowOptions<>(ImageFlow.class, "glow");

    @Option(
            names = "--dequantization",
            paramLabel = "WAY",
            defaultValue = "uniform",
            description =
                    "Noise between the levels: uniform, or variational, from a flow that is trained"
                            + " too and not kept; tarflow: where --noise is 0 (default:"
                            + " ${DEFAULT-VALUE}).")
    private Dequantization dequantization;

    @Option(
            names = "--dequantization-filters",
            paramLabel = "N",
            defaultValue = "32",
            description =
                    "The width of the networks of the variational noise (default:"
                            + " ${DEFAULT-VALUE}).")
    private int filters;

    @Option(
            names = "--unconditional",
            description =
                    "Leaves the classes of the images aside; without it a flow over images with"
                            + " classes is one given the class.")
    private boolean unconditional;

    @Mixin private final TarFlowOptions tarFlow = new TarFlowOptions();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training images (default: 20; tarflow, mnist: 100).")
    private Optional<Integer> epochs = Optional.empty();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Images in a batch (default: 64; tarflow: 256).")
    private Optional<Integer> batchSize = Optional.empty();

    @Option(
            names = "--chunk",
            paramLabel = "N",
            description =
                    "Images of a batch that are gone through at once, on which memory"
                            + " depends, and for flows of Real NVP, which normalise over"
                            + " them, the result (default: as many as a CPU is fast with, all on"
                            + " a GPU).")
    private Optional<Integer> chunk = Optional.empty();

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "The highest learning rate (default: 0.001; tarflow, mnist: 0.002).")
    private Optional<Double> learningRate = Optional.empty();

    @Option(
            names = "--average-decay",
            paramLabel = "X",
            description =
                    "The decay of the average of the weights, 0 for none (default: "
                            + "0.99; tarflow: 0, as published).")
    private Optional<Double> averageDecay = Optional.empty();

    @Option(
            names = "--gradient-limit",
            paramLabel = "X",
            description =
                    "The largest norm of a gradient (default: 100; tarflow: "
                            + "infinity, as published).")
    private Optional<Double> gradientLimit = Optional.empty();

    @Mixin private DeviceOption device;

    @Spec private CommandSpec spec;

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
        ImageFlow flow = isTarFlow() ? tarFlow.flow(options) : options.flow();
        refuseIdleOptions(flow);
        ImageSets images = data.read();
        List<String> classes = unconditional ? List.of() : images.classes().orElse(List.of());
        if (classes.isEmpty()) {
            ImagesCommand.refuse(spec, "for images without classes", "--class-dropout");
        }
        FlowConfig config = new FlowConfig(flow, images.shape(), classes);
        Path folder =
                (out == null ? Path.of("runs", "images-" + options.name()) : out)
                        .toAbsolutePath()
                        .normalize();
        try (ModelFolder run = ModelFolder.reserve(folder);
                Model model = Model.newInstance("flow", device.device(), "PyTorch");
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            Path checkpoint = run.checkpoint();
            boolean noisy = flow.noise() > 0;
            NDList training = rows(manager, config, images.training(), noisy);
            NDList validation = rows(manager, config, images.validation(), noisy);
            print.printf(
                    Locale.ROOT,
                    "%s over %d x %d x %d%s: %,d images for training, %,d for validation,"
                            + " %,d for test%n",
                    options.name(),
                    images.shape().channels(),
                    images.shape().height(),
                    images.shape().width(),
                    classes.isEmpty() ? "" : " of " + classes.size() + " classes",
                    training.get(0).size(0),
                    validation.get(0).size(0),
                    images.test().count());
            manager.getEngine().setRandomSeed(Long.hashCode(seed));
            NormalizingFlow density =
                    FlowModel.create(config, training, model.getNDManager()).flow();
            Distribution objective = objective(config, density);
            objective.initialize(model.getNDManager(), DataType.FLOAT32, training.getShapes());
            model.setBlock(objective);
            Run.sayWhetherResumed(print, checkpoint, resume);
            History history =
                    settings()
                            .optSeed(seed)
                            .optCheckpoint(checkpoint, resume)
                            .optProgress(print, Boolean.getBoolean("flows.terminal"))
                            .build()
                            .fit(model, training, validation);
            NDList test = ImagesCommand.levels(manager, config, images.test());
            finish(new FlowModel(config, density), objective, history, test, run, folder);
            Files.deleteIfExists(checkpoint);
        }
        return 0;
    }

    private boolean isTarFlow() {
        return options.name().equals("tarflow");
    }

    private void refuseIdleOptions(ImageFlow flow) {
        boolean variational = dequantization == Dequantization.VARIATIONAL;
        if (!variational) {
            ImagesCommand.refuse(
                    spec, "without --dequantization variational", "--dequantization-filters");
        } else if (flow.noise() > 0) {
            ImagesCommand.refuse(spec, "variational with noise above 0", "--dequantization");
        }
        if (!isTarFlow()) {
            for (OptionSpec option : spec.mixins().get("tarFlow").options()) {
                ImagesCommand.refuse(spec, "for " + options.name(), option.longestName());
            }
        } else if (unconditional) {
            ImagesCommand.refuse(spec, "with --unconditional", "--class-dropout");
        }
    }

    private static NDList rows(NDManager manager, FlowConfig config, Images part, boolean noisy) {
        return noisy
                ? ImagesCommand.pixels(manager, config, part)
                : ImagesCommand.levels(manager, config, part);
    }

    /** Returns what is trained: the density of images with noise, or that of their levels. */
    private Distribution objective(FlowConfig config, NormalizingFlow density) {
        if (!isTarFlow()) {
            return ofLevels(density);
        }
        double deviation = ImagesCommand.noise(config);
        Augmented augmented =
                new Augmented(
                        tarFlow.checkpointing() ? checkpointed(density) : density,
                        deviation,
                        tarFlow.classDropout());
        return deviation > 0 ? augmented : ofLevels(augmented);
    }

    private Distribution ofLevels(Distribution density) {
        return new StochasticFlow(new Rounding(ImagesCommand.LEVELS, noise()).inverted(), density);
    }

    private static NormalizingFlow checkpointed(NormalizingFlow density) {
        return density.withSteps(
                step -> step instanceof TransformerAutoregressive ? new Checkpointed(step) : step);
    }

    /** Returns the settings; those of TarFlow are the published ones. */
    private MaximumLikelihood.Builder settings() {
        MaximumLikelihood.Builder settings = MaximumLikelihood.builder();
        if (!isTarFlow()) {
            return settings.optEpochs(epochs.orElse(20))
                    .optBatchSize(batchSize.orElse(64))
                    .optChunkRows(chunk.orElse(0))
                    .optLearningRate(learningRate.orElse(options.usual().training().learningRate()))
                    .optAverageDecay(averageDecay.orElse(0.99))
                    .optGradientLimit(gradientLimit.orElse(100.0));
        }
        int all = epochs.orElse(tarFlow.config().epochs());
        return settings.optEpochs(all)
                .optPatience(all)
                .optBatchSize(batchSize.orElse(256))
                .optChunkRows(chunk.orElse(device.isGpu() ? 0 : CHUNK))
                .optLearningRate(learningRate.orElse(tarFlow.config().learningRate()))
                .optWarmUp(1.0 / all)
                .optBetas(0.9, 0.95)
                .optWeightDecay(1e-4)
                .optAverageDecay(averageDecay.orElse(0.0))
                .optGradientLimit(gradientLimit.orElse(Double.POSITIVE_INFINITY));
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

    private void finish(
            FlowModel model,
            Distribution objective,
            History history,
            NDList test,
            ModelFolder run,
            Path folder)
            throws IOException {
        FlowConfig config = model.config();
        boolean uniform = dequantization == Dequantization.UNIFORM;
        double bits =
                uniform
                        ? ImagesBpdCommand.bits(model, test)
                        : ImagesCommand.bitsPerDimension(NllNats.mean(objective, test), config);
        String kind = uniform ? "Uniform" : "Variational";
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("levels", (double) ImagesCommand.LEVELS);
        metrics.put("testBitsPerDimension" + kind, bits);
        if (objective instanceof StochasticFlow) {
            metrics.put(
                    "validationBitsPerDimension" + kind,
                    ImagesCommand.bitsPerDimension(history.bestValidation(), config));
        }
        metrics.put("epochs", (double) history.validation().size());
        metrics.put("bestEpoch", (double) history.bestEpoch());
        FlowModel trained = new FlowModel(config.withMetrics(metrics), model.flow());
        trained.save(run, report -> draw(report, trained, history));
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

    /** A trained model is worth more than its pictures, which need fonts and a part of the JDK. */
    private void draw(Path report, FlowModel trained, History history) {
        try (NDManager scratch = device.newManager()) {
            int classes = trained.config().contextColumns().size();
            int samples = SAMPLES - (classes > SAMPLES ? 0 : SAMPLES % Math.max(1, classes));
            ImageSampling.Drawn drawn = ImageSampling.PLAIN.draw(trained, scratch, samples);
            drawn.picture().save(report.resolve("samples.png"));
            print.printf("%nSamples: %s.%n", drawn.report());
            Report.writeLosses(report, history);
        } catch (IOException | RuntimeException | LinkageError | InternalError e) {
            print.println("No pictures: " + e);
        }
    }
}
