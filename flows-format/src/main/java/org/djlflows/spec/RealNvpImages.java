package org.djlflows.spec;

/**
 * Real NVP over images: in each scale three couplings of a checkerboard, three of channels, and
 * half of the channels leave; four of a checkerboard in the last scale. Batch normalisation follows
 * each coupling.
 *
 * <p>What differs from the published one, which {@link PublishedRealNvp} is:
 *
 * <ul>
 *   <li>the networks have no batch normalisation, neither of their inputs nor before their units,
 *       and do not see the mask as a further channel
 *   <li>the learned factor of the tanh starts at 1 for checkerboards too, not at 0
 *   <li>the last convolution of a network, that of the coupling, has no weight normalisation
 *   <li>nothing pulls the scales of the weight normalisation to 0; the published one adds their
 *       squares to the loss
 *   <li>the defaults are smaller: 2 scales, 32 filters and 2 residual blocks
 * </ul>
 *
 * @param scales the number of scales
 * @param filters the width of the networks in the first scale, which doubles with each scale and
 *     for channels
 * @param blocks the number of residual blocks of each network
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, section 4.1</a>
 */
public record RealNvpImages(
        @Field(value = "The number of scales", least = 1, most = 15, byDefault = "2") int scales,
        @Field(
                        value = "The width of the networks in the first scale",
                        least = 1,
                        most = 65_536,
                        byDefault = "32")
                int filters,
        @Field(
                        value = "The residual blocks of each network",
                        least = 1,
                        most = 1000,
                        byDefault = "2")
                int blocks)
        implements ImageFlow {

    /**
     * Checks the fields.
     *
     * @param scales the number of scales
     * @param filters the width of the networks in the first scale
     * @param blocks the number of residual blocks of each network
     * @throws IllegalArgumentException if one is out of its range
     */
    public RealNvpImages {
        Specs.check(RealNvpImages.class, scales, filters, blocks);
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(ImageShape images) {
        // The last scale is not squeezed, but its checkerboards take even sides too.
        ImageFlow.requireHalved(RealNvpImages.class, images, scales);
    }
}
