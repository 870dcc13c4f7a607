package org.djlflows.stochastic;

import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;

/**
 * Drops the last n features: \(x = (z, u)\), \(V = \log q(u \mid z)\).
 *
 * <p>A flow of fewer features before which it stands is exact: \(p(x) = p(z)\,q(u \mid z)\). {@link
 * #inverted() Inverted} it adds n features to data: augmented normalizing flows, or variational
 * data augmentation, where the density of (x, u) can do what one of x alone cannot, and \(\log p(x)
 * \ge \mathbb{E}_q[\log p(x, u) - \log q(u \mid x)]\).
 *
 * <ul>
 *   <li>x: (batch, D), z: (batch, D - n), context: (batch, C)
 *   <li>q: over n features, given z and behind it the context
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2002.07101">Huang, Dinh and Courville, Augmented Normalizing
 *     Flows, 2020</a>
 * @see <a href="https://arxiv.org/abs/2002.09741">Chen, Lu, Chenli, Zhu and Tian, VFlow, 2020</a>
 */
public final class Slice extends Surjection {

    private final int count;

    /**
     * Creates a layer.
     *
     * @param count the number n of features that it drops, the last ones
     * @param dropped their distribution q, differentiable in its parameters where it is to be
     *     trained as that of added features
     * @throws IllegalArgumentException if n is not positive, or the log-density of q is a bound
     */
    public Slice(int count, Distribution dropped) {
        super(dropped);
        if (count < 1) {
            throw new IllegalArgumentException(
                    "Slice: expected to drop 1 feature or more, got " + count);
        }
        this.count = count;
    }

    @Override
    protected Kernel map() {
        return Kernel.of(Slice.class, "slice").with("DROPPED", count);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
        if (inputShapes[0].get(1) <= count) {
            throw new IllegalArgumentException(
                    String.format(
                            "Slice: expected more than the %d features that it drops, got shape %s",
                            count, inputShapes[0]));
        }
    }

    @Override
    protected Shape getLatentShape(Shape event) {
        return new Shape(event.get(0) - count);
    }

    @Override
    protected Shape getDataShape(Shape latent) {
        return new Shape(latent.get(0) + count);
    }

    @Override
    protected Shape getDroppedShape(Shape event) {
        return new Shape(count);
    }
}
