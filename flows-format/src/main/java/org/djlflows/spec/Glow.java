package org.djlflows.spec;

/**
 * Glow: in each scale a squeeze and steps of normalisation, an invertible 1 x 1 convolution (a
 * random permutation after a learned map that starts as the identity) and an affine coupling of
 * channels; then half of the channels leave.
 *
 * <p>What differs from the published one, which {@link PublishedGlow} is:
 *
 * <ul>
 *   <li>pixels pass the logit of Real NVP first
 *   <li>the convolution starts as a permutation, not as a rotation
 *   <li>scales of couplings are softly clipped exponentials, not sigmoids
 *   <li>the networks have no normalisation and start by PyTorch's rule
 *   <li>no prior is learned. That of the half that leaves would be normal given the other half,
 *       which makes one affine map with the last coupling of the scale, that moves this half given
 *       the other; the base of the last scale is standard normal
 *   <li>the defaults are smaller: 2 scales of 8 steps and 64 filters, not 3 of 32 and 512
 * </ul>
 *
 * @param scales the number of scales
 * @param steps the number of steps in each scale
 * @param filters the width of the networks
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3</a>
 */
public record Glow(
        @Field(value = "The number of scales", least = 1, most = 15, byDefault = "2") int scales,
        @Field(value = "The steps in each scale", least = 1, most = 1000, byDefault = "8")
                int steps,
        @Field(value = "The width of the networks", least = 1, most = 65_536, byDefault = "64")
                int filters)
        implements ImageFlow {

    /**
     * Checks the fields.
     *
     * @param scales the number of scales
     * @param steps the number of steps in each scale
     * @param filters the width of the networks
     * @throws IllegalArgumentException if one is out of its range
     */
    public Glow {
        Specs.check(Glow.class, scales, steps, filters);
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(ImageShape images) {
        ImageFlow.requireHalved(Glow.class, images, scales);
    }
}
