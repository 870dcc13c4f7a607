package org.djlflows.runtime;

import org.djlflows.spec.AnalyticFamily;

/**
 * Smooth maps of the line, one after the other, then a shift and a scale; theta is that of each
 * map, then the shift and what makes the scale.
 *
 * @see <a href="https://arxiv.org/abs/2601.10774">Gerdes and Cheng, Analytic Bijections for Smooth
 *     and Interpretable Normalizing Flows, 2026</a>
 */
final class AnalyticMap extends Formula.Closed {

    private static final double SMALLEST_WIDTH = 0.1;
    private static final double ONE = Math.log(Math.expm1(1 - SMALLEST_WIDTH));
    private static final double SPREAD = 3;

    private static final double LEAST = -0.99;
    private static final double MOST = 7.92;

    /** Beyond it the cubic-rational map is the identity to rounding. */
    private static final double FAR = 1e6;

    private final AnalyticFamily family;
    private final int layers;
    private final int each;

    AnalyticMap(AnalyticFamily family, int layers) {
        super(layers * parameters(family) + 2);
        this.family = family;
        this.layers = layers;
        each = parameters(family);
    }

    private static int parameters(AnalyticFamily family) {
        return family == AnalyticFamily.SINH ? 5 : 3;
    }

    @Override
    <T extends Numbers<T>> Image<T> toNoise(T x, T theta) {
        T moved = x;
        T logSlope = x.constants(0);
        for (int i = 0; i < layers; i++) {
            Image<T> image = layer(moved, theta, i, true);
            moved = image.value();
            logSlope = logSlope.plus(image.logSlope());
        }
        T a = Affine.softClip(theta.part(parameters() - 1, parameters()));
        T t = theta.part(parameters() - 2, parameters() - 1);
        return new Image<>(moved.times(a.exp()).plus(t), logSlope.plus(a));
    }

    @Override
    <T extends Numbers<T>> Image<T> toData(T z, T theta) {
        T a = Affine.softClip(theta.part(parameters() - 1, parameters())).negative();
        T moved = z.minus(theta.part(parameters() - 2, parameters() - 1)).times(a.exp());
        T logSlope = a;
        for (int i = layers - 1; i >= 0; i--) {
            Image<T> image = layer(moved, theta, i, false);
            moved = image.value();
            logSlope = logSlope.plus(image.logSlope());
        }
        return new Image<>(moved, logSlope);
    }

    /** A map around its centre, in its widths. */
    private <T extends Numbers<T>> Image<T> layer(T value, T theta, int i, boolean toNoise) {
        T own = theta.part(i * each, (i + 1) * each);
        T centre = own.part(0, 1).plus((float) (SPREAD * ((i + 0.5) / layers - 0.5)));
        T width = own.part(1, 2).plus(ONE).softplus().plus(SMALLEST_WIDTH);
        T beta = own.part(2, 3);
        T x = value.minus(centre).over(width);
        Image<T> image =
                switch (family) {
                    case CUBIC_RATIONAL -> toNoise ? rational(x, beta) : inverse(x, beta);
                    case CUBIC -> cubic(x, toNoise ? beta : beta.negative());
                    case SINH -> {
                        T mu = own.part(3, 4).asinh();
                        T nu = own.part(4, 5).asinh();
                        yield toNoise
                                ? shiftBetweenSines(x, beta, mu, nu)
                                : shiftBetweenSines(
                                        x, beta.negative(), nu.negative(), mu.negative());
                    }
                };
        return new Image<>(image.value().times(width).plus(centre), image.logSlope());
    }

    /** The height of the bend, within what keeps the slope positive. */
    private static <T extends Numbers<T>> T alpha(T free) {
        return free.plus(Math.log(-LEAST / MOST)).sigmoid().times(MOST - LEAST).plus(LEAST);
    }

    private static <T extends Numbers<T>> Image<T> rational(T x, T free) {
        T alpha = alpha(free);
        return new Image<>(bend(x, alpha), slope(x, alpha).log());
    }

    /** \(x + \alpha x / (1 + x^2)\). */
    private static <T extends Numbers<T>> T bend(T x, T alpha) {
        return x.plus(alpha.times(x).over(x.times(x).plus(1)));
    }

    private static <T extends Numbers<T>> T slope(T x, T alpha) {
        T ratio = x.constants(1).over(x.times(x).plus(1));
        return alpha.times(ratio).times(ratio.times(2).plus(-1)).plus(1);
    }

    /** The root, and two of Newton's steps that take away what rounding left. */
    private static <T extends Numbers<T>> Image<T> inverse(T z, T free) {
        T alpha = alpha(free);
        T x = root(z, alpha);
        for (int i = 0; i < 2; i++) {
            x = x.plus(z.minus(bend(x, alpha)).over(slope(x, alpha)));
        }
        return new Image<>(x, slope(x, alpha).log().negative());
    }

    /**
     * The only real root of \(x^3 - z x^2 + (1 + \alpha) x - z\), by Cardano's formula with the
     * terms of the discriminant multiplied out, since they cancel far out.
     */
    private static <T extends Numbers<T>> T root(T z, T alpha) {
        T near = z.within(-FAR, FAR);
        T square = near.times(near);
        T one = alpha.plus(1);
        T p = one.minus(square.over(3)).over(3);
        T q = near.times(square.over(27).minus(alpha.plus(-2).over(6)));
        T middle = alpha.times(alpha.plus(20)).negative().plus(8);
        T terms =
                square.times(square)
                        .times(4)
                        .plus(square.times(middle))
                        .plus(one.times(one).times(one).times(4));
        T size =
                q.abs()
                        .plus(terms.over(108).atLeast(0).sqrt())
                        .atLeast(1e-30)
                        .power(q.constants(1.0 / 3));
        T r = q.isBelow(0).choose(size.negative(), size);
        return near.over(3).plus(r).minus(p.over(r)).plus(z.minus(near));
    }

    /** With \(x = \sinh t\) the cubic \(3 x + 4 x^3\) is \(\sinh 3 t\). */
    private static <T extends Numbers<T>> Image<T> cubic(T x, T beta) {
        T zero = x.constants(0);
        T y = shiftBetweenSines(x.asinh().times(3), beta, zero, zero).value().over(3).sinh();
        return new Image<>(y, logOfCubic(x).minus(logOfCubic(y)));
    }

    /** The logarithm of a third of its slope. */
    private static <T extends Numbers<T>> T logOfCubic(T x) {
        return x.times(x).times(4).plus(1).log();
    }

    /**
     * \(\sinh^{-1}(e^\mu (e^\nu \sinh x + \beta))\). Seen from the side on which x is, \(e^x\) is
     * taken out of the arcsinh, so that nothing overflows.
     */
    private static <T extends Numbers<T>> Image<T> shiftBetweenSines(T x, T beta, T mu, T nu) {
        T one = x.constants(1);
        T side = x.isBelow(0).choose(one.negative(), one);
        T far = x.abs();
        T small = far.times(-2).exp();
        T stretch = mu.plus(nu);
        T inner =
                stretch.exp()
                        .times(small.negative().plus(1))
                        .times(0.5)
                        .plus(side.times(beta).times(mu.minus(far).exp()));
        T square = inner.times(inner).plus(small);
        T other = inner.isBelow(0).choose(one.negative(), one);
        T y = far.plus(inner.abs().plus(square.sqrt()).log());
        T logSlope =
                stretch.plus(small.plus(1).log()).plus(-Math.log(2)).minus(square.log().times(0.5));
        return new Image<>(side.times(other).times(y), logSlope);
    }
}
