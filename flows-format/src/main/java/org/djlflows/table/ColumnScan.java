package org.djlflows.table;

import org.djlflows.files.Excerpt;

import java.util.Locale;
import java.util.Optional;

/** What is seen of a column in one pass, and what it is taken for. */
sealed interface ColumnScan permits NumberScan, TextScan, TimeScan {

    /** With fewer rows nothing is a key because all cells differ. */
    int FEW = 20;

    /** As texts, what differs in so many of the cells is a key, some typing errors aside. */
    double NEARLY_ALL = 0.95;

    /** Looks at the cells of the next rows. */
    void add(TableColumn column);

    /** Returns how often cells occur. */
    Tally<?> tally();

    /**
     * Returns what the column is.
     *
     * @param kind the kind that the user says it is
     * @throws IllegalArgumentException if it cannot be of this kind
     */
    ColumnProfile profile(Optional<Kind> kind);

    /** Returns what was left aside on the way, as a sentence; empty for nothing. */
    String note();

    /** What a user can say a column is. */
    enum Kind {
        REAL,
        WHOLE,
        CATEGORY,
        TIME,
        KEY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Refuses whatever the user says that a column without cells is, but a key. */
    static void requireKey(String name, Optional<Kind> kind) {
        if (kind.isPresent() && kind.get() != Kind.KEY) {
            throw refused(name, kind.get(), "key", "no cell");
        }
    }

    /** The refusal of a kind that a column cannot be of. */
    static IllegalArgumentException refused(String name, Kind kind, String can, String holds) {
        return new IllegalArgumentException(
                "TableProfile: expected "
                        + can
                        + " for column "
                        + Excerpt.of(name, 100)
                        + ", which holds "
                        + holds
                        + ", got "
                        + kind);
    }
}
