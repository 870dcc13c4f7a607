package org.djlflows.examples.guide;

import org.djlflows.anomaly.RowScore;
import org.djlflows.runtime.Conditional;
import org.djlflows.runtime.Explanation;
import org.djlflows.runtime.Scorer;
import org.djlflows.table.Table;

import java.io.IOException;
import java.nio.file.Path;

/** A service that scores rows with {@code flows-runtime} alone. */
public final class WithoutPyTorch {

    private WithoutPyTorch() {}

    /**
     * Says how odd a row is.
     *
     * @param folder the model folder
     * @param row the row
     * @return what is known of it
     * @throws IOException if the folder is missing or damaged
     */
    public static RowScore score(Path folder, double[] row) throws IOException {
        Scorer scorer = Scorer.load(folder);
        double logDensity = scorer.logDensity(row);
        RowScore score = scorer.score(row);
        System.out.printf("%.2f nats, p-value %.3f%n", logDensity, score.pValue().orElse(1));
        return score;
    }

    /**
     * Says why rows are odd, and fills in what they lack.
     *
     * @param folder the folder of a model of columns of any kind
     * @param rows the rows
     * @param column a column of numbers, of which the middle 90 % are printed
     * @return the rows with all cells
     * @throws IOException if the folder is missing or damaged
     */
    public static Table ofAnyKind(Path folder, Table rows, String column) throws IOException {
        Scorer scorer = Scorer.load(folder);
        for (Explanation row : scorer.explain(rows)) {
            Explanation.Cell cell = row.cells().get(0); // that with the greatest share
            System.out.printf("%s: %s%n", cell.column(), cell.sentence());
        }
        Conditional given = scorer.conditional(column, rows); // given the other cells of each row
        System.out.println(given.quantiles(0.05, 0.95));
        Table whole = scorer.complete(rows, 7); // missing cells drawn, given the others
        return whole;
    }
}
