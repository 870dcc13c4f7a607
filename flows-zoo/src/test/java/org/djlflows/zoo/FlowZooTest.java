package org.djlflows.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.DeferredTranslatorFactory;
import ai.djl.util.Utils;

import com.sun.net.httpserver.HttpServer;

import org.djlflows.data.Toys;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowBlockFactory;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.awt.image.BufferedImage;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class FlowZooTest {

    /** Java alone computes the densities of few rows, PyTorch those that are expected. */
    private static final float ROUNDING = 1e-5f;

    private static final float[][] POINTS = {{0.5f, 0.2f}, {-1, 0.1f}, {3, 3}};

    @TempDir private Path folder;

    /** The cache of models is this test's own; that of the engine stays. */
    @BeforeEach
    void ownCache() {
        Engine.getEngine("PyTorch");
        System.setProperty("DJL_CACHE_DIR", folder.resolve("cache").toString());
    }

    @AfterEach
    void commonCache() {
        System.clearProperty("DJL_CACHE_DIR");
    }

    private static <I, O> O ask(Criteria<I, O> criteria, I input) throws Exception {
        try (ZooModel<I, O> model = criteria.loadModel();
                Predictor<I, O> predictor = model.newPredictor()) {
            return predictor.predict(input);
        }
    }

    private static Criteria.Builder<float[][], float[]> scores() {
        return Criteria.builder().setTypes(float[][].class, float[].class);
    }

    @Test
    void criteriaFindAModelByItsId() throws Exception {
        Criteria<float[], Float> criteria =
                Criteria.builder()
                        .setTypes(float[].class, Float.class)
                        .optGroupId("org.djlflows")
                        .optArtifactId("two-moons")
                        .build();
        assertTrue(ask(criteria, POINTS[0]) > ask(criteria, POINTS[2]) + 5);
        assertTrue(Files.isDirectory(folder.resolve("cache/cache/repo/model")));
        assertTrue(ModelZoo.getModelZoo("org.djlflows") instanceof FlowZoo);
    }

    /** The mean of fresh points is what training measured. */
    @Test
    void twoMoonsAreTwoMoons() throws Exception {
        float[] flat = Toys.twoMoons(4000, 99);
        float[][] points = new float[4000][];
        Arrays.setAll(points, i -> new float[] {flat[2 * i], flat[2 * i + 1]});
        try (ZooModel<float[][], float[]> model =
                        PretrainedFlow.TWO_MOONS
                                .criteria(float[][].class, float[].class)
                                .build()
                                .loadModel();
                Predictor<float[][], float[]> predictor = model.newPredictor()) {
            double sum = 0;
            for (float logDensity : predictor.predict(points)) {
                sum -= logDensity;
            }
            FlowConfig config = FlowConfig.fromJson(model.getProperty(FlowBlockFactory.CONFIG));
            assertEquals(config.metrics().get("testNll"), sum / 4000, 0.08);
        }
    }

    /** What a model draws has a density. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MNIST_TARFLOW")
    void eachTableSamplesAndScores(PretrainedFlow flow) throws Exception {
        float[][] samples = ask(flow.criteria(Integer.class, float[][].class).build(), 3);
        assertEquals(3, samples.length);
        float[] scores = ask(flow.criteria(float[][].class, float[].class).build(), samples);
        for (float score : scores) {
            assertTrue(Float.isFinite(score));
        }
        assertTrue(flow.description().length() > 20);
    }

    /** A digit of the model is likelier than noise. */
    @Test
    void digitsAreDrawnAndScored() throws Exception {
        PretrainedFlow digits = PretrainedFlow.MNIST_TARFLOW;
        Image[] drawn = ask(digits.criteria(Integer.class, Image[].class).build(), 2);
        assertEquals(28, drawn[0].getWidth());
        BufferedImage noise = new BufferedImage(28, 28, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int i = 0; i < 28 * 28; i++) {
            noise.setRGB(i % 28, i / 28, 0x010101 * random.nextInt(256));
        }
        float ofNoise = scoreOf(ImageFactory.getInstance().fromImage(noise));
        float ofDigit = scoreOf(drawn[0]);
        assertTrue(ofDigit > ofNoise + 500, ofDigit + " and " + ofNoise);
    }

    private static float scoreOf(Image image) throws Exception {
        return ask(PretrainedFlow.MNIST_TARFLOW.criteria(Image.class, Float.class).build(), image);
    }

    @Test
    void eachFolderHasItsConstant() throws Exception {
        Path models = Path.of(FlowZoo.class.getResource("two-moons").toURI()).getParent();
        Set<String> folders;
        try (Stream<Path> all = Files.list(models)) {
            folders =
                    all.filter(Files::isDirectory)
                            .map(path -> path.getFileName().toString())
                            .collect(Collectors.toCollection(TreeSet::new));
        }
        Set<String> constants =
                Arrays.stream(PretrainedFlow.values())
                        .map(PretrainedFlow::artifactId)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(constants, folders);
    }

    @ParameterizedTest
    @EnumSource
    void eachFolderHasChecksumsThatFit(PretrainedFlow flow) throws Exception {
        Path model = Path.of(FlowZoo.class.getResource(flow.artifactId()).toURI());
        assertTrue(Files.readString(model.resolve("config.json")).contains("\"sha256\""));
        try (NDManager manager = NDManager.newBaseManager()) {
            FlowModel.load(model, manager);
        }
    }

    @Test
    void anUnknownIdIsNoModel() {
        Criteria<float[][], float[]> unknown =
                scores().optGroupId("org.djlflows").optArtifactId("three-moons").build();
        assertThrows(ModelNotFoundException.class, unknown::loadModel);
        Criteria<Integer, Double> types =
                PretrainedFlow.TWO_MOONS.criteria(Integer.class, Double.class).build();
        assertThrows(ModelNotFoundException.class, types::loadModel);
    }

    private float[] saveModel(Path to) throws Exception {
        try (NDManager manager = NDManager.newBaseManager()) {
            VectorFlow preset = Presets.neuralSplineFlow().withTransforms(2).withHidden(6);
            NDList rows = new NDList(manager.randomNormal(new Shape(50, 2)));
            FlowModel model =
                    FlowModel.create(
                            new FlowConfig(preset, List.of("x", "y"), List.of()), rows, manager);
            model.save(to, report -> {});
            return model.flow().logProb(manager.create(POINTS)).toFloatArray();
        }
    }

    private static byte[] zip(Path model) throws Exception {
        Path file = model.resolveSibling(model.getFileName() + ".zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            add(zip, model, model);
        }
        return Files.readAllBytes(file);
    }

    private static void add(ZipOutputStream zip, Path root, Path from) throws Exception {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(root.relativize(path).toString()));
                Files.copy(path, zip);
                zip.closeEntry();
            }
        }
    }

    @Test
    void oneModelComesFromAFolderAZipFileAndAServer() throws Exception {
        Path model = folder.resolve("model");
        float[] expected = saveModel(model);
        byte[] zip = zip(model);
        assertArrayEquals(expected, load(model.toUri().toString()), ROUNDING);
        assertArrayEquals(expected, load(folder.resolve("model.zip").toUri().toString()), ROUNDING);

        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        HttpServer server = HttpServer.create(any, 0);
        server.createContext(
                "/models/model.zip",
                exchange -> {
                    boolean head = exchange.getRequestMethod().equals("HEAD");
                    exchange.sendResponseHeaders(200, head ? -1 : zip.length);
                    if (head) {
                        exchange.close();
                        return;
                    }
                    try (OutputStream out = exchange.getResponseBody()) {
                        out.write(zip);
                    }
                });
        server.start();
        try {
            // DJL reads no address of a server while it is offline.
            System.setProperty("ai.djl.offline", "false");
            String address = "http://127.0.0.1:" + server.getAddress().getPort();
            assertArrayEquals(expected, load(address + "/models/model.zip"), ROUNDING);
        } finally {
            System.setProperty("ai.djl.offline", "true");
            server.stop(0);
        }
    }

    /** What the guide says of DJL's cache, which goes by the address; folders are not copied. */
    @Test
    void aZipFileThatIsReplacedIsNotSeen() throws Exception {
        Path model = folder.resolve("model");
        float[] first = saveModel(model);
        zip(model);
        String address = folder.resolve("model.zip").toUri().toString();
        assertArrayEquals(first, load(address), ROUNDING);
        float[] second = saveModel(model);
        zip(model);
        assertFalse(Arrays.equals(first, second));
        assertArrayEquals(first, load(address), ROUNDING);
        assertArrayEquals(second, load(model.toUri().toString()), ROUNDING);
    }

    private static float[] load(String url) throws Exception {
        return ask(
                scores().optModelUrls(url)
                        .optTranslatorFactory(new DeferredTranslatorFactory())
                        .build(),
                POINTS);
    }

    /** From a jar, in a process whose home has no files of DJL. */
    @Test
    void modelsComeWithTheJar() throws Exception {
        Path classes =
                Path.of(FlowZoo.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path resources = Path.of(FlowZoo.class.getResource("two-moons").toURI());
        Path root = resources.resolve("../../../..").normalize();
        Path jar = folder.resolve("zoo.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            add(out, root, root);
        }
        List<String> path = new ArrayList<>(List.of(jar.toString()));
        for (String entry :
                System.getProperty("java.class.path")
                        .split(System.getProperty("path.separator"), -1)) {
            Path place = Path.of(entry).toAbsolutePath();
            if (!place.equals(root) && !place.equals(classes)) {
                path.add(entry);
            }
        }
        Path log = folder.resolve("log");
        Path home = Files.createDirectory(folder.resolve("home"));
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dai.djl.offline=true",
                        "-DOPT_OUT_TRACKING=true",
                        "-Duser.home=" + home,
                        "-DDJL_CACHE_DIR=" + folder.resolve("cache"),
                        "-DENGINE_CACHE_DIR=" + engineCache(),
                        "-cp",
                        String.join(System.getProperty("path.separator"), path),
                        FlowZooTest.class.getName());
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "ends in time");
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertEquals(0, process.exitValue(), said);
        assertTrue(said.contains("loaded from jar:file:"), said);
        assertFalse(Files.exists(home.resolve(".djl.ai")), "nothing but the cache is written");
    }

    private static Path engineCache() {
        System.clearProperty("DJL_CACHE_DIR");
        return Utils.getEngineCacheDir().toAbsolutePath();
    }

    /** Loads a model in a process of its own. */
    public static void main(String[] args) throws Exception {
        float[] scores =
                ask(
                        PretrainedFlow.TWO_MOONS.criteria(float[][].class, float[].class).build(),
                        POINTS);
        if (!(scores[0] > scores[2])) {
            throw new IllegalStateException(Arrays.toString(scores));
        }
        System.out.println("loaded from " + FlowZoo.class.getResource("two-moons/config.json"));
    }
}
