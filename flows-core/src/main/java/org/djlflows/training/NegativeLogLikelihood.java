package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;

import java.util.Arrays;
import java.util.List;

/**
 * The mean negative log-likelihood of a batch in nats, \(-\frac1B \sum_i \log p(x_i \mid c_i)\), in
 * which the influence of single rows is bounded.
 *
 * <p>With \(t_i\) the nats by which row i is below the median m of the batch, the loss is \(\frac1B
 * \sum_i \rho(t_i) - m\), where \(\rho(t) = t\) up to \(\kappa\) and \(2 \kappa - \kappa^2 / t\)
 * beyond: the mean itself as long as no row is further out, and otherwise one to which no row adds
 * more than \(2 \kappa\) and a row that goes on moving away nothing. \(\kappa\) is {@value
 * #SPREADS} times the way from the median to the lowest tenth (of few rows the second lowest), and
 * at least as many nats.
 *
 * <p>For a model whose block is a {@link org.djlflows.Distribution}, so that the prediction is the
 * log-density of each row. The labels are ignored; DJL wants some, give it the data again.
 *
 * <p>DJL's own training of float64 models is not possible: it reads losses as float32.
 */
public final class NegativeLogLikelihood extends Loss {

    private static final int SPREADS = 20;

    private final Program program = Program.of(bounded(), 0, "loss");

    /** Creates the loss. */
    public NegativeLogLikelihood() {
        super("NegativeLogLikelihood");
    }

    /** Returns the kernel of the loss over log-densities. */
    static Kernel bounded() {
        return Kernel.of(NegativeLogLikelihood.class, "bounded").with("SPREADS", SPREADS);
    }

    /**
     * Returns the loss of a batch.
     *
     * @param labels ignored
     * @param predictions the log-densities, of shape (batch)
     * @return the loss, a scalar
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        return program.call("loss", predictions.subNDList(0, 1), new NDList(), List.of()).get(0);
    }

    /**
     * Returns the loss of many rows.
     *
     * @param logDensities the log-density of each row; NaN counts as minus infinity
     * @return the loss, or NaN where half of the rows have no finite log-density
     */
    static double of(double[] logDensities) {
        double[] sorted =
                Arrays.stream(logDensities)
                        .map(value -> Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value)
                        .sorted()
                        .toArray();
        double median = sorted[sorted.length / 2];
        double low = sorted[Math.max(Math.min(1, sorted.length / 3), sorted.length / 10)];
        double kappa = SPREADS * Math.max(1, median - low);
        if (!Double.isFinite(median)) {
            return Double.NaN;
        }
        double sum = 0;
        for (double value : sorted) {
            double t = median - value;
            sum += t > kappa ? beyond(t, kappa) : t;
        }
        return sum / sorted.length - median;
    }

    private static double beyond(double t, double kappa) {
        return 2 * kappa - kappa * kappa / t;
    }
}
