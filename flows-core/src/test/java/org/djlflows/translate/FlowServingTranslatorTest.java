package org.djlflows.translate;

import static org.djlflows.translate.SmallModels.save;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

import org.djlflows.Mutants;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;

import javax.imageio.ImageIO;

/** What DJL Serving does: loads a folder with the types and the path alone. */
class FlowServingTranslatorTest {

    private static final Gson GSON = new Gson();

    @TempDir private Path folder;

    private NDManager manager;
    private ZooModel<Input, Output> zoo;
    private Predictor<Input, Output> predictor;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        if (predictor != null) {
            predictor.close();
            zoo.close();
        }
        manager.close();
    }

    private FlowModel serve(FlowModel model) throws Exception {
        save(model, folder.resolve("model"));
        zoo = criteria().build().loadModel();
        predictor = zoo.newPredictor();
        return model;
    }

    private Criteria.Builder<Input, Output> criteria() {
        return Criteria.builder()
                .setTypes(Input.class, Output.class)
                .optModelPath(folder.resolve("model"));
    }

    private static Input json(String text) {
        Input input = new Input();
        input.addProperty("Content-Type", "application/json");
        input.add("data", text);
        return input;
    }

    private <T> T ask(Input input, Class<T> answer) throws Exception {
        Output output = predictor.predict(input);
        String text = output.getData().getAsString();
        assertEquals(200, output.getCode(), text);
        assertEquals("application/json", output.getProperty("content-type", ""));
        return GSON.fromJson(text, answer);
    }

    private float[] scores(Input input) throws Exception {
        JsonObject[] rows = ask(input, JsonObject[].class);
        float[] scores = new float[rows.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = score(rows[i]);
        }
        return scores;
    }

    private static float score(JsonObject row) {
        assertEquals(Set.of("logDensity"), row.keySet(), "of a model that was not measured");
        return row.get("logDensity").getAsFloat();
    }

    private void refuses(Input input, String... parts) throws Exception {
        Output output = predictor.predict(input);
        String text = output.getData().getAsString();
        assertEquals(400, output.getCode(), text);
        assertEquals("Bad Request", output.getMessage());
        JsonObject error = GSON.fromJson(text, JsonObject.class);
        assertEquals(400, error.get("code").getAsInt());
        String message = error.get("message").getAsString();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        boolean form = message.matches("(?s)\\w+: expected .*, got .*");
        assertTrue(form, message);
    }

    /** As text: null would be 0 in a comparison of JavaScript. */
    @Test
    void noDensityIsMinusInfinity() throws Exception {
        serve(SmallModels.table(manager, false));
        JsonObject[] answer = ask(json("[[3e38, 3e38, -3e38], [3, 5, 3.1]]"), JsonObject[].class);
        assertEquals(new JsonPrimitive("-Infinity"), answer[0].get("logDensity"));
        assertTrue(Float.isFinite(answer[1].get("logDensity").getAsFloat()));
    }

    /** A column that is always 7 and one of milliseconds since 1970, in rows and in samples. */
    @Test
    void rowsArePrepared() throws Exception {
        Preparation preparation =
                new Preparation(
                        Map.of("seven", 7.0),
                        Map.of("time", 1.5e12),
                        OptionalDouble.empty(),
                        false,
                        Map.of(),
                        Map.of());
        FlowConfig config =
                new FlowConfig(
                                Presets.realNvp().withTransforms(1).withHidden(4),
                                List.of("x", "seven", "time"),
                                List.of())
                        .withPreparation(preparation);
        double[] means = {1, 1000};
        double[] deviations = {2, 3000};
        serve(FlowModel.create(config, means, deviations, manager));
        JsonObject[] scores =
                ask(
                        json(
                                "[[1, 7, 1500000001000], [1, 7, 1500000009000], [1, 8,"
                                        + " 1500000001000]]"),
                        JsonObject[].class);
        double at = -Math.log(2 * Math.PI) - Math.log(2 * 3000);
        assertEquals(at, scores[0].get("logDensity").getAsDouble(), 0.2);
        double off =
                scores[0].get("logDensity").getAsDouble()
                        - scores[1].get("logDensity").getAsDouble();
        // The times are 8 seconds apart, 8/3 deviations.
        assertEquals(Math.pow(8 / 3.0, 2) / 2, off, 0.5);
        assertEquals("-Infinity", scores[2].get("logDensity").getAsString());
        double[][] samples = ask(json("{\"samples\": 50, \"seed\": 1}"), double[][].class);
        for (double[] sample : samples) {
            assertEquals(7, sample[1]);
            assertEquals(1.5e12, sample[2], 1e5);
        }
        assertEquals(50, Arrays.stream(samples).mapToDouble(row -> row[2]).distinct().count());
    }

    @Test
    void rowsGetTheirLogDensities() throws Exception {
        FlowModel model = serve(SmallModels.table(manager, true));
        NDArray x = manager.create(new float[][] {{3, 5, 3.1f}, {2.5f, -8, 2.95f}});
        NDArray c = manager.create(new float[][] {{12, 100}, {0, 365}});
        float[] expected = model.flow().logProb(x, c).toFloatArray();
        String mixed =
                """
                [[3, 5, 3.1, 12, 1e2],
                 {"day": 365, "hour": 0, "c": 2.95, "b": -8, "a": 2.5}]
                """;
        assertArrayEquals(expected, scores(json(mixed)), 1e-4f);
        assertArrayEquals(new float[0], scores(json("[]")));
        Input plain = new Input();
        plain.add(mixed);
        assertArrayEquals(expected, scores(plain), 1e-4f);
        assertEquals("2", predictor.predict(json(mixed)).getProperty("Scored-Rows", ""));
    }

    @Test
    void measuredModelsSayHowRareARowIs() throws Exception {
        NDArray heldOut = manager.randomNormal(new Shape(200, 3));
        FlowModel model = SmallModels.table(manager, false).measuredOn(new NDList(heldOut));
        serve(model);
        NDArray x = manager.create(new float[][] {{0, 0, 0}, {1, -2, 3}, {50, 50, 50}});
        float[] expected = model.flow().logProb(x).toFloatArray();
        JsonObject[] rows = ask(json("[[0, 0, 0], [1, -2, 3], [50, 50, 50]]"), JsonObject[].class);
        for (int i = 0; i < expected.length; i++) {
            float tolerance = 1e-5f * Math.abs(expected[i]);
            assertEquals(expected[i], rows[i].get("logDensity").getAsFloat(), tolerance);
            double percentile = model.config().percentile(expected[i]).orElseThrow();
            assertEquals(percentile, rows[i].get("percentile").getAsDouble(), 5e-4);
        }
    }

    @Test
    void aRowByNameMayStandAlone() throws Exception {
        serve(SmallModels.table(manager, false));
        float[] expected = scores(json("[[1, 2, 3]]"));
        String row = "{\"id\": \"r1\", \"c\": 3, \"a\": 1, \"tags\": [{\"a\": 9}], \"b\": 2}";
        assertEquals(expected[0], score(ask(json(row), JsonObject.class)));
        assertArrayEquals(expected, scores(json("[" + row + "]")));
    }

    /** Such an object would ask for samples, were the column not among others. */
    @Test
    void aColumnMayBeNamedSamples() throws Exception {
        VectorFlow preset = Presets.realNvp().withTransforms(1).withHidden(4);
        FlowConfig config = new FlowConfig(preset, List.of("samples", "seed"), List.of());
        serve(FlowModel.create(config, new double[2], new double[] {1, 1}, manager));
        String row = "{\"seed\": 1, \"samples\": 3}";
        float[] expected = scores(json("[" + row + "]"));
        assertEquals(expected[0], score(ask(json(row), JsonObject.class)));
        assertEquals(3, ask(json("{\"samples\": 3}"), double[][].class).length);
        refuses(json("{\"samples\": 3, \"seed\": 1, \"id\": 2}"), "only the fields of", "id");
    }

    @Test
    void countsGetSamples() throws Exception {
        serve(SmallModels.table(manager, false));
        float[][] samples = ask(json("5"), float[][].class);
        assertEquals(5, samples.length);
        assertEquals(3, samples[4].length);
        float[][] seeded = ask(json("{\"samples\": 4, \"seed\": 3}"), float[][].class);
        float[][] again = ask(json("{\"seed\": 3, \"samples\": 4}"), float[][].class);
        assertTrue(Arrays.deepEquals(seeded, again));
        assertNotEquals(ask(json("1"), float[][].class)[0][0], samples[0][0]);
        assertEquals(0, ask(json("0"), float[][].class).length);
        assertEquals(10_000, ask(json("1e4"), float[][].class).length);
    }

    @Test
    void samplesFollowWhatIsGiven() throws Exception {
        serve(SmallModels.table(manager, true));
        String noon = "{\"samples\": 2, \"seed\": 3, \"given\": {\"hour\": 12, \"day\": 200}}";
        float[][] expected =
                SmallModels.predict(
                        folder.resolve("model"),
                        SampleRequest.class,
                        float[][].class,
                        new SampleRequest(2, Map.of("hour", 12.0, "day", 200.0), Optional.of(3)));
        assertTrue(Arrays.deepEquals(expected, ask(json(noon), float[][].class)));
        refuses(json("3"), "given of [hour, day]", "got []");
        refuses(
                json("{\"samples\": 3, \"given\": {\"hour\": 12, \"week\": 3}}"),
                "without [day]",
                "unknown [week]");
        refuses(json("{\"samples\": 3, \"given\": {\"hour\": \"12\", \"day\": 3}}"), "hour");
        refuses(json("{\"samples\": 3, \"given\": [12, 3]}"), "as given");
    }

    @Test
    void badRequestsAreRefused() throws Exception {
        serve(SmallModels.table(manager, false));
        refuses(new Input(), "no content");
        refuses(json(""), "no content");
        refuses(json("rows"), "no JSON");
        refuses(json("[[1, 2, 3]"), "no JSON");
        refuses(json("[[1, 2, 3]] [4]"), "no JSON");
        refuses(json("[[1, 2, NaN]]"), "no JSON");
        refuses(json("[".repeat(5000)), "a number as value 0 of row 0", "an array");
        refuses(json("{\"given\":".repeat(1000)), "no JSON", "Nesting");
        refuses(json("null"), "got null");
        refuses(json("\"5\""), "got \"5\"");
        refuses(json("[1, 2, 3]"), "as row 0", "got 1");
        refuses(json("[[1, 2, 3], null]"), "as row 1", "got null");
        refuses(json("[[1, 2, \"3\"]]"), "value 2 of row 0", "got \"3\"");
        refuses(json("[[1, 2, 3], [1, 2]]"), "3 values in row 1 [a, b, c]", "got 2");
        refuses(json("[[1, 2, 1e39]]"), "finite value of c", "got 1.0E39");
        refuses(json("[{\"a\": 1, \"b\": 2}]"), "[a, b, c]", "without [c]");
        refuses(json("[{\"a\": 1, \"b\": 2, \"d\": 3}]"), "got [a, b]", "without [c]");
        refuses(json("{\"a\": 1, \"b\": 2, \"d\": 3}"), "got [a, b]", "without [c]");
        refuses(json("{\"a\": 1, \"b\": 2, \"c\": 3, \"c\": 4}"), "once", "c twice");
        refuses(json("{\"a\": 1, \"b\": 2, \"c\": 3} {}"), "no JSON");
        refuses(json("[{\"a\": 1, \"b\": 2, \"c\": null}]"), "number as c", "got null");
        refuses(json("[{\"a\": 1, \"b\": 2, \"b\": 3}]"), "once", "b twice");
        refuses(json("[{\"a\": 1, \"b\": [2]}]"), "a number as b of row 0", "an array");
        String deep = "[{\"a\": 1, \"x\": " + "[".repeat(100_000);
        refuses(json(deep), "no JSON", "Nesting");
        refuses(json("{\"samples\": 3, \"given\": {" + " ".repeat(70_000)), "characters");
        refuses(json("-1"), "from 0 to 10000", "got -1");
        refuses(json("10001"), "from 0 to 10000", "got 10001");
        refuses(json("1e999999999"), "whole number");
        refuses(json("2.5"), "whole number of 32 bits", "got 2.5");
        refuses(json("{\"samples\": 99999999999}"), "got 99999999999");
        refuses(json("{\"samples\": 2, \"sed\": 1}"), "fields", "sed");
        refuses(json("{\"count\": 2}"), "{\"samples\": count}", "got {\"count\":2}");
        refuses(json("{\"samples\": 1, \"samples\": 2}"), "once", "got samples twice");
        refuses(json("{\"samples\": 1, \"given\": {\"x\": 1, \"x\": 1}}"), "once", "x twice");
        refuses(json("{\"samples\": 2, \"seed\": \"x\"}"), "as seed", "got \"x\"");
        refuses(json("{\"samples\": 2, \"given\": {\"x\": 1}}"), "given of []", "unknown [x]");
        // Still in order.
        assertEquals(1, scores(json("[[1, 2, 3]]")).length);
    }

    @Test
    void theMostSamplesAreAnArgument() throws Exception {
        save(SmallModels.table(manager, false), folder.resolve("model"));
        zoo = criteria().optArgument("maxSamples", 3).build().loadModel();
        predictor = zoo.newPredictor();
        assertEquals(3, ask(json("3"), float[][].class).length);
        refuses(json("4"), "from 0 to 3", "got 4");
        assertThrows(
                Exception.class, () -> criteria().optArgument("maxSamples", 0).build().loadModel());
    }

    private static byte[] png(BufferedImage picture) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", bytes);
        return bytes.toByteArray();
    }

    private static Input image(byte[] bytes) {
        Input input = new Input();
        input.addProperty("Content-Type", "image/png");
        input.add("data", bytes);
        return input;
    }

    @Test
    void imagesGetTheirLogDensity() throws Exception {
        FlowModel model = serve(SmallModels.classes(manager, 0));
        BufferedImage picture = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
        float[] row = new float[19];
        for (int i = 0; i < 16; i++) {
            picture.getRaster().setSample(i % 4, i / 4, 0, 15 * i + 2);
            row[i] = (15 * i + 2.5f) / 256;
        }
        row[17] = 1;
        float expected =
                SmallModels.predict(folder.resolve("model"), float[].class, Float.class, row);
        Input dog = image(png(picture));
        dog.add("class", "dog");
        assertEquals(expected, score(ask(dog, JsonObject.class)), 1e-4);
        Input byHeader = image(png(picture));
        byHeader.addProperty("class", "dog");
        assertEquals(expected, score(ask(byHeader, JsonObject.class)), 1e-4);
        float any = score(ask(image(png(picture)), JsonObject.class));
        assertTrue(Math.abs(expected - any) > 1e-3);
        float[] rows = scores(json(GSON.toJson(new float[][] {row})));
        assertEquals(expected, rows[0], 1e-4);

        Input cow = image(png(picture));
        cow.add("class", "cow");
        refuses(cow, "[cat, dog, owl]", "got cow");
        refuses(image(new byte[] {1, 2, 3}), "an image as PNG or JPEG", "3 bytes");
        byte[] whole = png(picture);
        refuses(image(Arrays.copyOf(whole, whole.length / 2)), "an image", "damaged");
        byte[] large = png(new BufferedImage(5000, 1, BufferedImage.TYPE_BYTE_BINARY));
        refuses(image(large), "4 x 4 pixels", "got 5000 x 1");
        BufferedImage deep = new BufferedImage(4, 4, BufferedImage.TYPE_USHORT_GRAY);
        refuses(image(png(deep)), "grey image of 8 bits");
        refuses(json("[{\"a\": 1}]"), "an array of numbers as row 0");
        assertEquals(0, model.config().columns().size());
    }

    /** Whatever is wrong with an image, the request is to blame. */
    @Test
    void damagedImagesAreBadRequests() throws Exception {
        serve(SmallModels.colours(manager));
        Random random = new Random(3);
        int[] types = {
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_BYTE_INDEXED,
            BufferedImage.TYPE_BYTE_GRAY
        };
        for (int type : types) {
            BufferedImage picture = new BufferedImage(6, 4, type);
            for (int i = 0; i < 24; i++) {
                picture.setRGB(i % 6, i / 6, random.nextInt());
            }
            for (String format : List.of("png", "jpg")) {
                ByteArrayOutputStream whole = new ByteArrayOutputStream();
                ImageIO.write(picture, format, whole);
                for (int i = 0; whole.size() > 0 && i < 500; i++) {
                    Input request = image(Mutants.mutant(whole.toByteArray(), random));
                    Output output = predictor.predict(request);
                    assertTrue(Set.of(200, 400).contains(output.getCode()));
                    assertTrue(output.getData().getAsString().length() < 2000);
                }
            }
        }
    }

    @Test
    void countsGetImages() throws Exception {
        serve(SmallModels.classes(manager, 0.2));
        String[] images =
                ask(json("{\"samples\": 2, \"given\": {\"owl\": 1}, \"seed\": 1}"), String[].class);
        assertEquals(2, images.length);
        byte[] bytes = Base64.getDecoder().decode(images[1]);
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(bytes));
        assertEquals(4, picture.getWidth());
        assertEquals(BufferedImage.TYPE_BYTE_GRAY, picture.getType());
        assertEquals(5, ask(json("5"), String[].class).length);
        refuses(json("{\"samples\": 2, \"given\": {\"owl\": 0.4}}"), "sum is 1");
    }

    @Test
    void aTableRefusesImages() throws Exception {
        serve(SmallModels.table(manager, false));
        refuses(image(new byte[5]), "rows of a table as JSON", "an image");
    }
}
