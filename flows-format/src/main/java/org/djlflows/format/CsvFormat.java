package org.djlflows.format;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.Field;
import org.djlflows.spec.Specs;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a table is written as CSV, so that rows that are drawn can be written alike.
 *
 * @param columns the names of the columns, in the order of the file
 * @param header whether the names stand above the rows
 * @param separator what stands between cells, one character
 * @param decimal the decimal sign, "." or ","
 * @param quote what encloses cells that hold a separator, one character
 * @param decimals the decimals that numbers have at least, by column, such as 1 where 22 is written
 *     22.0; 0 for all others
 */
public record CsvFormat(
        @Field(value = "The columns, modelled and given, in the order of the file")
                List<String> columns,
        @Field(value = "Whether the names of the columns stand above the rows", byDefault = "true")
                boolean header,
        @Field(value = "What stands between cells, one character", byDefault = ",")
                String separator,
        @Field(value = "The decimal sign, . or ,", byDefault = ".") String decimal,
        @Field(value = "What encloses cells that hold a separator, one character", byDefault = "\"")
                String quote,
        @Field(
                        value =
                                "The decimals that numbers have at least, by column, such as 1 where"
                                        + " 22 is written 22.0",
                        least = 1,
                        most = 17,
                        byDefault = "")
                Map<String, Integer> decimals) {

    private static final int MOST_DECIMALS = 17;

    /**
     * Checks the signs.
     *
     * @param columns the names of the columns
     * @param header whether they stand above the rows
     * @param separator what stands between cells
     * @param decimal the decimal sign
     * @param quote what encloses cells that hold a separator
     * @param decimals the decimals that numbers have at least, by column
     * @throws IllegalArgumentException if a column comes twice, a sign is not one character, a
     *     letter, a digit, the end of a line or that of another field, or decimals are not from 1
     *     to 17 or of another column
     */
    public CsvFormat {
        Specs.check(CsvFormat.class, columns, header, separator, decimal, quote, decimals);
        columns = List.copyOf(columns);
        decimals = Collections.unmodifiableMap(new TreeMap<>(decimals));
        if (columns.stream().distinct().count() < columns.size()) {
            throw new IllegalArgumentException(
                    "CsvFormat: expected different columns, got " + Excerpt.of(columns));
        }
        if (!isSign(separator) || !isSign(quote) || separator.equals(quote)) {
            throw new IllegalArgumentException(
                    String.format(
                            "CsvFormat: expected a separator and a quote of one character each, got"
                                    + " %s and %s",
                            Excerpt.of(separator, 20), Excerpt.of(quote, 20)));
        }
        if (!decimal.equals(".") && !decimal.equals(",")) {
            throw new IllegalArgumentException(
                    "CsvFormat: expected a decimal sign of . or , and got "
                            + Excerpt.of(decimal, 20));
        }
        requireDecimals(columns, decimals);
    }

    private static void requireDecimals(List<String> columns, Map<String, Integer> decimals) {
        if (!columns.containsAll(decimals.keySet())
                || !decimals.values().stream().allMatch(n -> n >= 1 && n <= MOST_DECIMALS)) {
            throw new IllegalArgumentException(
                    String.format(
                            "CsvFormat: expected decimals of 1 to %d of columns among %s, got %s",
                            MOST_DECIMALS, Excerpt.of(columns), Excerpt.of(decimals)));
        }
    }

    private static boolean isSign(String text) {
        return text.length() == 1
                && !Character.isLetterOrDigit(text.charAt(0))
                && text.charAt(0) != '\n'
                && text.charAt(0) != '\r';
    }

    /**
     * Returns the usual format: a header, commas, decimal points and double quotes.
     *
     * @param columns the names of the columns
     * @return the format
     */
    public static CsvFormat usual(List<String> columns) {
        return new CsvFormat(columns, true, ",", ".", "\"", Map.of());
    }

    /**
     * Returns the same format of some of the columns.
     *
     * @param some the names of the columns
     * @return the format
     */
    public CsvFormat withColumns(List<String> some) {
        Map<String, Integer> least = new HashMap<>(decimals);
        least.keySet().retainAll(some);
        return new CsvFormat(some, header, separator, decimal, quote, least);
    }

    /**
     * Returns the same format with another decision on the names above the rows.
     *
     * @param present whether they are there
     * @return the format
     */
    public CsvFormat withHeader(boolean present) {
        return new CsvFormat(columns, present, separator, decimal, quote, decimals);
    }

    /**
     * Returns the same format with another separator.
     *
     * @param character what stands between cells
     * @return the format
     * @throws IllegalArgumentException if it cannot be one
     */
    public CsvFormat withSeparator(String character) {
        return new CsvFormat(columns, header, character, decimal, quote, decimals);
    }
}
