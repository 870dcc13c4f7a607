package org.djlflows.examples;

import org.djlflows.data.Toys;
import org.djlflows.estimator.DensityEstimator;

import java.io.IOException;
import java.nio.file.Path;

/** The library in five lines, as the README shows it: fit, score, sample, save. */
public final class QuickStart {

    private QuickStart() {}

    /**
     * Learns the density of two moons and of one point far away, and says how rare that point is.
     *
     * @param args the model folder to write (default: runs/quick-start)
     * @throws IOException if the model cannot be saved
     */
    public static void main(String[] args) throws IOException {
        Offline.set();
        Path folder = Path.of(args.length > 0 ? args[0] : "runs/quick-start");
        double[][] rows = rows();

        try (DensityEstimator estimator = DensityEstimator.fit(rows)) {
            double[] logDensities = estimator.score(rows); // in nats: the lowest are the anomalies
            double[] percentiles = estimator.percentiles(rows); // 0 = rarest, 100 = most usual
            double[][] fresh = estimator.sample(1000); // new rows of the same distribution
            estimator.save(folder); // DensityEstimator.load(folder) brings it back
            System.out.printf("%.1f nats, percentile %.1f%n", logDensities[0], percentiles[0]);
            System.out.println(fresh.length + " new rows");
        }
    }

    private static double[][] rows() {
        float[] moons = Toys.twoMoons(4000, 1);
        double[][] rows = new double[moons.length / 2][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new double[] {moons[2 * i], moons[2 * i + 1]};
        }
        rows[0] = new double[] {0.5, 1.5};
        return rows;
    }
}
