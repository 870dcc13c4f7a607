package org.djlflows.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Standardize;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.AutoregressiveSplineFlow;
import org.djlflows.model.BlockNeuralAutoregressiveFlow;
import org.djlflows.model.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.model.Glow;
import org.djlflows.model.ImagePreset;
import org.djlflows.model.MaskedAutoregressiveFlow;
import org.djlflows.model.NeuralSplineFlow;
import org.djlflows.model.PlanarFlow;
import org.djlflows.model.Preset;
import org.djlflows.model.RadialFlow;
import org.djlflows.model.RealNvp;
import org.djlflows.model.RealNvpImages;
import org.djlflows.model.TarFlow;
import org.djlflows.model.Weights;
import org.djlflows.nn.Standardizer;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/**
 * Writes a flow of each preset, with and without context, as TorchScript, beside it what the flow
 * gives in float32 and, with the same weights, in float64: what {@code python/exported.py} compares
 * with its own numbers.
 */
@Command(
        name = "exports",
        description = "Writes exported flows and their numbers for python/exported.py.",
        mixinStandardHelpOptions = true)
public final class WriteExports implements Callable<Integer> {

    private static final int FEATURES = 6;
    private static final int ROWS = 64;

    /** The number of samples for each row. */
    private static final int SAMPLES = 32;

    @Option(names = "--out", required = true, description = "The folder to write.")
    private Path out;

    private WriteExports() {}

    /**
     * Runs the command.
     *
     * @param args {@code --help} lists them
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new WriteExports()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        for (int context : new int[] {0, 3}) {
            for (Preset preset : presets(context)) {
                try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                        NoGrad noGrad = NoGrad.open()) {
                    Engine.getEngine("PyTorch").setRandomSeed(1);
                    write(preset, manager);
                }
            }
        }
        return 0;
    }

    private static List<Preset> presets(int context) {
        return List.of(
                RealNvp.builder().setFeatures(FEATURES).optContext(context).build(),
                NeuralSplineFlow.builder().setFeatures(FEATURES).optContext(context).build(),
                MaskedAutoregressiveFlow.builder()
                        .setFeatures(FEATURES)
                        .optContext(context)
                        .build(),
                AutoregressiveSplineFlow.builder()
                        .setFeatures(FEATURES)
                        .optContext(context)
                        .build(),
                BlockNeuralAutoregressiveFlow.builder()
                        .setFeatures(FEATURES)
                        .optContext(context)
                        .build(),
                PlanarFlow.builder().setFeatures(FEATURES).optContext(context).build(),
                RadialFlow.builder().setFeatures(FEATURES).optContext(context).build(),
                RealNvpImages.builder()
                        .setImages(3, 16, 16)
                        .optContext(context)
                        .optScales(2)
                        .optFilters(16)
                        .optBlocks(1)
                        .build(),
                Glow.builder()
                        .setImages(3, 16, 16)
                        .optContext(context)
                        .optScales(2)
                        .optFilters(32)
                        .optSteps(4)
                        .build(),
                TarFlow.builder()
                        .setImages(3, 16, 16)
                        .optClasses(context)
                        .optPatch(4)
                        .optHidden(64)
                        .optHeadWidth(16)
                        .optBlocks(4)
                        .optLayers(2)
                        .build());
    }

    private void write(Preset preset, NDManager manager) throws IOException {
        boolean images = preset instanceof ImagePreset;
        List<String> columns = images ? List.of() : names("x", preset.event().get(0));
        List<String> given = names("c", preset.context());
        NDList in = inputs(preset, manager);
        FlowConfig config = new FlowConfig(preset, columns, given);
        FlowModel model = FlowModel.create(config, in, manager);
        // Fits what normalises to its first batch.
        model.flow().forward(new ParameterStore(manager, false), in, true);
        randomise(model.flow(), images ? 0.02 : 0.2);
        String name = preset.getClass().getSimpleName() + (given.isEmpty() ? "" : "-context");
        model.exportTorchScript(out.resolve(name + ".pt"));

        NDList numbers = new NDList();
        add(numbers, "float32.", model.flow(), in);
        NormalizingFlow wide = inDoubles(model.flow(), preset, in);
        add(numbers, "float64.", wide, doubles(in));
        addSamples(numbers, model.flow(), in);
        Weights.write(numbers, out.resolve(name + ".safetensors"));
        System.out.println(name);
    }

    private static List<String> names(String letter, long n) {
        return IntStream.range(0, Math.toIntExact(n)).mapToObj(i -> letter + i).toList();
    }

    /** Columns of very different scales, or images between 0 and 1. */
    private static NDList inputs(Preset preset, NDManager manager) {
        Shape shape = new Shape(ROWS).addAll(preset.event());
        NDList in = new NDList();
        if (preset instanceof ImagePreset) {
            in.add(manager.randomUniform(0.1f, 0.9f, shape));
        } else {
            NDArray scale = manager.create(new float[] {1, 1000, 0.01f, 1, 10, 0.1f});
            in.add(manager.randomNormal(shape).add(1).mul(scale));
        }
        if (preset.context() > 0) {
            in.add(manager.randomNormal(new Shape(ROWS, preset.context())));
        }
        return in;
    }

    /** Fresh layers are the identity, which agrees with anything. */
    private static void randomise(NormalizingFlow flow, double variance) {
        for (Parameter parameter : flow.getParameters().values()) {
            if (parameter.requiresGradient()) {
                NDArray array = parameter.getArray();
                Shape shape = array.getShape();
                long inputs = shape.dimension() < 2 ? 4 : shape.size() / shape.get(0);
                float deviation = (float) Math.sqrt(variance / inputs);
                array.addi(array.getManager().randomNormal(0, deviation, shape, DataType.FLOAT32));
            }
        }
    }

    private static NormalizingFlow inDoubles(NormalizingFlow flow, Preset preset, NDList in) {
        NormalizingFlow wide = preset.newFlow();
        if (!(preset instanceof ImagePreset)) {
            wide =
                    preset.context() == 0
                            ? new NormalizingFlow(new Standardize(), wide)
                            : new NormalizingFlow(new Standardize(), wide, new Standardizer());
        }
        NDManager manager = in.get(0).getManager();
        wide.initialize(manager, DataType.FLOAT64, in.getShapes());
        NDList weights = new NDList();
        for (Pair<String, Parameter> parameter : flow.getParameters()) {
            NDArray weight = parameter.getValue().getArray().toType(DataType.FLOAT64, true);
            weight.setName(parameter.getKey());
            weights.add(weight);
        }
        Weights.restore(wide, weights);
        return wide;
    }

    private static NDList doubles(NDList arrays) {
        NDList wide = new NDList();
        arrays.forEach(array -> wide.add(array.toType(DataType.FLOAT64, true)));
        return wide;
    }

    private static void add(NDList numbers, String type, NormalizingFlow flow, NDList in) {
        NDList context = in.subNDList(1);
        NDList z = forward(flow, in);
        NDList x = inverse(flow, new NDList(z.get(0)).addAll(context));
        add(numbers, type + "x", in.get(0));
        context.forEach(c -> add(numbers, type + "c", c));
        add(numbers, type + "log_prob", logProb(flow, in));
        add(numbers, type + "z", z.get(0));
        add(numbers, type + "log_det", z.get(1));
        add(numbers, type + "x_back", x.get(0));
        add(numbers, type + "log_det_back", x.get(1));
    }

    private static void add(NDList numbers, String name, NDArray array) {
        NDArray copy = array.duplicate();
        copy.setName(name);
        numbers.add(copy);
    }

    private static NDArray logProb(NormalizingFlow flow, NDList in) {
        return in.size() > 1 ? flow.logProb(in.get(0), in.get(1)) : flow.logProb(in.get(0));
    }

    /** The log-densities of samples, with context as many for each row as for the others. */
    private static void addSamples(NDList numbers, NormalizingFlow flow, NDList in) {
        NDArray samples =
                in.size() > 1
                        ? flow.sample(in.get(1).repeat(0, SAMPLES))
                        : flow.sample(in.get(0).getManager(), (long) ROWS * SAMPLES);
        NDList again = new NDList(samples);
        if (in.size() > 1) {
            again.add(in.get(1).repeat(0, SAMPLES));
        }
        add(numbers, "sampled.log_prob", logProb(flow, again));
    }

    private static NDList forward(NormalizingFlow flow, NDList in) {
        NDList inner = embedded(flow, in);
        ParameterStore store = new ParameterStore(in.get(0).getManager(), false);
        NDList z = flow.getBijection().forward(store, new NDList(in.get(0)).addAll(inner), false);
        if (!(flow.getBase() instanceof NormalizingFlow base)) {
            return z;
        }
        NDList rest = forward(base, new NDList(z.get(0)).addAll(inner));
        return new NDList(rest.get(0), z.get(1).add(rest.get(1)));
    }

    private static NDList inverse(NormalizingFlow flow, NDList noise) {
        NDList inner = embedded(flow, noise);
        NDList y =
                new NDList(
                        noise.get(0),
                        noise.get(0)
                                .getManager()
                                .zeros(new Shape(ROWS), noise.get(0).getDataType()));
        if (flow.getBase() instanceof NormalizingFlow base) {
            y = inverse(base, new NDList(noise.get(0)).addAll(inner));
        }
        ParameterStore store = new ParameterStore(noise.get(0).getManager(), false);
        NDList x = flow.getBijection().inverse(store, new NDList(y.get(0)).addAll(inner), false);
        return new NDList(x.get(0), y.get(1).add(x.get(1)));
    }

    private static NDList embedded(NormalizingFlow flow, NDList in) {
        NDList inner = new NDList();
        in.subNDList(1).forEach(context -> inner.add(flow.embed(context)));
        return inner;
    }
}
