package org.djlflows.stochastic;

import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Takes K numbers to the place of the largest: \(k = \mathrm{argmax}_j x_j\), for each of D groups
 * of K features.
 *
 * <p>{@link #inverted() Inverted} it gives categories a density of real numbers, argmax flows:
 * \(P(k) = \int_{\mathrm{argmax}\,x = k} p(x)\,dx\), of which \(\mathbb{E}_q[\log p(x) - \log q(x
 * \mid k)]\) is a lower bound. x is made of u from q by thresholding: \(x_k = u_k\) and \(x_j = u_k
 * - \mathrm{softplus}(u_k - u_j)\), so that \(V = \log q(u \mid k) - \sum_{j \neq k} \log
 * \mathrm{sigmoid}(u_k - u_j)\).
 *
 * <ul>
 *   <li>x: (batch, D K), k: (batch, D) of whole numbers 0 to K - 1, context: (batch, C)
 *   <li>q: over D K features, given for each of D categories K weights, \(1 - 1 / K\) for k and
 *       \(-1 / K\) for others, and behind them the context
 * </ul>
 *
 * <p>What is no category gives NaN in its row.
 *
 * @see <a href="https://arxiv.org/abs/2102.05379">Hoogeboom, Nielsen, Jaini, Forré and Welling,
 *     Argmax Flows and Multinomial Diffusion, 2021</a>
 */
public final class Argmax extends Surjection {

    private final int categories;

    /**
     * Creates a layer.
     *
     * @param categories the number K of categories
     * @param dropped the distribution q, whose samples are differentiable
     * @throws IllegalArgumentException if there are fewer than 2 categories, or the log-density of
     *     q is a bound
     */
    public Argmax(int categories, Distribution dropped) {
        super(dropped);
        if (categories < 2) {
            throw new IllegalArgumentException(
                    "Argmax: expected 2 categories or more, got " + categories);
        }
        this.categories = categories;
    }

    @Override
    protected Kernel map() {
        return Kernel.of(Argmax.class, "argmax").with("CATEGORIES", categories);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        if (inputShapes[0].get(1) % categories != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "Argmax: expected features in groups of %d, got shape %s",
                            categories, inputShapes[0]));
        }
    }

    @Override
    protected Shape getLatentShape(Shape event) {
        return new Shape(event.get(0) / categories);
    }

    @Override
    protected Shape getDataShape(Shape latent) {
        return new Shape(latent.get(0) * categories);
    }

    @Override
    protected Shape getConditionShape(Shape event, Optional<Shape> context) {
        return new Shape(event.get(0) + context.map(Shape::size).orElse(0L));
    }
}
