package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;

import org.djlflows.estimator.DensityEstimator;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.serve.ModelServer;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

import javax.tools.ToolProvider;

/** A model folder in which somebody left a program: a class, the same in a jar, its source. */
class PlantedCodeTest {

    private static final String SOURCE =
            """
            package planted;

            public class Planted
                    implements ai.djl.nn.BlockFactory, ai.djl.translate.TranslatorFactory {
                static {
                    try {
                        java.nio.file.Files.writeString(java.nio.file.Path.of("%s"), "ran");
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }

                public ai.djl.nn.Block newBlock(
                        ai.djl.Model model, java.nio.file.Path path, java.util.Map<String, ?> all) {
                    return null;
                }

                public java.util.Set<
                                ai.djl.util.Pair<java.lang.reflect.Type, java.lang.reflect.Type>>
                        getSupportedTypes() {
                    return java.util.Set.of();
                }

                public <I, O> ai.djl.translate.Translator<I, O> newInstance(
                        Class<I> in, Class<O> out, ai.djl.Model m, java.util.Map<String, ?> all) {
                    return null;
                }
            }
            """;

    @TempDir private Path folder;
    private Path model;
    private Path marker;

    @BeforeEach
    void plant() throws Exception {
        model = folder.resolve("model");
        marker = folder.resolve("marker");
        try (NDManager manager = NDManager.newBaseManager()) {
            VectorFlow flow = Presets.realNvp().withTransforms(2).withHidden(6);
            NDList rows = new NDList(manager.randomNormal(new Shape(50, 2)));
            FlowConfig config = new FlowConfig(flow, List.of("x", "y"), List.of());
            FlowModel.create(config, rows, manager).save(model, report -> {});
        }
        Path classes = Files.createDirectory(model.resolve("classes"));
        Path source = classes.resolve("Planted.java");
        Files.writeString(source, SOURCE.formatted(marker));
        int failed =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                classes.toString(),
                                source.toString());
        assertEquals(0, failed);
        try (OutputStream file = Files.newOutputStream(model.resolve("planted.jar"));
                JarOutputStream jar = new JarOutputStream(file)) {
            jar.putNextEntry(new ZipEntry("planted/Planted.class"));
            Files.copy(classes.resolve("planted/Planted.class"), jar);
        }
        Files.writeString(
                model.resolve("serving.properties"),
                "engine=PyTorch\nblockFactory=planted.Planted\n"
                        + "translatorFactory=planted.Planted\noption.hasParameter=false\n");
    }

    @Test
    void ourLoadersRunNothing() throws Exception {
        try (NDManager manager = NDManager.newBaseManager()) {
            assertEquals(2, FlowModel.load(model, manager).config().columns().size());
        }
        try (DensityEstimator estimator = DensityEstimator.load(model)) {
            assertEquals(3, estimator.sample(3).length);
        }
        assertEquals(0, Flows.run("info", model.toString()));
        String samples = folder.resolve("samples.csv").toString();
        assertEquals(0, Flows.run("sample", model.toString(), "-n", "3", "--out", samples));
        String scores = folder.resolve("scores.csv").toString();
        assertEquals(0, Flows.run("score", model.toString(), samples, "--out", scores));
        ModelServer.Settings settings =
                new ModelServer.Settings(
                        "127.0.0.1",
                        0,
                        ModelServer.Limits.of(1000, 1),
                        Optional.of(3),
                        Device.cpu());
        try (ModelServer server = ModelServer.start(List.of(model), settings)) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(server.address() + "/predictions/model"))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("[[1, 2]]"))
                            .build();
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
        }
        assertFalse(Files.exists(marker), "planted code ran");
    }

    /** What the guide warns of, so that the test above is known to test something. */
    @Test
    void criteriaOfDjlRunIt() {
        Criteria<Input, Output> criteria =
                Criteria.builder().setTypes(Input.class, Output.class).optModelPath(model).build();
        assertThrows(IOException.class, criteria::loadModel);
        assertTrue(Files.exists(marker), "planted code did not run");
    }
}
