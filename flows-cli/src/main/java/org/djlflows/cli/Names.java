package org.djlflows.cli;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.util.List;

/**
 * The value of an option that takes names: a line of CSV, so that names with a comma can be quoted.
 *
 * @param values the names
 */
record Names(List<String> values) {

    /** What a description of such an option ends with. */
    static final String QUOTING =
            "As in CSV a name with a comma is put in double quotes: '\"a,b\",c'. The option can be"
                    + " repeated.";

    /** Reads the line. */
    static final class Converter implements ITypeConverter<Names> {
        @Override
        public Names convert(String text) {
            List<CsvRecord> lines;
            try {
                lines = CsvReader.builder().ofCsvRecord(text).stream().toList();
            } catch (CsvParseException e) {
                throw new TypeConversionException(
                        "expected a line of CSV, got " + text + " (" + e.getMessage() + ")");
            }
            if (lines.size() != 1) {
                throw new TypeConversionException("expected a line of CSV, got '" + text + "'");
            }
            return new Names(List.copyOf(lines.get(0).getFields()));
        }
    }

    /** Returns the names of all occurrences of an option. */
    static List<String> all(List<Names> options) {
        return options.stream().flatMap(option -> option.values().stream()).toList();
    }
}
