package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;

import java.util.Optional;

/**
 * The deep sigmoidal flow of neural autoregressive flows: layers of \(z = \sigma^{-1}\left(\sum_k
 * w_k\, \sigma(a_k x + b_k)\right)\) with weights w that sum up to 1 and scales a above 0.001. It
 * approximates any increasing function, and takes all of \(\mathbb{R}\) to all of \(\mathbb{R}\):
 * far out it is a line, whose slope is the smallest scale.
 *
 * <p>3 K parameters a layer and scalar, for K units: weights through a softmax, scales through a
 * softplus, and shifts. Nothing saturates: values and log-slopes keep their digits where one minus
 * a sigmoid would round to 0. The inverse is numerical, some ten times the cost of forward.
 *
 * @see <a href="https://arxiv.org/abs/1804.00779">Huang, Krueger, Lacoste and Courville, Neural
 *     Autoregressive Flows, 2018, equations 8 and 9</a>
 */
public final class DeepSigmoidal extends Univariate {

    private static final double SMALLEST_SCALE = 1e-3;

    private final int units;
    private final int layers;

    /**
     * Creates the family.
     *
     * @param units the sigmoids K of a layer, at least 1
     * @param layers the number of layers, at least 1
     * @throws IllegalArgumentException if there are none
     */
    public DeepSigmoidal(int units, int layers) {
        super(3 * units * layers);
        Mixtures.require(DeepSigmoidal.class, units > 0, "at least 1 unit", units);
        Mixtures.require(DeepSigmoidal.class, layers > 0, "at least 1 layer", layers);
        this.units = units;
        this.layers = layers;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        double scale = Mixtures.scale(units);
        Kernel kernel =
                Kernel.of(DeepSigmoidal.class, "deep_sigmoidal")
                        .calling("mixture", Mixtures.logistic())
                        .with("LAYERS", layers)
                        .with("SMALLEST", SMALLEST_SCALE)
                        .with("SCALE", Math.log(Math.expm1(scale - SMALLEST_SCALE)))
                        .with("SHIFTS", Mixtures.places(units, -scale));
        return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
    }
}
