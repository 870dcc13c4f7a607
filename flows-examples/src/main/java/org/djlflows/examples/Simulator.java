package org.djlflows.examples;

import java.util.Random;

/**
 * A model from which one can draw and whose posterior is known, to judge what was estimated from
 * simulations alone: two tasks of the SBI benchmark.
 *
 * @see <a href="https://arxiv.org/abs/2101.04653">Lueckmann et al., Benchmarking Simulation-Based
 *     Inference, 2021, T.1 and T.8</a>
 */
enum Simulator {

    /**
     * A normal prior of variance 0.1 in ten dimensions, observed with normal noise of the same
     * variance: the posterior is normal with mean x / 2 and variance 0.05.
     */
    GAUSSIAN_LINEAR(10) {
        @Override
        double[] drawPrior(Random random) {
            return normal(new double[features()], 0.1, random);
        }

        @Override
        double[] simulate(double[] theta, Random random) {
            return normal(theta, 0.1, random);
        }

        @Override
        double[] drawPosterior(double[] x, Random random) {
            return normal(half(x), 0.05, random);
        }

        @Override
        double logPosterior(double[] theta, double[] x) {
            double sum = 0;
            for (int i = 0; i < theta.length; i++) {
                double e = theta[i] - x[i] / 2;
                sum -= 0.5 * (e * e / 0.05 + Math.log(2 * Math.PI * 0.05));
            }
            return sum;
        }

        private static double[] half(double[] x) {
            double[] half = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                half[i] = x[i] / 2;
            }
            return half;
        }

        private static double[] normal(double[] mean, double variance, Random random) {
            double[] drawn = new double[mean.length];
            for (int i = 0; i < mean.length; i++) {
                drawn[i] = mean[i] + Math.sqrt(variance) * random.nextGaussian();
            }
            return drawn;
        }
    },

    /**
     * A uniform prior on \([-1, 1]^2\); x is a point of a half circle, shifted by a function of
     * theta that two values share: the posterior is two moons. Known for x near 0, where the prior
     * cuts nothing off.
     */
    TWO_MOONS(2) {
        @Override
        double[] drawPrior(Random random) {
            return new double[] {2 * random.nextDouble() - 1, 2 * random.nextDouble() - 1};
        }

        @Override
        double[] simulate(double[] theta, Random random) {
            double[] p = moon(random);
            return new double[] {
                p[0] - Math.abs(theta[0] + theta[1]) * HALF, p[1] + (theta[1] - theta[0]) * HALF
            };
        }

        @Override
        double[] drawPosterior(double[] x, Random random) {
            double[] p = moon(random);
            double along = (random.nextBoolean() ? 1 : -1) * (p[0] - x[0]);
            double across = x[1] - p[1];
            return new double[] {HALF * (along - across), HALF * (along + across)};
        }

        @Override
        double logPosterior(double[] theta, double[] x) {
            double p1 = x[0] + Math.abs(theta[0] + theta[1]) * HALF - 0.25;
            double p2 = x[1] - (theta[1] - theta[0]) * HALF;
            if (p1 < 0) {
                return Double.NEGATIVE_INFINITY;
            }
            double r = Math.hypot(p1, p2);
            double e = (r - 0.1) / 0.01;
            double logRadius = -0.5 * e * e - Math.log(0.01) - 0.5 * Math.log(2 * Math.PI);
            // The angle has density 1 / pi, the area element is r, and there are two moons.
            return logRadius - Math.log(2 * Math.PI * r);
        }

        private static double[] moon(Random random) {
            double angle = Math.PI * (random.nextDouble() - 0.5);
            double r = 0.1 + 0.01 * random.nextGaussian();
            return new double[] {r * Math.cos(angle) + 0.25, r * Math.sin(angle)};
        }
    };

    private static final double HALF = Math.sqrt(0.5);

    private final int features;

    Simulator(int features) {
        this.features = features;
    }

    /** Returns the number of parameters theta, which is that of the observations x. */
    int features() {
        return features;
    }

    abstract double[] drawPrior(Random random);

    abstract double[] simulate(double[] theta, Random random);

    abstract double[] drawPosterior(double[] x, Random random);

    abstract double logPosterior(double[] theta, double[] x);
}
