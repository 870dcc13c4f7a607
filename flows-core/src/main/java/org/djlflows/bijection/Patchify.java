package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Cuts images into square patches of P x P pixels, the tokens of a {@link
 * TransformerAutoregressive} layer: \(\log|\det| = 0\).
 *
 * <ul>
 *   <li>x: (batch, channels, height, width)
 *   <li>z: (batch, height / P * width / P, channels P P), patches row by row, in each of them the
 *       pixels of the first channel row by row, then those of the others
 * </ul>
 *
 * <p>The context is ignored. Both directions cost one copy.
 *
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025, section 2.3</a>
 */
public final class Patchify extends AbstractBijection {

    private final Shape image;
    private final int patch;

    /**
     * Creates the layer.
     *
     * @param image the shape of an image, (channels, height, width)
     * @param patch the side P of a patch in pixels, which divides height and width
     * @throws IllegalArgumentException if the shape is of another form, or the side does not divide
     */
    public Patchify(Shape image, int patch) {
        boolean fits = image.dimension() == 3 && patch > 0;
        if (!fits || image.get(1) % patch != 0 || image.get(2) % patch != 0) {
            throw new IllegalArgumentException(
                    "Patchify: expected an image (channels, height, width) that patches of side "
                            + patch
                            + " divide, got "
                            + image);
        }
        this.image = image;
        this.patch = patch;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Autograd.ofRearrangement(Kernel.of(Patchify.class, "patchify"))
                        .with("PATCH", patch)
                        .with("CHANNELS", image.get(0))
                        .with("ROWS", image.get(1) / patch)
                        .with("COLUMNS", image.get(2) / patch));
    }

    @Override
    protected Shape getNoiseShape(Shape event) {
        Reshape.require("Patchify", image, event);
        long tokens = image.get(1) / patch * (image.get(2) / patch);
        return new Shape(tokens, image.size() / tokens);
    }

    @Override
    protected Shape getDataShape(Shape noise) {
        Reshape.require("Patchify", getNoiseShape(image), noise);
        return image;
    }

    @Override
    protected void beforeInitialize(Shape... shapes) {
        super.beforeInitialize(shapes);
        Reshape.require("Patchify", image, shapes[0].slice(1));
    }
}
