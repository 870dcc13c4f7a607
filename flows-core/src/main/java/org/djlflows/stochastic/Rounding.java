package org.djlflows.stochastic;

import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.distribution.UniformBox;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Rounds numbers of the unit interval to the levels 0 to L - 1, such as the 256 of a pixel: \(k =
 * \lfloor L x \rfloor\), and drops the rest \(u = L x - k\); \(V = \log q(u \mid k) + D \log L\).
 *
 * <p>{@link #inverted() Inverted} it is dequantisation: of levels k with \(P(k) = \int_{[0, 1)^D}
 * p\left(\frac{k + u}{L}\right) L^{-D} du\) the bound is \(\mathbb{E}_q\left[\log p\left(\frac{k +
 * u}{L}\right) - \log q(u \mid k)\right] - D \log L\). The noise is uniform, or comes from a
 * conditional flow (variational dequantisation), which is trained together with p and makes the
 * bound tighter. {@code BitsPerDimension(D, 1)} counts it in bits.
 *
 * <ul>
 *   <li>x: (batch, event...) of D numbers a row, and k whole numbers, as float32 or float64
 *   <li>q: in the shape of x, given \((k + \frac12) / L - \frac12\) in that shape, without the
 *       context
 * </ul>
 *
 * <p>Outside of \([0, 1)\) the nearest level is taken.
 *
 * @see <a href="https://arxiv.org/abs/1511.01844">Theis, van den Oord and Bethge, A note on the
 *     evaluation of generative models, 2016, section 3.1</a>
 * @see <a href="https://arxiv.org/abs/1902.00275">Ho, Chen, Srinivas, Duan and Abbeel, Flow++,
 *     2019, equation 12</a>
 */
public final class Rounding extends Surjection {

    private final int levels;

    /**
     * Creates a layer with uniform noise.
     *
     * @param levels the number of levels L
     * @throws IllegalArgumentException if there are fewer than 2 levels
     */
    public Rounding(int levels) {
        this(levels, new UniformBox(0, 1));
    }

    /**
     * Creates a layer with noise that depends on the level.
     *
     * @param levels the number of levels L
     * @param noise the conditional distribution q on \([0, 1]^D\), whose samples are
     *     differentiable, such as a flow that begins with {@code Logit(0)}
     * @throws IllegalArgumentException if there are fewer than 2 levels, or the log-density of q is
     *     a bound
     */
    public Rounding(int levels, Distribution noise) {
        super(noise);
        if (levels < 2) {
            throw new IllegalArgumentException(
                    "Rounding: expected 2 levels or more, got " + levels);
        }
        this.levels = levels;
    }

    @Override
    protected Kernel map() {
        return Kernel.of(Rounding.class, "rounding")
                .with("LEVELS", levels)
                .with("LOG_VOLUME", getEventShape().size() * Math.log(levels));
    }

    @Override
    protected Shape getConditionShape(Shape event, Optional<Shape> context) {
        return event;
    }
}
