package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.nn.Activation;

import java.util.List;

/**
 * Neural spline flow (NSF) with couplings: rational-quadratic splines, which keep the halves in
 * turn, with a learned linear map between them, or as the hyper-parameters say.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of couplings
 * @param hidden the widths of the hidden layers of each conditioner
 * @param activation the non-linearity of the conditioners
 * @param bins the number of bins of each spline
 * @param bound the splines transform \([-bound, bound]\), in standard deviations
 * @param constraint how the bins and slopes are made of free numbers
 * @param masks which features the couplings keep, in turn
 * @param residual whether the hidden layers are residual blocks of two layers each, all of one
 *     width, after a linear layer
 * @param mixing what mixes the features between the transforms
 * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios, Neural
 *     Spline Flows, 2019</a>
 */
public record NeuralSplineFlow(
        int features,
        int context,
        int transforms,
        List<Integer> hidden,
        Activation activation,
        int bins,
        double bound,
        SplineConstraint constraint,
        List<Kept> masks,
        boolean residual,
        Mixing mixing)
        implements Preset {

    /**
     * Checks the hyper-parameters.
     *
     * @param features the number of features D
     * @param context the number of features of the context, 0 for none
     * @param transforms the number of couplings
     * @param hidden the widths of the hidden layers of each conditioner
     * @param activation the non-linearity of the conditioners
     * @param bins the number of bins of each spline
     * @param bound the splines transform \([-bound, bound]\), in standard deviations
     * @param constraint how the bins and slopes are made of free numbers
     * @param masks which features the couplings keep, in turn
     * @param residual whether the hidden layers are residual blocks of two layers each, all of one
     *     width, after a linear layer
     * @param mixing what mixes the features between the transforms
     * @throws IllegalArgumentException if one is out of its range
     */
    public NeuralSplineFlow {
        VectorStack.check("NeuralSplineFlow", features, context, transforms, hidden, activation);
        VectorStack.checkStack("NeuralSplineFlow", masks, hidden, residual, mixing);
        hidden = List.copyOf(hidden);
        masks = List.copyOf(masks);
        VectorStack.require("NeuralSplineFlow", constraint != null, "a constraint", null);
        // The scalar map knows its ranges.
        constraint.spline(bins, bound);
    }

    /**
     * Returns a builder with 8 couplings, two hidden layers of 64 and 8 bins on [-5, 5].
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public NormalizingFlow newFlow() {
        return VectorStack.of(
                transforms,
                mixing,
                i ->
                        new Coupling(
                                VectorStack.inTurn(masks, i).mask(features),
                                constraint.spline(bins, bound),
                                VectorStack.network(residual, activation, hidden)));
    }

    /** Builds the preset. */
    public static final class Builder extends SplinePresetBuilder<Builder> {

        private SplineConstraint constraint = SplineConstraint.SOFTPLUS;
        private List<Kept> masks = List.of(Kept.FIRST_HALF, Kept.SECOND_HALF);

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets how the bins and slopes are made of free numbers.
         *
         * @param value the constraint
         * @return this builder
         */
        public Builder optConstraint(SplineConstraint value) {
            constraint = value;
            return this;
        }

        /**
         * Sets which features the couplings keep.
         *
         * @param value for the first coupling, the second and so on, and again from the start
         * @return this builder
         */
        public Builder optMasks(Kept... value) {
            masks = List.of(value);
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public NeuralSplineFlow build() {
            return new NeuralSplineFlow(
                    features,
                    context,
                    transforms,
                    hidden,
                    activation,
                    bins,
                    bound,
                    constraint,
                    masks,
                    residual,
                    mixing);
        }
    }
}
