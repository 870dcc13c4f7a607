package org.djlflows.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

class ReadOptionsTest {

    @Test
    void changesOneOptionAtATime() {
        ReadOptions options =
                ReadOptions.DEFAULT
                        .withMissing(List.of(" - "))
                        .plusMissing("-999", "-")
                        .withEncoding("Latin-1")
                        .withDecimal(',')
                        .withHeader(false)
                        .withSeparator(';');

        assertEquals(
                new ReadOptions(
                        List.of("-", "-999"),
                        StandardCharsets.ISO_8859_1,
                        ',',
                        Optional.of(false),
                        Optional.of(';')),
                options);
        assertEquals(
                StandardCharsets.UTF_8, options.withEncoding(StandardCharsets.UTF_8).encoding());
        assertTrue(ReadOptions.DEFAULT.missing().containsAll(List.of("", "NA", "?")));
    }

    @ParameterizedTest
    @ValueSource(chars = {'a', '1', '"', '\n', '.', '#', '\u00e9'})
    void refusesWhatSeparatesNothing(char separator) {
        refused(
                "ReadOptions: expected a separator of fields",
                () -> ReadOptions.DEFAULT.withSeparator(separator));
    }

    @Test
    void numbersHaveTheDecimalSeparator() {
        ReadOptions comma = ReadOptions.DEFAULT.withDecimal(',');
        assertEquals(OptionalDouble.of(-1.5), comma.number(" -1,5 "));
        assertEquals(OptionalDouble.empty(), comma.number("1.5"));
        assertEquals(OptionalDouble.of(1500), ReadOptions.DEFAULT.number("1.5e3"));
        for (String none : List.of("", "x", "1,5", "NaN", "1f", "0x1p3", "1e999")) {
            assertEquals(OptionalDouble.empty(), ReadOptions.DEFAULT.number(none), none);
        }
    }

    @Test
    void refusesWhatCannotBe() {
        refused(
                "ReadOptions: expected a decimal separator of \".\" or \",\", got \";\"",
                () -> ReadOptions.DEFAULT.withDecimal(';'));
        refused(
                "expected a separator of fields",
                () -> ReadOptions.DEFAULT.withSeparator(',').withDecimal(','));
        refused(
                "ReadOptions: expected an encoding such as utf-8, latin-1, windows-1252 or utf-16,"
                        + " got latin-one",
                () -> ReadOptions.DEFAULT.withEncoding("latin-one"));
        refused("got utf 8", () -> ReadOptions.DEFAULT.withEncoding("utf 8"));
    }

    private static void refused(String message, Executable call) {
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, call);
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
    }
}
