package org.djlflows.cli;

import org.djlflows.anomaly.RowScore;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.model.RowScorer;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.Table;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The log-densities of the rows of a table, by a model of any flow over columns. */
interface RowScores {

    /**
     * Says how odd each row is.
     *
     * @param table the rows
     * @param bad receives the cells that cannot be scored, at least one of each row that has some
     * @return a score for each row, some score for those with such a cell
     */
    List<RowScore> of(Table table, Consumer<BadCell> bad);

    /**
     * Returns the scores of a model.
     *
     * @param model the model
     * @param file where the rows come from
     * @param cells how numbers are read
     * @return the scores
     * @throws IllegalArgumentException if the file lacks a column without which there is none
     */
    static RowScores of(FlowModel model, TableFile file, NumberCells cells) {
        FlowConfig config = model.config();
        if (config.flow() instanceof TableFlow) {
            NumberCells.require(file, config.contextColumns());
            if (config.columns().stream().noneMatch(file.names()::contains)) {
                NumberCells.require(file, config.columns());
            }
            TableModel table = new TableModel(model);
            Map<String, Column> kinds = config.preparation().kinds();
            return (rows, bad) -> table.rowScores(cells.withPoints(rows, kinds), bad);
        }
        List<String> columns = new ArrayList<>(config.columns());
        columns.addAll(config.contextColumns());
        NumberCells.require(file, columns);
        RowScorer scorer = RowScorer.of(model);
        return (table, bad) -> scorer.rowScores(cells.rows(table.select(columns), bad));
    }
}
