package org.djlflows.examples.guide;

import org.djlflows.estimator.DensityEstimator;
import org.djlflows.estimator.TableEstimator;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.List;

/** A table with columns of any kind. */
public final class Passengers {

    /**
     * A row.
     *
     * @param ticket the class
     * @param age the age in years, null where nobody knows it
     * @param fare the fare
     */
    public record Passenger(String ticket, Integer age, double fare) {}

    private Passengers() {}

    /**
     * Learns the density of passengers, tells the rarest, predicts class and fare of each given the
     * other cells, and fills in what is not known of them.
     *
     * @param passengers the rows
     * @return the rows with all ages
     */
    public static Table completed(List<Passenger> passengers) {
        Table table = Table.ofRecords(passengers); // or ofMaps, ofRows; TableFile reads files
        try (TableEstimator estimator = DensityEstimator.fit(table)) {
            double[] percentiles = estimator.percentiles(table); // 0 = rarest, 100 = most usual
            Table fresh = estimator.sample(1000); // rows of the same kinds of cells
            double[][] tickets = estimator.probabilities("ticket", table); // given the other cells
            List<TableColumn> fares = estimator.quantiles("fare", table, 0.05, 0.5, 0.95);
            Table whole = estimator.complete(table); // missing cells drawn, given the others
            System.out.printf("percentile %.1f, %d new rows%n", percentiles[0], fresh.rows());
            System.out.printf("p(%s) = %.2f%n", estimator.levels("ticket").get(0), tickets[0][0]);
            System.out.println(fares.size() + " quantiles of each fare");
            return whole;
        }
    }
}
