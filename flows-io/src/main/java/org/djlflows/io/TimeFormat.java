package org.djlflows.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A form in which dates and times are written.
 *
 * @param pattern the form for {@link java.time.format.DateTimeFormatter}, in English and UTC
 * @param specifier the same for DuckDB's {@code strptime}
 * @param zoned whether the specifier reads an offset from UTC
 */
record TimeFormat(String pattern, String specifier, boolean zoned) {

    private static final Pattern CELL =
            Pattern.compile(
                    // 2019-03-23, 2019/03/23, 2019.03.23, 2019-03
                    "(?:(?<y>\\d{4})(?<s>[-/.])(?<m>\\d{1,2})(?:\\k<s>(?<d>\\d{1,2}))?"
                            // 23.03.2019, 3/23/19
                            + "|(?<a>\\d{1,2})(?<t>[-/.])(?<b>\\d{1,2})\\k<t>(?<z>\\d{4}|\\d{2})"
                            // 23-Mar-2019, 23 March 2019
                            + "|(?<e>\\d{1,2})(?<u>[- ])(?<n>[A-Za-z]{3,9})\\k<u>(?<v>\\d{4})"
                            // March 23, 2019
                            + "|(?<o>[A-Za-z]{3,9}) (?<f>\\d{1,2})(?<c>,?) (?<w>\\d{4}))"
                            // 20:21, 20:21:09, 20:21:09.123456, 8:21 PM
                            + "(?:(?<g>[ T])(?<h>\\d{1,2}):\\d{2}(?<i>:\\d{2}(?<j>\\.\\d{1,9})?)?"
                            + "(?<k>(?<l> ?)[AaPp][Mm])?"
                            // Z, UTC, +02, +0200, +02:00
                            + "(?<p>(?<q> ?)(?:Z|UTC|[+-]\\d{2}(?::?\\d{2})?))?)?");

    /**
     * Returns the forms in which cells may be written.
     *
     * @param cells some cells of a column, none of them missing
     * @return the forms that fit: none if they are no times, two if day and month may be either way
     */
    static List<TimeFormat> of(List<String> cells) {
        List<Matcher> matches = new ArrayList<>();
        Optional<String> longest = Optional.empty();
        for (String cell : cells) {
            Matcher match = CELL.matcher(cell);
            if (match.matches()) {
                matches.add(match);
                // Where decimals of seconds are left out if they are 0, the longest cell has them.
                longest =
                        longest.filter(found -> found.length() >= cell.length())
                                .or(() -> Optional.of(cell));
            }
        }
        // A few cells may be stray words, which the reader of the whole column reports.
        if (matches.size() * 2 <= cells.size() || longest.isEmpty()) {
            return List.of();
        }
        Matcher model = CELL.matcher(longest.get());
        return model.matches() ? new Model(model, matches).formats() : List.of();
    }

    /**
     * The expression that reads a column of this form as seconds since 1970, null where it cannot.
     */
    String seconds(String column) {
        return "epoch(" + timestamp(column) + ")";
    }

    /** The expression that reads a column of this form as a timestamp, null where it cannot. */
    String timestamp(String column) {
        String trimmed = "trim(" + column + ")";
        if (zoned) {
            return "try_strptime(replace("
                    + trimmed
                    + ", 'Z', '+00'), "
                    + Duck.literal(specifier)
                    + ")";
        }
        String whole = specifier.replace(".%f", "");
        return "try_strptime("
                + trimmed
                + ", ["
                + Duck.literal(specifier)
                + (whole.equals(specifier) ? "" : ", " + Duck.literal(whole))
                + "])";
    }

    /** Whether this form has the day before the month, both as numbers. */
    boolean isDayFirst() {
        return pattern.startsWith("d") && !pattern.contains("MMM");
    }

    /** The parts of one cell, and what the others say about the number of digits. */
    private record Model(Matcher cell, List<Matcher> others) {

        private List<TimeFormat> formats() {
            List<TimeFormat> found = new ArrayList<>();
            if (cell.group("y") != null) {
                String s = cell.group("s");
                boolean day = cell.group("d") != null;
                if (day || !s.equals(".")) {
                    found.add(
                            format(
                                    "yyyy"
                                            + s
                                            + digits("MM", "m")
                                            + (day ? s + digits("dd", "d") : ""),
                                    "%Y" + s + "%m" + (day ? s + "%d" : "")));
                }
            } else if (cell.group("a") != null) {
                String t = cell.group("t");
                boolean isLong = cell.group("z").length() == 4;
                String java = t + (isLong ? "yyyy" : "yy");
                String duck = t + (isLong ? "%Y" : "%y");
                found.add(
                        format(
                                digits("MM", "a") + t + digits("dd", "b") + java,
                                "%m" + t + "%d" + duck));
                found.add(
                        format(
                                digits("dd", "a") + t + digits("MM", "b") + java,
                                "%d" + t + "%m" + duck));
                // Slashes are mostly American, points and hyphens are not.
                if (!t.equals("/")) {
                    found.add(found.remove(0));
                }
            } else if (cell.group("e") != null) {
                String u = cell.group("u");
                found.add(
                        format(
                                digits("dd", "e") + u + month("n") + u + "yyyy",
                                "%d" + u + specifierOfMonth("n") + u + "%Y"));
            } else {
                String c = cell.group("c") + " ";
                found.add(
                        format(
                                month("o") + " " + digits("dd", "f") + c + "yyyy",
                                specifierOfMonth("o") + " %d" + c + "%Y"));
            }
            return found;
        }

        private TimeFormat format(String date, String specifier) {
            if (cell.group("g") == null) {
                return new TimeFormat(date, specifier, false);
            }
            boolean half = cell.group("k") != null;
            StringBuilder java = new StringBuilder(date);
            StringBuilder duck = new StringBuilder(specifier);
            java.append(cell.group("g").equals("T") ? "'T'" : " ");
            duck.append(cell.group("g"));
            java.append(digits(half ? "hh" : "HH", "h")).append(":mm");
            duck.append(half ? "%I:%M" : "%H:%M");
            if (cell.group("i") != null) {
                java.append(":ss");
                duck.append(":%S");
            }
            if (cell.group("j") != null) {
                java.append('.').append("S".repeat(cell.group("j").length() - 1));
                duck.append(".%f");
            }
            if (half) {
                java.append(cell.group("l")).append('a');
                duck.append(cell.group("l")).append("%p");
            }
            return zone(java.toString(), duck.toString());
        }

        private TimeFormat zone(String java, String duck) {
            String zone = cell.group("p");
            if (zone == null) {
                return new TimeFormat(java, duck, false);
            }
            String blank = cell.group("q");
            String style = zone.strip();
            if (style.equals("UTC")) {
                return new TimeFormat(java + blank + "'UTC'", duck + zone, false);
            }
            if (any(match -> String.valueOf(match.group("p")).strip().equals("Z"))) {
                boolean all = !any(match -> !String.valueOf(match.group("p")).strip().equals("Z"));
                return new TimeFormat(
                        java + blank + (all ? "'Z'" : "XXX"),
                        duck + blank + (all ? "Z" : "%z"),
                        !all);
            }
            String letters = style.length() == 3 ? "x" : style.length() == 5 ? "xx" : "xxx";
            return new TimeFormat(java + blank + letters, duck + blank + "%z", true);
        }

        /** Two letters, or one if a cell has a digit there where another has two. */
        private String digits(String two, String group) {
            return any(match -> String.valueOf(match.group(group)).length() == 1)
                    ? two.substring(1)
                    : two;
        }

        /** May is its own abbreviation and says nothing. */
        private boolean isAbbreviated(String group) {
            return !any(
                    match ->
                            String.valueOf(match.group(group)).length() > 3
                                    && match.group(group) != null);
        }

        private String month(String group) {
            return isAbbreviated(group) ? "MMM" : "MMMM";
        }

        private String specifierOfMonth(String group) {
            return isAbbreviated(group) ? "%b" : "%B";
        }

        private boolean any(Predicate<Matcher> condition) {
            return others.stream().anyMatch(condition);
        }
    }

    /** A form of what DuckDB holds as dates or timestamps. */
    static TimeFormat ofType(String type) {
        String name = type.toUpperCase(Locale.ROOT);
        if (name.equals("DATE")) {
            return new TimeFormat("yyyy-MM-dd", "%Y-%m-%d", false);
        }
        boolean zoned = name.contains("TIME ZONE");
        return new TimeFormat(
                "yyyy-MM-dd HH:mm:ss" + (zoned ? "xxx" : ""), "%Y-%m-%d %H:%M:%S", zoned);
    }
}
