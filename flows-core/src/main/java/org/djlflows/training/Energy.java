package org.djlflows.training;

import org.djlflows.kernel.Kernel;

import java.util.Locale;

/**
 * The energies in the plane on which variational inference with flows is shown, \(\log \tilde p(x)
 * = -U(x)\), with \(w_1 = \sin(\pi x_1 / 2)\), \(w_2 = 3 e^{-\frac12 ((x_1 - 1) / 0.6)^2}\), \(w_3
 * = 3\,\mathrm{sigmoid}((x_1 - 1) / 0.3)\) and \(n(t) = e^{-t^2/2}\).
 *
 * <p>x is (batch, 2). U2 to U4 do not fall off along the first axis, so that they have no
 * normaliser: give them a support.
 *
 * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference with
 *     Normalizing Flows, 2015, table 1</a>
 */
public enum Energy {

    /**
     * Two halves of a ring: \(\frac12 ((|x| - 2) / 0.4)^2 - \log[n((x_1 - 2) / 0.6) + n((x_1 + 2) /
     * 0.6)]\).
     */
    U1,

    /** A wave: \(\frac12 ((x_2 - w_1) / 0.4)^2\). */
    U2,

    /**
     * A wave that splits and joins again: \(-\log[n((x_2 - w_1) / 0.35) + n((x_2 - w_1 + w_2) /
     * 0.35)]\).
     */
    U3,

    /** A wave that splits: \(-\log[n((x_2 - w_1) / 0.4) + n((x_2 - w_1 + w_3) / 0.35)]\). */
    U4;

    /**
     * Returns the energy as the paper has it.
     *
     * @return \(-U\)
     */
    public LogDensity logDensity() {
        return LogDensity.of(kernel(0));
    }

    /**
     * Returns the energy with a penalty outside of a square, which makes it normalisable: \(U(x) +
     * \sum_i \max(0, |x_i| - s)^2\).
     *
     * @param support half the side s of the square; 6 is customary
     * @return the negative of that
     * @throws IllegalArgumentException if the support is not positive and finite
     */
    public LogDensity logDensity(double support) {
        if (!(support > 0 && support < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "Energy: expected a positive and finite support, got " + support);
        }
        return LogDensity.of(kernel(support));
    }

    private Kernel kernel(double support) {
        return Kernel.of(Energy.class, "energy")
                .with("ENERGY", name().toLowerCase(Locale.ROOT))
                .with("SUPPORT", support)
                .with("HALF_PI", Math.PI / 2);
    }
}
