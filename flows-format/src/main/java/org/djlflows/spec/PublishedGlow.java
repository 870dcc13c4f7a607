package org.djlflows.spec;

/**
 * Glow as published: in each scale a squeeze and steps of normalisation, an invertible 1 x 1
 * convolution that starts as a rotation, and an affine coupling of channels; then half of the
 * channels leave, with a normal prior given the other half; that of the last scale is learned too.
 *
 * <p>Pixels in \([0, 1]\) are moved to \([-1/2, 1/2]\) first. With classes the context is a row of
 * class weights, which the priors see, and the couplings do not.
 *
 * <p>What differs from the published one: a scale of a coupling is \(\mathrm{sigmoid}(s + 2) +
 * 10^{-3}\), which keeps the inverse finite, and stands before the shift as in the paper; priors of
 * channels that leave see the classes too, not that of the last scale alone; and no classifier is
 * trained along. {@link Glow} is smaller and simpler.
 *
 * @param scales the number of scales
 * @param steps the number of steps in each scale
 * @param filters the width of the networks
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3</a>
 */
public record PublishedGlow(
        @Field(value = "The number of scales", least = 1, most = 15, byDefault = "3") int scales,
        @Field(value = "The steps in each scale", least = 1, most = 1000, byDefault = "32")
                int steps,
        @Field(value = "The width of the networks", least = 1, most = 65_536, byDefault = "512")
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
    public PublishedGlow {
        Specs.check(PublishedGlow.class, scales, steps, filters);
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(ImageShape images) {
        ImageFlow.requireHalved(PublishedGlow.class, images, scales);
    }
}
