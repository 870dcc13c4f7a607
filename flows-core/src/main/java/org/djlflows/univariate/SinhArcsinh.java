package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * The sinh-arcsinh map, which gives a normal distribution skewness and other tails: \(z = e^a
 * \sinh(\delta \sinh^{-1} x + \epsilon) + t\).
 *
 * <p>Far out the map is a power, \(|z| \propto |x|^\delta\): with \(\delta &lt; 1\) data have
 * heavier tails than noise, with \(\delta &gt; 1\) lighter ones. Four parameters a scalar:
 * \(\epsilon\), then what makes \(\delta\) within 1/5 and 5, t and a. Both directions cost some ten
 * operations.
 *
 * @see <a href="https://doi.org/10.1093/biomet/asp053">Jones and Pewsey, Sinh-arcsinh
 *     distributions, 2009, with \(\epsilon\) of the other sign</a>
 */
public final class SinhArcsinh extends Univariate {

    private static final double MOST = 5;

    /** Creates the family. */
    public SinhArcsinh() {
        super(4);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(SinhArcsinh.class, "sinh_arcsinh")
                        .calling("scale_map", softClip())
                        .with("LOG_MOST", Math.log(MOST))
                        .with("LOG_TWO", Math.log(2)));
    }
}
