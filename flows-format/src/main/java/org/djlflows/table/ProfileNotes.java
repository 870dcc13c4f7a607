package org.djlflows.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
            copy(j).ifPresent(notes::add);
        }
        return notes;
    }

    /** Returns a sentence for each column that says what another one says. */
    List<String> copies() {
        return IntStream.range(0, columns.size())
                .mapToObj(this::copy)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Names the first column that says the same. */
    private Optional<String> copy(int j) {
        Tally<?> tally = scans.get(j).tally();
        if (tally.distinct() == 0 || tally.distinct() == 1) {
            return Optional.empty();
        }
        String rows =
                tally.total() + tally.missing() > Tally.COMPARED
                        ? "the first " + Numerals.grouped(Tally.COMPARED) + " rows"
                        : "every row";
        for (int i = 0; i < j; i++) {
            Tally<?> other = scans.get(i).tally();
            boolean equal = tally.equalsCells(other);
            String name = columns.get(i).name();
            if (equal || tally.goesWith(other)) {
                return Optional.of(
                        columns.get(j).name()
                                + (equal ? " is the same as " : " says the same in other words as ")
                                + name
                                + " in "
                                + rows);
            }
            if (scans.get(i) instanceof NumberScan x && scans.get(j) instanceof NumberScan y) {
                Optional<String> line = x.sample().line(y.sample(), name);
                if (line.isPresent()) {
                    return Optional.of(columns.get(j).name() + " is " + line.get());
                }
            }
        }
        return Optional.empty();
    }
}
