package org.djlflows.cli;

/** Arguments that a command refuses; they are told of as picocli tells of those that it refuses. */
final class WrongArguments extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WrongArguments(String message) {
        super(message);
    }

    /** Refuses what does not hold. */
    static void require(boolean holds, String expected, Object got) {
        if (!holds) {
            throw new WrongArguments(expected + ", got " + got);
        }
    }
}
