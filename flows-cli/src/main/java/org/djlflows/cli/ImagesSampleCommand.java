package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Guidance;
import org.djlflows.data.ClassWeights;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.plot.Picture;
import org.djlflows.sampling.Sampler;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TarFlow;

import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code flows images sample}: a grid of images drawn from a model. */
@Command(
        name = "sample",
        description = "Draws images from a model and writes them as one picture.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesSampleCommand implements Callable<Integer> {

    /** How autoregressive layers are inverted. */
    enum Inversion {
        SEQUENTIAL,
        JACOBI,
        GAUSS_SEIDEL_JACOBI;

        @Override
        public String toString() {
            return Specs.hyphened(name());
        }
    }

    /** Takes rules by their names with hyphens. */
    static final class RuleConverter implements ITypeConverter<Guidance.Rule> {

        @Override
        public Guidance.Rule convert(String name) {
            Map<String, Guidance.Rule> rules = new LinkedHashMap<>();
            for (Guidance.Rule rule : Guidance.Rule.values()) {
                rules.put(Specs.hyphened(rule.name()), rule);
            }
            Guidance.Rule found = rules.get(name.toLowerCase(Locale.ROOT));
            if (found == null) {
                throw new TypeConversionException(
                        "expected one of " + rules.keySet() + ", got " + name);
            }
            return found;
        }
    }

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Option(
            names = "-n",
            paramLabel = "N",
            defaultValue = "64",
            description = "The number of images (default: ${DEFAULT-VALUE}).")
    private int images;

    @Option(
            names = "--class",
            paramLabel = "NAME",
            description =
                    "The class of all images, or none for no class (default: the "
                            + "classes in turn).")
    private Optional<String> label = Optional.empty();

    @Option(
            names = "--guidance",
            paramLabel = "W",
            defaultValue = "0",
            description =
                    "tarflow: the weight of guidance, 0 for none (default: "
                            + "${DEFAULT-VALUE}): samples that are more typical of their "
                            + "class.")
    private double guidance;

    @Option(
            names = "--guidance-rule",
            paramLabel = "RULE",
            defaultValue = "scale-and-shift",
            converter = RuleConverter.class,
            description =
                    "tarflow: what guidance moves: scale-and-shift, scale, shift, "
                            + "or combined, which bears large weights (default: "
                            + "${DEFAULT-VALUE}).")
    private Guidance.Rule rule;

    @Option(
            names = "--no-annealing",
            description =
                    "tarflow: guides all patches alike, not the first ones less than the last.")
    private boolean constant;

    @Option(
            names = "--attention-temperature",
            paramLabel = "T",
            defaultValue = "1",
            description =
                    "tarflow: the temperature of the attention that guidance moves "
                            + "away from (default: ${DEFAULT-VALUE}); without classes it has "
                            + "to differ from 1.")
    private double attentionTemperature;

    @Option(
            names = "--inversion",
            paramLabel = "WAY",
            defaultValue = "sequential",
            description =
                    "tarflow: sequential, or in parallel: jacobi or "
                            + "gauss-seidel-jacobi (default: ${DEFAULT-VALUE}).")
    private Inversion inversion;

    @Option(
            names = "--segments",
            paramLabel = "N",
            defaultValue = "4",
            description = "The segments of gauss-seidel-jacobi (default: ${DEFAULT-VALUE}).")
    private int segments;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            defaultValue = "1e-4",
            description =
                    "Where an inversion in parallel stops, relative (default: ${DEFAULT-VALUE}).")
    private double tolerance;

    @Option(
            names = "--no-denoising",
            description = "tarflow: leaves the noise of the training images on the samples.")
    private boolean noisy;

    @Mixin private NoiseOptions noise;

    @Mixin private SeedOption seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "samples.png",
            description = "The picture, .png or .svg (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Mixin private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        Picture.requireWritable(out);
        WrongArguments.require(images >= 1, "expected at least one image", images);
        refuseIdleOptions();
        try (NDManager manager = device.newManager()) {
            FlowModel model = FlowModel.load(folder, manager);
            FlowConfig config = ImagesCommand.config(folder, model);
            Optional<Integer> ofClass = label.map(name -> classOf(config.contextColumns(), name));
            refuseIdleOptions(config, ofClass);
            seed.apply(manager);
            ImageSampling sampling =
                    new ImageSampling(sampler(), flow -> changed(model, flow), ofClass, !noisy);
            ImageSampling.Drawn drawn = sampling.draw(model, manager, images);
            drawn.picture().save(out);
            System.out.println(drawn.report());
        }
        System.out.println("Picture: " + out);
        return 0;
    }

    private void refuseIdleOptions() {
        if (guidance == 0) {
            ImagesCommand.refuse(
                    spec,
                    "without --guidance",
                    "--guidance-rule",
                    "--no-annealing",
                    "--attention-temperature");
        }
        if (inversion != Inversion.GAUSS_SEIDEL_JACOBI) {
            ImagesCommand.refuse(spec, "with --inversion " + inversion, "--segments");
        }
        if (inversion == Inversion.SEQUENTIAL) {
            ImagesCommand.refuse(spec, "with --inversion " + inversion, "--tolerance");
        }
    }

    private void refuseIdleOptions(FlowConfig config, Optional<Integer> ofClass) {
        boolean ofNone = ofClass.isPresent() && ofClass.get() == ClassWeights.NONE;
        if (guidance != 0 && ofNone && attentionTemperature == 1) {
            ImagesCommand.refuse(
                    spec, "with --class none and --attention-temperature 1", "--guidance");
        }
        if (!(config.flow() instanceof TarFlow)) {
            ImagesCommand.refuse(spec, "for a model that is no tarflow", "--inversion");
        }
        if (ImagesCommand.noise(config) == 0) {
            ImagesCommand.refuse(spec, "for a model without noise", "--no-denoising");
        }
    }

    private Sampler sampler() {
        return switch (inversion) {
            case SEQUENTIAL -> Sampler.sequential();
            case JACOBI -> Sampler.jacobi(tolerance);
            case GAUSS_SEIDEL_JACOBI -> Sampler.gaussSeidelJacobi(segments, tolerance);
        };
    }

    private NormalizingFlow changed(FlowModel model, NormalizingFlow flow) {
        NormalizingFlow changed = noise.change(flow);
        if (guidance == 0) {
            return changed;
        }
        boolean tells = model.config().context() > 0 || attentionTemperature != 1;
        if (!(model.config().flow() instanceof TarFlow) || !tells) {
            throw new WrongArguments(
                    "--guidance: expected a tarflow with classes, or one without and"
                            + " --attention-temperature");
        }
        return new Guidance(rule, guidance, !constant, attentionTemperature).guide(changed);
    }

    private int classOf(List<String> classes, String name) {
        if (classes.isEmpty()) {
            ImagesCommand.refuse(spec, "for a model without classes", "--class");
        }
        int found = classes.indexOf(name);
        WrongArguments.require(
                found >= 0 || name.equals("none"),
                "--class: expected one of " + classes + " or none",
                name);
        return found < 0 ? ClassWeights.NONE : found;
    }
}
