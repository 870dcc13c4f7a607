package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Two scalar maps one after the other: \(z = f_2(f_1(x))\), whose log-slopes add up.
 *
 * <p>A scalar has the parameters of the first map, then those of the second. Both directions cost
 * those of the two.
 */
public final class Composition extends Univariate {

    private final Univariate first;
    private final Univariate second;

    /**
     * Creates the family.
     *
     * @param first the map that x meets first
     * @param second the map of what the first one makes
     */
    public Composition(Univariate first, Univariate second) {
        super(first.getParameterCount() + second.getParameterCount());
        this.first = addChildBlock("first", first);
        this.second = addChildBlock("second", second);
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(Composition.class, "composition")
                        .calling("first", first.differentiableKernel(training))
                        .calling("second", second.differentiableKernel(training))
                        .with("FIRST", first.getParameterCount()));
    }
}
