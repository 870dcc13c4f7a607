package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.runtime.GaussLegendre;
import org.djlflows.spec.PolynomialBasis;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * A polynomial of degree 2 L + 1 whose slope is a sum of squares: \(z = t + \int_0^x \left(\epsilon
 * + \frac1K \sum_k \left(1 + \sum_{j=0}^L a_{kj} \phi_j(u / B)\right)^2\right) du\) with \(\epsilon
 * = 0.001\) on \([-B, B]\), and a line with the slope of the end outside. Each polynomial that
 * increases is of this kind with K = 2. \(\phi_j\) are Legendre polynomials of mean square 1, or
 * powers, of which high ones are nearly alike.
 *
 * <p>K (L + 1) + 1 parameters a scalar, a and t. The integral is that of the rule of Gauss and
 * Legendre with L + 1 points, which is exact here and sums positive terms, where the antiderivative
 * would lose digits. The inverse is numerical, some ten times the cost of forward.
 *
 * <p>Without the line z would grow as \(x^{2L + 1}\), and a few such layers overflow.
 *
 * @see <a href="https://arxiv.org/abs/1905.02325">Jaini, Selby and Yu, Sum-of-Squares Polynomial
 *     Flow, 2019</a>
 */
public final class SumOfSquares extends Univariate {

    private static final double SMALLEST_SLOPE = 1e-3;

    /** How far the polynomials differ at first in their second coefficient. */
    private static final double SPREAD = 0.3;

    private final int polynomials;
    private final int degree;
    private final double bound;
    private final PolynomialBasis basis;

    /**
     * Creates the family.
     *
     * @param polynomials the number K of squares, at least 1
     * @param degree the degree L of each polynomial that is squared, at least 1
     * @param bound the bound B, positive
     * @param basis which polynomials are squared sums of
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public SumOfSquares(int polynomials, int degree, double bound, PolynomialBasis basis) {
        super(polynomials * (degree + 1) + 1);
        Mixtures.require(SumOfSquares.class, polynomials > 0, "at least 1 polynomial", polynomials);
        Mixtures.require(SumOfSquares.class, degree > 0, "a degree of at least 1", degree);
        Mixtures.require(
                SumOfSquares.class, bound > 0 && Double.isFinite(bound), "a positive bound", bound);
        this.polynomials = polynomials;
        this.degree = degree;
        this.bound = bound;
        this.basis = basis;
    }

    /**
     * Returns the coefficients at first, 1 and the second one that tells the polynomials apart:
     * those that begin alike would stay alike, having the same gradients. They are numbers of
     * float32, in which TorchScript keeps lists.
     *
     * @param polynomials the number K of squares
     * @param degree the degree L
     * @return the coefficients of each polynomial
     */
    public static double[] begin(int polynomials, int degree) {
        double[] begin = new double[polynomials * (degree + 1)];
        for (int k = 0; k < polynomials; k++) {
            begin[k * (degree + 1)] = 1;
            if (polynomials > 1) {
                begin[k * (degree + 1) + 1] = (float) (SPREAD * (2.0 * k / (polynomials - 1) - 1));
            }
        }
        return begin;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        GaussLegendre rule = new GaussLegendre(degree + 1);
        Kernel kernel =
                Kernel.of(SumOfSquares.class, "squares_of_" + basis.name().toLowerCase(Locale.ROOT))
                        .with("POLYNOMIALS", polynomials)
                        .with("DEGREE", degree)
                        .with("BOUND", bound)
                        .with("SMALLEST", SMALLEST_SLOPE)
                        .with("BEGIN", DoubleStream.of(begin(polynomials, degree)).boxed().toList())
                        .with("POINTS", rule.points())
                        .with("WEIGHTS", rule.weights());
        return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
    }
}
