package org.djlflows.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.InstantiationUtil;
import org.djlflows.StoredModels;
import org.djlflows.anomaly.RowScore;
import org.djlflows.runtime.Scorer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Rows, one by one and in a small job. */
class ScoreRowsTest {

    private static final TypeInformation<Row> NUMBERS =
            Types.ROW_NAMED(
                    new String[] {"x2", "note", "x0", "x1"},
                    Types.FLOAT,
                    Types.STRING,
                    Types.BIG_DEC,
                    Types.DOUBLE);

    private static final TypeInformation<Row> SALES =
            Types.ROW_NAMED(
                    new String[] {"id", "city", "member", "items", "amount", "day", "at"},
                    Types.INT,
                    Types.STRING,
                    Types.BOOLEAN,
                    Types.LONG,
                    Types.DOUBLE,
                    Types.LOCAL_DATE,
                    Types.LOCAL_DATE_TIME);

    /** What a task has: a copy of the function, opened. */
    private static ScoreRows opened(String model, TypeInformation<Row> rows) throws Exception {
        ScoreRows function = ScoreRows.ofFolder(StoredModels.folder(model), rows);
        ScoreRows copy =
                InstantiationUtil.deserializeObject(
                        InstantiationUtil.serializeObject(function),
                        ScoreRowsTest.class.getClassLoader());
        copy.open(DefaultOpenContext.INSTANCE);
        return copy;
    }

    /** To the last bit. */
    private static void assertScore(RowScore expected, Row scored) {
        int first = scored.getArity() - RowScore.NAMES.size();
        int next = first;
        for (OptionalDouble value : expected.values()) {
            assertEquals(value.isPresent() ? value.getAsDouble() : null, scored.getField(next++));
        }
    }

    private static void assertNoScore(Row scored) {
        for (int k = 1; k <= RowScore.NAMES.size(); k++) {
            assertNull(scored.getField(scored.getArity() - k));
        }
    }

    private static void assertRefused(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    private static Row sale(int i) {
        Row row = Row.withPositions(7);
        row.setField(0, i);
        int next = 1;
        for (Object cell : StoredModels.cells(i).values()) {
            row.setField(next++, cell);
        }
        return row;
    }

    @Test
    void rowsOfNumbersHaveTheScoresOfTheScorer() throws Exception {
        ScoreRows function = opened("numbers", NUMBERS);
        Scorer scorer = Scorer.load(StoredModels.folder("numbers"));
        Row row = Row.ofKind(RowKind.UPDATE_AFTER, 0.25f, "note", new BigDecimal("-1.5"), 0.75);
        Row scored = function.map(row);
        assertScore(scorer.score(-1.5, 0.75, 0.25), scored);
        assertEquals(RowKind.UPDATE_AFTER, scored.getKind());
        assertEquals("note", scored.getField(1));
        Row named = Row.withNames();
        named.setField("x0", new BigDecimal("-1.5"));
        named.setField("x1", 0.75);
        named.setField("x2", 0.25f);
        named.setField("note", "other");
        assertScore(scorer.score(-1.5, 0.75, 0.25), function.map(named));
        for (Object cell : new Object[] {null, Double.NaN, 1e39, "word"}) {
            assertNoScore(function.map(Row.of(0.25f, "note", new BigDecimal("-1.5"), cell)));
        }
    }

    /** What the guide shows. */
    @Test
    void aJobScoresRowsOfAnyKind() throws Exception {
        Path folder = StoredModels.folder("kinds");
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createLocalEnvironment(2);
        List<Row> rows = IntStream.range(0, 60).mapToObj(ScoreRowsTest::sale).toList();
        DataStream<Row> sales = environment.fromData(rows, SALES);
        ScoreRows function = ScoreRows.ofFolder(folder, sales.getType());
        DataStream<Row> rare =
                sales.map(function)
                        .filter(sale -> sale.getField("p_value") instanceof Double p && p < 0.05);
        List<Row> found = new ArrayList<>();
        try (CloseableIterator<Row> results = rare.executeAndCollect()) {
            results.forEachRemaining(found::add);
        }
        found.sort(Comparator.comparing(row -> row.<Integer>getFieldAs("id")));
        List<RowScore> scores = Scorer.load(folder).scores(StoredModels.sales(60));
        List<Integer> expected =
                IntStream.range(0, 60)
                        .filter(i -> scores.get(i).pValue().orElseThrow() < 0.05)
                        .boxed()
                        .toList();
        assertTrue(expected.size() > 2, expected.toString());
        assertEquals(expected, found.stream().map(row -> row.getField("id")).toList());
        found.forEach(row -> assertScore(scores.get(row.<Integer>getFieldAs("id")), row));
    }

    @Test
    void datesOfEitherFamilyAreTheSame() throws Exception {
        Row row = sale(3);
        Row scored = opened("kinds", SALES).map(row);
        row.setField(5, Date.valueOf((LocalDate) row.getField(5)));
        LocalDateTime at = (LocalDateTime) row.getField(6);
        row.setField(6, Timestamp.from(at.toInstant(ZoneOffset.UTC)));
        TypeInformation<Row> older =
                Types.ROW_NAMED(
                        new String[] {"id", "city", "member", "items", "amount", "day", "at"},
                        Types.INT,
                        Types.STRING,
                        Types.BOOLEAN,
                        Types.LONG,
                        Types.DOUBLE,
                        Types.SQL_DATE,
                        Types.SQL_TIMESTAMP);
        Row again = opened("kinds", older).map(row);
        for (int j = 7; j < 11; j++) {
            assertEquals(scored.getField(j), again.getField(j));
        }
    }

    @Test
    void fieldsOfScoresAreDoubles() throws IOException {
        ScoreRows function = ScoreRows.ofFolder(StoredModels.folder("numbers"), NUMBERS);
        assertEquals(
                Types.ROW_NAMED(
                        new String[] {
                            "x2",
                            "note",
                            "x0",
                            "x1",
                            "log_density",
                            "anomaly_score",
                            "p_value",
                            "percentile"
                        },
                        Types.FLOAT,
                        Types.STRING,
                        Types.BIG_DEC,
                        Types.DOUBLE,
                        Types.DOUBLE,
                        Types.DOUBLE,
                        Types.DOUBLE,
                        Types.DOUBLE),
                function.getProducedType());
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAJobRuns() {
        assertRefused(
                "ScoreRows: expected the fields [x0, x1, x2], got [x0, y] without [x1, x2]",
                () ->
                        ScoreRows.ofFolder(
                                StoredModels.folder("numbers"),
                                Types.ROW_NAMED(new String[] {"x0", "y"}, Types.INT, Types.INT)));
        assertRefused(
                "ScoreRows: expected numbers in field x1, got String; map the field before",
                () ->
                        ScoreRows.ofFolder(
                                StoredModels.folder("numbers"),
                                Types.ROW_NAMED(
                                        new String[] {"x0", "x1", "x2"},
                                        Types.INT,
                                        Types.STRING,
                                        Types.INT)));
        assertRefused(
                "ScoreRows: expected no field of the name of a score, got p_value",
                () ->
                        ScoreRows.ofFolder(
                                StoredModels.folder("numbers"),
                                Types.ROW_NAMED(
                                        new String[] {"x0", "x1", "x2", "p_value"},
                                        Types.INT,
                                        Types.INT,
                                        Types.INT,
                                        Types.INT)));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        ScoreRows.ofFolder(
                                StoredModels.folder("numbers"), TypeInformation.of(Row.class)));
    }
}
