package org.djlflows.examples.guide;

import org.djlflows.estimator.DensityEstimator;
import org.djlflows.estimator.TableEstimator;
import org.djlflows.io.ReadOptions;
import org.djlflows.io.TableFile;
import org.djlflows.table.Table;

import java.io.IOException;
import java.nio.file.Path;

/** The library in five lines, as the README shows it: from a file to what is rare in it. */
public final class FromFile {

    private FromFile() {}

    /**
     * Learns the density of a file, and says how rare its first row is.
     *
     * @param data the path of the file
     * @param folder the model folder to write
     * @throws IOException if the model cannot be saved
     */
    public static void learn(String data, Path folder) throws IOException {
        try (TableFile file = TableFile.open(data, ReadOptions.DEFAULT);
                TableEstimator estimator = DensityEstimator.fit(file)) {
            Table rows = file.read();
            double[] percentiles = estimator.percentiles(rows); // 0 = rarest, 100 = most usual
            Table fresh = estimator.sample(1000); // new rows of the same kinds of cells
            Table whole = estimator.complete(rows); // missing cells drawn, given the others
            estimator.save(folder); // TableEstimator.load(folder) brings it back
            System.out.printf("percentile %.1f, %s, %s%n", percentiles[0], fresh, whole);
        }
    }
}
