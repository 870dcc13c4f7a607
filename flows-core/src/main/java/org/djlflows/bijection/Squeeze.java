package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Turns each 2 x 2 square of pixels into four channels: \(\log|\det| = 0\).
 *
 * <ul>
 *   <li>x: (batch, C, height, width), both sizes even
 *   <li>z: (batch, 4 C, height / 2, width / 2)
 * </ul>
 *
 * <p>Each map is orthonormal. {@code inverted()} turns channels into pixels. The context is
 * ignored. Both directions cost a copy or two.
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, section 3.6</a>
 */
public final class Squeeze extends AbstractBijection {

    private final Kernel kernel;

    /** Creates a layer that keeps the four channels of each channel together, row by row. */
    public Squeeze() {
        this(Kernel.of(Squeeze.class, "squeeze"));
    }

    private Squeeze(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Returns a layer that takes, of all channels, first the pixels at the top left, then those at
     * the bottom right, the bottom left and the top right: so that each half of the channels is one
     * colour of a checkerboard. Real NVP factors out the halves of this order.
     *
     * @return the layer
     */
    public static Squeeze ordered() {
        return new Squeeze(
                Kernel.of(Squeeze.class, "ordered_squeeze")
                        .calling("squeeze", Kernel.of(Squeeze.class, "squeeze")));
    }

    /**
     * Returns a layer that makes of each square of pixels its Haar wavelets: half of its sum, and
     * of the differences between left and right, top and bottom, and the diagonals.
     *
     * @return the layer
     * @see <a href="https://arxiv.org/abs/1907.02392">Ardizzone, Lüth, Kruse, Rother and Köthe,
     *     Guided Image Generation with Conditional Invertible Neural Networks, 2019, section
     *     3.2</a>
     */
    public static Squeeze haar() {
        return new Squeeze(
                Kernel.of(Squeeze.class, "haar")
                        .calling("squeeze", Kernel.of(Squeeze.class, "squeeze")));
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        // Wavelets are no rearrangement, but orthonormal, so that their gradients go back alike.
        return Optional.of(Autograd.ofRearrangement(kernel));
    }

    @Override
    protected void beforeInitialize(Shape... shapes) {
        super.beforeInitialize(shapes);
        requireSquares(shapes[0]);
    }

    private static void requireSquares(Shape x) {
        if (x.dimension() != 4 || x.get(2) % 2 != 0 || x.get(3) % 2 != 0) {
            throw new IllegalArgumentException(
                    "Squeeze: expected input shape (batch, channels, height, width) with an even"
                            + " height and width, got "
                            + x);
        }
    }

    @Override
    protected Shape getNoiseShape(Shape event) {
        requireSquares(new Shape(1).addAll(event));
        return new Shape(4 * event.get(0), event.get(1) / 2, event.get(2) / 2);
    }

    @Override
    protected Shape getDataShape(Shape noise) {
        if (noise.dimension() != 3 || noise.get(0) % 4 != 0) {
            throw new IllegalArgumentException(
                    "Squeeze: expected a shape of noise (channels, height, width) with four channels"
                            + " of each, got "
                            + noise);
        }
        return new Shape(noise.get(0) / 4, 2 * noise.get(1), 2 * noise.get(2));
    }
}
