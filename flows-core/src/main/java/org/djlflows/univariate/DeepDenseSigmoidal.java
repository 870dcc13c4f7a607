package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The deep dense sigmoidal flow of neural autoregressive flows: between the layers there are K
 * values, each an increasing function of the scalar, \(h' = \sigma^{-1}\left(w\, \sigma(a \odot (u
 * h) + b)\right)\). The rows of the matrices u and w are positive and sum up to 1, scales a are
 * above 0.001. The first layer sees the scalar, the last one has one output, each has K sigmoids.
 * It bends more within a layer than {@link DeepSigmoidal}, which has one value between layers, and
 * takes all of \(\mathbb{R}\) to all of \(\mathbb{R}\), far out as a line.
 *
 * <p>\(2 K^2 + 2 K\) parameters a layer and scalar, but for the matrices of first and last layer:
 * in all \(2 (L - 1) K^2 + (2 L + 1) K\) for L layers. Sums, and the products of the Jacobians
 * between layers, which are positive, are those of logarithms, so that nothing saturates. A value
 * costs \(K^2\) operations a layer, and as much memory. The inverse is numerical, some ten times
 * the cost of forward.
 *
 * <p>Outputs that begin alike would stay alike, having the same gradients; so at first each prefers
 * some sigmoids, and their mean is close to the identity.
 *
 * @see <a href="https://arxiv.org/abs/1804.00779">Huang, Krueger, Lacoste and Courville, Neural
 *     Autoregressive Flows, 2018, equations 10 to 13</a>
 */
public final class DeepDenseSigmoidal extends Univariate {

    private static final double SMALLEST_SCALE = 1e-3;

    private final int units;
    private final int layers;

    /**
     * Creates the family.
     *
     * @param units the sigmoids K of a layer, at least 1
     * @param layers the number of layers, at least 1; a single one is a layer of {@link
     *     DeepSigmoidal}
     * @throws IllegalArgumentException if there are none
     */
    public DeepDenseSigmoidal(int units, int layers) {
        super(sizes(units, layers).stream().mapToInt(Integer::intValue).sum());
        Mixtures.require(DeepDenseSigmoidal.class, units > 0, "at least 1 unit", units);
        Mixtures.require(DeepDenseSigmoidal.class, layers > 0, "at least 1 layer", layers);
        this.units = units;
        this.layers = layers;
    }

    /** The numbers of each layer for what it sees, its outputs, scales and shifts. */
    private static List<Integer> sizes(int units, int layers) {
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            sizes.add(i == 0 ? 0 : units * units);
            sizes.add(i == layers - 1 ? units : units * units);
            sizes.add(units);
            sizes.add(units);
        }
        return sizes;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        // Together the layers spread what comes as far as one of DeepSigmoidal does.
        double scale = units == 1 ? 1 : 1 / Math.sqrt(1 - 0.25 / layers);
        Kernel kernel =
                Kernel.of(DeepDenseSigmoidal.class, "deep_dense_sigmoidal")
                        .with("LAYERS", layers)
                        .with("UNITS", units)
                        .with("SIZES", sizes(units, layers))
                        .with("SMALLEST", SMALLEST_SCALE)
                        .with("SCALE", Math.log(Math.expm1(scale - SMALLEST_SCALE)))
                        .with("SHIFTS", Mixtures.places(units, -scale / Math.sqrt(layers)));
        return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
    }
}
