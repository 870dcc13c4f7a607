package org.djlflows.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.djlflows.StoredModels;
import org.djlflows.anomaly.RowScore;
import org.djlflows.files.Excerpt;
import org.djlflows.runtime.Scorer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;

/** Topologies without a broker. */
class JsonScorerTest {

    private static final String NULLS =
            "\"log_density\":null,\"anomaly_score\":null,\"p_value\":null,\"percentile\":null}";

    @TempDir private Path state;

    private TopologyTestDriver driver(Topology topology) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "scores");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        return new TopologyTestDriver(topology, properties);
    }

    private static TestOutputTopic<String, String> output(TopologyTestDriver driver, String topic) {
        return driver.createOutputTopic(topic, new StringDeserializer(), new StringDeserializer());
    }

    private static void send(TopologyTestDriver driver, List<String> values) {
        driver.createInputTopic("sales", new StringSerializer(), new StringSerializer())
                .pipeValueList(values);
    }

    /** Sends records through a topology of its own, as after a restart. */
    private List<String> scored(String model, List<String> values) throws IOException {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("sales", Consumed.with(Serdes.String(), Serdes.String()))
                .mapValues(JsonScorer.load(StoredModels.folder(model)))
                .mapValues(ScoredJson::json)
                .to("scored", Produced.with(Serdes.String(), Serdes.String()));
        try (TopologyTestDriver driver = driver(builder.build())) {
            send(driver, values);
            return output(driver, "scored").readValuesToList();
        }
    }

    private static void assertScore(RowScore expected, String json) {
        JsonObject fields = JsonParser.parseString(json).getAsJsonObject();
        for (int i = 0; i < RowScore.NAMES.size(); i++) {
            // To the last bit.
            assertEquals(
                    expected.values().get(i).orElseThrow(),
                    fields.get(RowScore.NAMES.get(i)).getAsDouble());
        }
    }

    private static void assertNoScore(String value, String problem) throws IOException {
        ScoredJson scored = JsonScorer.load(StoredModels.folder("kinds")).apply(value);
        assertEquals(problem, scored.problem().orElseThrow());
        assertTrue(scored.score().isEmpty());
        assertEquals(value, scored.value());
    }

    @Test
    void recordsOfNumbersHaveTheScoresOfTheScorer() throws IOException {
        double[][] rows =
                IntStream.range(0, 50)
                        .mapToObj(i -> new double[] {i / 10.0 - 2, 1 - i / 17.0, i % 7 / 3.0})
                        .toArray(double[][]::new);
        List<String> values =
                Arrays.stream(rows)
                        .map(
                                x ->
                                        String.format(
                                                "{\"x2\":%s,\"id\":{\"n\":[1.50]},\"x0\":%s,\"x1\":%s}",
                                                x[2], x[0], x[1]))
                        .toList();
        List<String> scored = scored("numbers", values);
        assertEquals(rows.length, scored.size());
        Scorer scorer = Scorer.load(StoredModels.folder("numbers"));
        for (int i = 0; i < rows.length; i++) {
            assertScore(scorer.score(rows[i]), scored.get(i));
            // As it was, and the scores behind it.
            String before = values.get(i).substring(0, values.get(i).length() - 1);
            assertTrue(scored.get(i).startsWith(before + ",\"log_density\":"), scored.get(i));
        }
        assertEquals(scored, scored("numbers", values));
    }

    @Test
    void recordsOfAnyKindHaveTheScoresOfTheScorer() throws IOException {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            values.add(StoredModels.sale(i));
        }
        List<String> scored = scored("kinds", values);
        List<RowScore> expected =
                Scorer.load(StoredModels.folder("kinds")).scores(StoredModels.sales(40));
        for (int i = 0; i < values.size(); i++) {
            assertScore(expected.get(i), scored.get(i));
        }
    }

    @Test
    void whatAModelDoesNotHaveIsNull() throws IOException {
        String record =
                "{\"x\":-0.195,\"time\":1.55000186E12,\"seven\":%s,\"c0\":8.041,\"c1\":20.03}";
        List<String> scored =
                scored("given", List.of(String.format(record, "7"), String.format(record, "8")));
        assertTrue(
                scored.get(0).contains("\"anomaly_score\":null,\"p_value\":null,\"percentile\":"));
        // JSON has no infinite numbers.
        assertTrue(scored.get(1).contains("\"log_density\":\"-Infinity\","), scored.get(1));
    }

    @Test
    void scoresReplaceOlderOnes() throws IOException {
        List<String> once = scored("numbers", List.of("{\"x0\":1,\"x1\":2,\"x2\":0.5}"));
        assertEquals(once, scored("numbers", once));
    }

    @Test
    void whatIsNoRowHasNulls() throws IOException {
        String sale = StoredModels.sale(1);
        String lacking = "{\"x0\":1,\"x2\":0.5,";
        List<String> values =
                Arrays.asList("no \"JSON\"", null, "", lacking + "\"x1\":null}", sale);
        assertEquals(
                Arrays.asList(
                        "{\"value\":\"no \\\"JSON\\\"\"," + NULLS,
                        null,
                        "{\"value\":\"\"," + NULLS,
                        lacking + "\"x1\":null," + NULLS,
                        sale.replace("}", ",") + NULLS),
                scored("numbers", values));
    }

    @Test
    void problemsAreToldOf() throws IOException {
        String sale = StoredModels.sale(1);
        assertNoScore(null, "expected an object of JSON, got null");
        for (String value :
                List.of(
                        " ",
                        "[1, 2]",
                        "{\"city\":",
                        "{} {}",
                        "{'city':1}",
                        "{\"city\":\"Bonn\",\"city\":\"Bern\"}",
                        "[".repeat(10_000))) {
            assertNoScore(
                    value,
                    "expected an object of JSON in which each name comes once, got "
                            + Excerpt.of(value, 100));
        }
        assertNoScore(
                "{\"town\":\"Bonn\"}",
                "expected the columns [city, member, items, amount, day, at], got []");
        assertNoScore(
                sale.replace("\"items\":2", "\"items\":\"two\""),
                "column items: expected a whole number, got \"two\"");
        assertNoScore(
                sale.replace("\"items\":2", "\"items\":[2]"),
                "Table, column items, row 0: expected a number, a text or a time, got JsonArray [2]");
        ScoredJson wild =
                JsonScorer.load(StoredModels.folder("numbers"))
                        .apply("{\"x0\":1e40,\"x1\":0,\"x2\":0}");
        assertEquals(
                "column x0: expected a number within \u00b13.4e38, got 1.0E40",
                wild.problem().orElseThrow());
    }

    @Test
    void aFieldThatIsNotThereIsMissing() throws IOException {
        String missing = StoredModels.sale(5);
        assertTrue(missing.contains(",\"amount\":null"));
        List<String> scored =
                scored("kinds", List.of(missing, missing.replace(",\"amount\":null", "")));
        assertEquals(scored.get(0).replace(",\"amount\":null", ""), scored.get(1));
    }

    /** What the guide shows. */
    @Test
    void recordsGoWhereTheirTopologySays() throws IOException {
        Path folder = StoredModels.folder("kinds");
        Consumed<String, String> texts = Consumed.with(Serdes.String(), Serdes.String());
        Produced<String, String> asTexts = Produced.with(Serdes.String(), Serdes.String());
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, ScoredJson> scored =
                builder.stream("sales", texts).mapValues(JsonScorer.load(folder));
        scored.filter((id, sale) -> sale.score().isPresent())
                .mapValues(ScoredJson::json)
                .to("scored", asTexts);
        scored.filter((id, sale) -> sale.problem().isPresent())
                .mapValues(ScoredJson::value)
                .to("not-scored", asTexts);
        List<String> values =
                Arrays.asList(StoredModels.sale(0), "word", StoredModels.sale(1), null);
        try (TopologyTestDriver driver = driver(builder.build())) {
            send(driver, values);
            assertEquals(
                    Arrays.asList("word", null), output(driver, "not-scored").readValuesToList());
            assertEquals(2, output(driver, "scored").readValuesToList().size());
        }
    }

    @Test
    void columnsOfTheNamesOfScoresAreRefused() throws IOException {
        Path folder = Files.createDirectory(state.resolve("model"));
        Path stored = StoredModels.folder("numbers");
        Files.copy(stored.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        String config = Files.readString(stored.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replace("\"x1\"", "\"p_value\"")
                        .replaceAll("(?s),\\s*\"sha256\": \\{.*?\\}", ""));
        assertThrows(IllegalArgumentException.class, () -> JsonScorer.load(folder));
    }
}
