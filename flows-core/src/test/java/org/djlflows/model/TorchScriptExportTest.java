package org.djlflows.model;

import static ai.djl.ndarray.types.DataType.FLOAT32;
import static ai.djl.ndarray.types.DataType.FLOAT64;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.initializer.Initializer;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;

import org.djlflows.AbstractBijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Rescale;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Jet;
import org.djlflows.spec.Presets;
import org.djlflows.spec.PublishedGlow;
import org.djlflows.spec.PublishedRealNvp;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.TarFlow;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Affine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Exported flows give the numbers of the flow, called as DJL calls any TorchScript file. */
class TorchScriptExportTest {

    private static final int ROWS = 5;

    @TempDir private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(3);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    static Stream<FlowConfig> presets() {
        return Stream.of(0, 2).flatMap(TorchScriptExportTest::presets);
    }

    private static Stream<FlowConfig> presets(int context) {
        Stream<FlowConfig> tables =
                Stream.of(
                                Presets.realNvp().withTransforms(2).withHidden(6),
                                Presets.neuralSplineFlow().withHidden(6),
                                Presets.maskedAutoregressiveFlow().withHidden(6),
                                Presets.autoregressiveSplineFlow().withHidden(6),
                                Presets.blockNeuralAutoregressiveFlow(),
                                Presets.planarFlow().withTransforms(4),
                                Presets.radialFlow().withTransforms(4))
                        .map(flow -> config(flow, context));
        ImageShape shape = new ImageShape(2, 4, 8);
        Stream<FlowConfig> images =
                Stream.<ImageFlow>of(
                                new RealNvpImages(2, 4, 1),
                                new Glow(2, 2, 5),
                                new PublishedRealNvp(2, 4, 1),
                                new PublishedGlow(1, 1, 6),
                                new Jet(2, 8, 5, 1),
                                new TarFlow(2, 12, 2, 1, 6, false, 0.1, false))
                        .map(flow -> new FlowConfig(flow, shape, names("c", context)));
        return Stream.concat(tables, images).map(config -> config.withMetrics(Map.of("nll", 1.5)));
    }

    private static FlowConfig config(VectorFlow flow, int context) {
        return new FlowConfig(flow, names("x", 3), names("c", context));
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    /** A trained flow: of rows with columns of very different scales, or of images. */
    private FlowModel model(FlowConfig config) {
        FlowModel model = FlowModel.create(config, inputs(config, 50), manager);
        // Fits what normalises to its first batch.
        model.flow().forward(Fixtures.store(manager), inputs(config, 50), true);
        randomise(model.flow());
        return model;
    }

    /** Less than {@code Fixtures} does, so that images keep the size of their values. */
    private static void randomise(NormalizingFlow flow) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Parameter parameter : flow.getParameters().values()) {
                if (parameter.requiresGradient()) {
                    NDArray array = parameter.getArray();
                    array.addi(array.getManager().randomNormal(0, 0.1f, array.getShape(), FLOAT32));
                }
            }
        }
    }

    private NDList inputs(FlowConfig config, int rows) {
        Shape shape = new Shape(rows).addAll(FlowModel.event(config));
        NDArray x = manager.randomUniform(0.1f, 0.9f, shape);
        if (shape.dimension() == 2) {
            x = x.mul(manager.create(new float[] {1, 1000, 0.01f})).add(3);
        }
        return config.context() == 0
                ? new NDList(x)
                : new NDList(x, manager.randomNormal(new Shape(rows, config.context())));
    }

    private ZooModel<NDList, NDList> load(Path file)
            throws IOException, ModelNotFoundException, MalformedModelException {
        return Criteria.builder()
                .setTypes(NDList.class, NDList.class)
                .optModelPath(file)
                .optEngine("PyTorch")
                .optTranslator(new NoopTranslator())
                .build()
                .loadModel();
    }

    private NDList call(ZooModel<NDList, NDList> module, String method, NDList inputs)
            throws TranslateException {
        // Otherwise the first calls take seconds, and round in another order.
        JniUtils.setGraphExecutorOptimize(false);
        NDArray name = manager.zeros(new Shape(1));
        name.setName("module_method:" + method);
        try (Predictor<NDList, NDList> predictor = module.newPredictor()) {
            NDList results = predictor.predict(new NDList(inputs).addAll(new NDList(name)));
            results.attach(manager);
            return results;
        }
    }

    /** Data to noise by the parts of a flow, one after the other. */
    private static NDList forward(NormalizingFlow flow, NDList in) {
        NDList inner = new NDList();
        for (NDArray context : in.subNDList(1)) {
            inner.add(flow.embed(context));
        }
        NDList x = new NDList(in.get(0)).addAll(inner);
        NDList z = flow.getBijection().forward(Fixtures.store(in.get(0).getManager()), x, false);
        if (!(flow.getBase() instanceof NormalizingFlow base)) {
            return z;
        }
        NDList rest = forward(base, new NDList(z.get(0)).addAll(inner));
        return new NDList(rest.get(0), z.get(1).add(rest.get(1)));
    }

    private static double scale(NDArray array) {
        return Math.max(1, Arrays.stream(doubles(array)).map(Math::abs).max().orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("presets")
    void exportedFlowsGiveTheSameNumbers(FlowConfig config) throws Exception {
        FlowModel model = model(config);
        NormalizingFlow flow = model.flow();
        Path file = folder.resolve("flow.pt");
        model.exportTorchScript(file);
        NDList in = inputs(config, ROWS);
        NDList context = in.subNDList(1);
        try (ZooModel<NDList, NDList> module = load(file)) {
            NDArray logProb = call(module, "log_prob", in).get(0);
            NDArray expected =
                    context.isEmpty()
                            ? flow.logProb(in.get(0))
                            : flow.logProb(in.get(0), context.get(0));
            assertClose(expected, logProb, 2e-6 * scale(expected));

            NDList z = call(module, "forward", in);
            NDList direct = forward(flow, in);
            assertClose(direct.get(0), z.get(0), 2e-6 * scale(direct.get(0)));
            assertClose(direct.get(1), z.get(1), 2e-6 * scale(direct.get(1)));

            NDList x = call(module, "inverse", new NDList(z.get(0)).addAll(context));
            assertClose(in.get(0), x.get(0), 1e-4 * scale(in.get(0)));
            assertClose(z.get(1).neg(), x.get(1), 1e-4 * scale(z.get(1)));

            NDArray rows = manager.zeros(new Shape(ROWS, 1));
            Fixtures.seed(4);
            NDArray drawn =
                    context.isEmpty()
                            ? call(module, "sample_rows", new NDList(rows)).get(0)
                            : call(module, "sample", context).get(0);
            Fixtures.seed(4);
            NDArray samples =
                    context.isEmpty() ? flow.sample(manager, ROWS) : flow.sample(context.get(0));
            assertClose(samples, drawn, 1e-5 * scale(samples));
        }
    }

    @Test
    void equalFlowsGiveEqualFiles() throws IOException {
        FlowModel model = model(config(Presets.planarFlow(), 0));
        Path first = folder.resolve("first.pt");
        Path second = folder.resolve("second.pt");
        Files.writeString(second, "an earlier file");
        model.exportTorchScript(first);
        model.exportTorchScript(second);
        assertEquals(-1, Files.mismatch(first, second));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(2, files.count());
        }
        randomise(model.flow());
        model.exportTorchScript(second);
        assertTrue(Files.mismatch(first, second) >= 0);
    }

    /** A layer of a user, whose parameters have names that differ only in a dot. */
    private static final class Shifts extends AbstractBijection {

        @Override
        protected void prepare(Shape[] inputShapes) {
            for (String name : List.of("shift.by", "shift_by")) {
                addWeight(name, new Shape(2), Initializer.ZEROS);
            }
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String source =
                    """
                    def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        return x + p[0] - 2 * p[1], torch.zeros_like(x[:, 0])


                    def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        return z - p[0] + 2 * p[1], torch.zeros_like(z[:, 0])
                    """;
            return Optional.of(Kernel.of("shifts", source));
        }
    }

    @Test
    void aFlowNeedsNoPreset() throws Exception {
        NormalizingFlow flow = new NormalizingFlow(new Shifts(), new StandardNormal());
        flow.initialize(manager, FLOAT64, new Shape(1, 2));
        Fixtures.randomise(flow);
        NormalizingFlow warm = flow.withTemperature(2);
        Path file = folder.resolve("flow.pt");
        TorchScriptExport.write(warm, "", file);
        NDArray x = manager.randomNormal(0, 1, new Shape(ROWS, 2), FLOAT64);
        try (ZooModel<NDList, NDList> module = load(file)) {
            NDArray logProb = call(module, "log_prob", new NDList(x)).get(0);
            assertEquals(FLOAT64, logProb.getDataType());
            assertClose(warm.logProb(x), logProb, 0);
        }
    }

    @Test
    void inputsThatDoNotFitAreRefused() throws Exception {
        Path file = folder.resolve("flow.pt");
        model(config(Presets.planarFlow(), 2)).exportTorchScript(file);
        NDArray x = manager.zeros(new Shape(ROWS, 3));
        NDArray c = manager.zeros(new Shape(ROWS, 2));
        try (ZooModel<NDList, NDList> module = load(file)) {
            assertRefused(
                    TranslateException.class,
                    "expected x to be rows of shape [3], got shape [5, 2]",
                    () -> call(module, "log_prob", new NDList(c, c)));
            assertRefused(
                    TranslateException.class,
                    "expected z to be rows of shape [3], got shape [5]",
                    () -> call(module, "inverse", new NDList(x.sum(new int[] {1}), c)));
            assertRefused(
                    TranslateException.class,
                    "expected c to be rows of shape [2], got shape [5, 3]",
                    () -> call(module, "sample", new NDList(x)));
            assertRefused(
                    TranslateException.class,
                    "expected c in float32 as the parameters are, got float64",
                    () -> call(module, "forward", new NDList(x, c.toType(FLOAT64, true))));
            assertRefused(
                    TranslateException.class,
                    "expected 5 rows of c as of x or z, got 1",
                    () -> call(module, "forward", new NDList(x, c.get("0:1"))));
        }
    }

    @Test
    void flowsThatCannotBeExportedAreRefused() throws IOException {
        Path file = folder.resolve("flow.pt");
        NormalizingFlow fresh =
                new NormalizingFlow(
                        new SequentialBijection(Permutation.reverse(), new ActNorm()),
                        new StandardNormal());
        assertRefused(
                IllegalStateException.class,
                "not initialized",
                () -> TorchScriptExport.write(fresh, "", file));
        fresh.initialize(manager, FLOAT32, new Shape(1, 2));
        assertRefused(
                IllegalArgumentException.class,
                "which waits for its first training batch",
                () -> TorchScriptExport.write(fresh, "", file));
        fresh.forward(
                Fixtures.store(manager), new NDList(manager.randomNormal(new Shape(9, 2))), true);
        TorchScriptExport.write(fresh, "", file);
        byte[] whole = Files.readAllBytes(file);

        NormalizingFlow foreign =
                new NormalizingFlow(
                        new Coupling(
                                Mask.KEEP_FIRST_HALF,
                                new Affine(ScaleMap.SOFT_CLIP),
                                Linear.builder().setUnits(2).build()),
                        new StandardNormal());
        foreign.initialize(manager, FLOAT32, new Shape(1, 2));
        assertRefused(
                IllegalArgumentException.class,
                "conditioner, a Linear",
                () -> TorchScriptExport.write(foreign, "", file));

        NormalizingFlow empty = new NormalizingFlow(new Rescale(2), new StandardNormal());
        empty.initialize(manager, FLOAT32, new Shape(1, 2));
        assertRefused(
                IllegalArgumentException.class,
                "expected a flow with parameters",
                () -> TorchScriptExport.write(empty, "", file));
        assertArrayEquals(whole, Files.readAllBytes(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }
}
