package org.djlflows.runtime;

/**
 * \(z = e^a \sinh(\delta \sinh^{-1} x + \epsilon) + t\); theta is \(\epsilon\), then what makes
 * \(\delta\), t and a.
 *
 * @see <a href="https://doi.org/10.1093/biomet/asp053">Jones and Pewsey, Sinh-arcsinh
 *     distributions, 2009</a>
 */
final class SinhArcsinh extends Formula.Closed {

    private static final double LOG_MOST = Math.log(5);

    SinhArcsinh() {
        super(4);
    }

    private static <T extends Numbers<T>> T logTail(T theta) {
        return theta.part(1, 2).tanh().times(LOG_MOST);
    }

    @Override
    <T extends Numbers<T>> Image<T> toNoise(T x, T theta) {
        T a = Affine.softClip(theta.part(3, 4));
        T tail = logTail(theta);
        T y = x.asinh().times(tail.exp()).plus(theta.part(0, 1));
        T logSlope = a.plus(tail).plus(logCosh(y)).minus(logCosh(x.asinh()));
        return new Image<>(y.sinh().times(a.exp()).plus(theta.part(2, 3)), logSlope);
    }

    @Override
    <T extends Numbers<T>> Image<T> toData(T z, T theta) {
        T a = Affine.softClip(theta.part(3, 4)).negative();
        T tail = logTail(theta).negative();
        T line = z.minus(theta.part(2, 3)).times(a.exp()).asinh();
        T y = line.minus(theta.part(0, 1)).times(tail.exp());
        return new Image<>(y.sinh(), a.plus(tail).plus(logCosh(y)).minus(logCosh(line)));
    }

    private static <T extends Numbers<T>> T logCosh(T y) {
        T far = y.abs();
        return far.plus(far.times(-2).exp().plus(1).log()).plus(-Math.log(2));
    }
}
