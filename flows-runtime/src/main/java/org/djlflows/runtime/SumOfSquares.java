package org.djlflows.runtime;

import org.djlflows.spec.PolynomialBasis;
import org.djlflows.spec.ScalarMap;

import java.util.ArrayList;
import java.util.List;

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
    private final PolynomialBasis basis;
    private final GaussLegendre rule;

    SumOfSquares(ScalarMap.SumOfSquares spec) {
        super(spec.polynomials() * (spec.degree() + 1) + 1);
        polynomials = spec.polynomials();
        degree = spec.degree();
        bound = spec.bound();
        basis = spec.basis();
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
        List<T> terms = terms(u);
        T squares = u.constants(0);
        for (int k = 0; k < polynomials; k++) {
            T value = u.constants(0);
            for (int j = 0; j <= degree; j++) {
                int place = k * (degree + 1) + j;
                T coefficient = theta.part(place, place + 1).plus(begin(k, j));
                value = value.plus(coefficient.times(terms.get(j)));
            }
            squares = squares.plus(value.times(value));
        }
        return squares.over(polynomials).plus(SMALLEST_SLOPE);
    }

    /** Powers, or Legendre polynomials of mean square 1 by their recurrence. */
    private <T extends Numbers<T>> List<T> terms(T u) {
        List<T> terms = new ArrayList<>(List.of(u.constants(1), u));
        for (int j = 2; j <= degree; j++) {
            T power = u.times(terms.get(j - 1));
            terms.add(
                    basis == PolynomialBasis.POWERS
                            ? power
                            : power.times(2 - 1.0 / j).minus(terms.get(j - 2).times(1 - 1.0 / j)));
        }
        if (basis == PolynomialBasis.LEGENDRE) {
            for (int j = 0; j <= degree; j++) {
                terms.set(j, terms.get(j).times(Math.sqrt(2 * j + 1)));
            }
        }
        return terms;
    }

    /** What a coefficient is at first, as flows-core says: weights are differences from there. */
    private double begin(int polynomial, int power) {
        boolean differs = power == 1 && polynomials > 1;
        double share = differs ? 2.0 * polynomial / (polynomials - 1) - 1 : 0;
        return power == 0 ? 1 : (float) (SPREAD * share);
    }
}
