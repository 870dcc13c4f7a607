package org.djlflows.data;

import java.util.Random;

/** Points in the plane drawn from the toy densities on which flows are usually shown. */
public final class Toys {

    private static final double MOON_NOISE = 0.1;

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
        Random random = new Random(seed);
        float[] points = new float[2 * rows];
        for (int i = 0; i < rows; i++) {
            double angle = Math.PI * random.nextDouble();
            boolean upper = random.nextBoolean();
            double x = upper ? Math.cos(angle) : 1 - Math.cos(angle);
            double y = upper ? Math.sin(angle) : 0.5 - Math.sin(angle);
            points[2 * i] = (float) (x + MOON_NOISE * random.nextGaussian());
            points[2 * i + 1] = (float) (y + MOON_NOISE * random.nextGaussian());
        }
        return points;
    }
}
