package org.djlflows.table;

import org.djlflows.spec.Column;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is seen of a column of numbers: real or whole ones, with atoms, categories, keys, times. */
final class NumberScan implements ColumnScan {

    /** Whole numbers that range further have too many probabilities to be told apart. */
    private static final double WIDE = 1e6;

    /** With an offset, float32 has the halves between so many whole numbers. */
    private static final double WIDEST = 1 << 23;

    /** From here on whole numbers are milliseconds since 1970; as seconds, the year is 5138. */
    private static final double MILLISECONDS = 1e11;

    /** In milliseconds, the year 9999. */
    private static final double LATEST = 2.5e14;

    /** Shuffled keys: with fewer rows numbers may all differ by chance. */
    private static final int SOME = 50;

    private final String name;
    private final Tally<Double> tally;
    private final FirstNumbers sample = new FirstNumbers();
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private final StepScan steps = new StepScan();
    private Optional<Double> fraction = Optional.empty();
    private Optional<Double> wild = Optional.empty();
    private long beyond;

    /** What the cells say of their order; the step is NaN where it changes. */
    private double last = Double.NaN;

    private double step;
    private boolean increasing = true;
    private boolean decreasing = true;

    NumberScan(String name, int most) {
        this.name = name;
        tally = new Tally<>(most);
    }

    @Override
    public void add(TableColumn column) {
        TableColumn.Numbers numbers = (TableColumn.Numbers) column;
        for (int row = 0; row < numbers.rows(); row++) {
            // Without the sign of 0, which Double.equals would tell apart.
            double x = numbers.value(row) + 0.0;
            if (Math.abs(x) <= Float.MAX_VALUE) {
                add(x);
            } else {
                tally.addMissing();
                sample.add(Double.NaN);
                if (!Double.isNaN(x)) {
                    beyond++;
                    wild = Optional.of(wild.orElse(x));
                }
            }
        }
    }

    private void add(double x) {
        if (tally.total() > 0) {
            increasing &= x > last;
            decreasing &= x < last;
            step = tally.total() == 1 || step == x - last ? x - last : Double.NaN;
        }
        last = x;
        tally.add(x);
        sample.add(x);
        least = Math.min(least, x);
        most = Math.max(most, x);
        steps.add(x);
        if (fraction.isEmpty() && !Numerals.isWhole(x)) {
            fraction = Optional.of(x);
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

    /** Returns the first numbers. */
    FirstNumbers sample() {
        return sample;
    }

    @Override
    public String note() {
        return beyond == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%s: %,d numbers such as %s are beyond what float32 holds, and were left aside",
                        name,
                        beyond,
                        Numerals.of(wild.orElseThrow()));
    }

    @Override
    public ColumnProfile profile(Optional<Kind> kind) {
        if (tally.total() == 0) {
            ColumnScan.requireKey(name, kind);
            return leftOut("always missing");
        }
        return kind.isPresent() ? said(kind.get()) : found();
    }

    private ColumnProfile said(Kind kind) {
        return switch (kind) {
            case KEY -> leftOut("key: as said");
            case CATEGORY -> {
                if (!tally.isExact()) {
                    throw refused(
                            kind, "real, whole or key", "too many numbers such as " + example());
                }
                yield category();
            }
            case TIME -> time();
            case REAL -> {
                requireVaried(kind);
                yield modelled(real());
            }
            case WHOLE -> {
                requireVaried(kind);
                requireWhole();
                yield modelled(whole());
            }
        };
    }

    private void requireVaried(Kind kind) {
        if (least == most) {
            throw refused(kind, "category or key", "no other number than " + example());
        }
        if (isTooSmall()) {
            throw refused(
                    kind,
                    "key",
                    "numbers too small for float32, to be multiplied by a power of ten");
        }
    }

    private boolean isTooSmall() {
        double center = (least + most) / 2;
        return (float) (least - center) == (float) (most - center);
    }

    private void requireWhole() {
        if (fraction.isPresent()) {
            String shown = Numerals.of(fraction.get());
            throw refused(Kind.WHOLE, "real, category or key", "fractions such as " + shown);
        }
        if (most - least > WIDEST) {
            throw refused(
                    Kind.WHOLE,
                    "real or key",
                    "numbers from " + range() + ", further apart than " + Numerals.of(WIDEST));
        }
    }

    private IllegalArgumentException refused(Kind kind, String can, String holds) {
        return ColumnScan.refused(name, kind, can, holds);
    }

    private ColumnProfile found() {
        if (tally.distinct() >= 0 && tally.distinct() <= 2) {
            return category();
        }
        if (fraction.isEmpty()) {
            if (isIndex()) {
                return leftOut("key: every row has another, in order");
            }
            if (isKey()) {
                return leftOut("key: every row has another");
            }
            return modelled(most - least <= WIDE ? whole() : real());
        }
        if (isTooSmall()) {
            return leftOut("too small for float32: multiply it by a power of ten");
        }
        return modelled(real());
    }

    /** Sorted measurements would have gaps of any size. */
    private boolean isIndex() {
        return tally.total() >= FEW
                && (increasing || decreasing)
                && (!Double.isNaN(step) || most - least < 100.0 * tally.total());
    }

    private boolean isKey() {
        return tally.total() >= SOME
                && tally.differing() == 1
                && most - least < 4.0 * tally.total();
    }

    private Column real() {
        List<Double> atoms = Atoms.ofReal(tally);
        return new Column.Real(atoms, least, most, missing() > 0, steps.step(atoms, tally));
    }

    private Column whole() {
        List<Double> atoms = Atoms.ofWhole(tally);
        return new Column.Whole(atoms, least, most, missing() > 0, steps.step(atoms, tally));
    }

    private ColumnProfile time() {
        boolean fits = fraction.isEmpty() && Math.max(Math.abs(least), Math.abs(most)) < LATEST;
        if (!fits || least == most) {
            throw refused(
                    Kind.TIME,
                    "different whole numbers of seconds or milliseconds since 1970",
                    "numbers such as " + Numerals.of(fraction.orElse(most)));
        }
        String format = most < MILLISECONDS ? "" : TableEncoding.MILLISECONDS;
        TimePattern pattern = TimePattern.of(format);
        double first = pattern.seconds(least);
        double second = pattern.seconds(most);
        return profile(
                Optional.of(new Column.Time(format, first, second, missing() > 0)),
                "",
                ProfileLines.range(pattern.text(first), pattern.text(second)));
    }

    private ColumnProfile category() {
        List<String> levels = tally.values().stream().sorted().map(Numerals::of).toList();
        Column.Category category = new Column.Category(levels, tally.unseen(), missing() > 0);
        return profile(Optional.of(category), "", ProfileLines.first(levels));
    }

    private ColumnProfile modelled(Column column) {
        List<String> often =
                ((Column.Number) column).atoms().stream().map(Numerals::shown).toList();
        String range = range();
        if (!often.isEmpty()) {
            range +=
                    often.size() <= 3
                            ? ", often " + String.join(", ", often)
                            : ", " + often.size() + " of them often";
        }
        return profile(Optional.of(column), "", range);
    }

    private ColumnProfile leftOut(String reason) {
        return profile(Optional.empty(), reason, tally.total() == 0 ? "" : range());
    }

    private String range() {
        return ProfileLines.range(Numerals.shown(least), Numerals.shown(most));
    }

    private String example() {
        return tally.example().map(Numerals::of).orElse("");
    }

    private ColumnProfile profile(Optional<Column> column, String reason, String range) {
        return new ColumnProfile(
                name, column, reason, missing(), tally.distinct(), range, example());
    }
}
