package org.djlflows.io;

/**
 * A file or a query that gives no table as it is.
 *
 * <p>The message is for the person who made the file. It names the file and where it can the line
 * or the column, what was expected and what was found, and what to do: {@code data.csv line 3:
 * expected 2 fields, got 1; quote fields that hold the separator ","}.
 */
public final class TableException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    TableException(String message) {
        super(message);
    }

    TableException(String message, Throwable cause) {
        super(message, cause);
    }
}
