package org.djlflows.table;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.Column;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What is seen of a column of texts: categories, keys or free text. */
final class TextScan implements ColumnScan {

    /** More levels than that are no categories. */
    private static final int MOST_LEVELS = 1000;

    /** More levels than that are none if most come once. */
    private static final int MANY_LEVELS = 50;

    private final String name;
    private final Tally<String> tally;

    TextScan(String name, int most) {
        this.name = name;
        tally = new Tally<>(most);
    }

    @Override
    public void add(TableColumn column) {
        TableColumn.Texts texts = (TableColumn.Texts) column;
        for (int row = 0; row < texts.rows(); row++) {
            String cell = texts.value(row);
            if (cell == null) {
                tally.addMissing();
            } else {
                tally.add(cell);
            }
        }
    }

    @Override
    public Tally<?> tally() {
        return tally;
    }

    @Override
    public String note() {
        return "";
    }

    @Override
    public ColumnProfile profile(Optional<Kind> kind) {
        if (tally.total() == 0) {
            ColumnScan.requireKey(name, kind);
            return leftOut("always missing");
        }
        if (kind.isPresent()) {
            return switch (kind.get()) {
                case KEY -> leftOut("key: as said");
                case CATEGORY -> {
                    if (!tally.isExact()) {
                        throw ColumnScan.refused(
                                name, kind.get(), "key", "too many texts such as " + shown());
                    }
                    yield category();
                }
                default ->
                        throw ColumnScan.refused(
                                name, kind.get(), "category or key", "texts such as " + shown());
            };
        }
        if (tally.total() >= FEW && tally.differing() >= NEARLY_ALL) {
            return leftOut(
                    tally.distinct() == tally.total()
                            ? "key: every row has another"
                            : "key: nearly every row has another");
        }
        if (tally.isExact() && tally.distinct() <= limit()) {
            return category();
        }
        String texts = tally.isExact() ? Numerals.grouped(tally.distinct()) : "many";
        return leftOut(
                "free text: " + texts + " texts in " + Numerals.grouped(tally.total()) + " rows");
    }

    private long limit() {
        return Math.min(MOST_LEVELS, Math.max(MANY_LEVELS, tally.total() / 2));
    }

    private String shown() {
        return '"' + Excerpt.of(tally.example().orElseThrow(), 40) + '"';
    }

    private ColumnProfile leftOut(String reason) {
        return profile(Optional.empty(), reason, "");
    }

    private ColumnProfile category() {
        Column.Category category =
                new Column.Category(levels(), tally.unseen(), tally.missing() > 0);
        return profile(Optional.of(category), "", ProfileLines.first(category.levels()));
    }

    /** In an order that does not depend on that of the rows. */
    private List<String> levels() {
        List<String> levels = tally.values();
        boolean numbers = levels.stream().allMatch(Numerals::isPlain);
        levels.sort(
                numbers
                        ? Comparator.comparingDouble(Double::parseDouble)
                        : Comparator.naturalOrder());
        return levels;
    }

    private ColumnProfile profile(Optional<Column> column, String reason, String range) {
        return new ColumnProfile(
                name,
                column,
                reason,
                tally.missing(),
                tally.distinct(),
                range,
                tally.example().orElse(""));
    }
}
