package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.console.Console;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelReader;
import org.djlflows.model.FlowModel;
import org.djlflows.runtime.OnnxExport;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.spec.Direction;
import org.djlflows.spec.TableFlow;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** {@code flows export}: a model as one file for Python, C++ and others. */
@Command(
        name = "export",
        description = {
            "Writes a model as one file that is used without Java: TorchScript for Python",
            "(torch.jit.load) and C++ (torch::jit::load), or ONNX."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExportCommand implements Callable<Integer> {

    /** The formats. */
    enum Format {
        TORCHSCRIPT,
        ONNX
    }

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file to write, such as flow.pt or flow.onnx.")
    private Path out;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "torchscript, or onnx for flows over numbers whose layers need no loop"
                            + " (default: onnx if the name of the file ends in .onnx).")
    private Optional<Format> format = Optional.empty();

    @Option(
            names = "--inverse",
            description =
                    "The way from noise to data: an ONNX file has one direction, without this"
                            + " from data to noise with log-densities.")
    private boolean inverse;

    @Override
    public Integer call() throws IOException {
        boolean named = out.toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
        Format chosen = format.orElse(named ? Format.ONNX : Format.TORCHSCRIPT);
        WrongArguments.require(
                chosen == Format.ONNX || !inverse,
                "--inverse: expected --format onnx",
                "torchscript, whose file has both directions");
        String usage = chosen == Format.ONNX ? writeOnnx() : writeTorchScript();
        System.out.println(Console.printableLines(usage));
        return 0;
    }

    private String writeOnnx() throws IOException {
        Direction direction = inverse ? Direction.NOISE_TO_DATA : Direction.DATA_TO_NOISE;
        OnnxExport.write(folder, direction, out);
        FlowConfig config = ModelReader.read(folder, ModelReader::config);
        String given = config.context() > 0 ? ", \"context\": c" : "";
        return String.join(
                System.lineSeparator(),
                "import onnxruntime",
                "flow = onnxruntime.InferenceSession(\"" + out + "\")",
                (inverse
                                ? "x, log_det = flow.run(None, {\"z\": z"
                                : "log_density, z = flow.run(None, {\"x\": x")
                        + given
                        + "})"
                        + shapes(config));
    }

    private String writeTorchScript() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            model.exportTorchScript(out);
            return usage(model.config());
        }
    }

    /** Of a table a file takes what the flow sees: columns that vary, less their offsets. */
    private static String shapes(FlowConfig config) {
        RowEncoding encoding = new RowEncoding(config);
        String shapes =
                "  # float32: x "
                        + shape(FlowModel.event(config).getShape(), encoding.featureLabels());
        return config.context() == 0
                ? shapes
                : shapes + "; c " + shape(new long[] {config.context()}, encoding.contextLabels());
    }

    private String usage(FlowConfig config) {
        String both = config.context() > 0 ? "x, c" : "x";
        String sample = config.context() > 0 ? "c" : "1000";
        String cells =
                config.flow() instanceof TableFlow
                        ? "# levels are numbers from 0 in the order of config.json, their count is for"
                                + " others; inf is a missing cell, nan one that is not known"
                                + System.lineSeparator()
                        : "";
        return String.join(
                System.lineSeparator(),
                cells + "import torch",
                "flow = torch.jit.load(\"" + out + "\")",
                "with torch.no_grad():",
                "    log_density = flow.log_prob(" + both + ")" + shapes(config),
                "    samples = flow.sample(" + sample + ")");
    }

    private static String shape(long[] event, List<String> columns) {
        String text =
                LongStream.of(event)
                        .mapToObj(size -> ", " + size)
                        .collect(Collectors.joining("", "(n", ")"));
        return columns.isEmpty() ? text : text + " of " + String.join(", ", columns);
    }
}
