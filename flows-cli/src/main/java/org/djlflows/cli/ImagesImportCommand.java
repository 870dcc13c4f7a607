package org.djlflows.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelFolder;
import org.djlflows.interchange.TarFlowWeights;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.TarFlow;
import org.djlflows.weights.StateDict;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** {@code flows images import}: a model folder from weights of the official TarFlow. */
@Command(
        name = "import",
        description =
                "Makes a model folder of weights of the official TarFlow, and prints which tensor"
                        + " became what.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ImagesImportCommand implements Callable<Integer> {

    /** A tensor that every TarFlow has. */
    private static final String FIRST = "blocks.0.proj_in.weight";

    @Parameters(
            paramLabel = "FILE",
            description =
                    "A state_dict as safetensors or as torch.save writes it (.pth), of which nothing"
                            + " is executed.")
    private Path file;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The model folder; an earlier model there is replaced.")
    private Path out;

    @Option(
            names = "--channels",
            paramLabel = "N",
            defaultValue = "3",
            description = "The channels of the images (default: ${DEFAULT-VALUE}).")
    private int channels;

    @Option(
            names = "--size",
            paramLabel = "N",
            required = true,
            description = "Height and width of the images.")
    private int size;

    @Option(
            names = "--patch",
            paramLabel = "N",
            required = true,
            description = "The side of a patch.")
    private int patch;

    @Option(
            names = "--noise",
            paramLabel = "X",
            required = true,
            description =
                    "The deviation of the Gaussian noise of the training images, on pixels in [-1,"
                            + " 1]; 0 for dequantised ones.")
    private double noise;

    @Option(
            names = "--head-width",
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "The width of a head of the attention, which no tensor tells (default:"
                            + " ${DEFAULT-VALUE}).")
    private int headWidth;

    @Option(
            names = "--prefix",
            paramLabel = "NAME",
            description =
                    "What the names of the tensors begin with before \"blocks.\", such as module."
                            + " (default: found in the file).")
    private Optional<String> prefix = Optional.empty();

    @Override
    public Integer call() throws IOException {
        Path folder = out.toAbsolutePath().normalize();
        ModelFolder.requireReplaceable(folder);
        StateDict weights = weights();
        ImageShape images = new ImageShape(channels, size, size);
        // The tensors tell the width, the blocks and the layers.
        int hidden = headWidth > 0 ? headWidth : 64;
        TarFlow given = new TarFlow(patch, hidden, 1, 1, headWidth, false, noise, false);
        TarFlow flow = TarFlowWeights.find(weights, given, images);
        List<String> classes =
                IntStream.range(0, TarFlowWeights.classes(weights))
                        .mapToObj(String::valueOf)
                        .toList();
        FlowConfig config = new FlowConfig(flow, images, classes);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            FlowModel model = FlowModel.create(config, new NDList(), manager);
            System.out.print(TarFlowWeights.importInto(model.flow(), weights));
            model.save(folder, report -> {});
        }
        System.out.println("Model: " + folder);
        return 0;
    }

    /** Returns the tensors of the model, which others may lie beside, such as those of Adam. */
    private StateDict weights() throws IOException {
        StateDict all = StateDict.read(file);
        if (prefix.isPresent()) {
            return all.under(prefix.get());
        }
        List<String> found =
                all.names().stream()
                        .filter(name -> name.endsWith(FIRST))
                        .map(name -> name.substring(0, name.length() - FIRST.length()))
                        .toList();
        if (found.size() > 1) {
            throw new IOException(
                    file + ": expected one model, got several; --prefix takes one of " + found);
        }
        return found.isEmpty() ? all : all.under(found.get(0));
    }
}
