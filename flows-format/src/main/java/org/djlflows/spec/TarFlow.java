package org.djlflows.spec;

/**
 * The transformer autoregressive flow (TarFlow): images as sequences of patches, and blocks of
 * causal transformers that go through them forwards and backwards in turn.
 *
 * <p>Pixels in \([0, 1]\) are moved to \([-1, 1]\) first. With classes the context is a row of
 * class weights.
 *
 * <p>What differs from the published code: the last map starts with a bias of zero too, so that a
 * fresh flow is the identity; and where the blocks keep the volume, the variances of the noise are
 * learned by maximum likelihood with all else, together with means, not by a running average.
 *
 * @param patch the side of a patch in pixels
 * @param hidden the width of the transformers
 * @param blocks the number of blocks
 * @param layers the number of attention layers in each block
 * @param headWidth the width of a head of the attention; 0 for the smaller of 64 and the width of
 *     the transformers
 * @param volumePreserving whether blocks only shift
 * @param noise the standard deviation of the Gaussian noise with which the flow is trained, on
 *     pixels in \([-1, 1]\), which its samples carry and {@code Denoising} by half of it, on pixels
 *     in \([0, 1]\), removes; 0 for a flow trained on dequantised pixels
 * @param bfloat16 whether the transformers compute in bfloat16
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025</a>
 */
public record TarFlow(
        @Field(value = "The side of a patch in pixels", least = 1, most = 65_536, byDefault = "4")
                int patch,
        @Field(value = "The width of the transformers", least = 1, most = 65_536, byDefault = "128")
                int hidden,
        @Field(value = "The number of blocks", least = 1, most = 100, byDefault = "4") int blocks,
        @Field(value = "The attention layers in each block", least = 1, most = 100, byDefault = "4")
                int layers,
        @Field(
                        value =
                                "The width of a head of the attention; 0 for the smaller of 64 and"
                                        + " the width of the transformers",
                        least = 0,
                        most = 65_536,
                        byDefault = "0")
                int headWidth,
        @Field(value = "Whether blocks only shift", byDefault = "false") boolean volumePreserving,
        @Field(
                        value =
                                "The deviation of the Gaussian noise on training images, on pixels"
                                        + " in [-1, 1]; 0 for dequantisation instead",
                        least = 0,
                        most = 1,
                        byDefault = "0.1")
                double noise,
        @Field(value = "Whether the transformers compute in bfloat16", byDefault = "false")
                boolean bfloat16)
        implements ImageFlow {

    private static final int USUAL_HEAD = 64;

    /** The most patches of an image. */
    private static final int MOST_PATCHES = 1 << 16;

    /**
     * Checks the fields.
     *
     * @param patch the side of a patch in pixels
     * @param hidden the width of the transformers
     * @param blocks the number of blocks
     * @param layers the number of attention layers in each block
     * @param headWidth the width of a head of the attention; 0 for the smaller of 64 and the width
     *     of the transformers
     * @param volumePreserving whether blocks only shift
     * @param noise the deviation of the Gaussian noise, on pixels in \([-1, 1]\)
     * @param bfloat16 whether the transformers compute in bfloat16
     * @throws IllegalArgumentException if one is out of its range, or heads do not divide the width
     */
    public TarFlow {
        Specs.check(
                TarFlow.class,
                patch,
                hidden,
                blocks,
                layers,
                headWidth,
                volumePreserving,
                noise,
                bfloat16);
        int head = width(headWidth, hidden);
        if (hidden % head != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "TarFlow: expected heads that divide the width %d, got heads of %d",
                            hidden, head));
        }
    }

    private static int width(int head, int hidden) {
        return head == 0 ? Math.min(USUAL_HEAD, hidden) : head;
    }

    /**
     * Returns the width of the heads as the flow is built.
     *
     * @return {@link #headWidth}, or what 0 stands for
     */
    public int widthOfHeads() {
        return width(headWidth, hidden);
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(ImageShape images) {
        int height = images.height();
        int width = images.width();
        long patches = (long) (height / patch) * (width / patch);
        boolean cut = height % patch == 0 && width % patch == 0 && patches >= 2;
        if (!cut || patches > MOST_PATCHES) {
            throw new IllegalArgumentException(
                    String.format(
                            "TarFlow: expected a height and a width that patches of side %d divide,"
                                    + " into 2 to %d, got %d x %d",
                            patch, MOST_PATCHES, height, width));
        }
    }
}
