package org.djlflows.io;

import org.djlflows.format.CsvFormat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How a CSV file is written, as seen from its beginning.
 *
 * <p>DuckDB looks for this too, but takes a file with one short line for one of a single column and
 * skips a first line that is shorter than the others; here the file is then refused.
 *
 * @param separator what separates fields
 * @param quote what may enclose fields
 * @param escape what comes before a quote inside of them
 * @param fields the number of fields of a row
 * @param skipped the lines above the first row: blank ones, comments and titles
 * @param titles whether there are others than blank ones among those
 * @param unclean whether there are comments below the first row, or line breaks of several kinds
 */
record Dialect(
        char separator,
        char quote,
        char escape,
        int fields,
        int skipped,
        boolean titles,
        boolean unclean) {

    /** Where several fit equally well: the less usual in texts and numbers comes first. */
    private static final List<Character> SEPARATORS = List.of('\t', '|', ';', ',');

    /** What separates nothing, in a file of one column. */
    private static final char NONE = '\u001f';

    private static final Pattern NUMBER =
            Pattern.compile("\\s*[+-]?(\\d+[.,]?\\d*|[.,]\\d+)([eE][+-]?\\d+)?\\s*");

    /** A row, or a line that is none. */
    private record Row(int line, List<String> cells, boolean quoted) {

        private boolean isBlank() {
            return cells.size() == 1 && !quoted && cells.get(0).isBlank();
        }

        private boolean isHash() {
            return !quoted && cells.get(0).startsWith("#");
        }
    }

    /** A separator with the rows that it gives and how well they agree. */
    private record Candidate(char separator, List<Row> rows, int fields, double agreeing) {

        private double numbers() {
            long cells = 0;
            long numbers = 0;
            for (Row row : rows) {
                cells += row.cells().size();
                numbers += row.cells().stream().filter(c -> NUMBER.matcher(c).matches()).count();
            }
            return (double) numbers / Math.max(1, cells);
        }
    }

    /**
     * Recognises a dialect.
     *
     * @param head the beginning of the file
     * @param whole whether that is all of it
     * @param options the separator, if it is known, and the decimal separator, which is none
     * @return the dialect; of one field if nothing separates, and of none if there are no rows
     */
    static Dialect of(String head, boolean whole, ReadOptions options) {
        char quote = quoteOf(head);
        boolean backslash = head.contains("\\" + quote) && !head.contains("" + quote + quote);
        char escape = backslash ? '\\' : quote;
        List<Character> separators =
                options.separator()
                        .map(List::of)
                        .orElse(SEPARATORS.stream().filter(c -> c != options.decimal()).toList());
        List<Candidate> candidates =
                separators.stream()
                        .map(c -> candidate(c, rows(head, whole, c, quote, escape)))
                        .toList();
        Candidate best =
                candidates.stream()
                        .filter(c -> c.fields() > 1)
                        .max(
                                // Those that agree but for stray lines are equals, and so are
                                // shares of numbers that differ by a stray cell.
                                Comparator.comparingInt(
                                                (Candidate c) -> c.agreeing() > 0.99 ? 1 : 0)
                                        .thenComparingDouble(
                                                c ->
                                                        c.agreeing() > 0.99
                                                                ? c.numbers()
                                                                : c.agreeing())
                                        .thenComparingInt(c -> -separators.indexOf(c.separator())))
                        .orElse(candidates.get(candidates.size() - 1));
        return best.fields() > 1
                ? dialect(best, quote, escape, head)
                : dialect(
                        new Candidate(
                                options.separator().orElse(NONE),
                                rows(head, whole, options.separator().orElse(NONE), quote, escape),
                                Math.min(1, best.fields()),
                                1),
                        quote,
                        escape,
                        head);
    }

    private static Dialect dialect(Candidate best, char quote, char escape, String head) {
        List<Row> rows = best.rows();
        int first = 0;
        boolean titles = false;
        boolean several = best.fields() > 1;
        for (; first < rows.size(); first++) {
            Row row = rows.get(first);
            boolean comment =
                    row.isHash() && (row.cells().size() != best.fields() || hashBlock(rows, first));
            boolean title = several && row.cells().size() == 1 && !row.isBlank() && !row.isHash();
            if (!row.isBlank() && !comment && !title) {
                break;
            }
            titles |= title;
        }
        int skipped = first < rows.size() ? rows.get(first).line() : 0;
        boolean comments =
                rows.stream()
                        .skip(first)
                        .anyMatch(r -> r.isHash() && r.cells().size() != best.fields());
        boolean mixed = head.contains("\r\n") && head.replace("\r\n", "").contains("\n");
        return new Dialect(
                best.separator(), quote, escape, best.fields(), skipped, titles, comments || mixed);
    }

    /** Whether the next line is a comment as well, or the only one is in a file of one column. */
    private static boolean hashBlock(List<Row> rows, int i) {
        boolean next = i + 1 < rows.size() && rows.get(i + 1).isHash();
        boolean before = i > 0 && rows.get(i - 1).isHash();
        // If rows begin with "#" throughout, it is part of what they say.
        return (next || before) && !rows.get(rows.size() - 1).isHash();
    }

    private static Candidate candidate(char separator, List<Row> all) {
        Map<Integer, Integer> counts = new HashMap<>();
        int rows = 0;
        Optional<Integer> first = Optional.empty();
        for (Row row : all) {
            if (!row.isBlank() && !row.isHash()) {
                rows++;
                int fields = row.cells().size();
                counts.merge(fields, 1, Integer::sum);
                first = first.or(() -> Optional.of(fields));
            }
        }
        Optional<Candidate> below = belowTitles(separator, all);
        if (below.isPresent()) {
            return below.get();
        }
        if (rows == 0) {
            int hashes = (int) all.stream().filter(Row::isHash).count();
            return new Candidate(separator, all, hashes > 0 ? all.get(0).cells().size() : 0, 0);
        }
        int most = counts.values().stream().mapToInt(n -> n).max().orElseThrow();
        int start = first.orElseThrow();
        int fields =
                counts.get(start) == most
                        ? start
                        : counts.entrySet().stream()
                                .filter(e -> e.getValue() == most)
                                .mapToInt(Map.Entry::getKey)
                                .max()
                                .orElseThrow();
        double agreeing = (double) most / rows;
        // Commas in sentences agree by accident, but not with the first row and not mostly.
        boolean accident = fields > 1 && (agreeing < 0.5 || (start == 1 && agreeing < 0.8));
        return new Candidate(separator, all, accident ? 1 : fields, agreeing);
    }

    /** The rows below lines of one field, if all those have as many fields and are enough. */
    private static Optional<Candidate> belowTitles(char separator, List<Row> all) {
        List<Row> rows = all.stream().filter(row -> !row.isBlank() && !row.isHash()).toList();
        int titles = 0;
        while (titles < rows.size() && rows.get(titles).cells().size() == 1) {
            titles++;
        }
        List<Row> rest = rows.subList(titles, rows.size());
        if (titles == 0 || rest.size() < 2) {
            return Optional.empty();
        }
        int fields = rest.get(0).cells().size();
        // One comma in each of a few sentences is no second column.
        boolean enough = fields > 2 || rest.size() >= 10;
        return enough && rest.stream().allMatch(row -> row.cells().size() == fields)
                ? Optional.of(new Candidate(separator, all, fields, 1))
                : Optional.empty();
    }

    private static char quoteOf(String head) {
        if (head.indexOf('"') >= 0) {
            return '"';
        }
        boolean single =
                Pattern.compile("(?m)(^|[,;\t|])'[^'\n]*'([,;\t|\r]|$)").matcher(head).find();
        return single ? '\'' : '"';
    }

    /** Splits text into rows, without those that its end cuts off. */
    private static List<Row> rows(
            String text, boolean whole, char separator, char quote, char escape) {
        List<Row> rows = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean inside = false;
        boolean quoted = false;
        int line = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char next = i + 1 < text.length() ? text.charAt(i + 1) : 0;
            boolean lineBreak = c == '\n' || (c == '\r' && next != '\n');
            line += lineBreak ? 1 : 0;
            if (inside) {
                if (c == escape && next == quote) {
                    cell.append(quote);
                    i++;
                } else if (c == quote) {
                    inside = false;
                } else {
                    cell.append(c);
                }
            } else if (c == quote && cell.toString().isBlank()) {
                cell.setLength(0);
                inside = true;
                quoted = true;
            } else if (c == separator) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else if (lineBreak) {
                cells.add(cell.toString());
                cell.setLength(0);
                rows.add(new Row(start, List.copyOf(cells), quoted));
                cells.clear();
                quoted = false;
                start = line;
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        if ((whole || rows.isEmpty()) && (cell.length() > 0 || !cells.isEmpty() || quoted)) {
            cells.add(cell.toString());
            rows.add(new Row(start, List.copyOf(cells), quoted));
        }
        return rows;
    }

    /**
     * Returns how files of this dialect are written.
     *
     * @param names the names of the columns
     * @param header whether they are in the file
     * @param decimal the decimal sign
     * @param decimals the decimals that numbers have at least, by column
     * @return the format, with the usual separator where nothing separates
     */
    CsvFormat format(
            List<String> names, boolean header, char decimal, Map<String, Integer> decimals) {
        return new CsvFormat(
                names,
                header,
                separator == NONE ? "," : String.valueOf(separator),
                String.valueOf(decimal),
                String.valueOf(quote),
                decimals);
    }

    /**
     * Returns the beginning of a query over all rows, every cell a text without the blanks around.
     *
     * @param file the quoted name of the file
     * @param gzip whether it is compressed
     * @param header whether the first row is left out
     * @return the source for FROM, whose columns are c0, c1 and so on
     */
    String source(String file, boolean gzip, boolean header) {
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < fields; i++) {
            columns.append(i > 0 ? ", " : "").append("'c").append(i).append("': 'VARCHAR'");
        }
        String read =
                "read_csv("
                        + file
                        + ", auto_detect = false, header = "
                        + header
                        + ", skip = "
                        + skipped
                        + ", delim = "
                        + Duck.literal("" + separator)
                        + ", quote = "
                        + Duck.literal("" + quote)
                        + ", escape = "
                        + Duck.literal("" + escape)
                        + ", compression = "
                        + (gzip ? "'gzip'" : "'none'")
                        + ", nullstr = '', allow_quoted_nulls = false, columns = {"
                        + columns
                        + "})";
        // Blank lines are no rows; DuckDB leaves them out by itself if there are several columns.
        return fields > 1 ? read : "(SELECT * FROM " + read + " WHERE c0 IS NOT NULL)";
    }
}
