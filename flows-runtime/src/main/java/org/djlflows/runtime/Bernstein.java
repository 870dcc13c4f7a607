package org.djlflows.runtime;

import org.djlflows.spec.BernsteinTails;

/**
 * Bernstein polynomials on \([-B, B]\) and lines outside; theta makes the first coefficient and the
 * steps from each to the next one.
 *
 * @see <a href="https://arxiv.org/abs/2004.00464">Sick, Hothorn and Dürr, Deep transformation
 *     models, 2021</a>
 */
final class Bernstein extends Formula {

    private static final double SMALLEST_STEP = 1e-3;
    private static final double ONE = Math.log(Math.expm1(1 - SMALLEST_STEP));

    private final int degree;
    private final double bound;
    private final BernsteinTails tails;
    private final double step;

    Bernstein(int degree, double bound, BernsteinTails tails) {
        super(tails == BernsteinTails.LINEAR ? degree + 1 : degree - 4);
        this.degree = degree;
        this.bound = bound;
        this.tails = tails;
        step = 2 * bound / degree;
    }

    @Override
    <T extends Numbers<T>> Image<T> toNoise(T x, T theta) {
        T steps = steps(theta);
        T first =
                tails == BernsteinTails.LINEAR
                        ? theta.part(0, 1).minus(steps.sum().times(0.5))
                        : theta.constants(-bound);
        T inside = x.within(-bound, bound);
        T t = inside.over(2 * bound).plus(0.5);
        T basis = basis(t);
        // The last step of De Casteljau's algorithm: from the polynomial of the coefficients but
        // for the last to that of those but for the first.
        T rise = basis.times(steps).sum();
        T z = basis.times(first.plus(steps.sums()).minus(steps)).sum().plus(t.times(rise));
        T slope = rise.over(step);
        return new Image<>(z.plus(slope.times(x.minus(inside))), slope.log());
    }

    private <T extends Numbers<T>> T steps(T theta) {
        if (tails == BernsteinTails.LINEAR) {
            T free = theta.part(1, degree + 1);
            return free.plus(ONE).softplus().plus(SMALLEST_STEP).times(step);
        }
        // Two at each end give slope 1 and curvature 0 there.
        T ends = theta.constants(step, step);
        return ends.joined(theta.softmax().times(step * (degree - 4))).joined(ends);
    }

    /** The polynomials of one degree less. */
    private <T extends Numbers<T>> T basis(T t) {
        double[] up = new double[degree];
        double[] down = new double[degree];
        double[] binomials = new double[degree];
        for (int k = 0; k < degree; k++) {
            up[k] = k;
            down[k] = degree - 1 - k;
            binomials[k] = k == 0 ? 1 : binomials[k - 1] * (degree - k) / k;
        }
        T powers = t.power(t.constants(up)).times(t.constants(binomials));
        return powers.times(t.negative().plus(1).power(t.constants(down)));
    }
}
