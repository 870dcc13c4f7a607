package org.djlflows.table;

import java.util.ArrayList;
import java.util.List;

/** What a person should know of the columns of a table before a flow is trained on them. */
final class ProfileNotes {

    /** Fewer cells show little more than where a column lies. */
    private static final int FEW = 50;

    private final List<ColumnProfile> columns;
    private final List<ColumnScan> scans;

    ProfileNotes(List<ColumnProfile> columns, List<ColumnScan> scans) {
        this.columns = columns;
        this.scans = scans;
    }

    List<String> sentences() {
        List<String> notes = new ArrayList<>();
        for (int j = 0; j < columns.size(); j++) {
            ColumnProfile column = columns.get(j);
            if (!scans.get(j).note().isEmpty()) {
                notes.add(scans.get(j).note());
            }
            if (column.column().isEmpty()) {
                notes.add(column.name() + " is left out, " + column.reason());
            } else if (column.distinct() == 1) {
                notes.add(
                        column.name()
                                + " is always "
                                + column.example()
                                + (column.missing() > 0 ? " or missing" : ""));
            }
            long known = scans.get(j).tally().total();
            if (column.column().isPresent() && known < FEW) {
                notes.add(column.name() + " has only " + known + " cells, few to learn from");
            }
            copy(j, notes);
        }
        return notes;
    }

    /** Names the first column that says the same. */
    private void copy(int j, List<String> notes) {
        Tally<?> tally = scans.get(j).tally();
        if (tally.distinct() == 0 || tally.distinct() == 1) {
            return;
        }
        String rows =
                tally.total() + tally.missing() > Tally.COMPARED
                        ? "the first " + Numerals.grouped(Tally.COMPARED) + " rows"
                        : "every row";
        for (int i = 0; i < j; i++) {
            Tally<?> other = scans.get(i).tally();
            boolean equal = tally.equalsCells(other);
            if (equal || tally.goesWith(other)) {
                notes.add(
                        columns.get(j).name()
                                + (equal ? " is the same as " : " says the same in other words as ")
                                + columns.get(i).name()
                                + " in "
                                + rows);
                return;
            }
        }
    }
}
