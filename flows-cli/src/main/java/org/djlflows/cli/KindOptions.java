package org.djlflows.cli;

import org.djlflows.files.Excerpt;
import org.djlflows.io.ReadOptions;
import org.djlflows.io.TableFile;
import org.djlflows.spec.Column;
import org.djlflows.table.ColumnProfile;
import org.djlflows.table.TableProfile;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** The options that say which columns of a table are modelled, and what they are. */
final class KindOptions {

    @Option(
            names = "--columns",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description = {"Only these columns (default: all that can be).", Names.QUOTING})
    private List<Names> only = new ArrayList<>();

    @Option(
            names = "--drop",
            paramLabel = "COL,..",
            converter = Names.Converter.class,
            description = {"Not these columns.", Names.QUOTING})
    private List<Names> dropped = new ArrayList<>();

    @Option(
            names = "--kinds",
            paramLabel = "COL=KIND,..",
            converter = Names.Converter.class,
            description = {
                "What columns are, where it was seen wrongly: real, whole, category, time, or key,"
                        + " which is left out.",
                Names.QUOTING
            })
    private List<Names> kinds = new ArrayList<>();

    /**
     * Finds out what the columns of a table are.
     *
     * @param table the table
     * @return the profile
     */
    TableProfile profile(TableFile table) {
        Map<String, String> named = new LinkedHashMap<>();
        for (String text : Names.all(kinds)) {
            int end = text.lastIndexOf('=');
            WrongArguments.require(end >= 0, "--kinds: expected COL=KIND", text);
            named.put(text.substring(0, end), text.substring(end + 1));
        }
        return Pace.during(
                String.format(Locale.ROOT, "describing the columns of %,d rows", table.rows()),
                () -> TableProfile.of(table, named, table.formats()));
    }

    /**
     * Returns the columns that are modelled.
     *
     * @param profile what the columns of the table are
     * @return the columns in their order
     */
    Map<String, Column> chosen(TableProfile profile) {
        Set<String> known = profile.kinds().keySet();
        List<String> named = new ArrayList<>(Names.all(only));
        named.addAll(Names.all(dropped));
        for (String name : named) {
            WrongArguments.require(
                    known.contains(name) || profile.leftOut().contains(name),
                    "--columns, --drop: expected columns of "
                            + Excerpt.of(
                                    profile.columns().stream().map(ColumnProfile::name).toList()),
                    name);
        }
        for (String name : Names.all(only)) {
            WrongArguments.require(
                    known.contains(name),
                    "--columns: expected columns that can be modelled",
                    name + ", which is left out; say what it is by --kinds");
        }
        Map<String, Column> chosen = new LinkedHashMap<>(profile.kinds());
        if (!only.isEmpty()) {
            chosen.keySet().retainAll(Names.all(only));
        }
        Names.all(dropped).forEach(chosen::remove);
        WrongArguments.require(
                !chosen.isEmpty(),
                "expected a column that can be modelled",
                "none, since all are left out: "
                        + Excerpt.of(profile.columns().stream().map(ColumnProfile::name).toList())
                        + "; say what they are by --kinds");
        return chosen;
    }

    /** Tells whether all columns are real numbers without missing cells. */
    static boolean areNumbers(Map<String, Column> columns) {
        return columns.values().stream().allMatch(Column::isContinuous);
    }

    /** Tells whether all columns are numbers without missing cells, of whatever kind. */
    static boolean canBeNumbers(Map<String, Column> columns) {
        return columns.values().stream()
                .allMatch(
                        column ->
                                !column.missing()
                                        && !(column instanceof Column.Time)
                                        && (!(column instanceof Column.Category category)
                                                || category.levels().stream()
                                                        .map(ReadOptions.DEFAULT::number)
                                                        .allMatch(OptionalDouble::isPresent)));
    }
}
