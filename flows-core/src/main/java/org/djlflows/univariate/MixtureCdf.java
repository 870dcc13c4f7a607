package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.spec.MixtureShape;
import org.djlflows.spec.ScaleMap;

import java.util.Locale;
import java.util.Optional;

/**
 * The distribution function of a mixture, behind it the quantile function of one component, then
 * scale and shift: \(z = e^a F^{-1}\left(\sum_k w_k\, F((x - m_k) / s_k)\right) + t\). With
 * logistic F these are the couplings of Flow++; with the normal one a step of Gaussianization.
 *
 * <p>3 K + 2 parameters a scalar, for K components: weights through a softmax, places, scales
 * between 0.001 and 1000, then t and a. Probabilities are logarithms of both tails, so that values
 * and log-slopes keep their digits far out, where the map is a line. The inverse is numerical, some
 * ten times the cost of forward.
 *
 * @see <a href="https://arxiv.org/abs/1902.00275">Ho, Chen, Srinivas, Duan and Abbeel, Flow++,
 *     2019, equations 14 to 16</a>
 * @see <a href="https://papers.nips.cc/paper/1856-gaussianization">Chen and Gopinath,
 *     Gaussianization, 2000</a>
 */
public final class MixtureCdf extends Univariate {

    private final int components;
    private final MixtureShape shape;

    /**
     * Creates the family.
     *
     * @param components the number of components K, at least 1
     * @param shape which distribution the components have
     * @throws IllegalArgumentException if there is no component
     */
    public MixtureCdf(int components, MixtureShape shape) {
        super(3 * components + 2);
        Mixtures.require(MixtureCdf.class, components > 0, "at least 1 component", components);
        this.components = components;
        this.shape = shape;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        boolean logistic = shape == MixtureShape.LOGISTIC;
        double deviation = logistic ? 1 : Math.sqrt(3) / Math.PI;
        String scaleMap = ScaleMap.SOFT_CLIP.name().toLowerCase(Locale.ROOT);
        Kernel kernel =
                Kernel.of(MixtureCdf.class, "mixture_cdf")
                        .calling("mixture", logistic ? Mixtures.logistic() : Mixtures.normal())
                        .calling("scale_map", Kernel.of(MixtureCdf.class, scaleMap))
                        .with("COMPONENTS", components)
                        .with("LOG_SCALE", Math.log(Mixtures.scale(components)))
                        .with("PLACES", Mixtures.places(components, deviation));
        return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
    }
}
