package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.spec.MixtureForm;
import org.djlflows.spec.MixtureShape;

import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * The distribution function of a mixture, behind it the quantile function of one component, then
 * scale and shift: \(z = e^a F^{-1}\left(\sum_k w_k\, F((x - m_k) / s_k)\right) + t\). With
 * logistic F these are the couplings of Flow++; with the normal one a step of Gaussianization.
 *
 * <p>3 K + 2 parameters a scalar, for K components: weights through a softmax, places, scales
 * between 0.001 and 1000, or \(F(e^{a_k} x + b_k)\) by shifts and logarithms of slopes, which have
 * no bound; then t and a. Values and log-slopes keep their digits far out, where the map is a line:
 * probabilities below 1e-24 are logarithms, at some more cost for a call that has any. The inverse
 * is numerical, some ten times the cost of forward, or five times where all rows share the maps.
 *
 * @see <a href="https://arxiv.org/abs/1902.00275">Ho, Chen, Srinivas, Duan and Abbeel, Flow++,
 *     2019, equations 14 to 16</a>
 * @see <a href="https://papers.nips.cc/paper/1856-gaussianization">Chen and Gopinath,
 *     Gaussianization, 2000</a>
 */
public final class MixtureCdf extends Univariate {

    /** Of the soft clip of log-scales. */
    private static final double LIMIT = Math.log(1e3);

    private final int components;
    private final MixtureShape shape;
    private final MixtureForm form;

    /**
     * Creates the family of components that are told by places and scales.
     *
     * @param components the number of components K, at least 1
     * @param shape which distribution the components have
     * @throws IllegalArgumentException if there is no component
     */
    public MixtureCdf(int components, MixtureShape shape) {
        this(components, shape, MixtureForm.PLACES);
    }

    /**
     * Creates the family.
     *
     * @param components the number of components K, at least 1
     * @param shape which distribution the components have
     * @param form by which numbers they are told
     * @throws IllegalArgumentException if there is no component
     */
    public MixtureCdf(int components, MixtureShape shape, MixtureForm form) {
        super(3 * components + 2, shape == MixtureShape.NORMAL && form == MixtureForm.PLACES);
        Mixtures.require(MixtureCdf.class, components > 0, "at least 1 component", components);
        this.components = components;
        this.shape = shape;
        this.form = form;
    }

    /**
     * Returns the parameters of a given mixture, behind which nothing is scaled or shifted.
     *
     * @param logWeights the logarithms of the weights, up to a constant
     * @param means the places of the components
     * @param deviations their scales, between 0.001 and 866, of one component 1000
     * @return theta, {@link #getParameterCount} numbers
     * @throws IllegalArgumentException if they are not one for each component, or a scale is out of
     *     its range, or components are told by shifts
     */
    public double[] theta(double[] logWeights, double[] means, double[] deviations) {
        Mixtures.require(
                MixtureCdf.class, form == MixtureForm.PLACES, "components by places", form);
        for (double[] given : List.of(logWeights, means, deviations)) {
            Mixtures.require(
                    MixtureCdf.class,
                    given.length == components,
                    "numbers for " + components + " components",
                    given.length);
        }
        List<Double> places = places();
        double[] theta = new double[3 * components + 2];
        for (int k = 0; k < components; k++) {
            theta[k] = logWeights[k];
            theta[components + k] = means[k] - places.get(k);
            double a = logScale() + Math.log(deviations[k]);
            Mixtures.require(
                    MixtureCdf.class,
                    Math.abs(a) < LIMIT,
                    "deviations between "
                            + Math.exp(-LIMIT - logScale())
                            + " and "
                            + Math.exp(LIMIT - logScale()),
                    deviations[k]);
            theta[2 * components + k] = a / (1 - Math.abs(a) / LIMIT);
        }
        return theta;
    }

    /**
     * Returns what is added to parameters that are shifts, and to those that are log-slopes: where
     * these are 0 the map is close to the identity.
     *
     * @return the shifts of the components, then the log-slope of all
     */
    public double[] beginOfShifts() {
        double slope = Mixtures.scale(components);
        return DoubleStream.concat(
                        places().stream().mapToDouble(place -> -place * slope),
                        DoubleStream.of(logScale()))
                .toArray();
    }

    private List<Double> places() {
        double deviation = shape == MixtureShape.LOGISTIC ? 1 : Math.sqrt(3) / Math.PI;
        return Mixtures.places(components, deviation);
    }

    private double logScale() {
        return Math.log(Mixtures.scale(components));
    }

    /** {@inheritDoc} */
    @Override
    public boolean canShareTheta() {
        return true;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        boolean logistic = shape == MixtureShape.LOGISTIC;
        Kernel kernel =
                Kernel.of(MixtureCdf.class, "mixture_cdf")
                        .orElse(lines())
                        .calling("mixture", logistic ? Mixtures.logistic() : Mixtures.normal())
                        .calling("scale_map", softClip())
                        .with("COMPONENTS", components)
                        .with("PLACES", places())
                        // Quantiles of each component on each side, in the table of the inverse.
                        .with("GRID", 8);
        return Optional.of(
                NumericalInverse.solving(canBeFitted() ? fitting(kernel) : kernel, getDataType()));
    }

    private Kernel lines() {
        return form == MixtureForm.PLACES
                ? Kernel.of(MixtureCdf.class, "mixture_places").with("LOG_SCALE", logScale())
                : Kernel.of(MixtureCdf.class, "mixture_shifts")
                        .with("LOG_SCALE", logScale())
                        .with("SLOPE", Mixtures.scale(components));
    }

    /** The mixture of the greatest likelihood is the map that makes a feature most normal. */
    private static Kernel fitting(Kernel kernel) {
        return kernel.orElse(
                Kernel.of(MixtureCdf.class, "fit_mixture")
                        .with("ROWS", 1 << 14)
                        .with("STEPS", 25)
                        // In deviations of the feature: finer structure is left to training.
                        .with("FINEST", 0.02)
                        // The soft clip and a little less.
                        .with("LIMIT", LIMIT)
                        .with("LARGEST", 0.99 * LIMIT));
    }
}
