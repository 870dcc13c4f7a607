package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.anomaly.RowScore;
import org.djlflows.table.Table;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records by the names of their columns. */
class RecordScorerTest {

    private final List<String> problems = new ArrayList<>();

    private static Path stored(String name) {
        try {
            return Path.of(
                    RecordScorerTest.class.getResource("/org/djlflows/spark/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> sale() {
        Map<String, Object> sale = new HashMap<>();
        sale.put("city", "Oslo");
        sale.put("member", true);
        sale.put("items", 2);
        sale.put("amount", 12.5);
        sale.put("day", "2025-02-03");
        sale.put("at", "2025-02-03 11:00:00");
        sale.put("note", List.of("of no column"));
        return sale;
    }

    @Test
    void aRecordHasTheScoreOfItsRow() throws IOException {
        Scorer scorer = Scorer.load(stored("kinds"));
        RecordScorer records = new RecordScorer(scorer);
        assertTrue(records.isOfAnyKind());
        assertEquals(List.of("city", "member", "items", "amount", "day", "at"), records.columns());
        Map<String, Object> row = sale();
        row.remove("note");
        RowScore expected = scorer.scores(Table.ofMaps(List.of(row))).get(0);
        assertEquals(Optional.of(expected), records.score(sale(), problems::add));
        assertEquals(List.of(), problems);
    }

    @Test
    void numbersAreOfAnyClass() throws IOException {
        Scorer scorer = Scorer.load(stored("numbers"));
        RecordScorer records = new RecordScorer(scorer);
        assertFalse(records.isOfAnyKind());
        Map<String, Object> record =
                Map.of("x0", 1.5f, "x1", new BigDecimal("-0.25"), "x2", BigInteger.TWO);
        assertEquals(
                Optional.of(scorer.score(1.5, -0.25, 2)), records.score(record, problems::add));
        assertEquals(Optional.empty(), records.score(Map.of("x0", 1, "x1", 2), problems::add));
        assertEquals(
                Optional.empty(),
                records.score(Map.of("x0", 1, "x1", "2", "x2", 3), problems::add));
        assertEquals(Optional.empty(), records.score(Map.of("y", 1), problems::add));
        assertEquals(
                List.of(
                        "column x2: expected a number within \u00b13.4e38, got a missing cell",
                        "column x1: expected a number within \u00b13.4e38, got the String 2",
                        "expected the columns [x0, x1, x2], got [y]"),
                problems);
    }

    @Test
    void wholeNumbersThatADoubleRoundsAreTexts() throws IOException {
        RecordScorer records = new RecordScorer(Scorer.load(stored("kinds")));
        Map<String, Object> record = sale();
        // All are levels that were never seen.
        record.put("city", "9007199254740993");
        Optional<RowScore> expected = records.score(record, problems::add);
        for (Number key :
                List.of(
                        9_007_199_254_740_993L,
                        BigInteger.ONE.shiftLeft(70),
                        new BigDecimal("1e999999999"),
                        5L)) {
            record.put("city", key);
            assertEquals(expected, records.score(record, problems::add));
        }
        assertEquals(List.of(), problems);
    }

    @Test
    void filesOfAModelTravel() throws Exception {
        ModelFiles files = ModelFiles.read(stored("numbers"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(files);
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            Scorer there = ((ModelFiles) in.readObject()).scorer();
            assertEquals(files.scorer().score(1, 2, 3), there.score(1, 2, 3));
        }
    }
}
