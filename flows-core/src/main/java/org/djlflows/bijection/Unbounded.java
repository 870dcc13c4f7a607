package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Takes half lines \((0, \infty)\) and intervals \((0, w)\) to the real line: \(z_i = \log x_i -
 * \log(1 - x_i / w_i)\), which is \(\log x_i\) for a half line.
 *
 * <p>\(\log|\det| = -\sum_i \left[\log x_i + \log(1 - x_i / w_i)\right]\); with \(s_i =
 * \mathrm{softplus}(z_i - \log w_i)\), 0 for a half line, \(x_i = \exp(z_i - s_i)\) and
 * \(\log|\det| = \sum_i (z_i - 2 s_i)\). x is (batch, D). A value outside has no image and gives
 * NaN in its row, which {@code NormalizingFlow.locateNonFinite} names. The context is ignored. Both
 * directions cost two transcendental functions an entry.
 *
 * @see <a href="https://arxiv.org/abs/1603.00788">Kucukelbir, Tran, Ranganath, Gelman and Blei,
 *     Automatic Differentiation Variational Inference, 2017, section 2.3</a>
 */
public final class Unbounded extends AbstractBijection {

    private final List<Double> widths;

    /**
     * Creates the layer.
     *
     * @param widths of each feature the width w, positive, and infinite for a half line
     * @throws IllegalArgumentException if there are none or one is not positive
     */
    public Unbounded(double... widths) {
        if (widths.length == 0 || !Arrays.stream(widths).allMatch(width -> width > 0)) {
            throw new IllegalArgumentException(
                    "Unbounded: expected positive widths, got " + Arrays.toString(widths));
        }
        this.widths = Arrays.stream(widths).boxed().toList();
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(Unbounded.class, "unbounded")
                        .with("PER_WIDTH", widths.stream().map(width -> 1 / width).toList()));
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        if (inputShapes[0].get(1) != widths.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "Unbounded: expected %d features, got shape %s",
                            widths.size(), inputShapes[0]));
        }
    }
}
