package org.djlflows.examples.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

import org.djlflows.plot.Picture;
import org.djlflows.training.History;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Runs the code of the notebooks as it stands, in this process and without Jupyter. */
class NotebooksTest {

    private static final long LARGEST = 1_500_000;

    /** What the kernel imports itself. */
    private static final String IMPORTS_OF_KERNEL =
            "import java.util.*; import java.io.*; import java.math.*; import java.net.*;"
                    + " import java.util.concurrent.*; import java.util.prefs.*;"
                    + " import java.util.regex.*;";

    private final Recorder recorder = new Recorder();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private PrintStream out;

    @BeforeEach
    void capture() {
        System.setProperty("java.awt.headless", "true");
        Notebook.use(recorder, folder());
        out = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setOut(out);
        Notebook.use(null, Path.of(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "density-estimation.ipynb",
                "tabular-anomalies.ipynb",
                "alarms-with-reasons.ipynb",
                "images-tarflow.ipynb"
            })
    void runsAsCommitted(String name) throws IOException {
        Path file = folder().resolve(name);
        String text = Files.readString(file);
        assertTrue(Files.size(file) < LARGEST, Files.size(file) + " bytes");
        List<JsonObject> cells = codeCells(text);

        int displayed = 0;
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            evaluate(shell, IMPORTS_OF_KERNEL);
            // The kernel takes the file as one snippet.
            evaluate(shell, Files.readString(folder().resolve("kernel/imports.jshell")));
            for (int i = 0; i < cells.size(); i++) {
                JsonObject cell = cells.get(i);
                run(shell, joined(cell.get("source")));

                JsonArray outputs = cell.getAsJsonArray("outputs");
                assertEquals(i + 1, cell.get("execution_count").getAsInt(), "run in order");
                for (JsonElement output : outputs) {
                    String type = output.getAsJsonObject().get("output_type").getAsString();
                    // Not the value of an expression, such as PrintStream@1b2c3d.
                    assertTrue("display_data".equals(type) || "stream".equals(type), type);
                    displayed += "display_data".equals(type) ? 1 : 0;
                }
                assertEquals(recorder.images.size(), displayed, "pictures as committed");
            }
        }
        assertTrue(displayed > 2);
        for (BufferedImage image : recorder.images) {
            assertTrue(colors(image) > 20, "the picture shows something");
        }
        assertFalse(text.contains(System.getProperty("user.home") + "/"), "a path of a machine");
        assertFalse(printed.toString(StandardCharsets.UTF_8).contains("NaN"));
    }

    @Test
    void renewsTheLosses() {
        Consumer<History> listener = Notebook.liveLoss();
        listener.accept(new History(List.of(3.0), List.of(3.5), 1, 0));
        BufferedImage first = recorder.images.get(0);
        listener.accept(new History(List.of(3.0, 2.0), List.of(3.5, 2.5), 2, 0));
        assertEquals(1, recorder.images.size());
        assertEquals(List.of("0"), recorder.replaced);
        assertFalse(same(first, recorder.images.get(0)));
    }

    @Test
    void tellsWhereItCanShow() {
        Notebook.use(null, Path.of(""));
        Picture dot = Picture.of(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
        String message =
                assertThrows(IllegalStateException.class, () -> Notebook.show(dot)).getMessage();
        assertTrue(
                message.startsWith("Notebook: expected to run in a notebook of the kernel"),
                message);
    }

    /** The folder of the notebooks, from that of the module or of its neighbours. */
    private static Path folder() {
        Path here = Path.of("notebooks");
        return Files.exists(here) ? here : Path.of("../flows-examples/notebooks");
    }

    private static List<JsonObject> codeCells(String notebook) {
        List<JsonObject> cells = new ArrayList<>();
        for (JsonElement cell :
                JsonParser.parseString(notebook).getAsJsonObject().getAsJsonArray("cells")) {
            if ("code".equals(cell.getAsJsonObject().get("cell_type").getAsString())) {
                cells.add(cell.getAsJsonObject());
            }
        }
        return cells;
    }

    private static String joined(JsonElement lines) {
        StringBuilder text = new StringBuilder();
        lines.getAsJsonArray().forEach(line -> text.append(line.getAsString()));
        return text.toString();
    }

    private static void run(JShell shell, String cell) {
        String rest = cell;
        while (!rest.isBlank()) {
            CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            evaluate(shell, next.source() == null ? rest : next.source());
            rest = next.remaining() == null ? "" : next.remaining();
        }
    }

    private static void evaluate(JShell shell, String source) {
        for (SnippetEvent event : shell.eval(source)) {
            if (event.causeSnippet() == null) {
                List<String> problems =
                        shell.diagnostics(event.snippet())
                                .map(problem -> problem.getMessage(Locale.ROOT))
                                .toList();
                assertEquals(Snippet.Status.VALID, event.status(), source + problems);
                assertNull(event.exception(), () -> source + ": " + event.exception());
            }
        }
    }

    private static long colors(BufferedImage image) {
        return Arrays.stream(pixels(image)).distinct().count();
    }

    private static boolean same(BufferedImage a, BufferedImage b) {
        return Arrays.equals(pixels(a), pixels(b));
    }

    private static int[] pixels(BufferedImage image) {
        int width = image.getWidth();
        return image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    }

    /** Keeps what is shown. */
    private static final class Recorder implements Display {

        private final List<BufferedImage> images = new ArrayList<>();
        private final List<String> replaced = new ArrayList<>();

        @Override
        public String show(BufferedImage image) {
            images.add(image);
            return String.valueOf(images.size() - 1);
        }

        @Override
        public void replace(String id, BufferedImage image) {
            replaced.add(id);
            images.set(Integer.parseInt(id), image);
        }
    }
}
