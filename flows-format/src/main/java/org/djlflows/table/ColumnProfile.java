package org.djlflows.table;

import org.djlflows.spec.Column;

import java.util.Locale;
import java.util.Optional;

/**
 * What is in a column of a table, and how it is modelled.
 *
 * @param name its name
 * @param column what its cells are, or nothing if it is left out
 * @param reason why it is left out; empty if it is not
 * @param missing how many cells are missing
 * @param distinct how many different cells there are, or -1 for more than are counted
 * @param range from where to where it goes, or its first levels; empty for free text
 * @param example the first cell that is not missing; empty if there is none
 */
public record ColumnProfile(
        String name,
        Optional<Column> column,
        String reason,
        long missing,
        long distinct,
        String range,
        String example) {

    /**
     * Returns the kind of the column.
     *
     * @return real, whole, category, time or left out
     */
    public String kind() {
        return column.map(found -> found.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .orElse("left out");
    }
}
