package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.console.Console;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.spec.TableFlow;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** {@code flows export}: a model as one file for Python and C++. */
@Command(
        name = "export",
        description = {
            "Writes a model as one TorchScript file, which Python (torch.jit.load) and C++",
            "(torch::jit::load) use without Java."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ExportCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file to write, such as flow.pt.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            model.exportTorchScript(out);
            System.out.println(Console.printableLines(usage(model.config())));
        }
        return 0;
    }

    private String usage(FlowConfig config) {
        // Of a table the file takes what the flow sees: columns that vary, less their offsets.
        RowEncoding encoding = new RowEncoding(config);
        String shapes =
                "  # float32: x "
                        + shape(FlowModel.event(config).getShape(), encoding.featureLabels());
        String both = "x";
        String sample = "1000";
        if (config.context() > 0) {
            shapes += "; c " + shape(new long[] {config.context()}, encoding.contextLabels());
            both = "x, c";
            sample = "c";
        }
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
                "    log_density = flow.log_prob(" + both + ")" + shapes,
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
