package org.djlflows.model;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.BatchNorm;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.Squeeze;
import org.djlflows.nn.ConvResidualNet;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.ScaleMap;

import java.util.ArrayList;
import java.util.List;

/**
 * Real NVP over images: in each scale three couplings of a checkerboard, three of channels, and
 * half of the channels leave; four of a checkerboard in the last scale. Batch normalisation follows
 * each coupling.
 *
 * <p>What differs from the published one:
 *
 * <ul>
 *   <li>the networks have no batch normalisation, neither of their inputs nor before their units,
 *       and do not see the mask as a further channel
 *   <li>the learned factor of the tanh starts at 1 for checkerboards too, not at 0
 *   <li>the last convolution of a network, that of the {@link Coupling}, has no weight
 *       normalisation
 *   <li>nothing pulls the scales of the weight normalisation to 0; the published one adds their
 *       squares to the loss
 *   <li>the defaults are smaller: 2 scales, 32 filters and 2 residual blocks
 * </ul>
 *
 * @param channels the number of channels
 * @param height the height, which \(2^{scales}\) divides
 * @param width the width, which \(2^{scales}\) divides
 * @param context the number of features of the context, 0 for none
 * @param scales the number of scales
 * @param filters the width of the networks in the first scale, which doubles with each scale and
 *     for channels
 * @param blocks the number of residual blocks of each network
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, section 4.1</a>
 */
public record RealNvpImages(
        int channels, int height, int width, int context, int scales, int filters, int blocks)
        implements ImagePreset {

    /**
     * Checks the hyper-parameters.
     *
     * @param channels the number of channels
     * @param height the height, which \(2^{scales}\) divides
     * @param width the width, which \(2^{scales}\) divides
     * @param context the number of features of the context, 0 for none
     * @param scales the number of scales
     * @param filters the width of the networks in the first scale
     * @param blocks the number of residual blocks of each network
     * @throws IllegalArgumentException if one is out of its range
     */
    public RealNvpImages {
        ImageStack.check("RealNvpImages", channels, height, width, context, scales, filters);
        VectorStack.require("RealNvpImages", blocks >= 1, "at least 1 residual block", blocks);
        VectorStack.requireAtMost("RealNvpImages", VectorStack.MOST, "residual blocks", blocks);
    }

    /**
     * Returns a builder with 2 scales, 32 filters and 2 residual blocks.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public NormalizingFlow newFlow() {
        List<Bijection> stack = new ArrayList<>();
        for (int i = 0; i < scales; i++) {
            int ofScale = filters << i;
            List<Bijection> steps = new ArrayList<>();
            boolean last = i == scales - 1;
            for (int k = 0; k < (last ? 4 : 3); k++) {
                add(steps, k % 2 == 0 ? Mask.KEEP_ODD_PIXELS : Mask.KEEP_EVEN_PIXELS, ofScale);
            }
            if (!last) {
                steps.add(new Squeeze());
                for (int k = 0; k < 3; k++) {
                    Mask mask = k % 2 == 0 ? Mask.KEEP_FIRST_HALF : Mask.KEEP_SECOND_HALF;
                    add(steps, mask, 2 * ofScale);
                }
                steps.add(new Squeeze().inverted());
                steps.add(Squeeze.ordered());
            }
            stack.add(new SequentialBijection(steps));
        }
        return ImageStack.of(stack);
    }

    private void add(List<Bijection> steps, Mask mask, int wide) {
        Affine affine = new Affine(ScaleMap.BOUNDED_TANH);
        steps.add(new Coupling(mask, affine, new ConvResidualNet(wide, blocks)));
        steps.add(new BatchNorm(mask));
    }

    /** Builds the preset. */
    public static final class Builder extends ImagePresetBuilder<Builder> {

        private int blocks = 2;

        private Builder() {
            filters = 32;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the number of residual blocks of each network.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optBlocks(int value) {
            blocks = value;
            return this;
        }

        /**
         * Builds the preset.
         *
         * @return the preset
         * @throws IllegalArgumentException if a hyper-parameter is out of its range
         */
        public RealNvpImages build() {
            return new RealNvpImages(channels, height, width, context, scales, filters, blocks);
        }
    }
}
