package org.djlflows.kernel;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of a typed function.
 *
 * @param arguments what it takes, in order
 * @param returned the type of what it returns
 */
record Signature(List<Argument> arguments, String returned) {

    private static final Pattern ARGUMENT = Pattern.compile("(\\w+): ([\\w\\[\\]]+)");

    /**
     * An argument of a function.
     *
     * @param name the name
     * @param type the type
     */
    record Argument(String name, String type) {

        /** Whether this is the list p. */
        boolean isParameters() {
            return type.startsWith("List");
        }

        /** Whether this is the context of a function that can do without one. */
        boolean isOptional() {
            return type.startsWith("Optional");
        }
    }

    /**
     * Finds a function.
     *
     * @param kernel the name of the kernel in error messages
     * @param source its source
     * @param function the name of the function
     * @return its head
     * @throws IllegalArgumentException if there is no such function
     */
    static Signature of(String kernel, String source, String function) {
        Matcher definition =
                Pattern.compile("(?ms)^def " + function + "\\((.*?)\\) -> (.*?):$").matcher(source);
        if (!definition.find()) {
            throw new IllegalArgumentException(
                    "Kernel " + kernel + ": expected a typed function " + function + ", got none");
        }
        List<Argument> arguments =
                ARGUMENT.matcher(definition.group(1))
                        .results()
                        .map(argument -> new Argument(argument.group(1), argument.group(2)))
                        .toList();
        return new Signature(arguments, definition.group(2));
    }
}
