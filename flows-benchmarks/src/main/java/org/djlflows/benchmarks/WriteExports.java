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
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.model.FlowModel;
import org.djlflows.model.Flows;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Presets;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TarFlow;
import org.djlflows.weights.Weights;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
            for (FlowConfig config : presets(context)) {
                try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                        NoGrad noGrad = NoGrad.open()) {
                    Engine.getEngine("PyTorch").setRandomSeed(1);
                    write(config, manager);
                }
            }
        }
        return 0;
    }

    private static List<FlowConfig> presets(int context) {
        List<String> given = names("c", context);
        List<String> columns = names("x", FEATURES);
        ImageShape images = new ImageShape(3, 16, 16);
        return List.of(
                new FlowConfig(Presets.realNvp(), columns, given),
                new FlowConfig(Presets.neuralSplineFlow(), columns, given),
                new FlowConfig(Presets.maskedAutoregressiveFlow(), columns, given),
                new FlowConfig(Presets.autoregressiveSplineFlow(), columns, given),
                new FlowConfig(Presets.blockNeuralAutoregressiveFlow(), columns, given),
                new FlowConfig(Presets.planarFlow(), columns, given),
                new FlowConfig(Presets.radialFlow(), columns, given),
                new FlowConfig(new RealNvpImages(2, 16, 1), images, given),
                new FlowConfig(new Glow(2, 4, 32), images, given),
                new FlowConfig(new TarFlow(4, 64, 4, 2, 16, false, 0.1, false), images, given));
    }

    /** Two flows can be of one kind: the name tells the scalar maps too. */
    private static String name(FlowConfig config) {
        Optional<Object> map = Specs.value(config.flow(), "map");
        Object kind = Specs.value(config.flow(), "transform").orElse(config.flow());
        String name = kind.getClass().getSimpleName();
        name += map.map(m -> "-" + m.getClass().getSimpleName()).orElse("");
        return name + (config.context() == 0 ? "" : "-context");
    }

    private void write(FlowConfig config, NDManager manager) throws IOException {
        boolean images = config.images().isPresent();
        NDList in = inputs(config, manager);
        FlowModel model = FlowModel.create(config, in, manager);
        // Fits what normalises to its first batch.
        model.flow().forward(new ParameterStore(manager, false), in, true);
        randomise(model.flow(), images ? 0.02 : 0.2);
        String name = name(config);
        model.exportTorchScript(out.resolve(name + ".pt"));

        NDList numbers = new NDList();
        add(numbers, "float32.", model.flow(), in);
        NormalizingFlow wide = inDoubles(model, in);
        add(numbers, "float64.", wide, doubles(in));
        addSamples(numbers, model.flow(), in);
        Weights.write(numbers, out.resolve(name + ".safetensors"));
        System.out.println(name);
    }

    private static List<String> names(String letter, long n) {
        return IntStream.range(0, Math.toIntExact(n)).mapToObj(i -> letter + i).toList();
    }

    /** Columns of very different scales, or images between 0 and 1. */
    private static NDList inputs(FlowConfig config, NDManager manager) {
        Shape shape = new Shape(ROWS).addAll(FlowModel.event(config));
        NDList in = new NDList();
        if (config.images().isPresent()) {
            in.add(manager.randomUniform(0.1f, 0.9f, shape));
        } else {
            NDArray scale = manager.create(new float[] {1, 1000, 0.01f, 1, 10, 0.1f});
            in.add(manager.randomNormal(shape).add(1).mul(scale));
        }
        if (config.context() > 0) {
            in.add(manager.randomNormal(new Shape(ROWS, config.context())));
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

    private static NormalizingFlow inDoubles(FlowModel model, NDList in) {
        NormalizingFlow wide = Flows.of(model.config());
        NDManager manager = in.get(0).getManager();
        wide.initialize(manager, DataType.FLOAT64, in.getShapes());
        NDList weights = new NDList();
        for (Pair<String, Parameter> parameter : ParameterNames.paths(model.flow())) {
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
        ParameterStore store = new ParameterStore(in.get(0).getManager(), false);
        NDList inputs = new NDList(in.get(0)).addAll(embedded(flow, in));
        return flow.getBijection().forward(store, inputs, false);
    }

    private static NDList inverse(NormalizingFlow flow, NDList noise) {
        ParameterStore store = new ParameterStore(noise.get(0).getManager(), false);
        NDList inputs = new NDList(noise.get(0)).addAll(embedded(flow, noise));
        return flow.getBijection().inverse(store, inputs, false);
    }

    private static NDList embedded(NormalizingFlow flow, NDList in) {
        NDList inner = new NDList();
        in.subNDList(1).forEach(context -> inner.add(flow.embed(context)));
        return inner;
    }
}
