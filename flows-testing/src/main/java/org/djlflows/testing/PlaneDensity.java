package org.djlflows.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

import java.util.function.DoubleBinaryOperator;
import java.util.function.UnaryOperator;

/** A density over the plane, on the cells of a grid. */
public final class PlaneDensity {

    private static final int GRID = 250;

    private final double[] low = new double[2];
    private final double[] step = new double[2];
    private final double[] masses = new double[GRID * GRID];

    private PlaneDensity() {}

    /**
     * Takes a density on a grid half as wide again as samples spread.
     *
     * @param samples the samples, of shape (n, 2)
     * @param logProb the log-density of rows
     * @return the density
     */
    public static PlaneDensity around(NDArray samples, UnaryOperator<NDArray> logProb) {
        PlaneDensity density = new PlaneDensity();
        double[] numbers = Fixtures.doubles(samples);
        for (int axis = 0; axis < 2; axis++) {
            double min = Double.POSITIVE_INFINITY;
            double max = Double.NEGATIVE_INFINITY;
            for (int i = axis; i < numbers.length; i += 2) {
                min = Math.min(min, numbers[i]);
                max = Math.max(max, numbers[i]);
            }
            density.step[axis] = 1.5 * (max - min) / GRID;
            density.low[axis] = min - 0.25 * (max - min);
        }
        NDArray x = samples.getManager().create(density.points(), new Shape(GRID * GRID, 2));
        double[] logProbs = Fixtures.doubles(logProb.apply(x.toType(samples.getDataType(), false)));
        for (int i = 0; i < logProbs.length; i++) {
            density.masses[i] = Math.exp(logProbs[i]) * density.step[0] * density.step[1];
        }
        return density;
    }

    private double x(int cell) {
        return low[0] + (Math.floorDiv(cell, GRID) + 0.5) * step[0];
    }

    private double y(int cell) {
        return low[1] + (cell % GRID + 0.5) * step[1];
    }

    private double[] points() {
        double[] points = new double[2 * masses.length];
        for (int i = 0; i < masses.length; i++) {
            points[2 * i] = x(i);
            points[2 * i + 1] = y(i);
        }
        return points;
    }

    /**
     * Integrates the density.
     *
     * @return 1, if it is one of a distribution and its tails lie on the grid
     */
    public double mass() {
        return mean((x, y) -> 1);
    }

    /**
     * Integrates a function times the density.
     *
     * @param f the function
     * @return its mean
     */
    public double mean(DoubleBinaryOperator f) {
        double sum = 0;
        for (int i = 0; i < masses.length; i++) {
            sum += f.applyAsDouble(x(i), y(i)) * masses[i];
        }
        return sum;
    }
}
