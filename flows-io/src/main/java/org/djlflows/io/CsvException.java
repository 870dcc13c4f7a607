package org.djlflows.io;

/**
 * A CSV file that cannot be used as it is.
 *
 * <p>The message names the file, where it can the line and the column, what was expected and what
 * was found: {@code data.csv line 17, column "PE": expected a number, got "n/a"}. It is meant for
 * the person who made the file.
 */
public final class CsvException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    CsvException(String message) {
        super(message);
    }

    CsvException(String message, Throwable cause) {
        super(message, cause);
    }
}
