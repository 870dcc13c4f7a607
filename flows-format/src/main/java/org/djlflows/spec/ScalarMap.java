package org.djlflows.spec;

/** A family of increasing scalar maps, by which the layers move features. */
public sealed interface ScalarMap extends Spec {

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
            @Field(value = "The bins of each spline", least = 2, most = 999, byDefault = "8")
                    int bins,
            @Field(
                            value = "Splines act on [-bound, bound], in standard deviations",
                            above = 0,
                            most = Float.MAX_VALUE,
                            byDefault = "5")
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
            @Field(value = "The bins of each spline", least = 2, most = 999, byDefault = "8")
                    int bins,
            @Field(
                            value = "Splines act on [-bound, bound], in standard deviations",
                            above = 0,
                            most = Float.MAX_VALUE,
                            byDefault = "5")
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
            @Field(value = "The bins of each spline", least = 2, most = 999, byDefault = "8")
                    int bins,
            @Field(
                            value = "Splines act on [-bound, bound], in standard deviations",
                            above = 0,
                            most = Float.MAX_VALUE,
                            byDefault = "5")
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
            @Field(value = "The bins of each spline", least = 2, most = 999, byDefault = "8")
                    int bins,
            @Field(
                            value = "Splines act on [-bound, bound], in standard deviations",
                            above = 0,
                            most = Float.MAX_VALUE,
                            byDefault = "5")
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
            @Field(value = "The bins of each spline", least = 2, most = 999, byDefault = "8")
                    int bins,
            @Field(
                            value = "Splines act on [-bound, bound], in standard deviations",
                            above = 0,
                            most = Float.MAX_VALUE,
                            byDefault = "5")
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

    /** A family of somebody's own, see {@link Kinds}. */
    non-sealed interface Own extends ScalarMap {}
}
