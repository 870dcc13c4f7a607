package org.djlflows.cli;

import org.djlflows.anomaly.RowScore;
import org.djlflows.console.Console;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Column;
import org.djlflows.table.BadCell;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;
import org.djlflows.table.UnseenValues;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Scores the rows of a file in their order, in bounded memory. */
final class ScoredRows {

    private static final int CHUNK = 8192;

    private final FlowConfig config;
    private final TableFile file;
    private final KeepOption keep;
    private final NumberCells numbers;
    private final BadCells bad;
    private final RowScores scores;

    /** Receives rows. */
    @FunctionalInterface
    interface Action {

        /**
         * Takes the next row.
         *
         * @param row the row and its score
         * @param cells takes a copy of its cells, a table of one row, until this returns
         */
        void accept(ScoredRow row, Supplier<Table> cells);
    }

    /**
     * Creates what scores rows.
     *
     * @param model the model
     * @param file where the rows come from
     * @param keep what is carried along
     * @param numbers how numbers are read
     * @param bad what is done about cells that cannot be scored
     * @throws IllegalArgumentException if the file lacks a column without which there is no score
     */
    ScoredRows(
            FlowModel model, TableFile file, KeepOption keep, NumberCells numbers, BadCells bad) {
        config = model.config();
        this.file = file;
        this.keep = keep;
        this.numbers = numbers;
        this.bad = bad;
        scores = RowScores.of(model, file, numbers);
    }

    /** Only a density over columns of any kind goes without some. */
    void sayWhatIsLacking() {
        List<String> lacking = new ArrayList<>(config.columns());
        lacking.removeAll(file.names());
        if (lacking.isEmpty()) {
            return;
        }
        String text =
                String.format(
                        "%s: expected the columns %s, got %s without %s",
                        bad.data(),
                        Excerpt.of(config.columns()),
                        Excerpt.of(file.names()),
                        Excerpt.of(lacking));
        if (bad.strict()) {
            throw new IllegalArgumentException(text);
        }
        System.err.println(
                Console.printable(
                        text
                                + "; densities are those of the others, and so are no measure beside"
                                + " the percentiles of all"));
    }

    /** Scores all rows, and says at the end what training did not see. */
    void forEach(Action action) {
        Map<String, Column> kinds = config.preparation().kinds();
        CellTexts texts = new CellTexts(kinds, file.formats());
        UnseenValues unseen = new UnseenValues(kinds);
        long[] before = {0};
        file.forEachChunk(
                CHUNK,
                table -> {
                    unseen.add(numbers.withPoints(table, kinds));
                    Map<Integer, BadCell> wrong = new TreeMap<>();
                    List<RowScore> found =
                            scores.of(table, cell -> wrong.putIfAbsent(cell.row(), cell));
                    wrong.values().forEach(cell -> bad.say(before[0], cell));
                    List<List<String>> begun = keep.begin(table, before[0], texts);
                    for (int i = 0; i < found.size(); i++) {
                        Optional<RowScore> score =
                                wrong.containsKey(i) ? Optional.empty() : Optional.of(found.get(i));
                        int row = i;
                        action.accept(
                                new ScoredRow(before[0] + i, begun.get(i), score),
                                () -> table.take(new int[] {row}));
                    }
                    before[0] += found.size();
                });
        unseen.sentences().forEach(line -> System.err.println(Console.printable(line)));
    }
}
