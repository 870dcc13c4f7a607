package org.djlflows.spec;

/**
 * Real NVP over images as published: in each scale three couplings of a checkerboard, three of
 * channels, and half of the channels leave; four of a checkerboard in the last scale. Batch
 * normalisation follows each coupling and stands within its residual network, whose convolutions
 * have weight normalisation, and which sees the checkerboard as a channel. Pixels pass the logit of
 * \(0.05 + 0.9 x\) first.
 *
 * <p>With classes, which the published one does not have, the networks see them as channels.
 *
 * <p>What differs from the published one: so that a fresh coupling is the identity, the scales of
 * the last weight normalisation start at 0 and the learned factor of the tanh at 1, for
 * checkerboards too; and nothing pulls the scales of the weight normalisation to 0, where the
 * published loss has their squares, times \(5 \cdot 10^{-5}\). {@link RealNvpImages} is smaller and
 * simpler.
 *
 * @param scales the number of scales
 * @param filters the width of the networks in the first scale, which doubles with each scale and
 *     for channels
 * @param blocks the number of residual blocks of each network
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, sections 3.4 to 3.7 and 4.1</a>
 */
public record PublishedRealNvp(
        @Field(value = "The number of scales", least = 1, most = 15, byDefault = "2") int scales,
        @Field(
                        value = "The width of the networks in the first scale",
                        least = 1,
                        most = 65_536,
                        byDefault = "64")
                int filters,
        @Field(
                        value = "The residual blocks of each network",
                        least = 1,
                        most = 1000,
                        byDefault = "8")
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
    public PublishedRealNvp {
        Specs.check(PublishedRealNvp.class, scales, filters, blocks);
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(ImageShape images) {
        // The last scale is not squeezed, but its checkerboards take even sides too.
        ImageFlow.requireHalved(PublishedRealNvp.class, images, scales);
    }
}
