package org.djlflows.examples.guide;

import org.djlflows.anomaly.RowScore;
import org.djlflows.estimator.TableEstimator;
import org.djlflows.plot.Plots;
import org.djlflows.runtime.Explanation;
import org.djlflows.table.Table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Why rows are odd. */
public final class Reasons {

    private Reasons() {}

    /**
     * Says of odd rows which cell has the greatest share, and draws those of all.
     *
     * @param estimator the density of such rows
     * @param table the rows
     * @param alarms how many of the usual rows may be called odd, such as 0.001
     * @param folder the folder for the pictures
     * @return the explanation of each odd row
     * @throws IOException if a picture cannot be written
     */
    public static List<Explanation> of(
            TableEstimator estimator, Table table, double alarms, Path folder) throws IOException {
        List<RowScore> scores = estimator.rowScores(table);
        int[] odd =
                IntStream.range(0, table.rows())
                        .filter(i -> scores.get(i).pValue().orElseThrow() <= alarms)
                        .toArray();
        List<Explanation> why = estimator.explain(table.take(odd));
        for (int k = 0; k < odd.length; k++) {
            Explanation.Cell cell = why.get(k).cells().get(0); // with the greatest share
            System.out.println("row " + odd[k] + ", " + cell.column() + ": " + cell.sentence());
            Plots.shares("Row " + odd[k], why.get(k)).save(folder.resolve(odd[k] + ".png"));
        }
        return why;
    }
}
