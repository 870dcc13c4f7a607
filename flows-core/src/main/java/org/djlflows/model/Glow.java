package org.djlflows.model;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Squeeze;
import org.djlflows.nn.ConvNet;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.ScaleMap;

import java.util.ArrayList;
import java.util.List;

/**
 * Glow: in each scale a squeeze and steps of normalisation, an invertible 1 x 1 convolution (a
 * random permutation after a learned map that starts as the identity) and an affine coupling of
 * channels; then half of the channels leave.
 *
 * <p>What differs from the published one:
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
 * @param channels the number of channels
 * @param height the height, which \(2^{scales}\) divides
 * @param width the width, which \(2^{scales}\) divides
 * @param context the number of features of the context, 0 for none
 * @param scales the number of scales
 * @param steps the number of steps in each scale
 * @param filters the width of the networks
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, section 3</a>
 */
public record Glow(
        int channels, int height, int width, int context, int scales, int steps, int filters)
        implements ImagePreset {

    /**
     * Checks the hyper-parameters.
     *
     * @param channels the number of channels
     * @param height the height, which \(2^{scales}\) divides
     * @param width the width, which \(2^{scales}\) divides
     * @param context the number of features of the context, 0 for none
     * @param scales the number of scales
     * @param steps the number of steps in each scale
     * @param filters the width of the networks
     * @throws IllegalArgumentException if one is out of its range
     */
    public Glow {
        ImageStack.check("Glow", channels, height, width, context, scales, filters);
        VectorStack.require("Glow", steps >= 1, "at least 1 step", steps);
        VectorStack.requireAtMost("Glow", VectorStack.MOST, "steps", steps);
    }

    /**
     * Returns a builder with 2 scales of 8 steps and 64 filters.
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
        int squeezed = 4 * channels;
        for (int i = 0; i < scales; i++) {
            List<Bijection> layers = new ArrayList<>();
            layers.add(new Squeeze());
            for (int k = 0; k < steps; k++) {
                layers.add(new ActNorm());
                layers.add(new LuLinear());
                layers.add(Permutation.random((long) i * steps + k));
                // As many outputs as a shift and a scale of half of the channels take.
                ConvNet network = new ConvNet(filters, squeezed);
                Affine affine = new Affine(ScaleMap.SOFT_CLIP);
                layers.add(new Coupling(Mask.KEEP_FIRST_HALF, affine, network));
            }
            stack.add(new SequentialBijection(layers));
            squeezed *= 2;
        }
        return ImageStack.of(stack);
    }

    /** Builds the preset. */
    public static final class Builder extends ImagePresetBuilder<Builder> {

        private int steps = 8;

        private Builder() {
            filters = 64;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the number of steps in each scale.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder optSteps(int value) {
            steps = value;
            return this;
        }

        /**
         * Builds the preset.
         *
         * @return the preset
         * @throws IllegalArgumentException if a hyper-parameter is out of its range
         */
        public Glow build() {
            return new Glow(channels, height, width, context, scales, steps, filters);
        }
    }
}
