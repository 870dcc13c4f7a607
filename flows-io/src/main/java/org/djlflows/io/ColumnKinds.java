package org.djlflows.io;

import org.djlflows.files.Excerpt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Of what kind each column is, from all of its cells.
 *
 * <p>One pass counts what the cells of each column could be. A column whose cells are all numbers
 * is one of numbers, unless that would lose what they say: zeros in front, or digits of whole
 * numbers beyond 2<sup>53</sup>. If all are times of one form it is one of times, and else of
 * texts.
 */
final class ColumnKinds {

    /**
     * The columns that a query counts: one over thousands takes DuckDB many times as long to plan.
     */
    private static final int BATCH = 50;

    private static final Set<String> WHOLE =
            Set.of(
                    "TINYINT",
                    "SMALLINT",
                    "INTEGER",
                    "BIGINT",
                    "HUGEINT",
                    "UTINYINT",
                    "USMALLINT",
                    "UINTEGER",
                    "UBIGINT",
                    "UHUGEINT");

    private static final Pattern COMMA = Pattern.compile("[+-]?\\d+(,\\d+)?");
    private static final Pattern THOUSANDS = Pattern.compile("[+-]?\\d{1,3}(,\\d{3})*");

    private final Duck duck;
    private final String where;
    private final String source;
    private final boolean untyped;
    private final ReadOptions options;
    private final String missingTexts;
    private final String missingNumbers;

    /** Whether a cell that is missing is none or NaN for DuckDB too, without a look at its text. */
    private final boolean isPlain;

    private final List<ColumnPlan> plans = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long rows;

    /**
     * A column before its kind is known.
     *
     * @param name what it is called
     * @param id what the source calls it, quoted
     * @param type its type in DuckDB
     * @param sample some of its cells as texts, none of them missing
     */
    record Raw(String name, String id, String type, List<String> sample) {

        private boolean isText() {
            return type.equals("VARCHAR");
        }

        private boolean isWhole() {
            return WHOLE.contains(type) || (type.startsWith("DECIMAL") && type.endsWith(",0)"));
        }

        private boolean isNumber() {
            return isWhole()
                    || type.startsWith("DECIMAL")
                    || type.equals("DOUBLE")
                    || type.equals("FLOAT");
        }

        private boolean isTime() {
            return type.equals("DATE") || type.startsWith("TIMESTAMP");
        }
    }

    /**
     * Looks at all cells.
     *
     * @param duck the database
     * @param where what is read, for messages
     * @param source what stands behind FROM
     * @param columns the columns
     * @param untyped whether texts may be numbers, as in CSV files
     * @param options what is missing, and the decimal separator
     */
    ColumnKinds(
            Duck duck,
            String where,
            String source,
            List<Raw> columns,
            boolean untyped,
            ReadOptions options) {
        this.duck = duck;
        this.where = where;
        this.source = source;
        this.untyped = untyped;
        this.options = options;
        missingTexts = Duck.literals(options.missing());
        List<Double> numbers =
                options.missing().stream()
                        .map(options::number)
                        .filter(OptionalDouble::isPresent)
                        .map(OptionalDouble::getAsDouble)
                        .toList();
        missingNumbers =
                numbers.isEmpty()
                        ? ""
                        : numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
        isPlain =
                options.decimal() == '.'
                        && numbers.isEmpty()
                        && options.missing().stream().noneMatch(t -> t.matches("(?i).*(_|inf).*"));
        duck.inParallel(
                () -> {
                    for (int i = 0; i < columns.size(); i += BATCH) {
                        count(columns.subList(i, Math.min(i + BATCH, columns.size())));
                    }
                });
    }

    /** Returns how each column is read. */
    List<ColumnPlan> plans() {
        return plans;
    }

    /** Returns what the person who made the file should know. */
    List<String> notes() {
        return notes;
    }

    /** Returns the number of rows. */
    long rows() {
        return rows;
    }

    /** What a column is counted by, and where its counts are among those of the query. */
    private record Counted(Raw raw, String value, List<TimeFormat> formats, int at) {}

    /** The counts of a column. */
    private record Counts(long present, long numbers, long codes, long large, List<Long> times) {}

    private void count(List<Raw> columns) {
        List<Counted> counted = new ArrayList<>();
        // All in one level: DuckDB would write out a name of an inner one as often as it is used.
        List<String> counts = new ArrayList<>(List.of("count(*)"));
        for (Raw raw : columns) {
            List<TimeFormat> formats = raw.isText() ? TimeFormat.of(raw.sample()) : List.of();
            counted.add(new Counted(raw, value(raw), formats, counts.size()));
            addCounts(raw, counts);
            formats.forEach(form -> counts.add("count(" + form.timestamp(raw.id()) + ")"));
        }
        String sql = "SELECT " + String.join(", ", counts) + " FROM " + source;
        long[] found =
                duck.query(
                        sql,
                        where,
                        result -> {
                            result.next();
                            long[] values = new long[counts.size()];
                            for (int i = 0; i < values.length; i++) {
                                values[i] = result.getLong(i + 1);
                            }
                            return values;
                        });
        rows = found[0];
        counted.forEach(column -> plans.add(plan(column, counts(column, found))));
    }

    private void addCounts(Raw raw, List<String> counts) {
        String c = raw.id();
        String v = value(raw);
        boolean number = raw.isText() ? untyped : raw.isNumber();
        counts.add("count(" + c + ")");
        // Words are looked up among what is no number, since that costs more than to read one.
        counts.add(
                counted(
                        number
                                ? "CASE WHEN isfinite(%s) THEN false ELSE %s END"
                                        .formatted(v, isWord(raw))
                                : isWord(raw)));
        String isMissing = missingNumbers.isEmpty() ? "false" : v + " IN (" + missingNumbers + ")";
        counts.add(number ? counted(isMissing) : "0");
        counts.add(number ? counted("isfinite(" + v + ")") : "0");
        // As texts, "0:" comes after "09".
        counts.add(
                number && raw.isText()
                        ? counted(
                                "CASE WHEN %s = floor(%s)%s THEN ltrim(%s) >= '00' AND ltrim(%s) < '0:' ELSE false END"
                                        .formatted(v, v, notMissing(v), c, c))
                        : "0");
        String whole = raw.isText() ? "regexp_full_match(trim(" + c + "), '[+-]?[0-9]+')" : "true";
        counts.add(
                number && (raw.isText() || raw.isWhole())
                        ? counted(
                                "CASE WHEN abs(%s) >= 9007199254740992%s THEN %s ELSE false END"
                                        .formatted(v, notMissing(v), whole))
                        : "0");
    }

    private static String counted(String condition) {
        return condition.startsWith("false") ? "0" : "count(*) FILTER (" + condition + ")";
    }

    private static Counts counts(Counted column, long[] found) {
        int at = column.at();
        return new Counts(
                found[at] - found[at + 1] - found[at + 2],
                found[at + 3] - found[at + 2],
                found[at + 4],
                found[at + 5],
                Arrays.stream(found, at + 6, at + 6 + column.formats().size()).boxed().toList());
    }

    private ColumnPlan plan(Counted column, Counts counts) {
        Raw raw = column.raw();
        long present = counts.present();
        long numbers = counts.numbers();
        long codes = counts.codes();
        long large = counts.large();
        if (raw.isTime()) {
            String timestamp = "CAST(" + raw.id() + " AS TIMESTAMP)";
            boolean zoned = raw.type().contains("TIME ZONE");
            String seconds = "epoch(" + (zoned ? raw.id() : timestamp) + ")";
            return times(raw, seconds, timestamp, TimeFormat.ofType(raw.type()));
        }
        if (raw.isNumber() && !raw.isWhole() && numbers < present) {
            notes.add(
                    "column %s: %,d of %,d numbers are infinite or not a number"
                            .formatted(shown(raw.name()), present - numbers, present));
        }
        boolean allNumbers = present > 0 && numbers == present;
        if ((allNumbers || raw.isNumber()) && codes == 0 && large == 0) {
            String kept =
                    // Typed files have infinite numbers on purpose.
                    (raw.isText() ? "isfinite(%s)" : "%s IS NOT NULL").formatted(column.value())
                            + notMissing(column.value());
            String known = "coalesce(try_cast(" + raw.id() + " AS DOUBLE), 'nan'::DOUBLE)";
            return new ColumnPlan(
                    raw.name(),
                    ColumnPlan.Kind.NUMBERS,
                    isPlain
                            ? known
                            : "CASE WHEN %s THEN %s ELSE 'nan'::DOUBLE END"
                                    .formatted(kept, column.value()),
                    "CASE WHEN %s THEN %s END".formatted(kept, column.value()),
                    Optional.empty());
        }
        if (allNumbers && (codes > 0 || large > 0)) {
            notes.add(
                    codes > 0
                            ? "column %s: kept as text, since %,d of %,d numbers begin with 0, as codes do"
                                    .formatted(shown(raw.name()), codes, present)
                            : ("column %s: kept as text, since %,d of %,d whole numbers are beyond 2^53"
                                            + " and would be rounded")
                                    .formatted(shown(raw.name()), large, present));
            return texts(raw);
        }
        return present == 0 ? texts(raw) : timesOrTexts(column, counts, present, numbers);
    }

    private ColumnPlan timesOrTexts(Counted column, Counts counts, long present, long numbers) {
        Raw raw = column.raw();
        long most = 0;
        for (int k = 0; k < column.formats().size(); k++) {
            TimeFormat format = column.formats().get(k);
            long times = counts.times().get(k);
            most = Math.max(most, times);
            if (times == present) {
                boolean either =
                        k == 0 && column.formats().size() > 1 && counts.times().get(1) == present;
                if (either) {
                    notes.add(
                            ("column %s: %s can be %s first, taken as %s; where it is the other way,"
                                            + " read it by a SELECT with strptime")
                                    .formatted(
                                            shown(raw.name()),
                                            raw.sample().get(0),
                                            "day or month",
                                            format.isDayFirst() ? "day first" : "month first"));
                }
                return times(raw, format.seconds(raw.id()), format.timestamp(raw.id()), format);
            }
        }
        if (numbers * 2 > present) {
            strays(raw, "isfinite(" + column.value() + ")", numbers, present, "numbers");
        } else if (most * 2 > present) {
            long best = most;
            int k =
                    IntStream.range(0, column.formats().size())
                            .filter(i -> counts.times().get(i) == best)
                            .findFirst()
                            .orElseThrow();
            TimeFormat format = column.formats().get(k);
            strays(
                    raw,
                    format.timestamp(raw.id()) + " IS NOT NULL",
                    most,
                    present,
                    "times of the form " + format.pattern());
        } else if (untyped && options.decimal() == '.' && hasDecimalCommas(raw.sample())) {
            notes.add(
                    ("column %s: cells such as %s are numbers with a decimal comma; if all are, say"
                                    + " --decimal ,")
                            .formatted(
                                    shown(raw.name()),
                                    raw.sample().stream()
                                            .filter(cell -> cell.indexOf(',') >= 0)
                                            .findFirst()
                                            .orElseThrow()));
        }
        return texts(raw);
    }

    private static boolean hasDecimalCommas(List<String> cells) {
        return cells.stream().anyMatch(cell -> cell.indexOf(',') >= 0)
                && cells.stream().allMatch(cell -> COMMA.matcher(cell).matches())
                && !cells.stream().allMatch(cell -> THOUSANDS.matcher(cell).matches());
    }

    /** Says which few cells keep a column from being one of numbers or times. */
    private void strays(Raw raw, String condition, long good, long present, String what) {
        String text = "trim(" + raw.id() + ")";
        String sql =
                "SELECT t, k FROM (SELECT "
                        + text
                        + " AS t, count(*) AS k FROM "
                        + source
                        + " WHERE NOT "
                        + isWord(raw)
                        + " AND coalesce("
                        + (missingNumbers.isEmpty()
                                ? "true"
                                : value(raw) + " NOT IN (" + missingNumbers + ")")
                        + ", true) AND NOT coalesce("
                        + condition
                        + ", false) GROUP BY t) ORDER BY k DESC, t LIMIT 4";
        List<String> words = new ArrayList<>();
        List<String> shown = new ArrayList<>();
        duck.query(
                sql,
                where,
                result -> {
                    while (result.next()) {
                        words.add(result.getString(1));
                        shown.add(
                                "'%s' (%,d)"
                                        .formatted(
                                                Excerpt.of(result.getString(1), 40),
                                                result.getLong(2)));
                    }
                    return null;
                });
        boolean more = shown.size() > 3;
        notes.add(
                "column %s: %,d of %,d cells are %s, others are %s%s; if that means missing, say %s"
                        .formatted(
                                shown(raw.name()),
                                good,
                                present,
                                what,
                                String.join(", ", shown.subList(0, Math.min(3, shown.size()))),
                                more ? " and more" : "",
                                words.stream()
                                        .limit(3)
                                        .map(word -> "--missing " + argument(Excerpt.of(word, 40)))
                                        .collect(Collectors.joining(" "))));
    }

    private static String argument(String word) {
        return word.matches("[\\p{L}\\d_./+-]+") ? word : "'" + word + "'";
    }

    private static String shown(String name) {
        return Excerpt.of(name, 60);
    }

    private ColumnPlan times(Raw raw, String seconds, String timestamp, TimeFormat format) {
        String kept =
                raw.isText()
                        ? "CASE WHEN trim(%s) NOT IN %s THEN ".formatted(raw.id(), missingTexts)
                        : "CASE WHEN true THEN ";
        return new ColumnPlan(
                raw.name(),
                ColumnPlan.Kind.TIMES,
                "coalesce(" + kept + seconds + " END, 'nan'::DOUBLE)",
                kept + timestamp + " END",
                Optional.of(format));
    }

    private ColumnPlan texts(Raw raw) {
        String text = text(raw);
        return new ColumnPlan(
                raw.name(),
                ColumnPlan.Kind.TEXTS,
                text,
                "CASE WHEN trim(%s) NOT IN %s THEN trim(%s) END"
                        .formatted(text, missingTexts, text),
                Optional.empty());
    }

    private static String text(Raw raw) {
        return raw.isText()
                ? raw.id()
                : raw.type().equals("JSON")
                        // A text inside of JSON without its quotes.
                        ? "(" + raw.id() + " ->> '$')"
                        : raw.type().matches("(STRUCT|MAP|UNION).*|.*\\]")
                                ? "CAST(to_json(" + raw.id() + ") AS VARCHAR)"
                                : "CAST(" + raw.id() + " AS VARCHAR)";
    }

    /** The number in a cell, null if it is none. */
    private String value(Raw raw) {
        if (!raw.isText() || !untyped) {
            return raw.isNumber() ? "CAST(" + raw.id() + " AS DOUBLE)" : "NULL::DOUBLE";
        }
        // DuckDB takes 1_000 for a number.
        String allowed = options.decimal() == ',' ? "[_.]" : "_";
        String text = options.decimal() == ',' ? "replace(" + raw.id() + ", ',', '.')" : raw.id();
        String refused =
                allowed.equals("_")
                        ? "contains(" + raw.id() + ", '_')"
                        : "contains(%s, '_') OR contains(%s, '.')".formatted(raw.id(), raw.id());
        return "CASE WHEN " + refused + " THEN NULL ELSE try_cast(" + text + " AS DOUBLE) END";
    }

    /** Whether a cell is a word for a missing one. */
    private String isWord(Raw raw) {
        if (raw.isText()) {
            return "trim(" + raw.id() + ") IN " + missingTexts;
        }
        return raw.isNumber() || raw.isTime()
                ? "false"
                : "trim(CAST(" + raw.id() + " AS VARCHAR)) IN " + missingTexts;
    }

    private String notMissing(String value) {
        return missingNumbers.isEmpty() ? "" : " AND " + value + " NOT IN (" + missingNumbers + ")";
    }
}
