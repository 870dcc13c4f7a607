package org.djlflows.examples.guide;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.model.Flows;
import org.djlflows.spec.Field;
import org.djlflows.spec.Specs;
import org.djlflows.univariate.Univariate;

import java.util.Optional;

/**
 * Scalar maps of one's own: lines with some bends, each of which turns the slope to the left or to
 * the right.
 *
 * <p>\(z = x + \sum_k h_k \log \cosh(x - b_k)\) with the slope \(1 + \sum_k h_k \tanh(x - b_k)\),
 * where \(\sum_k |h_k| < 1\).
 *
 * @param bends the number of bends
 */
public record Bends(
        @Field(value = "The bends of each map", least = 1, most = 100, byDefault = "4") int bends)
        implements Flows.OwnMap {

    /**
     * Checks the field.
     *
     * @param bends the number of bends
     * @throws IllegalArgumentException if it is out of its range
     */
    public Bends {
        Specs.check(Bends.class, bends);
    }

    /** {@inheritDoc} */
    @Override
    public Univariate newMap() {
        return new Family(bends);
    }

    /** The block, whose parameters are the height and the place of each bend. */
    private static final class Family extends Univariate {

        private final int bends;

        Family(int bends) {
            super(2 * bends);
            this.bends = bends;
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            Kernel forward = Kernel.of(Bends.class, "bends").with("BENDS", bends);
            return Optional.of(NumericalInverse.ofUnivariate(forward, getDataType()));
        }
    }
}
