package org.djlflows.data;

import java.util.Random;
import java.util.function.Function;

/**
 * Points in the plane drawn from the toy densities on which flows are usually shown; all but the
 * moons with the parameters of FFJORD.
 *
 * @see <a href="https://arxiv.org/abs/1810.01367">Grathwohl et al., FFJORD, 2019, section 4.1</a>
 */
public final class Toys {

    private static final double MOON_NOISE = 0.1;
    private static final double CIRCLE_NOISE = 0.08;
    private static final int GAUSSIANS = 8;
    private static final int BLADES = 5;

    private Toys() {}

    /**
     * Draws from two interleaved half circles of radius 1, centred at (0, 0) and (1, 0.5), with
     * normal noise of standard deviation 0.1.
     *
     * @param rows the number of points
     * @param seed the seed
     * @return x and y of each point, row-major
     */
    public static float[] twoMoons(int rows, long seed) {
        return draw(
                rows,
                seed,
                random -> {
                    double angle = Math.PI * random.nextDouble();
                    boolean upper = random.nextBoolean();
                    double x = upper ? Math.cos(angle) : 1 - Math.cos(angle);
                    double y = upper ? Math.sin(angle) : 0.5 - Math.sin(angle);
                    return new double[] {
                        x + MOON_NOISE * random.nextGaussian(),
                        y + MOON_NOISE * random.nextGaussian()
                    };
                });
    }

    /**
     * Draws from four concentric circles of radius 0.75, 1.5, 2.25 and 3, with normal noise of
     * standard deviation 0.08.
     *
     * @param rows the number of points
     * @param seed the seed
     * @return x and y of each point, row-major
     */
    public static float[] rings(int rows, long seed) {
        return draw(rows, seed, random -> circle(random, 0.75 * (1 + random.nextInt(4)), 1));
    }

    /**
     * Draws from two concentric circles of radius 1.5 and 3, with normal noise of standard
     * deviation 0.24.
     *
     * @param rows the number of points
     * @param seed the seed
     * @return x and y of each point, row-major
     */
    public static float[] circles(int rows, long seed) {
        return draw(rows, seed, random -> circle(random, 1.5 * (1 + random.nextInt(2)), 3));
    }

    private static double[] circle(Random random, double radius, double noise) {
        double angle = 2 * Math.PI * random.nextDouble();
        double sigma = noise * CIRCLE_NOISE;
        return new double[] {
            radius * Math.cos(angle) + sigma * random.nextGaussian(),
            radius * Math.sin(angle) + sigma * random.nextGaussian()
        };
    }

    /**
     * Draws from eight normal distributions of standard deviation 0.25 \(\sqrt 2\), with means on a
     * circle of radius 2 \(\sqrt 2\).
     *
     * @param rows the number of points
     * @param seed the seed
     * @return x and y of each point, row-major
     */
    public static float[] eightGaussians(int rows, long seed) {
        return draw(
                rows,
                seed,
                random -> {
                    double angle = 2 * Math.PI * random.nextInt(GAUSSIANS) / GAUSSIANS;
                    double x = 4 * Math.cos(angle) + 0.5 * random.nextGaussian();
                    double y = 4 * Math.sin(angle) + 0.5 * random.nextGaussian();
                    return new double[] {x / Math.sqrt(2), y / Math.sqrt(2)};
                });
    }

    /**
     * Draws from a pinwheel of five blades: normal distributions at distance 2 with standard
     * deviations of 0.6 along and 0.2 across the radius, turned by an angle that grows outwards.
     *
     * @param rows the number of points
     * @param seed the seed
     * @return x and y of each point, row-major
     */
    public static float[] pinwheel(int rows, long seed) {
        return draw(
                rows,
                seed,
                random -> {
                    double along = 1 + 0.3 * random.nextGaussian();
                    double across = 0.1 * random.nextGaussian();
                    double blade = 2 * Math.PI * random.nextInt(BLADES) / BLADES;
                    double angle = blade + 0.25 * Math.exp(along);
                    double cos = Math.cos(angle);
                    double sin = Math.sin(angle);
                    return new double[] {
                        2 * (along * cos + across * sin), 2 * (across * cos - along * sin)
                    };
                });
    }

    /**
     * Draws uniformly from the eight dark fields of a board of 4 x 4 fields on \([-4, 4]^2\).
     *
     * @param rows the number of points
     * @param seed the seed
     * @return x and y of each point, row-major
     */
    public static float[] checkerboard(int rows, long seed) {
        return draw(
                rows,
                seed,
                random -> {
                    double x = 4 * random.nextDouble() - 2;
                    double field = Math.floorMod((int) Math.floor(x), 2) - 2 * random.nextInt(2);
                    return new double[] {2 * x, 2 * (random.nextDouble() + field)};
                });
    }

    /**
     * Draws from two spirals of one and a half turns, one the other through the origin, with normal
     * noise of standard deviation 0.1.
     *
     * @param rows the number of points
     * @param seed the seed
     * @return x and y of each point, row-major
     */
    public static float[] twoSpirals(int rows, long seed) {
        return draw(
                rows,
                seed,
                random -> {
                    double angle = 3 * Math.PI * Math.sqrt(random.nextDouble());
                    double sign = random.nextBoolean() ? 1 : -1;
                    double x = -angle * Math.cos(angle) + 0.5 * random.nextDouble();
                    double y = angle * Math.sin(angle) + 0.5 * random.nextDouble();
                    return new double[] {
                        sign * x / 3 + 0.1 * random.nextGaussian(),
                        sign * y / 3 + 0.1 * random.nextGaussian()
                    };
                });
    }

    private static float[] draw(int rows, long seed, Function<Random, double[]> point) {
        if (rows < 0) {
            throw new IllegalArgumentException("Toys: expected 0 rows or more, got " + rows);
        }
        Random random = new Random(seed);
        float[] points = new float[2 * rows];
        for (int i = 0; i < rows; i++) {
            double[] drawn = point.apply(random);
            points[2 * i] = (float) drawn[0];
            points[2 * i + 1] = (float) drawn[1];
        }
        return points;
    }
}
