package org.djlflows.io;

import java.util.Map;
import java.util.Optional;

/**
 * How a column is read.
 *
 * @param name its name
 * @param kind what its cells are
 * @param read the expression that reads a cell: a double, NaN where it is missing, or the text
 * @param typed the expression that reads it as a DOUBLE, TIMESTAMP or VARCHAR, null where it is
 *     missing
 * @param format the form of its times
 */
record ColumnPlan(String name, Kind kind, String read, String typed, Optional<TimeFormat> format) {

    /** Returns the same, with the form that times of this name have in a file. */
    ColumnPlan withForm(Map<String, TimeFormat> forms) {
        return kind == Kind.TIMES && forms.containsKey(name)
                ? new ColumnPlan(name, kind, read, typed, Optional.of(forms.get(name)))
                : this;
    }

    /** The kinds of columns that a table has. */
    enum Kind {
        NUMBERS,
        TEXTS,
        TIMES
    }
}
