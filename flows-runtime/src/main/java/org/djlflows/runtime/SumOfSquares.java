package org.djlflows.runtime;

/**
 * Integrals of sums of squares of polynomials on \([-B, B]\) and lines outside; theta is the
 * coefficients of each polynomial, then the shift.
 *
 * @see <a href="https://arxiv.org/abs/1905.02325">Jaini, Selby and Yu, Sum-of-Squares Polynomial
 *     Flow, 2019</a>
 */
final class SumOfSquares extends Formula {

    private static final double SMALLEST_SLOPE = 1e-3;
    private static final double SPREAD = 0.3;

    private final int polynomials;
    private final int degree;
    private final double bound;
    private final GaussLegendre rule;

    SumOfSquares(int polynomials, int degree, double bound) {
        super(polynomials * (degree + 1) + 1);
        this.polynomials = polynomials;
        this.degree = degree;
        this.bound = bound;
        rule = new GaussLegendre(degree + 1);
    }

    @Override
    <T extends Numbers<T>> Image<T> toNoise(T x, T theta) {
        T inside = x.within(-bound, bound);
        T u = inside.over(bound);
        T mean = rule.mean(share -> slope(u.times(share), theta));
        T end = slope(u, theta);
        T z = theta.part(parameters() - 1, parameters()).plus(inside.times(mean));
        return new Image<>(z.plus(end.times(x.minus(inside))), end.log());
    }

    private <T extends Numbers<T>> T slope(T u, T theta) {
        T squares = u.constants(0);
        for (int k = 0; k < polynomials; k++) {
            int first = k * (degree + 1);
            T value = theta.part(first + degree, first + degree + 1).plus(begin(k, degree));
            for (int j = degree - 1; j >= 0; j--) {
                T coefficient = theta.part(first + j, first + j + 1).plus(begin(k, j));
                value = coefficient.plus(value.times(u));
            }
            squares = squares.plus(value.times(value));
        }
        return squares.over(polynomials).plus(SMALLEST_SLOPE);
    }

    /** What a coefficient is at first. */
    private double begin(int polynomial, int power) {
        boolean differs = power == 1 && polynomials > 1;
        double share = differs ? 2.0 * polynomial / (polynomials - 1) - 1 : 0;
        return power == 0 ? 1 : (float) (SPREAD * share);
    }
}
