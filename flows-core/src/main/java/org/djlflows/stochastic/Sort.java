package org.djlflows.stochastic;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Drops the order of the features: z is x sorted, \(V = -\log D!\).
 *
 * <p>Before a density of sorted vectors it gives one that does not change when features are
 * exchanged, exact, as of sets. {@link #inverted() Inverted} its data are sorted vectors, which are
 * brought into a random order; the bound is tight where p does not depend on it.
 *
 * <p>x is (batch, D). The context is for p alone. A z that is not sorted has no x and gives NaN in
 * its row.
 *
 * @see <a href="https://arxiv.org/abs/2007.02731">Nielsen, Jaini, Hoogeboom, Winther and Welling,
 *     SurVAE Flows, 2020</a>
 */
public final class Sort extends Surjection {

    /** Creates a layer. */
    public Sort() {
        super(new UniformOrder());
    }

    @Override
    protected Kernel map() {
        return Kernel.of(Sort.class, "sort");
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
    }

    /** The places of 0 to D - 1 in any order, all equally probable. */
    private static final class UniformOrder extends AbstractDistribution {

        @Override
        protected Optional<Kernel> source(boolean training) {
            int features = Math.toIntExact(getEventShape().size());
            double logOrders = IntStream.rangeClosed(2, features).mapToDouble(Math::log).sum();
            return Optional.of(
                    Kernel.of(Sort.class, "uniform_order")
                            .with("FEATURES", features)
                            .with("LOG_ORDERS", logOrders));
        }
    }
}
