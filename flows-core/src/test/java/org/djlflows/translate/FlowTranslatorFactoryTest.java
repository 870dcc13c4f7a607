package org.djlflows.translate;

import static org.djlflows.translate.SmallModels.load;
import static org.djlflows.translate.SmallModels.predict;
import static org.djlflows.translate.SmallModels.save;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.BufferedImageFactory;
import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.DeferredTranslatorFactory;
import ai.djl.translate.TranslateException;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.sampling.Denoising;
import org.djlflows.spec.Presets;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.MaximumLikelihood;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

class FlowTranslatorFactoryTest {

    /** With context: columns a, b and c, then hour and day. */
    private static final float[][] ROWS = {
        {3, 5, 3.1f, 12, 100}, {2.5f, -8, 2.95f, 0, 365}, {4, 3, 3, 6, 1}
    };

    @TempDir private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private FlowModel conditional() throws Exception {
        FlowModel model = SmallModels.table(manager, true);
        save(model, folder.resolve("model"));
        return model;
    }

    private <I, O> O ask(Class<I> input, Class<O> output, I in) throws Exception {
        return predict(folder.resolve("model"), input, output, in);
    }

    private NDArray columns(int from, int to) {
        float[][] part =
                Arrays.stream(ROWS)
                        .map(row -> Arrays.copyOfRange(row, from, to))
                        .toArray(float[][]::new);
        return manager.create(part);
    }

    private float[] expected(FlowModel model) {
        return model.flow().logProb(columns(0, 3), columns(3, 5)).toFloatArray();
    }

    @Test
    void rowsGetTheirLogDensities() throws Exception {
        float[] expected = expected(conditional());
        assertEquals(3, Set.of(expected[0], expected[1], expected[2]).size());
        assertArrayEquals(expected, ask(float[][].class, float[].class, ROWS), 1e-4f);
        assertArrayEquals(new float[0], ask(float[][].class, float[].class, new float[0][]));
        try (ZooModel<float[], Float> model =
                        load(folder.resolve("model"), float[].class, Float.class);
                Predictor<float[], Float> predictor = model.newPredictor()) {
            List<Float> batch = predictor.batchPredict(List.of(ROWS));
            for (int i = 0; i < ROWS.length; i++) {
                assertEquals(expected[i], batch.get(i), 1e-4);
                assertEquals(expected[i], predictor.predict(ROWS[i]), 1e-4);
            }
            assertEquals(List.of(), predictor.batchPredict(List.of()));
        }
    }

    /** Infinity less infinity within a layer is no number, but the row has no density. */
    @Test
    void rowsFarAwayHaveNoDensity() throws Exception {
        FlowModel model = conditional();
        float[][] far = {{3e38f, 3e38f, -3e38f, 1, 2}, ROWS[0]};
        NDArray x = manager.create(new float[][] {{3e38f, 3e38f, -3e38f}});
        NDArray c = manager.create(new float[][] {{1, 2}});
        assertTrue(Float.isNaN(model.flow().logProb(x, c).toFloatArray()[0]));
        double none = Double.NEGATIVE_INFINITY;
        assertEquals(none, model.score(new NDList(x, c))[0]);
        assertEquals(none, ask(float[][].class, float[].class, far)[0]);
        assertEquals(expected(model)[0], ask(float[][].class, float[].class, far)[1], 1e-4);
        assertEquals(none, ask(float[].class, Float.class, far[0]).doubleValue());
        Map<String, Number> byName = Map.of("a", 3e38, "b", 3e38, "c", -3e38, "hour", 1, "day", 2);
        assertEquals(none, ask(Map.class, Double.class, byName));
    }

    @Test
    void rowsByNameGetTheirLogDensity() throws Exception {
        float[] expected = expected(conditional());
        Map<String, Number> row = Map.of("day", 100, "a", 3L, "c", 3.1, "hour", 12f, "b", 5);
        assertEquals(expected[0], ask(Map.class, Double.class, row), 1e-4);
    }

    @Test
    void namesAreExact() throws Exception {
        conditional();
        Map<String, Number> extra =
                Map.of("a", 3, "b", 3, "c", 3, "hour", 1, "day", 1, "minute", 1);
        assertRefused(
                "expected a row of [a, b, c, hour, day]",
                "with the unknown [minute]",
                () -> ask(Map.class, Double.class, extra));
        Map<String, Number> few = Map.of("a", 3, "b", 3, "c", 3, "hour", 1);
        assertRefused("got", "without [day]", () -> ask(Map.class, Double.class, few));
        Map<String, Object> text = Map.of("a", "3", "b", 3, "c", 3, "hour", 1, "day", 2);
        assertRefused(
                "expected a finite number as a", "got 3", () -> ask(Map.class, Double.class, text));
        Map<String, Number> huge = Map.of("a", 1e300, "b", 3, "c", 3, "hour", 1, "day", 2);
        assertRefused("as a", "got 1.0E300", () -> ask(Map.class, Double.class, huge));
    }

    @Test
    void rowsOfAnotherWidthOrNotFiniteAreRefused() throws Exception {
        conditional();
        assertRefused(
                "expected 5 values in row 0 [a, b, c, hour, day]",
                "got 3",
                () -> ask(float[].class, Float.class, new float[3]));
        float[][] second = {ROWS[0], {1, 2, 3, Float.NaN, 5}};
        assertRefused(
                "expected a finite value of hour in row 1",
                "got NaN",
                () -> ask(float[][].class, float[].class, second));
        assertRefused(
                "5 values in row 1",
                "got null",
                () -> ask(float[][].class, float[][].class, new float[][] {ROWS[0], null}));
    }

    /** A predictor hides the refusal in its own exception. */
    private static void assertRefused(String expected, String got, Call call) {
        TranslateException thrown = assertThrows(TranslateException.class, call::run);
        assertEquals(IllegalArgumentException.class, thrown.getCause().getClass());
        String message = thrown.getCause().getMessage();
        assertTrue(message.startsWith("FlowTranslator: expected "), message);
        assertTrue(message.contains(expected) && message.contains(got), message);
    }

    private interface Call {
        void run() throws Exception;
    }

    /** The noise is standard normal, so the density is that of the noise and a volume. */
    @Test
    void noiseIsThatOfTheBase() throws Exception {
        FlowModel model = conditional();
        float[][] z = ask(float[][].class, float[][].class, ROWS);
        assertArrayEquals(z[2], ask(float[].class, float[].class, ROWS[2]), 1e-5f);
        // The flow maps noise back to the rows, in the units of the columns.
        NDArray context = columns(3, 5);
        NDArray x = model.flow().toData(manager.create(z), context);
        Fixtures.assertClose(columns(0, 3), x, 1e-3);
        assertNotEquals(x.getFloat(0, 0), z[0][0], 1e-3);
    }

    @Test
    void samplesFollowTheirContextAndSeed() throws Exception {
        FlowModel model = conditional();
        Map<String, Double> given = Map.of("hour", 6.0, "day", 1.0);
        SampleRequest request = new SampleRequest(4, given, Optional.of(7));
        Fixtures.seed(7);
        NDArray context = manager.create(new float[] {6, 1}, new Shape(1, 2)).repeat(0, 4);
        float[] expected = model.flow().sample(context).toFloatArray();
        float[][] samples = ask(SampleRequest.class, float[][].class, request);
        assertArrayEquals(expected, flat(samples));
        Map<?, ?>[] named = ask(SampleRequest.class, Map[].class, request);
        assertEquals(4, named.length);
        assertEquals(List.of("a", "b", "c"), List.copyOf(named[3].keySet()));
        List<Double> last =
                List.of((double) expected[9], (double) expected[10], (double) expected[11]);
        assertEquals(last, values(named[3]));
        // What comes after a seed is not decided by it.
        SampleRequest fresh = new SampleRequest(4, given, Optional.empty());
        float[][] after = ask(SampleRequest.class, float[][].class, fresh);
        ask(SampleRequest.class, float[][].class, request);
        assertNotEquals(after[0][0], ask(SampleRequest.class, float[][].class, fresh)[0][0]);
    }

    private static List<?> values(Map<?, ?> map) {
        return List.copyOf(new ArrayList<>(map.values()));
    }

    private static float[] flat(float[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = rows[i / rows[0].length][i % rows[0].length];
        }
        return flat;
    }

    @Test
    void samplesWithoutTheirContextAreRefused() throws Exception {
        conditional();
        assertRefused(
                "given of [hour, day]", "got []", () -> ask(Integer.class, float[][].class, 3));
        SampleRequest other = new SampleRequest(0, Map.of("hour", 1.0), Optional.empty());
        assertRefused(
                "given of [hour, day]",
                "without [day]",
                () -> ask(SampleRequest.class, float[][].class, other));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "SampleRequest: expected 0 samples or more, got -1",
                () -> SampleRequest.of(-1));
    }

    @Test
    void countsOfSamplesAreSamples() throws Exception {
        save(SmallModels.table(manager, false), folder.resolve("model"));
        float[][] samples = ask(Integer.class, float[][].class, 5000);
        assertEquals(5000, samples.length);
        assertEquals(3, samples[0].length);
        // The density thinks of them as usual rows.
        float[] usual = ask(float[][].class, float[].class, samples);
        float[] unusual = ask(float[][].class, float[].class, new float[][] {{99, -99, 9}});
        assertTrue(mean(usual) > unusual[0] + 10, mean(usual) + " and " + unusual[0]);
        assertEquals(0, ask(Integer.class, float[][].class, 0).length);
    }

    private static double mean(float[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .average()
                .orElseThrow();
    }

    @Test
    void imagesGetTheLogDensityOfTheMiddlesOfTheirLevels() throws Exception {
        FlowModel model = SmallModels.colours(manager);
        save(model, folder.resolve("model"));
        BufferedImage picture = new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB);
        float[] pixels = new float[3 * 4 * 6];
        for (int i = 0; i < pixels.length; i++) {
            int level = (37 * i + 11) % 256;
            picture.getRaster().setSample(i % 6, i / 6 % 4, i / 24, level);
            pixels[i] = (level + 0.5f) / 256;
        }
        Image image = new BufferedImageFactory().fromImage(picture);
        float expected =
                model.flow().logProb(manager.create(pixels, new Shape(1, 3, 4, 6))).getFloat(0);
        double tolerance = 1e-5 * Math.abs(expected);
        assertEquals(expected, ask(Image.class, Float.class, image), tolerance);
        assertEquals(expected, ask(float[].class, Float.class, pixels), tolerance);
        BufferedImage other = new BufferedImage(4, 6, BufferedImage.TYPE_INT_RGB);
        assertRefused(
                "an image of 6 x 4 pixels (width x height)",
                "got 4 x 6",
                () -> ask(Image.class, Float.class, new BufferedImageFactory().fromImage(other)));
    }

    @Test
    void imagesOfUnknownClassGetTheMeanDensity() throws Exception {
        for (double noise : new double[] {0, 0.1}) {
            FlowModel model = SmallModels.classes(manager, noise);
            save(model, folder.resolve("model"));
            BufferedImage picture = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
            float[] pixels = new float[16];
            for (int i = 0; i < 16; i++) {
                picture.getRaster().setSample(i % 4, i / 4, 0, 16 * i + 3);
                pixels[i] = noise > 0 ? (16 * i + 3) / 255f : (16 * i + 3.5f) / 256;
            }
            NDArray three = manager.create(pixels, new Shape(1, 1, 4, 4)).repeat(0, 3);
            float[] given = model.flow().logProb(three, manager.eye(3)).toFloatArray();
            double mean = 0;
            for (float logDensity : given) {
                mean += Math.exp(logDensity - given[0]) / 3;
            }
            assertTrue(Math.abs(given[1] - given[0]) > 1e-3, "classes differ");
            Image image = new BufferedImageFactory().fromImage(picture);
            double expected = given[0] + Math.log(mean);
            assertEquals(expected, ask(Image.class, Float.class, image), 1e-3);
        }
    }

    @Test
    void imagesAreOfTheClassesInTurn() throws Exception {
        FlowModel model = SmallModels.classes(manager, 0);
        save(model, folder.resolve("model"));
        Fixtures.seed(5);
        NDArray weights = manager.eye(3).repeat(0, 1);
        float[] expected = model.flow().sample(weights).toFloatArray();
        SampleRequest request = new SampleRequest(3, Map.of(), Optional.of(5));
        float[][] samples = ask(SampleRequest.class, float[][].class, request);
        float[] got = flat(samples);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], got[i], 1e-5f * Math.max(1, Math.abs(expected[i])));
        }
        Image[] images = ask(SampleRequest.class, Image[].class, request);
        assertEquals(3, images.length);
        for (int i = 0; i < expected.length; i++) {
            BufferedImage picture = (BufferedImage) images[i / 16].getWrappedImage();
            int level = (int) Math.max(0, Math.min(255, Math.floor(256 * expected[i])));
            assertEquals(level, picture.getRaster().getSample(i % 4, i % 16 / 4, 0));
        }
        assertEquals(2, ask(Integer.class, Image[].class, 2).length);
        assertEquals(0, ask(Integer.class, Image[].class, 0).length);
    }

    @Test
    void imagesAreOfTheClassThatIsAskedFor() throws Exception {
        FlowModel model = SmallModels.classes(manager, 0);
        save(model, folder.resolve("model"));
        Fixtures.seed(5);
        NDArray dogs = manager.create(new float[] {0, 1, 0, 0, 1, 0}, new Shape(2, 3));
        float[] expected = model.flow().sample(dogs).toFloatArray();
        SampleRequest request = new SampleRequest(2, Map.of("dog", 1.0), Optional.of(5));
        float[][] samples = ask(SampleRequest.class, float[][].class, request);
        assertArrayEquals(expected, flat(samples), 1e-5f);
        SampleRequest cow = new SampleRequest(2, Map.of("cow", 1.0), Optional.of(5));
        assertRefused(
                "a class of [cat, dog, owl]",
                "got cow",
                () -> ask(SampleRequest.class, Image[].class, cow));
        SampleRequest half = new SampleRequest(2, Map.of("dog", 0.5), Optional.of(5));
        assertRefused(
                "whose sum is 1", "{dog=0.5}", () -> ask(SampleRequest.class, Image[].class, half));
    }

    /** A model with noise draws noisy numbers, and images without the noise. */
    @Test
    void imagesComeWithoutTheNoise() throws Exception {
        // Of a model of which most pixels move.
        Fixtures.seed(2);
        FlowModel model = SmallModels.classes(manager, 0.1);
        save(model, folder.resolve("model"));
        SampleRequest request = new SampleRequest(3, Map.of(), Optional.of(5));
        float[] noisy = flat(ask(SampleRequest.class, float[][].class, request));
        NDArray x = manager.create(noisy, new Shape(3, 1, 4, 4));
        float[] clean = new Denoising(model.flow(), 0.05).denoise(x, manager.eye(3)).toFloatArray();
        Image[] images = ask(SampleRequest.class, Image[].class, request);
        int moved = 0;
        for (int i = 0; i < clean.length; i++) {
            BufferedImage picture = (BufferedImage) images[i / 16].getWrappedImage();
            int level = picture.getRaster().getSample(i % 4, i % 16 / 4, 0);
            assertEquals(Math.max(0, Math.min(255, Math.rint(255 * clean[i]))), level, 1);
            moved += Math.abs(clean[i] - noisy[i]) > 0.01 ? 1 : 0;
        }
        assertTrue(moved > 12, moved + " of 48 pixels moved");
    }

    @Test
    void typesHaveToFitTheModel() throws Exception {
        conditional();
        assertNoTranslator(
                "expected types for a table", () -> ask(Integer.class, Image[].class, 2));
        assertNoTranslator(
                "No matching default translator", () -> ask(Integer.class, Double.class, 2));
        save(SmallModels.colours(manager), folder.resolve("model"));
        assertNoTranslator(
                "expected types for images", () -> ask(Map.class, Double.class, Map.of()));
    }

    private static void assertNoTranslator(String message, Call call) {
        ModelNotFoundException thrown = assertThrows(ModelNotFoundException.class, call::run);
        Throwable reason = thrown;
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        assertTrue(reason.getMessage().contains(message), reason.toString());
    }

    @Test
    void aModelWithoutConfigurationIsRefused() {
        try (Model model = Model.newInstance("other", "PyTorch")) {
            Fixtures.assertRefused(
                    TranslateException.class,
                    "expected a model of FlowBlockFactory",
                    () ->
                            new FlowTranslatorFactory()
                                    .newInstance(float[].class, Float.class, model, Map.of()));
        }
    }

    @Test
    void theFolderNamesItsTranslators() throws Exception {
        float[] expected = expected(conditional());
        try (ZooModel<float[][], float[]> model =
                        Criteria.builder()
                                .setTypes(float[][].class, float[].class)
                                .optModelPath(folder.resolve("model"))
                                .optTranslatorFactory(new DeferredTranslatorFactory())
                                .build()
                                .loadModel();
                Predictor<float[][], float[]> predictor = model.newPredictor()) {
            assertArrayEquals(expected, predictor.predict(ROWS), 1e-4f);
        }
    }

    /** DJL's own way through the block, in a new thread, whose grad mode is on. */
    @Test
    void predictorsRecordNoGradients() throws Exception {
        conditional();
        try (ZooModel<NDList, NDList> model =
                        Criteria.builder()
                                .setTypes(NDList.class, NDList.class)
                                .optModelPath(folder.resolve("model"))
                                .build()
                                .loadModel();
                Predictor<NDList, NDList> predictor = model.newPredictor()) {
            ExecutorService worker = Executors.newSingleThreadExecutor();
            NDList rows = new NDList(columns(0, 3), columns(3, 5));
            NDArray got = worker.submit(() -> predictor.predict(rows).get(0)).get();
            worker.shutdown();
            assertFalse(Fixtures.isRecorded(got));
        }
    }

    @Test
    void aLoadedModelCanBeTrainedFurther() throws Exception {
        save(SmallModels.table(manager, false), folder.resolve("model"));
        NDList rows = new NDList(manager.randomNormal(new Shape(300, 3)).add(3));
        try (ZooModel<float[][], float[]> model =
                        load(folder.resolve("model"), float[][].class, float[].class);
                Predictor<float[][], float[]> predictor = model.newPredictor()) {
            float[][] data = Rows.split(rows.get(0).toFloatArray(), 300, 3);
            double before = mean(predictor.predict(data));
            MaximumLikelihood.builder()
                    .optEpochs(3)
                    .build()
                    .fit(model.getWrappedModel(), rows, rows);
            assertTrue(mean(predictor.predict(data)) > before + 0.1);
        }
    }

    /** Trained and saved here, loaded in another process. */
    @Test
    void anotherProcessComputesTheSame() throws Exception {
        FlowConfig config =
                new FlowConfig(Presets.realNvp().withHidden(8), List.of("a", "b", "c"), List.of());
        NDList rows = new NDList(manager.randomNormal(new Shape(300, 3)).add(3));
        FlowModel trained = FlowModel.create(config, rows, manager);
        try (Model model = Model.newInstance("trained", "PyTorch")) {
            model.setBlock(trained.flow());
            MaximumLikelihood.builder().optEpochs(2).build().fit(model, rows, rows);
            save(trained, folder.resolve("model"));
            float[] expected = trained.flow().logProb(rows.get(0)).toFloatArray();
            assertArrayEquals(
                    expected, AnotherProcess.logDensities(folder.resolve("model"), rows), 1e-4f);
        }
    }

    @Test
    void threadsShareAModel() throws Exception {
        FlowModel model = conditional();
        int threads = 8;
        int calls = 500;
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        float[] expected = new float[threads];
        float[][] rows = new float[threads][];
        for (int i = 0; i < threads; i++) {
            rows[i] = new float[] {2 + 0.3f * i, i, 3 + 0.01f * i, i, 40 * i};
            NDArray x = manager.create(Arrays.copyOf(rows[i], 3), new Shape(1, 3));
            NDArray c = manager.create(new float[] {i, 40 * i}, new Shape(1, 2));
            expected[i] = model.flow().logProb(x, c).getFloat(0);
        }
        try (ZooModel<float[], Float> zoo =
                        load(folder.resolve("model"), float[].class, Float.class);
                ZooModel<SampleRequest, float[][]> sampler =
                        load(folder.resolve("model"), SampleRequest.class, float[][].class)) {
            int before = zoo.getNDManager().getManagedArrays().size();
            List<Future<Set<Object>>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                all.add(workers.submit(() -> answers(zoo, sampler, rows[thread], thread, calls)));
            }
            for (int i = 0; i < threads; i++) {
                Set<Object> answers = all.get(i).get();
                assertEquals(2, answers.size(), "every call answered the same");
                assertEquals(expected[i], (Float) answers.iterator().next(), 1e-4);
            }
            assertEquals(before, zoo.getNDManager().getManagedArrays().size());
        } finally {
            workers.shutdown();
        }
    }

    /** Returns the different answers of many calls, to one row and to one seed. */
    private static Set<Object> answers(
            ZooModel<float[], Float> zoo,
            ZooModel<SampleRequest, float[][]> sampler,
            float[] row,
            int seed,
            int calls)
            throws TranslateException {
        Map<String, Double> given = Map.of("hour", 1.0, "day", 2.0);
        SampleRequest request = new SampleRequest(2, given, Optional.of(seed));
        SampleRequest unseeded = new SampleRequest(1, given, Optional.empty());
        Set<Object> answers = new LinkedHashSet<>();
        try (Predictor<float[], Float> predictor = zoo.newPredictor();
                Predictor<SampleRequest, float[][]> samples = sampler.newPredictor()) {
            for (int i = 0; i < calls; i++) {
                answers.add(predictor.predict(row));
                if (i % 25 == 0) {
                    answers.add(Arrays.deepToString(samples.predict(request)));
                    samples.predict(unseeded);
                }
            }
        }
        return answers;
    }
}
