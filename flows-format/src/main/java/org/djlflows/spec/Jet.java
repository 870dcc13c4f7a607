package org.djlflows.spec;

/**
 * Jet: couplings of patches whose networks are vision transformers. Four couplings move half of the
 * channels of all patches, a random half, given the other half; each fifth moves the patches of one
 * colour of a checkerboard given the others. Scales are \(2\,\mathrm{sigmoid}(s)\).
 *
 * <p>Pixels in \([0, 1]\) are moved to \([-1, 1]\) first. With classes, which the published one
 * does not have, each network adds an embedding of the class to its tokens.
 *
 * <p>What differs from the published one: a scale stands before the shift; a network over a
 * checkerboard sees patches that are moved as zeros, where the published one cuts the others in
 * two; there are no stripes beside checkerboards; and the defaults are smaller: 16 couplings of
 * width 128, not 32 or 64 of 512.
 *
 * @param patch the side of a patch in pixels, a power of 2
 * @param hidden the width of the transformers, at most 64 or a multiple of it
 * @param couplings the number of couplings
 * @param layers the number of attention layers in each coupling
 * @see <a href="https://arxiv.org/abs/2412.15129">Kolesnikov, Pinto and Tschannen, Jet: A Modern
 *     Transformer-Based Normalizing Flow, 2024</a>
 */
public record Jet(
        @Field(
                        value = "The side of a patch in pixels, a power of 2",
                        least = 1,
                        most = 1024,
                        byDefault = "2")
                int patch,
        @Field(
                        value = "The width of the transformers, at most 64 or a multiple of it",
                        least = 1,
                        most = 65_536,
                        byDefault = "128")
                int hidden,
        @Field(value = "The number of couplings", least = 1, most = 1000, byDefault = "16")
                int couplings,
        @Field(
                        value = "The attention layers in each coupling",
                        least = 1,
                        most = 100,
                        byDefault = "2")
                int layers)
        implements ImageFlow {

    /** The width of a head, or of a narrower network. */
    private static final int HEAD = 64;

    /**
     * Checks the fields.
     *
     * @param patch the side of a patch in pixels, a power of 2
     * @param hidden the width of the transformers, at most 64 or a multiple of it
     * @param couplings the number of couplings
     * @param layers the number of attention layers in each coupling
     * @throws IllegalArgumentException if one is out of its range
     */
    public Jet {
        Specs.check(Jet.class, patch, hidden, couplings, layers);
        if (Integer.bitCount(patch) != 1) {
            throw new IllegalArgumentException(
                    "Jet: expected a patch of 1, 2, 4, 8 or another power of 2, got " + patch);
        }
        if (hidden > HEAD && hidden % HEAD != 0) {
            throw new IllegalArgumentException(
                    "Jet: expected a hidden width of at most 64, or a multiple of 64, got "
                            + hidden);
        }
    }

    /**
     * Returns the width of the heads as the flow is built.
     *
     * @return 64, or the width of a narrower network
     */
    public int widthOfHeads() {
        return Math.min(HEAD, hidden);
    }

    /** {@inheritDoc} */
    @Override
    public void requireFits(ImageShape images) {
        int side = 2 * patch;
        int height = images.height();
        int width = images.width();
        if (height % side != 0 || width % side != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "Jet: expected a height and a width that %d divides, for a checkerboard"
                                    + " of patches of side %d, got %d x %d",
                            side, patch, height, width));
        }
        if (patch == 1 && images.channels() == 1) {
            throw new IllegalArgumentException(
                    "Jet: expected patches of 2 or more values, of which half are moved, got a patch"
                            + " of 1 and images of 1 channel");
        }
    }
}
