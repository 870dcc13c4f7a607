package org.djlflows.runtime;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;

/**
 * The rule of Gauss and Legendre: \(\int_0^1 f(t)\, dt \approx \sum_i w_i f(t_i)\) with positive
 * weights, exact for polynomials of degree 2 n - 1.
 */
public final class GaussLegendre {

    private static final int MOST_STEPS = 100;

    private final double[] points;
    private final double[] weights;

    /**
     * Computes the rule.
     *
     * @param n the number of points, at least 1
     * @throws IllegalArgumentException if there are none
     */
    public GaussLegendre(int n) {
        if (n < 1) {
            throw new IllegalArgumentException(
                    "GaussLegendre: expected at least 1 point, got " + n);
        }
        points = new double[n];
        weights = new double[n];
        for (int i = 0; i < n; i++) {
            // Newton's steps from Tricomi's approximation of the roots.
            double x = -Math.cos(Math.PI * (i + 0.75) / (n + 0.5));
            double slope = 1;
            double step = 1;
            for (int k = 0; k < MOST_STEPS && Math.abs(step) > Math.ulp(1.0); k++) {
                double before = 1;
                double value = x;
                for (int degree = 2; degree <= n; degree++) {
                    double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
                    before = value;
                    value = next;
                }
                slope = n * (x * value - before) / (x * x - 1);
                step = value / slope;
                x -= step;
            }
            points[i] = 0.5 * (1 + x);
            weights[i] = 1 / ((1 - x * x) * slope * slope);
        }
    }

    /**
     * Returns where the function is taken.
     *
     * @return the points between 0 and 1, in order
     */
    public List<Double> points() {
        return DoubleStream.of(points).boxed().toList();
    }

    /**
     * Returns what each value counts.
     *
     * @return the weights, of sum 1
     */
    public List<Double> weights() {
        return DoubleStream.of(weights).boxed().toList();
    }

    /** The integral of a function. */
    <T extends Numbers<T>> T mean(DoubleFunction<T> function) {
        T sum = function.apply(points[0]).times(weights[0]);
        for (int i = 1; i < points.length; i++) {
            sum = sum.plus(function.apply(points[i]).times(weights[i]));
        }
        return sum;
    }
}
