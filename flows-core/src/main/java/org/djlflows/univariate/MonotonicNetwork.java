package org.djlflows.univariate;

import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

/**
 * A network with positive weights, \(z = n_i(x, s)\): for each feature i one of its own, which is
 * told by the signal s which map to be. \(h_{l+1} = \rho(|W_l|\, h_l + b_l)\) from \(h_0 = (x, s)\)
 * on, with no \(\rho\) at the end. The first half of the units of a layer is convex, ELU(h), the
 * others are concave, -ELU(-h), so that the map bends either way and takes all of \(\mathbb{R}\) to
 * all of \(\mathbb{R}\): far out it is a line.
 *
 * <p>S parameters a scalar, the signal. The slope is a sum of products of the \(|W_l|\) and the
 * slopes of \(\rho\), which are positive: no digits are lost. Forward costs two passes through the
 * network; the inverse, numerical, some ten times that.
 *
 * @see <a href="https://arxiv.org/abs/1804.00779">Huang, Krueger, Lacoste and Courville, Neural
 *     Autoregressive Flows, 2018, section 3</a>
 * @see <a href="https://arxiv.org/abs/2205.11775">Runje and Shankaranarayana, Constrained Monotonic
 *     Neural Networks, 2023, on absolute weights and convex and concave units</a>
 */
public final class MonotonicNetwork extends FeatureNetworks {

    /** What units see at first: half of x, less a bend of up to 2. */
    private static final double STEEPNESS = 0.5;

    private static final double SPREAD = 2;

    /** How far from 0 the map is close to the identity at first. */
    private static final double RANGE = 3;

    /**
     * Creates the family.
     *
     * @param signal the number S of numbers by which a network is told which map to be, at least 1
     * @param widths the widths of the hidden layers, each at least 2
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public MonotonicNetwork(int signal, int... widths) {
        super(signal, signal, widths);
    }

    @Override
    Kernel map() {
        return Kernel.of(MonotonicNetwork.class, "monotonic_network");
    }

    /** At first all units of a layer see x, and the next layer makes x of them again. */
    @Override
    Initializer weights(int layer) {
        return Initializers.constant(
                (layer == 0 ? 1 : factor(layer - 1)) * (isLast(layer) ? 1 : STEEPNESS));
    }

    @Override
    Initializer biases(int layer, int networks) {
        double middle = layer == 0 ? 0 : middle(layer - 1);
        int width = isLast(layer) ? 1 : width(layer);
        double[] biases = new double[networks * width];
        for (int i = 0; i < biases.length; i++) {
            biases[i] = isLast(layer) ? middle : STEEPNESS * middle - bend(i % width, width);
        }
        return Initializers.values(biases);
    }

    /** By what the sum of the units of a layer is multiplied to be close to x. */
    private double factor(int layer) {
        return 2 * RANGE / (sum(RANGE, width(layer)) - sum(-RANGE, width(layer)));
    }

    private double middle(int layer) {
        double sums = sum(RANGE, width(layer)) + sum(-RANGE, width(layer));
        return -0.5 * factor(layer) * sums;
    }

    private static double sum(double x, int width) {
        double sum = 0;
        for (int unit = 0; unit < width; unit++) {
            double h = STEEPNESS * x - bend(unit, width);
            sum += isConvex(unit, width) ? elu(h) : -elu(-h);
        }
        return sum;
    }

    private static double bend(int unit, int width) {
        int convex = (width + 1) / 2;
        int count = isConvex(unit, width) ? convex : width - convex;
        double share = (unit % convex + 0.5) / count;
        return SPREAD * (2 * share - 1);
    }

    private static boolean isConvex(int unit, int width) {
        return unit < (width + 1) / 2;
    }

    private static double elu(double h) {
        return h > 0 ? h : Math.expm1(h);
    }
}
