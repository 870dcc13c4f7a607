package org.djlflows.flink;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.NumericTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.api.java.typeutils.RowTypeInfo;
import org.apache.flink.types.Row;
import org.djlflows.anomaly.RowScore;
import org.djlflows.files.Excerpt;
import org.djlflows.runtime.ModelFiles;
import org.djlflows.runtime.RecordScorer;
import org.djlflows.runtime.Scorer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Appends to the rows of a stream how odd they are.
 *
 * <pre>{@code
 * DataStream<Row> scored = payments.map(ScoreRows.ofFolder(Path.of("model"), payments.getType()));
 * }</pre>
 *
 * <p>The new fields are doubles, {@code log_density}, {@code anomaly_score}, {@code p_value} and
 * {@code percentile}, as {@link RowScore} has them. They are null where the model does not have
 * such a number, and in all of a row that cannot be scored: one with a cell that cannot be in its
 * column, such as a word among numbers, or, in a model of numbers, with a missing one. No row makes
 * a job fail.
 *
 * <p>Fields are found by their names, whatever their order, and others are carried along. Numbers,
 * texts, booleans, dates and times are read as in training, dates and times without a zone as UTC.
 *
 * <p>The model folder is read where the job is made, and its files travel with the job; each task
 * makes its scorer of them as it opens. It keeps nothing between rows, so there is nothing to
 * restore.
 *
 * @serial exclude
 */
@SuppressWarnings("InvalidBlockTag") // Javadoc does know the tag; fields are no format of files.
public final class ScoreRows extends RichMapFunction<Row, Row> implements ResultTypeQueryable<Row> {

    private static final long serialVersionUID = 1L;

    private static final Set<TypeInformation<?>> NUMBERS = Set.of(Types.BIG_DEC, Types.BIG_INT);

    private static final Set<TypeInformation<?>> OTHERS =
            Set.of(
                    Types.STRING,
                    Types.BOOLEAN,
                    Types.LOCAL_DATE,
                    Types.LOCAL_DATE_TIME,
                    Types.INSTANT,
                    Types.SQL_DATE,
                    Types.SQL_TIMESTAMP);

    private static final Logger LOGGER = LoggerFactory.getLogger(ScoreRows.class);

    private final ModelFiles model;
    private final RowTypeInfo input;

    private transient RecordScorer scorer;
    private transient long notScored;

    private ScoreRows(ModelFiles model, RowTypeInfo input) {
        this.model = model;
        this.input = input;
    }

    /**
     * Makes a function of a model folder.
     *
     * @param folder the folder, on this machine
     * @param rows what the fields of rows are, such as {@code Types.ROW_NAMED}
     * @return the function
     * @throws IOException as {@link Scorer#load} does
     * @throws IllegalArgumentException if a column of the model is missing among the fields or is
     *     of a type that the model has no numbers for, or if there is a field of the name of a
     *     score
     */
    public static ScoreRows ofFolder(Path folder, TypeInformation<Row> rows) throws IOException {
        if (!(rows instanceof RowTypeInfo input)) {
            throw new IllegalArgumentException(
                    "ScoreRows: expected the names and types of fields, as by Types.ROW_NAMED, got "
                            + Excerpt.of(rows));
        }
        ModelFiles model = ModelFiles.read(folder);
        require(new RecordScorer(model.scorer()), input);
        return new ScoreRows(model, input);
    }

    private static void require(RecordScorer scorer, RowTypeInfo input) {
        List<String> there = List.of(input.getFieldNames());
        List<String> lacking = new ArrayList<>(scorer.columns());
        lacking.removeAll(there);
        if (!lacking.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            "ScoreRows: expected the fields %s, got %s without %s",
                            Excerpt.of(scorer.columns()), Excerpt.of(there), Excerpt.of(lacking)));
        }
        for (String name : scorer.columns()) {
            TypeInformation<?> type = input.getTypeAt(name);
            boolean isNumber = type instanceof NumericTypeInfo || NUMBERS.contains(type);
            if (!isNumber && !(scorer.isOfAnyKind() && OTHERS.contains(type))) {
                throw new IllegalArgumentException(
                        String.format(
                                "ScoreRows: expected %s in field %s, got %s; map the field before",
                                scorer.isOfAnyKind()
                                        ? "numbers, texts, booleans, dates or times"
                                        : "numbers",
                                Excerpt.of(name, 100),
                                type));
            }
        }
        for (String name : RowScore.NAMES) {
            if (there.contains(name)) {
                throw new IllegalArgumentException(
                        "ScoreRows: expected no field of the name of a score, got " + name);
            }
        }
    }

    /**
     * Returns what the fields of scored rows are.
     *
     * @return those of the rows, and a double for each score
     */
    @Override
    public TypeInformation<Row> getProducedType() {
        Stream<TypeInformation<?>> scores = RowScore.NAMES.stream().map(name -> Types.DOUBLE);
        return Types.ROW_NAMED(
                Stream.concat(Arrays.stream(input.getFieldNames()), RowScore.NAMES.stream())
                        .toArray(String[]::new),
                Stream.concat(Arrays.stream(input.getFieldTypes()), scores)
                        .toArray(TypeInformation<?>[]::new));
    }

    @Override
    public void open(OpenContext context) {
        scorer = new RecordScorer(model.scorer());
    }

    @Override
    public Row map(Row row) {
        boolean isNamed = row.getFieldNames(false) != null;
        String[] names = input.getFieldNames();
        Row scored = Row.withPositions(row.getKind(), names.length + RowScore.NAMES.size());
        Map<String, Object> cells = new HashMap<>();
        for (int j = 0; j < names.length; j++) {
            Object cell = isNamed ? row.getField(names[j]) : row.getField(j);
            scored.setField(j, cell);
            cells.put(names[j], cell(cell));
        }
        Optional<RowScore> found = scorer.score(cells, this::note);
        if (found.isPresent()) {
            int next = names.length;
            for (OptionalDouble value : found.get().values()) {
                scored.setField(next++, value.isPresent() ? value.getAsDouble() : null);
            }
        }
        return scored;
    }

    /** The first of many that are alike says enough. */
    private void note(String problem) {
        if (notScored++ == 0) {
            LOGGER.warn("A row cannot be scored, and later ones are not told of: {}", problem);
        }
    }

    /** The day that a date shows where this runs, not the moment at which that began. */
    @SuppressWarnings("JavaUtilDate") // Flink's own.
    private static Object cell(Object cell) {
        if (cell instanceof Date date) {
            return date.toLocalDate();
        }
        return cell instanceof Timestamp timestamp ? timestamp.toInstant() : cell;
    }
}
