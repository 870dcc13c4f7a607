package org.djlflows.model;

import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.CausalTransformer;
import org.djlflows.bijection.Order;
import org.djlflows.bijection.Patchify;
import org.djlflows.bijection.Rescale;
import org.djlflows.bijection.TransformerAutoregressive;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.StandardNormal;

import java.util.ArrayList;
import java.util.List;

/**
 * The transformer autoregressive flow (TarFlow): images as sequences of patches, and blocks of
 * causal transformers that go through them forwards and backwards in turn.
 *
 * <p>Pixels in \([0, 1]\) are moved to \([-1, 1]\) first. With classes the context is a row of
 * class weights, see {@link TransformerAutoregressive}.
 *
 * <p>What differs from the published code: the last map starts with a bias of zero too, so that a
 * fresh flow is the identity; and where the blocks keep the volume, the variances of the noise are
 * learned by maximum likelihood with all else, together with means, not by a running average.
 *
 * @param channels the number of channels
 * @param height the height, which the side of a patch divides
 * @param width the width, which the side of a patch divides
 * @param classes the number of classes K, which is the number of features of the context, 0 for
 *     none
 * @param patch the side of a patch in pixels
 * @param hidden the width of the transformers
 * @param blocks the number of blocks
 * @param layers the number of attention layers in each block
 * @param headWidth the width of a head of the attention
 * @param volumePreserving whether blocks only shift
 * @param noise the standard deviation of the Gaussian noise with which the flow is trained, on
 *     pixels in \([-1, 1]\), which its samples carry and {@link org.djlflows.sampling.Denoising} by
 *     half of it, on pixels in \([0, 1]\), removes; 0 for a flow trained on dequantised pixels
 * @param bfloat16 whether the transformers compute in bfloat16, see {@link CausalTransformer}
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025</a>
 */
public record TarFlow(
        int channels,
        int height,
        int width,
        int classes,
        int patch,
        int hidden,
        int blocks,
        int layers,
        int headWidth,
        boolean volumePreserving,
        double noise,
        boolean bfloat16)
        implements ImagePreset {

    /** The most blocks, and layers in a block: 10000 attention layers in all. */
    private static final int MOST = 100;

    /**
     * Checks the hyper-parameters.
     *
     * @param channels the number of channels
     * @param height the height, which the side of a patch divides
     * @param width the width, which the side of a patch divides
     * @param classes the number of classes, 0 for none
     * @param patch the side of a patch in pixels
     * @param hidden the width of the transformers
     * @param blocks the number of blocks
     * @param layers the number of attention layers in each block
     * @param headWidth the width of a head of the attention
     * @param volumePreserving whether blocks only shift
     * @param noise the deviation of the Gaussian noise, on pixels in \([-1, 1]\)
     * @param bfloat16 whether the transformers compute in bfloat16
     * @throws IllegalArgumentException if one is out of its range
     */
    public TarFlow {
        ImageStack.checkSize("TarFlow", channels, height, width);
        VectorStack.require("TarFlow", classes >= 0, "at least 0 classes", classes);
        VectorStack.requireAtMost("TarFlow", VectorStack.WIDEST, "classes", classes);
        VectorStack.require("TarFlow", blocks >= 1, "at least 1 block", blocks);
        VectorStack.requireAtMost("TarFlow", MOST, "blocks", blocks);
        VectorStack.requireAtMost("TarFlow", MOST, "attention layers in a block", layers);
        VectorStack.requireAtMost("TarFlow", VectorStack.WIDEST, "units in a layer", hidden);
        VectorStack.require("TarFlow", patch >= 1, "patches of at least 1 pixel", patch);
        boolean cut = height >= patch && width >= patch && height * width > patch * patch;
        VectorStack.require(
                "TarFlow",
                cut && height % patch == 0 && width % patch == 0,
                "a height and a width that patches of side " + patch + " divide, two or more",
                height + " x " + width);
        VectorStack.requireAtMost(
                "TarFlow",
                VectorStack.WIDEST,
                "patches",
                (long) (height / patch) * (width / patch));
        VectorStack.require(
                "TarFlow", noise >= 0 && noise <= 1, "noise of a deviation in [0, 1]", noise);
        // Checks the rest.
        new CausalTransformer(hidden, layers, headWidth, 4, bfloat16);
    }

    /**
     * Returns a builder with the configuration for MNIST: patches of 4, 4 blocks of 4 layers of
     * width 128, no classes, noise of 0.1.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public int context() {
        return classes;
    }

    /** {@inheritDoc} */
    @Override
    public NormalizingFlow newFlow() {
        CausalTransformer network = new CausalTransformer(hidden, layers, headWidth, 4, bfloat16);
        List<Bijection> stack = new ArrayList<>();
        stack.add(new Rescale(2, -1));
        stack.add(new Patchify(new Shape(channels, height, width), patch));
        for (int i = 0; i < blocks; i++) {
            Order order = i % 2 == 0 ? Order.ASCENDING : Order.DESCENDING;
            stack.add(
                    volumePreserving
                            ? TransformerAutoregressive.volumePreserving(order, network)
                            : new TransformerAutoregressive(order, network));
        }
        return new NormalizingFlow(
                new SequentialBijection(stack),
                volumePreserving ? new DiagonalNormal() : new StandardNormal());
    }

    /** Builds the preset. */
    public static final class Builder {

        private int channels = 1;
        private int height = 28;
        private int width = 28;
        private int classes;
        private int patch = 4;
        private int hidden = 128;
        private int blocks = 4;
        private int layers = 4;
        private int headWidth;
        private boolean volumePreserving;
        private double noise = 0.1;
        private boolean bfloat16;

        private Builder() {}

        /**
         * Sets the size of the images.
         *
         * @param ofChannels the number of channels
         * @param ofHeight the height
         * @param ofWidth the width
         * @return this builder
         */
        public Builder setImages(int ofChannels, int ofHeight, int ofWidth) {
            channels = ofChannels;
            height = ofHeight;
            width = ofWidth;
            return this;
        }

        /**
         * Sets the number of classes.
         *
         * @param value 0 for an unconditional flow
         * @return this builder
         */
        public Builder optClasses(int value) {
            classes = value;
            return this;
        }

        /**
         * Sets the side of a patch.
         *
         * @param value in pixels, at least 1
         * @return this builder
         */
        public Builder optPatch(int value) {
            patch = value;
            return this;
        }

        /**
         * Sets the width of the transformers.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optHidden(int value) {
            hidden = value;
            return this;
        }

        /**
         * Sets the number of blocks.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optBlocks(int value) {
            blocks = value;
            return this;
        }

        /**
         * Sets the number of attention layers in each block.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optLayers(int value) {
            layers = value;
            return this;
        }

        /**
         * Sets the width of a head of the attention; the smaller of 64 and the width of the
         * transformers if it is not set.
         *
         * @param value a divisor of the width of the transformers
         * @return this builder
         */
        public Builder optHeadWidth(int value) {
            headWidth = value;
            return this;
        }

        /**
         * Sets whether blocks only shift.
         *
         * @param value whether the volume is kept
         * @return this builder
         */
        public Builder optVolumePreserving(boolean value) {
            volumePreserving = value;
            return this;
        }

        /**
         * Sets the deviation of the noise of the training images.
         *
         * @param value on pixels in \([-1, 1]\); 0 for training on dequantised pixels
         * @return this builder
         */
        public Builder optNoise(double value) {
            noise = value;
            return this;
        }

        /**
         * Sets whether the transformers compute in bfloat16.
         *
         * @param value whether products are made of rounded numbers
         * @return this builder
         */
        public Builder optBfloat16(boolean value) {
            bfloat16 = value;
            return this;
        }

        /**
         * Builds the preset.
         *
         * @return the preset
         * @throws IllegalArgumentException if a hyper-parameter is out of its range
         */
        public TarFlow build() {
            int ofHead = headWidth == 0 ? Math.min(64, hidden) : headWidth;
            return new TarFlow(
                    channels,
                    height,
                    width,
                    classes,
                    patch,
                    hidden,
                    blocks,
                    layers,
                    ofHead,
                    volumePreserving,
                    noise,
                    bfloat16);
        }
    }
}
