package org.djlflows.examples.guide;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.translate.TranslateException;

import org.djlflows.anomaly.Conformal;
import org.djlflows.anomaly.RowScore;
import org.djlflows.data.ClassWeights;
import org.djlflows.data.Toys;
import org.djlflows.distribution.Augmented;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.estimator.Comparison;
import org.djlflows.estimator.DensityEstimator;
import org.djlflows.estimator.TableEstimator;
import org.djlflows.evaluation.CheckReport;
import org.djlflows.evaluation.Estimate;
import org.djlflows.examples.Orders;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.runtime.Explanation;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.VectorFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.djlflows.training.LogDensity;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.univariate.Univariate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** The programs of the guide run and learn. */
class GuideTest {

    @TempDir private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        manager.getEngine().setRandomSeed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Two of three categories, of which the second column has the one after the first. */
    @Test
    void categories() throws IOException {
        Random random = new Random(2);
        float[] rows = new float[4000];
        for (int i = 0; i < rows.length; i += 2) {
            rows[i] = random.nextInt(10) < 6 ? 0 : 1;
            rows[i + 1] = random.nextInt(10) < 9 ? rows[i] + 1 : rows[i];
        }
        double bound = Categories.fit(manager.create(rows, new Shape(2000, 2)), 3, 25);
        double entropy = 0;
        for (double p : new double[] {0.6 * 0.9, 0.6 * 0.1, 0.4 * 0.9, 0.4 * 0.1}) {
            entropy -= p * Math.log(p);
        }
        assertTrue(bound < -entropy + 0.1 && bound > -entropy - 0.15, bound + " " + entropy);
    }

    /** Two normal distributions of deviation 0.5 at -3 and 3. */
    @Test
    void paths() {
        LogDensity target =
                LogDensity.of(
                        """
                        def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            left = -2 * (x[:, 0] + 3).square()
                            right = -2 * (x[:, 0] - 3).square()
                            modes = torch.stack([left, right]).logsumexp(0)
                            return modes - 2 * x[:, 1].square()
                        """);
        Estimate logZ = Paths.weigh(target, manager, 4, 1).logNormalizer();
        assertEquals(Math.log(Math.PI), logZ.value(), 4 * logZ.standardError());
        assertTrue(logZ.standardError() < 0.05, logZ.toString());
    }

    /** Two features around the context and against it, with deviation 0.3. */
    @Test
    void ownFlow() throws IOException {
        Random random = new Random(1);
        float[] context = new float[3000];
        float[] rows = new float[6000];
        for (int i = 0; i < context.length; i++) {
            context[i] = (float) random.nextGaussian();
            rows[2 * i] = context[i] + 0.3f * (float) random.nextGaussian();
            rows[2 * i + 1] = 0.3f * (float) random.nextGaussian() - context[i];
        }
        double logDensity =
                OwnFlow.fit(
                        manager.create(rows, new Shape(3000, 2)),
                        manager.create(context, new Shape(3000, 1)),
                        20);
        double truth = -Math.log(2 * Math.PI * 0.09) - 1;
        assertEquals(truth, logDensity, 0.25);
    }

    /** The density has no seam at north, and no speed below 0. */
    @Test
    void wind() {
        Random random = new Random(2);
        double[][] rows = new double[600][];
        for (int i = 0; i < rows.length; i++) {
            double direction = (720 + 30 * random.nextGaussian()) % 360;
            rows[i] = new double[] {direction, Math.exp(0.4 * random.nextGaussian() + 1)};
        }
        try (DensityEstimator estimator = Wind.fit(rows)) {
            double[][] seam = {{359.999, 3}, {0.001, 3}, {180, 3}, {0, -1}};
            double[] scores = estimator.score(seam);
            assertEquals(scores[0], scores[1], 1e-2);
            assertTrue(scores[0] > scores[2] + 2, scores[0] + " and " + scores[2]);
            assertEquals(Double.NEGATIVE_INFINITY, scores[3]);
            for (double[] sample : estimator.sample(500, 1)) {
                assertTrue(sample[0] >= 0 && sample[0] <= 360 && sample[1] > 0);
            }
        }
    }

    @Test
    void checking() throws IOException {
        StandardNormal normal = new StandardNormal();
        normal.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        NDList rows = new NDList(normal.sample(manager, 300));
        Path picture = folder.resolve("calibration.svg");
        Estimate nats = Checking.measure(normal, rows, List.of("a", "b"), picture);
        assertTrue(nats.contains(Math.log(2 * Math.PI) + 1), nats.toString());
        assertTrue(Files.size(picture) > 1000);

        Asinh layer = new Asinh();
        layer.initialize(manager, DataType.FLOAT64, new Shape(1, 4));
        NDArray logScale = layer.getParameters().get("log_scale").getArray();
        logScale.addi(manager.randomNormal(0, 1, new Shape(4), DataType.FLOAT64));
        CheckReport report = Checking.check(layer, manager);
        assertTrue(report.isRight(), report.toString());
    }

    @Test
    void passengers() {
        Random random = new Random(3);
        List<Passengers.Passenger> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            boolean first = random.nextBoolean();
            Integer age = i % 5 == 0 ? null : 20 + random.nextInt(50);
            double fare = Math.rint((first ? 800 : 100) * Math.exp(random.nextGaussian())) / 10;
            rows.add(new Passengers.Passenger(first ? "first" : "second", age, fare));
        }
        Table whole = Passengers.completed(rows);
        assertEquals(List.of("ticket", "age", "fare"), whole.names());
        for (int i = 0; i < rows.size(); i++) {
            double age = ((TableColumn.Numbers) whole.column("age")).value(i);
            assertTrue(age >= 20 && age < 70 && age == Math.rint(age), "age " + age);
        }
    }

    /** The layer undoes itself, and its log-determinants are opposite. */
    @Test
    void ownLayer() {
        Asinh layer = new Asinh();
        layer.initialize(manager, DataType.FLOAT64, new Shape(1, 3));
        NDArray x = manager.randomNormal(0, 3, new Shape(50, 3), DataType.FLOAT64);
        ParameterStore store = new ParameterStore(manager, false);
        NDList z = layer.forward(store, new NDList(x), false);
        NDList back = layer.inverse(store, new NDList(z.get(0)), false);
        assertTrue(back.get(0).allClose(x, 1e-10, 1e-10, false));
        assertTrue(back.get(1).allClose(z.get(1).neg(), 1e-10, 1e-10, false));
    }

    @Test
    void choosing() {
        VectorFlow flow = Choosing.flow();
        assertEquals(12, flow.transforms());
        assertEquals(Optional.of(32), Specs.value(flow, "width"));
        assertEquals(Optional.of(ScaleMap.SOFT_CLIP), Specs.value(flow, "scale"));
    }

    @Test
    void comparing() {
        Random random = new Random(2);
        double[][] rows = new double[100][];
        Arrays.setAll(rows, i -> new double[] {random.nextGaussian(), random.nextGaussian()});
        Table table = Table.ofNumbers(List.of("x", "y"), rows);
        MaximumLikelihood.Builder training =
                MaximumLikelihood.builder().optEpochs(1).optBatchSize(16);
        List<Comparison> found = Choosing.compared(table, training);
        assertEquals(2, found.size());
        assertEquals(0, found.get(0).difference());
        assertTrue(found.get(1).difference() >= 0);
    }

    /** The map undoes itself, and its log-slopes are opposite; without bends it is the identity. */
    @Test
    void ownMap() {
        Univariate map = new Bends(3).newMap();
        map.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        NDArray x = manager.randomNormal(0, 3, new Shape(50, 2), DataType.FLOAT64);
        NDArray theta = manager.randomNormal(0, 2, new Shape(50, 6, 2), DataType.FLOAT64);
        ParameterStore store = new ParameterStore(manager, false);
        NDList z = map.forward(store, new NDList(x, theta), false);
        NDList back = map.inverse(store, new NDList(z.get(0), theta), false);
        assertTrue(back.get(0).allClose(x, 1e-10, 1e-10, false));
        assertTrue(back.get(1).allClose(z.get(1).neg(), 1e-10, 1e-10, false));
        NDList same = map.forward(store, new NDList(x, theta.zerosLike()), false);
        assertTrue(same.get(0).allClose(x, 1e-12, 1e-12, false));
    }

    /** The map is known to those who read a model folder. */
    @Test
    void ownMapInAModelFolder() throws IOException {
        VectorFlow flow =
                Presets.maskedAutoregressiveFlow().withTransforms(2).withMap(new Bends(3));
        FlowConfig config = new FlowConfig(flow, List.of("x", "y"), List.of());
        NDList rows = new NDList(manager.randomNormal(new Shape(50, 2)));
        FlowModel model = FlowModel.create(config, rows, manager);
        model.save(folder.resolve("model"), report -> {});
        FlowModel loaded = FlowModel.load(folder.resolve("model"), manager);
        assertEquals(config, loaded.config());
        assertArrayEquals(model.score(rows), loaded.score(rows));
    }

    @Test
    void trainerLoop() throws IOException, TranslateException {
        NDArray moons = manager.create(Toys.twoMoons(2000, 1), new Shape(2000, 2));
        // A normal distribution fitted to two moons reaches -2.0.
        assertTrue(TrainerLoop.fit(moons, 10) > -1.8);
    }

    @Test
    void digits() {
        Digits digits = new Digits(manager);
        assertEquals(new Shape(4, 1, 28, 28), digits.draw(4).getShape());
        NDArray images = manager.randomUniform(0, 1, new Shape(2, 1, 28, 28));
        Augmented noisy = digits.noisy();
        noisy.initialize(manager, DataType.FLOAT32, images.getShape(), new Shape(2, 10));
        NDArray logProb = noisy.logProb(images, ClassWeights.inTurn(manager, 10, 2));
        assertEquals(new Shape(2), logProb.getShape());
    }

    /**
     * DJL's way gives the numbers of the estimator, and the export is a file that PyTorch reads.
     */
    @Test
    void loading() throws Exception {
        double[][] rows = new double[500][];
        Random random = new Random(1);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new double[] {random.nextGaussian(), random.nextGaussian()};
        }
        Path model = folder.resolve("model");
        double[] scores;
        try (DensityEstimator estimator =
                DensityEstimator.builder()
                        .optFlow(Presets.realNvp().withTransforms(2).withHidden(8))
                        .optTraining(MaximumLikelihood.builder().optEpochs(2).optBatchSize(100))
                        .fit(rows)) {
            estimator.save(model);
            scores = estimator.score(new double[][] {{0, 0.5}, {1, -1}});
        }
        float[] loaded = Loading.score(model, new float[][] {{0, 0.5f}, {1, -1}});
        assertArrayEquals(new float[] {(float) scores[0], (float) scores[1]}, loaded);

        RowScore score = WithoutPyTorch.score(model, new double[] {1, -1});
        assertEquals(scores[1], score.logDensity(), 1e-5);

        Path file = folder.resolve("flow.pt");
        Loading.export(model, file);
        try (Model exported = Model.newInstance("flow", "PyTorch")) {
            exported.load(file);
            NDArray x = manager.create(new float[] {0, 0.5f, 1, -1}, new Shape(2, 2));
            x.setName("x");
            NDArray method = manager.create(new Shape(0));
            method.setName("module_method:log_prob");
            NDArray logProb =
                    exported.getBlock()
                            .forward(
                                    new ParameterStore(manager, false),
                                    new NDList(x, method),
                                    false)
                            .get(0);
            assertArrayEquals(loaded, logProb.toFloatArray(), 1e-6f);
        }
        Path onnx = folder.resolve("flow.onnx");
        Loading.exportOnnx(model, onnx);
        assertTrue(Files.size(onnx) > 0);
    }

    /** On the upper moon, and far away. */
    @Test
    void zoo() throws Exception {
        float[] scores = Loading.scoreByZoo(new float[][] {{0, 1}, {4, 4}});
        assertTrue(scores[0] > -1.5 && scores[1] < -10, scores[0] + ", " + scores[1]);
    }

    /** Of 8 wrong orders some are very odd: 11 items for 31.07, say. */
    @Test
    void alarms() throws IOException {
        List<String> wrong = Orders.write(folder);
        Path some = folder.resolve("some.csv");
        Files.write(some, Files.readAllLines(folder.resolve("orders.csv")).subList(0, 401));
        Alarms.learn(some.toString(), folder.resolve("model"));
        int[] odd =
                Alarms.list(folder.resolve("model"), folder.resolve("today.csv").toString(), 0.05);
        Set<String> found = new HashSet<>();
        Arrays.stream(odd).forEach(i -> found.add("A" + (14_000 + i)));
        assertTrue(found.contains("A14013"), found.toString());
        found.retainAll(wrong);
        assertTrue(found.size() >= 4 && odd.length < 25, found + " of " + odd.length);
    }

    /** Of p-values 0.02, 0.03 and 0.5, two are at most 2 / 3 of 0.1. */
    @Test
    void discoveries() {
        Conformal conformal = Conformal.of(DoubleStream.iterate(0, i -> i + 1).limit(99).toArray());
        List<RowScore> scores =
                Stream.of(49.0, 98.0, 97.0).map(s -> RowScore.of(-1, s, conformal)).toList();
        assertArrayEquals(new boolean[] {false, true, true}, Alarms.discoveries(scores, 0.1));
    }

    @Test
    void learnsFromAFile() throws IOException {
        Random random = new Random(4);
        StringBuilder csv = new StringBuilder("colour;length\n");
        for (int i = 0; i < 60; i++) {
            boolean red = random.nextBoolean();
            double length = (red ? 3 : 5) + random.nextGaussian();
            String cell = i == 7 ? "" : Double.toString(Math.rint(length * 100) / 100);
            csv.append(red ? "red" : "blue").append(';').append(cell).append('\n');
        }
        Path file = Files.writeString(folder.resolve("data.csv"), csv);
        FromFile.learn(file.toString(), folder.resolve("model"));
        try (TableEstimator estimator = TableEstimator.load(folder.resolve("model"))) {
            assertEquals(List.of("colour", "length"), estimator.columns());

            Table odd =
                    Table.ofMaps(
                            List.of(
                                    Map.of("colour", "red", "length", 3.1),
                                    Map.of("colour", "red", "length", 40)));
            // Six calibration rows tell no p-values below 1/7 apart.
            List<Explanation> why = Reasons.of(estimator, odd, 0.15, folder);
            assertEquals("length", why.get(why.size() - 1).cells().get(0).column());
            assertTrue(Files.size(folder.resolve("1.png")) > 0);
        }
        Table red = Table.ofMaps(List.of(Map.of("colour", "red", "length", Optional.empty())));
        Table whole = WithoutPyTorch.ofAnyKind(folder.resolve("model"), red, "length");
        assertEquals(red.column("colour"), whole.column("colour"));
        assertFalse(whole.column("length").isMissing(0));
    }
}
