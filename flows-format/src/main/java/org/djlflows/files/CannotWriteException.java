package org.djlflows.files;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Says which file or folder cannot be written, and why: a full disk, a missing permission. */
public final class CannotWriteException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param file what was to be written
     * @param cause why it cannot be
     */
    public CannotWriteException(Path file, IOException cause) {
        this(file, cause, "");
    }

    /**
     * Creates the exception.
     *
     * @param file what was to be written
     * @param cause why it cannot be
     * @param then what the message says after the cause, such as what is left
     */
    public CannotWriteException(Path file, IOException cause, String then) {
        this(file, reason(cause) + then);
        initCause(cause);
    }

    /**
     * Creates the exception.
     *
     * @param file what was to be written
     * @param reason why it cannot be
     */
    public CannotWriteException(Path file, String reason) {
        super(file + ": expected a place that can be written, got: " + reason);
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "no permission";
        }
        if (e instanceof NoSuchFileException) {
            return "no such folder";
        }
        if (e instanceof ClosedByInterruptException) {
            return "an interrupt of the thread that writes";
        }
        if (e instanceof FileSystemException failure && failure.getReason() != null) {
            // What the system says, such as "No space left on device".
            return failure.getReason();
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
