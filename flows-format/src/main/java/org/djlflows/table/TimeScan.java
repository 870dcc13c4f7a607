package org.djlflows.table;

import org.djlflows.spec.Column;

import java.util.Locale;
import java.util.Optional;

/** What is seen of a column of times. */
final class TimeScan implements ColumnScan {

    private final String name;
    private final Optional<String> format;
    private final Tally<Double> tally;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private double unit = 86_400;
    private long beyond;

    TimeScan(String name, int most, Optional<String> format) {
        this.name = name;
        this.format = format;
        tally = new Tally<>(most);
    }

    @Override
    public void add(TableColumn column) {
        TableColumn.Times times = (TableColumn.Times) column;
        for (int row = 0; row < times.rows(); row++) {
            double second = times.value(row) + 0.0;
            if (Math.abs(second) <= TimePattern.FAR) {
                tally.add(second);
                least = Math.min(least, second);
                most = Math.max(most, second);
                unit = TimePattern.unit(second, unit);
            } else {
                tally.addMissing();
                beyond += Double.isNaN(second) ? 0 : 1;
            }
        }
    }

    /** What was left aside is not missing, but it is no value either. */
    private long missing() {
        return tally.missing() - beyond;
    }

    @Override
    public Tally<?> tally() {
        return tally;
    }

    @Override
    public String note() {
        return beyond == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%s: %,d times are further than 10,000 years away, and were left aside",
                        name,
                        beyond);
    }

    @Override
    public ColumnProfile profile(Optional<Kind> kind) {
        if (tally.total() == 0) {
            ColumnScan.requireKey(name, kind);
            return profile(Optional.empty(), "always missing", "", "");
        }
        String written = format.orElse(TimePattern.usual(unit));
        TimePattern pattern = TimePattern.of(written);
        String example = pattern.text(tally.example().orElseThrow());
        String range = ProfileLines.range(pattern.text(least), pattern.text(most));
        if (kind.equals(Optional.of(Kind.KEY))) {
            return profile(Optional.empty(), "key: as said", range, example);
        }
        if (kind.isPresent() && kind.get() != Kind.TIME) {
            throw ColumnScan.refused(name, kind.get(), "time or key", "times such as " + example);
        }
        if (least == most) {
            if (kind.isPresent()) {
                throw ColumnScan.refused(name, kind.get(), "key", "one time, " + example);
            }
            // A density over one point has no bound, and levels are not times.
            return profile(Optional.empty(), "always " + example, range, example);
        }
        Column.Time time = new Column.Time(written, least, most, missing() > 0);
        return profile(Optional.of(time), "", range, example);
    }

    private ColumnProfile profile(
            Optional<Column> column, String reason, String range, String example) {
        return new ColumnProfile(name, column, reason, missing(), tally.distinct(), range, example);
    }
}
