package org.djlflows.examples.guide;

import org.djlflows.anomaly.Conformal;
import org.djlflows.anomaly.RowScore;
import org.djlflows.estimator.DensityEstimator;
import org.djlflows.estimator.TableEstimator;
import org.djlflows.io.ReadOptions;
import org.djlflows.io.TableFile;
import org.djlflows.runtime.Explanation;
import org.djlflows.table.Table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** From usual rows to a list of the odd ones among new rows, with reasons. */
public final class Alarms {

    private Alarms() {}

    /**
     * Learns what is usual.
     *
     * @param data the path of a file of usual rows
     * @param folder the model folder to write
     * @throws IOException if the model cannot be saved
     */
    public static void learn(String data, Path folder) throws IOException {
        try (TableFile file = TableFile.open(data, ReadOptions.DEFAULT);
                TableEstimator estimator = DensityEstimator.fit(file)) {
            estimator.save(folder);
        }
    }

    /**
     * Lists the odd rows of a file.
     *
     * @param folder the model folder
     * @param data the path of the file
     * @param rate how many of the usual rows may be called odd, such as 0.01
     * @return the numbers of the odd rows, from 0
     * @throws IOException if the model cannot be loaded
     */
    public static int[] list(Path folder, String data, double rate) throws IOException {
        try (TableEstimator estimator = TableEstimator.load(folder);
                TableFile file = TableFile.open(data, ReadOptions.DEFAULT)) {
            Table rows = file.read();
            List<RowScore> scores = estimator.rowScores(rows);
            int[] odd =
                    IntStream.range(0, rows.rows())
                            .filter(i -> scores.get(i).pValue().orElseThrow() <= rate)
                            .toArray();
            for (Explanation row : estimator.explain(rows.take(odd))) {
                Explanation.Cell cell = row.cells().get(0); // that with the greatest share
                System.out.printf("%s: %s%n", cell.column(), cell.sentence());
            }
            return odd;
        }
    }

    /**
     * Marks rows such that few of those marked are usual ones.
     *
     * @param scores the scores of all rows
     * @param rate how many of those marked may be, such as 0.05
     * @return for each row whether it is marked
     */
    public static boolean[] discoveries(List<RowScore> scores, double rate) {
        double[] pValues = scores.stream().mapToDouble(s -> s.pValue().orElseThrow()).toArray();
        return Conformal.discoveries(pValues, rate);
    }
}
