package org.djlflows.spec;

import java.util.List;

/** A family of increasing scalar maps, by which the layers move features. */
public sealed interface ScalarMap extends Spec {

    /** What the bins of splines are. */
    String BINS = "The bins of each spline";

    /** What the bound of splines is. */
    String SPLINE_BOUND = "Splines act on [-bound, bound], in standard deviations";

    /** What the bound of maps with lines as tails is. */
    String BOUND =
            "The map bends on [-bound, bound], in standard deviations, and is a line outside";

    /** What the signal of networks is. */
    String SIGNAL = "How many numbers tell the network which map to be";

    /** What the widths of the networks of scalar maps are. */
    String WIDTHS = "The widths of the hidden layers of the network of a scalar map";

    /** What the points of integrals are. */
    String POINTS = "The points of quadrature";

    /**
     * A shift, which keeps the volume: \(z = x + t\).
     *
     * @see <a href="https://arxiv.org/abs/1410.8516">Dinh, Krueger and Bengio, NICE, 2015</a>
     */
    record Additive() implements ScalarMap {}

    /**
     * Scale and shift: \(z = x e^a + t\).
     *
     * @param scale how the log-scale is bounded
     * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
     *     estimation using Real NVP, 2017</a>
     */
    record Affine(
            @Field(value = "How the log-scale is bounded", byDefault = "soft-clip") ScaleMap scale)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param scale how the log-scale is bounded
         * @throws IllegalArgumentException if it is missing
         */
        public Affine {
            Specs.check(Affine.class, scale);
        }
    }

    /**
     * A monotone spline of rational quadratics on \([-B, B]\) and the identity outside.
     *
     * @param bins the number of bins
     * @param bound B, in standard deviations
     * @param constraint how bins and slopes are made of free numbers
     * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios,
     *     Neural Spline Flows, 2019</a>
     */
    record RationalQuadraticSpline(
            @Field(value = BINS, least = 2, most = 999, byDefault = "8") int bins,
            @Field(value = SPLINE_BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "5")
                    double bound,
            @Field(value = "How bins and slopes are made of free numbers", byDefault = "softplus")
                    SplineConstraint constraint)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param bins the number of bins
         * @param bound B, in standard deviations
         * @param constraint how bins and slopes are made of free numbers
         * @throws IllegalArgumentException if one is out of its range
         */
        public RationalQuadraticSpline {
            Specs.check(RationalQuadraticSpline.class, bins, bound, constraint);
        }
    }

    /**
     * A spline of straight lines on \([-B, B]\) and the identity outside.
     *
     * @param bins the number of bins
     * @param bound B, in standard deviations
     * @see <a href="https://arxiv.org/abs/1808.03856">Müller, McWilliams, Rousselle, Gross and
     *     Novák, Neural Importance Sampling, 2019</a>
     */
    record LinearSpline(
            @Field(value = BINS, least = 2, most = 999, byDefault = "8") int bins,
            @Field(value = SPLINE_BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "5")
                    double bound)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param bins the number of bins
         * @param bound B, in standard deviations
         * @throws IllegalArgumentException if one is out of its range
         */
        public LinearSpline {
            Specs.check(LinearSpline.class, bins, bound);
        }
    }

    /**
     * A monotone spline of parabolas on \([-B, B]\) and the identity outside.
     *
     * @param bins the number of bins
     * @param bound B, in standard deviations
     * @param ends the slopes at the bounds
     * @see <a href="https://arxiv.org/abs/1808.03856">Müller, McWilliams, Rousselle, Gross and
     *     Novák, Neural Importance Sampling, 2019</a>
     */
    record QuadraticSpline(
            @Field(value = BINS, least = 2, most = 999, byDefault = "8") int bins,
            @Field(value = SPLINE_BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "5")
                    double bound,
            @Field(value = "The slopes at the bounds of a quadratic spline", byDefault = "smooth")
                    SplineEnds ends)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param bins the number of bins
         * @param bound B, in standard deviations
         * @param ends the slopes at the bounds
         * @throws IllegalArgumentException if one is out of its range
         */
        public QuadraticSpline {
            Specs.check(QuadraticSpline.class, bins, bound, ends);
        }
    }

    /**
     * A monotone spline of cubics on \([-B, B]\) and the identity outside.
     *
     * @param bins the number of bins
     * @param bound B, in standard deviations
     * @see <a href="https://arxiv.org/abs/1906.02145">Durkan, Bekasov, Murray and Papamakarios,
     *     Cubic-Spline Flows, 2019</a>
     */
    record CubicSpline(
            @Field(value = BINS, least = 2, most = 999, byDefault = "8") int bins,
            @Field(value = SPLINE_BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "5")
                    double bound)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param bins the number of bins
         * @param bound B, in standard deviations
         * @throws IllegalArgumentException if one is out of its range
         */
        public CubicSpline {
            Specs.check(CubicSpline.class, bins, bound);
        }
    }

    /**
     * A monotone spline of quotients of linear functions on \([-B, B]\) and the identity outside.
     *
     * @param bins the number of bins
     * @param bound B, in standard deviations
     * @see <a href="https://arxiv.org/abs/2001.05168">Dolatabadi, Erfani and Leckie, Invertible
     *     Generative Modeling using Linear Rational Splines, 2020</a>
     */
    record LinearRationalSpline(
            @Field(value = BINS, least = 2, most = 999, byDefault = "8") int bins,
            @Field(value = SPLINE_BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "5")
                    double bound)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param bins the number of bins
         * @param bound B, in standard deviations
         * @throws IllegalArgumentException if one is out of its range
         */
        public LinearRationalSpline {
            Specs.check(LinearRationalSpline.class, bins, bound);
        }
    }

    /**
     * Sums of sigmoids in logarithms: \(z = \sigma^{-1}(\sum_k w_k \sigma(a_k x + b_k))\), one
     * layer after the other.
     *
     * @param units the sigmoids of a layer
     * @param layers the number of layers
     * @see <a href="https://arxiv.org/abs/1804.00779">Huang, Krueger, Lacoste and Courville, Neural
     *     Autoregressive Flows, 2018</a>
     */
    record DeepSigmoidal(
            @Field(value = "The sigmoids of a layer", least = 1, most = 999, byDefault = "16")
                    int units,
            @Field(
                            value = "How often sums of sigmoids follow each other",
                            least = 1,
                            most = 99,
                            byDefault = "1")
                    int layers)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param units the sigmoids of a layer
         * @param layers the number of layers
         * @throws IllegalArgumentException if one is out of its range
         */
        public DeepSigmoidal {
            Specs.check(DeepSigmoidal.class, units, layers);
        }
    }

    /**
     * Sums of sigmoids in logarithms with several values between the layers: \(h' = \sigma^{-1}(w
     * \sigma(a \odot (u h) + b))\).
     *
     * @param units the sigmoids of a layer, and the values between layers
     * @param layers the number of layers
     * @see <a href="https://arxiv.org/abs/1804.00779">Huang, Krueger, Lacoste and Courville, Neural
     *     Autoregressive Flows, 2018</a>
     */
    record DeepDenseSigmoidal(
            @Field(value = "The sigmoids of a layer", least = 1, most = 128, byDefault = "8")
                    int units,
            @Field(
                            value = "How often sums of sigmoids follow each other",
                            least = 1,
                            most = 99,
                            byDefault = "2")
                    int layers)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param units the sigmoids of a layer, and the values between layers
         * @param layers the number of layers
         * @throws IllegalArgumentException if one is out of its range
         */
        public DeepDenseSigmoidal {
            Specs.check(DeepDenseSigmoidal.class, units, layers);
        }
    }

    /**
     * A Bernstein polynomial with increasing coefficients on \([-B, B]\) and a line outside.
     *
     * @param degree the degree
     * @param bound B, in standard deviations
     * @param tails what is outside
     * @see <a href="https://arxiv.org/abs/2004.00464">Sick, Hothorn and Dürr, Deep transformation
     *     models, 2021</a>
     */
    record Bernstein(
            @Field(value = "The degree of the polynomial", least = 5, most = 100, byDefault = "32")
                    int degree,
            @Field(value = BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "3") double bound,
            @Field(value = "What is beyond the bound", byDefault = "linear") BernsteinTails tails)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param degree the degree
         * @param bound B, in standard deviations
         * @param tails what is outside
         * @throws IllegalArgumentException if one is out of its range
         */
        public Bernstein {
            Specs.check(Bernstein.class, degree, bound, tails);
        }
    }

    /**
     * A polynomial whose slope is a sum of squares of polynomials on \([-B, B]\) and a line
     * outside.
     *
     * @param polynomials the number of squares
     * @param degree the degree of what is squared
     * @param bound B, in standard deviations
     * @param basis of what the polynomials are sums
     * @see <a href="https://arxiv.org/abs/1905.02325">Jaini, Selby and Yu, Sum-of-Squares
     *     Polynomial Flow, 2019</a>
     */
    record SumOfSquares(
            @Field(value = "The squares of each slope", least = 1, most = 99, byDefault = "3")
                    int polynomials,
            @Field(
                            value = "The degree of the polynomials that are squared",
                            least = 1,
                            most = 16,
                            byDefault = "8")
                    int degree,
            @Field(value = BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "3") double bound,
            @Field(
                            value = "Of what the polynomials that are squared are sums",
                            byDefault = "powers")
                    PolynomialBasis basis)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param polynomials the number of squares
         * @param degree the degree of what is squared
         * @param bound B, in standard deviations
         * @param basis of what the polynomials are sums
         * @throws IllegalArgumentException if one is out of its range
         */
        public SumOfSquares {
            Specs.check(SumOfSquares.class, polynomials, degree, bound, basis);
        }
    }

    /**
     * The integral of a positive network on \([-B, B]\) and a line outside.
     *
     * @param signal how many numbers tell the network which map to be
     * @param units the width of its two hidden layers
     * @param points the points of quadrature
     * @param bound B, in standard deviations
     * @see <a href="https://arxiv.org/abs/1908.05164">Wehenkel and Louppe, Unconstrained Monotonic
     *     Neural Networks, 2019</a>
     */
    record IntegratedNetwork(
            @Field(value = SIGNAL, least = 1, most = 9999, byDefault = "16") int signal,
            @Field(
                            value = "The width of the two hidden layers of the network",
                            least = 1,
                            most = 999,
                            byDefault = "32")
                    int units,
            @Field(value = POINTS, least = 1, most = 999, byDefault = "20") int points,
            @Field(value = BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "5") double bound)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param signal how many numbers tell the network which map to be
         * @param units the width of its two hidden layers
         * @param points the points of quadrature
         * @param bound B, in standard deviations
         * @throws IllegalArgumentException if one is out of its range
         */
        public IntegratedNetwork {
            Specs.check(IntegratedNetwork.class, signal, units, points, bound);
        }
    }

    /**
     * A network with positive weights for each feature, told by a signal which map to be.
     *
     * @param signal how many numbers tell a network which map to be
     * @param widths the widths of its hidden layers
     * @see <a href="https://arxiv.org/abs/1804.00779">Huang, Krueger, Lacoste and Courville, Neural
     *     Autoregressive Flows, 2018</a>
     */
    record MonotonicNetwork(
            @Field(value = SIGNAL, least = 1, most = 9999, byDefault = "16") int signal,
            @Field(
                            value = WIDTHS,
                            least = 2,
                            most = 9999,
                            size = {1, 100},
                            byDefault = "64,64")
                    List<Integer> widths)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param signal how many numbers tell a network which map to be
         * @param widths the widths of its hidden layers
         * @throws IllegalArgumentException if one is out of its range
         */
        public MonotonicNetwork {
            Specs.check(MonotonicNetwork.class, signal, widths);
            widths = List.copyOf(widths);
        }
    }

    /**
     * The integral of a positive network on \([-B, B]\) and a line outside, with a network for each
     * feature, told by a signal which map to be.
     *
     * @param signal how many numbers tell a network which map to be
     * @param widths the widths of its hidden layers
     * @param integrand its non-linearity
     * @param points the points of quadrature
     * @param bound B, in standard deviations
     * @see <a href="https://arxiv.org/abs/1908.05164">Wehenkel and Louppe, Unconstrained Monotonic
     *     Neural Networks, 2019</a>
     */
    record UnconstrainedMonotonic(
            @Field(value = SIGNAL, least = 1, most = 9999, byDefault = "16") int signal,
            @Field(
                            value = WIDTHS,
                            least = 2,
                            most = 9999,
                            size = {1, 100},
                            byDefault = "64,64")
                    List<Integer> widths,
            @Field(value = "The non-linearity of the network of a scalar map", byDefault = "elu")
                    Activation integrand,
            @Field(value = POINTS, least = 1, most = 999, byDefault = "32") int points,
            @Field(value = BOUND, above = 0, most = Float.MAX_VALUE, byDefault = "5") double bound)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param signal how many numbers tell a network which map to be
         * @param widths the widths of its hidden layers
         * @param integrand its non-linearity
         * @param points the points of quadrature
         * @param bound B, in standard deviations
         * @throws IllegalArgumentException if one is out of its range
         */
        public UnconstrainedMonotonic {
            Specs.check(UnconstrainedMonotonic.class, signal, widths, integrand, points, bound);
            widths = List.copyOf(widths);
        }
    }

    /**
     * The distribution function of a mixture, and behind it the quantile function of one component.
     *
     * @param components the number of components
     * @param shape the distribution of each component
     * @param form by which numbers components are told
     * @see <a href="https://arxiv.org/abs/1902.00275">Ho, Chen, Srinivas, Duan and Abbeel, Flow++,
     *     2019</a>
     */
    record MixtureCdf(
            @Field(value = "The components of each mixture", least = 1, most = 999, byDefault = "8")
                    int components,
            @Field(value = "The distribution of each component", byDefault = "logistic")
                    MixtureShape shape,
            @Field(value = "By which numbers components are told", byDefault = "places")
                    MixtureForm form)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param components the number of components
         * @param shape the distribution of each component
         * @param form by which numbers components are told
         * @throws IllegalArgumentException if one is out of its range
         */
        public MixtureCdf {
            Specs.check(MixtureCdf.class, components, shape, form);
        }

        /**
         * Describes mixtures of components that are told by their places and scales.
         *
         * @param components the number of components
         * @param shape the distribution of each component
         * @throws IllegalArgumentException if one is out of its range
         */
        public MixtureCdf(int components, MixtureShape shape) {
            this(components, shape, MixtureForm.PLACES);
        }
    }

    /**
     * Smooth maps of the line with a closed inverse, which bend around a centre, one after the
     * other.
     *
     * @param family which maps they are
     * @param layers how many there are
     * @see <a href="https://arxiv.org/abs/2601.10774">Gerdes and Cheng, Analytic Bijections for
     *     Smooth and Interpretable Normalizing Flows, 2026</a>
     */
    record AnalyticMap(
            @Field(value = "Which smooth maps the layers are", byDefault = "cubic-rational")
                    AnalyticFamily family,
            @Field(
                            value = "How many of them follow each other",
                            least = 1,
                            most = 99,
                            byDefault = "6")
                    int layers)
            implements ScalarMap {

        /**
         * Checks the fields.
         *
         * @param family which maps they are
         * @param layers how many there are
         * @throws IllegalArgumentException if one is out of its range
         */
        public AnalyticMap {
            Specs.check(AnalyticMap.class, family, layers);
        }
    }

    /**
     * Skewness and other tails: \(z = e^a \sinh(\delta \sinh^{-1} x + \epsilon) + t\).
     *
     * @see <a href="https://doi.org/10.1093/biomet/asp053">Jones and Pewsey, Sinh-arcsinh
     *     distributions, 2009</a>
     */
    record SinhArcsinh() implements ScalarMap {}

    /** A family of somebody's own, see {@link Kinds}. */
    non-sealed interface Own extends ScalarMap {}
}
