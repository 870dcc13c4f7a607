package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Presets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class ExportTest {

    @TempDir private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private PrintStream out;
    private PrintStream err;

    @BeforeEach
    void capture() {
        out = System.out;
        err = System.err;
        PrintStream all = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(all);
        System.setErr(all);
    }

    @AfterEach
    void restore() {
        System.setOut(out);
        System.setErr(err);
    }

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
        assertEquals(0, run("export", model, "--out", file), this::printed);
        assertEquals(
                List.of(
                        "import torch",
                        "flow = torch.jit.load(\"" + file + "\")",
                        "with torch.no_grad():",
                        "    log_density = flow.log_prob(x, c)"
                                + "  # float32: x (n, 2) of a, b; c (n, 1) of hour",
                        "    samples = flow.sample(c)"),
                // The engine warns of its own matters where it is loaded first here.
                printed().lines().filter(line -> !line.contains(" WARN ")).toList());
        assertEquals(-1, Files.mismatch(expected, file));

        assertEquals(1, run("export", folder, "--out", file));
        assertTrue(printed().contains("expected a model folder"), this::printed);
        Path nowhere = folder.resolve("no/flow.pt");
        assertEquals(1, run("export", model, "--out", nowhere));
        assertTrue(
                printed().contains("expected a place that can be written, got: no such folder"),
                this::printed);
        assertFalse(Files.exists(nowhere));
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static int run(Object... arguments) {
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return Flows.run(texts);
    }
}
