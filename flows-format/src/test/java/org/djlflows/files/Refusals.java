package org.djlflows.files;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** What the tests of all packages share. */
public final class Refusals {

    private Refusals() {}

    /** Checks that a call fails with an exception of that type that says so. */
    public static <T extends Throwable> T assertRefused(
            Class<T> type, String message, Executable call) {
        T thrown = assertThrows(type, call);
        assertTrue(String.valueOf(thrown.getMessage()).contains(message), thrown.getMessage());
        return thrown;
    }
}
