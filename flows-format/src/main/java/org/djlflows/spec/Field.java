package org.djlflows.spec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * All that is known of a component of a record: the one place from which checks, JSON, the schema
 * and the help of the command line take it.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Field {

    /** The default of what has to be given. */
    String NONE = "\0";

    /**
     * Says what it is, in a sentence without its full stop.
     *
     * @return the sentence
     */
    String value();

    /**
     * Returns the smallest number, of a list that of each element.
     *
     * @return the number itself is allowed
     */
    double least() default Double.NEGATIVE_INFINITY;

    /**
     * Returns the number above which a number lies.
     *
     * @return the number itself is not allowed
     */
    double above() default Double.NEGATIVE_INFINITY;

    /**
     * Returns the largest number, of a list that of each element.
     *
     * @return the number itself is allowed
     */
    double most() default Double.POSITIVE_INFINITY;

    /**
     * Returns how many elements a list has, at least and at most.
     *
     * @return two numbers
     */
    int[] size() default {0, Integer.MAX_VALUE};

    /**
     * Returns the value that is taken where none is given, as it is written on the command line: a
     * number, the name of a constant or of a kind, a list with commas.
     *
     * @return the text, empty for an empty list; {@link #NONE} if a value has to be given
     */
    String byDefault() default NONE;

    /**
     * Returns the format of {@code config.json} that had it first, of those that are read as they
     * are: the first format is migrated.
     *
     * @return the number of the format
     */
    int since() default 2;
}
