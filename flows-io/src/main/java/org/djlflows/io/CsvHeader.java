package org.djlflows.io;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Whether the first row of a CSV file has names or is a row like the others.
 *
 * <p>Numbers and times do not name columns, except for whole numbers that count up. A text above
 * numbers or times does. If all columns are texts, a name does not come up again below it, while
 * columns in which hardly a value comes up again tell nothing: then it is taken for a header, as in
 * most files, and a note says so.
 *
 * @param present whether it is a header
 * @param sure whether the rows below leave no doubt
 * @param counting whether it is one although it has numbers
 */
record CsvHeader(boolean present, boolean sure, boolean counting) {

    /**
     * Decides.
     *
     * @param rows the first rows, null for an empty cell
     * @param isMissing whether a cell is a word for a missing one
     * @param isValue whether a cell is a number or a time
     * @return the decision
     */
    static CsvHeader of(
            List<String[]> rows, Predicate<String> isMissing, Predicate<String> isValue) {
        if (rows.isEmpty()) {
            return new CsvHeader(false, true, false);
        }
        String[] first = rows.get(0);
        List<String[]> rest = rows.subList(1, rows.size());
        int[] named =
                IntStream.range(0, first.length).filter(j -> !isMissing.test(first[j])).toArray();
        if (named.length == 0) {
            return new CsvHeader(false, true, false);
        }
        if (IntStream.of(named).anyMatch(j -> isValue.test(first[j]))) {
            boolean counting =
                    isCounting(first, isValue)
                            && !(rest.size() > 0 && isCounting(rest.get(0), isValue));
            return new CsvHeader(counting, !counting, counting);
        }
        if (rest.isEmpty()) {
            return new CsvHeader(true, false, false);
        }
        for (int j : named) {
            int column = j;
            if (rest.stream().anyMatch(row -> first[column].equals(row[column]))) {
                return new CsvHeader(false, true, false);
            }
        }
        for (int j : named) {
            int column = j;
            long present = rest.stream().filter(row -> !isMissing.test(row[column])).count();
            long values =
                    rest.stream()
                            .filter(
                                    row ->
                                            !isMissing.test(row[column])
                                                    && isValue.test(row[column]))
                            .count();
            if (values * 2 > present) {
                return new CsvHeader(true, true, false);
            }
        }
        return ofTexts(first, named, rest, isMissing);
    }

    private static CsvHeader ofTexts(
            String[] first, int[] named, List<String[]> rest, Predicate<String> isMissing) {
        Set<String> distinct = new HashSet<>();
        boolean repeats = !IntStream.of(named).allMatch(j -> distinct.add(first[j]));
        // A first column without a name is what pandas writes for its index.
        boolean gap = IntStream.range(1, first.length).anyMatch(j -> isMissing.test(first[j]));
        if (repeats || gap) {
            return new CsvHeader(false, true, false);
        }
        double shape = 0;
        for (int j : named) {
            Map<String, Integer> counts = new HashMap<>();
            int same = 0;
            int present = 0;
            for (String[] row : rest) {
                if (!isMissing.test(row[j])) {
                    counts.merge(row[j], 1, Integer::sum);
                    same += shape(row[j]).equals(shape(first[j])) ? 1 : 0;
                    present++;
                }
            }
            long once = counts.values().stream().filter(n -> n == 1).count();
            // The share of the values seen once is the chance that the next one is new.
            if (present >= 20 && once < 0.05 * present) {
                return new CsvHeader(true, true, false);
            }
            boolean telling = shape(first[j]).chars().anyMatch(c -> c == '9' || c == '@');
            shape += telling && present > 1 && same > 0.9 * present ? 1 : 0;
        }
        // Codes, addresses and the like above others of the same form.
        return new CsvHeader(shape * 2 <= named.length, false, false);
    }

    /** Letters as a, digits as 9, runs of either as one. */
    private static String shape(String text) {
        return text.replaceAll("\\p{L}+", "a").replaceAll("\\d+", "9");
    }

    /** Whether the numbers of a row are 0, 1, 2 or 1990, 1991, 1992 and so on, at least three. */
    private static boolean isCounting(String[] row, Predicate<String> isValue) {
        int count = 0;
        long last = 0;
        for (String cell : row) {
            if (cell != null && isValue.test(cell)) {
                if (!cell.matches("0|[1-9]\\d{0,8}")) {
                    return false;
                }
                long value = Long.parseLong(cell);
                if (count > 0 && value != last + 1) {
                    return false;
                }
                last = value;
                count++;
            }
        }
        return count >= 3;
    }
}
