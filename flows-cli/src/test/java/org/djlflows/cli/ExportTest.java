package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.runtime.OnnxExport;
import org.djlflows.spec.Direction;
import org.djlflows.spec.Presets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class ExportTest {

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    @Test
    void writesAFileAndSaysHowToUseIt() throws IOException {
        Path model = folder.resolve("model");
        Path file = folder.resolve("flow.pt");
        Path expected = folder.resolve("expected.pt");
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowConfig config =
                    new FlowConfig(Presets.planarFlow(), List.of("a", "b"), List.of("hour"));
            NDList rows =
                    new NDList(
                            manager.randomNormal(new Shape(9, 2)),
                            manager.randomNormal(new Shape(9, 1)));
            FlowModel saved = FlowModel.create(config, rows, manager);
            saved.save(model, report -> {});
            saved.exportTorchScript(expected);
        }
        terminal.runs("export", model, "--out", file);
        assertEquals(
                List.of(
                        "import torch",
                        "flow = torch.jit.load(\"" + file + "\")",
                        "with torch.no_grad():",
                        "    log_density = flow.log_prob(x, c)"
                                + "  # float32: x (n, 2) of a, b; c (n, 1) of hour",
                        "    samples = flow.sample(c)"),
                // The engine warns of its own matters where it is loaded first here.
                terminal.printed().lines().filter(line -> !line.contains(" WARN ")).toList());
        assertEquals(-1, Files.mismatch(expected, file));

        terminal.refuses(1, "expected a model folder", "export", folder, "--out", file);
        Path nowhere = folder.resolve("no/flow.pt");
        terminal.refuses(
                1,
                "expected a place that can be written, got: no such folder",
                "export",
                model,
                "--out",
                nowhere);
        assertFalse(Files.exists(nowhere));
    }

    @Test
    void writesOnnxByTheNameOfTheFile() throws IOException {
        Path model = folder.resolve("model");
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowConfig config =
                    new FlowConfig(Presets.planarFlow(), List.of("a", "b"), List.of("hour"));
            NDList rows =
                    new NDList(
                            manager.randomNormal(new Shape(9, 2)),
                            manager.randomNormal(new Shape(9, 1)));
            FlowModel.create(config, rows, manager).save(model, report -> {});
        }
        Path file = folder.resolve("flow.onnx");
        Path expected = folder.resolve("expected");
        OnnxExport.write(model, Direction.DATA_TO_NOISE, expected);
        terminal.runs("export", model, "--out", file);
        assertEquals(-1, Files.mismatch(expected, file));
        List<String> printed = terminal.printed().lines().toList();
        assertEquals(
                List.of(
                        "import onnxruntime",
                        "flow = onnxruntime.InferenceSession(\"" + file + "\")",
                        "log_density, z = flow.run(None, {\"x\": x, \"context\": c})"
                                + "  # float32: x (n, 2) of a, b; c (n, 1) of hour"),
                printed.subList(printed.size() - 3, printed.size()));

        Path other = folder.resolve("flow.bin");
        terminal.runs("export", model, "--out", other, "--format", "onnx");
        assertEquals(-1, Files.mismatch(expected, other));
        terminal.refuses(1, "got planar", "export", model, "--out", file, "--inverse");
        assertEquals(-1, Files.mismatch(expected, file));
        terminal.refuses(
                2,
                "--inverse: expected --format onnx, got torchscript",
                "export",
                model,
                "--out",
                folder.resolve("flow.pt"),
                "--inverse");
    }
}
