package org.djlflows.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;
import org.djlflows.model.Flows;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.TarFlow;
import org.djlflows.weights.Weights;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Writes the program of a TarFlow as {@code kernels.pt} and in bfloat16 as {@code kernels-bf16.pt},
 * and fresh parameters as {@code parameters.safetensors}: what {@code python/gpu.py} checks and
 * times on a device, where no JVM is needed.
 */
@Command(
        name = "kernels",
        description = "Writes the kernels of a TarFlow for python/gpu.py.",
        mixinStandardHelpOptions = true)
public final class WriteKernels implements Callable<Integer> {

    @Option(names = "--out", required = true, description = "The folder to write.")
    private Path out;

    @Option(names = "--channels", defaultValue = "1", description = "Channels of the images.")
    private int channels;

    @Option(names = "--size", defaultValue = "28", description = "Height and width of the images.")
    private int size;

    @Option(names = "--patch", defaultValue = "4", description = "The side of a patch.")
    private int patch;

    @Option(names = "--hidden", defaultValue = "128", description = "Width of the transformers.")
    private int hidden;

    @Option(names = "--blocks", defaultValue = "4", description = "The number of blocks.")
    private int blocks;

    @Option(names = "--layers", defaultValue = "4", description = "Layers in a block.")
    private int layers;

    private WriteKernels() {}

    /**
     * Runs the command.
     *
     * @param args {@code --help} lists them
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new WriteKernels()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            NormalizingFlow flow = write(manager, false, "kernels.pt");
            write(manager, true, "kernels-bf16.pt");
            NDList parameters = new NDList();
            for (var parameter : flow.getParameters()) {
                NDArray array = parameter.getValue().getArray().duplicate();
                array.setName(String.format("p%04d", parameters.size()));
                parameters.add(array);
            }
            Weights.write(parameters, out.resolve("parameters.safetensors"));
        }
        return 0;
    }

    private NormalizingFlow write(NDManager manager, boolean bfloat16, String file)
            throws IOException {
        NormalizingFlow flow =
                Flows.of(
                        new FlowConfig(
                                new TarFlow(patch, hidden, blocks, layers, 0, false, 0.1, bfloat16),
                                new ImageShape(channels, size, size),
                                List.of()));
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, channels, size, size));
        Kernel kernel = Autograd.ofDistribution(flow.kernel(true).orElseThrow());
        Program.write(
                kernel,
                flow.getParameters().size(),
                out.resolve(file),
                "log_prob",
                "sample",
                "generate");
        return flow;
    }
}
