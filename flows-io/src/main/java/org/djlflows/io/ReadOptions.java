package org.djlflows.io;

import org.djlflows.files.Excerpt;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the reader of a {@link TableFile} cannot see from the file itself, or saw wrongly.
 *
 * <p>All but {@code missing} is for CSV files. Cells are compared with {@code missing} without the
 * blanks around them, and as numbers too: {@code -999} is also {@code -999.0}.
 *
 * @param missing the texts that stand for a missing cell
 * @param encoding how characters are stored; UTF-16 with a byte order mark is recognised without
 * @param decimal what separates whole numbers from their decimals, '.' or ','
 * @param header whether the first row has the names of the columns; recognised if empty
 * @param separator what separates fields; recognised if empty
 */
public record ReadOptions(
        List<String> missing,
        Charset encoding,
        char decimal,
        Optional<Boolean> header,
        Optional<Character> separator) {

    /** Header and separator recognised, UTF-8, a decimal point, and the usual words for missing. */
    public static final ReadOptions DEFAULT =
            new ReadOptions(
                    List.of("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"),
                    StandardCharsets.UTF_8,
                    '.',
                    Optional.empty(),
                    Optional.empty());

    /**
     * Checks the options.
     *
     * @param missing the texts that stand for a missing cell
     * @param encoding how characters are stored
     * @param decimal what separates whole numbers from their decimals
     * @param header whether the first row has the names of the columns
     * @param separator what separates fields
     * @throws IllegalArgumentException if {@code decimal} is neither '.' nor ',', or the separator
     *     cannot be one or is the same
     */
    public ReadOptions {
        missing = List.copyOf(new LinkedHashSet<>(missing.stream().map(String::strip).toList()));
        if (decimal != '.' && decimal != ',') {
            throw new IllegalArgumentException(
                    "ReadOptions: expected a decimal separator of \".\" or \",\", got \""
                            + decimal
                            + '"');
        }
        if (separator.filter(c -> c == decimal || !isSeparator(c)).isPresent()) {
            throw new IllegalArgumentException(
                    "ReadOptions: expected a separator of fields that is no letter, digit, quote,"
                            + " line break or decimal separator, got \""
                            + separator.get()
                            + '"');
        }
    }

    private static boolean isSeparator(char c) {
        return c < 128 && !Character.isLetterOrDigit(c) && "\"'\\\r\n\0+-.#".indexOf(c) < 0;
    }

    /**
     * Returns these options with other texts for missing cells, instead of all before.
     *
     * @param texts the texts; the empty one is for empty cells
     * @return the new options
     */
    public ReadOptions withMissing(List<String> texts) {
        return new ReadOptions(texts, encoding, decimal, header, separator);
    }

    /**
     * Returns these options with further texts for missing cells.
     *
     * @param texts the texts, such as {@code unknown} or {@code -999}
     * @return the new options
     */
    public ReadOptions plusMissing(String... texts) {
        List<String> all = new ArrayList<>(missing);
        all.addAll(Arrays.asList(texts));
        return withMissing(all);
    }

    /**
     * Returns these options with another encoding.
     *
     * @param name a name that Java knows, such as utf-8, utf-16, windows-1252, or latin-1
     * @return the new options
     * @throws IllegalArgumentException if there is none of this name
     */
    public ReadOptions withEncoding(String name) {
        Charset found;
        try {
            // The usual name in other languages, which Java spells without a hyphen.
            found =
                    name.toLowerCase(Locale.ROOT).equals("latin-1")
                            ? StandardCharsets.ISO_8859_1
                            : Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new IllegalArgumentException(
                    "ReadOptions: expected an encoding such as utf-8, latin-1, windows-1252 or"
                            + " utf-16, got "
                            + Excerpt.of(name, 40),
                    e);
        }
        return withEncoding(found);
    }

    /**
     * Returns these options with another encoding.
     *
     * @param charset the encoding
     * @return the new options
     */
    public ReadOptions withEncoding(Charset charset) {
        return new ReadOptions(missing, charset, decimal, header, separator);
    }

    /**
     * Returns these options with another decimal separator.
     *
     * @param character '.' or ','
     * @return the new options
     * @throws IllegalArgumentException if it is neither
     */
    public ReadOptions withDecimal(char character) {
        return new ReadOptions(missing, encoding, character, header, separator);
    }

    /**
     * Returns these options with a decision on the first row.
     *
     * @param present whether it has the names of the columns
     * @return the new options
     */
    public ReadOptions withHeader(boolean present) {
        return new ReadOptions(missing, encoding, decimal, Optional.of(present), separator);
    }

    /**
     * Returns these options with a separator of fields.
     *
     * @param character the separator, such as ';' or a tab
     * @return the new options
     * @throws IllegalArgumentException if it cannot be one
     */
    public ReadOptions withSeparator(char character) {
        return new ReadOptions(missing, encoding, decimal, header, Optional.of(character));
    }

    /**
     * Reads a cell as a number.
     *
     * @param cell the cell, in which blanks around do not count
     * @return the number, with this decimal separator; empty if it is none or not finite
     */
    public OptionalDouble number(String cell) {
        String text = cell.strip();
        if (decimal == ',') {
            text = text.indexOf('.') >= 0 ? "" : text.replace(',', '.');
        }
        // Java also takes 1f, 0x1p3 and Infinity.
        if (!text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")) {
            return OptionalDouble.empty();
        }
        double value = Double.parseDouble(text);
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }
}
