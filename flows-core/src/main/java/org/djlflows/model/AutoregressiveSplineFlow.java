package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.nn.Activation;

import java.util.List;
import java.util.Optional;

/**
 * Autoregressive neural spline flow: rational-quadratic splines in alternating order, with a
 * learned linear map between the layers, or as the hyper-parameters say. Densities take one pass,
 * samples one call of D steps a layer.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of layers
 * @param hidden the widths of the hidden layers of each network
 * @param activation the non-linearity of the networks
 * @param bins the number of bins of each spline
 * @param bound the splines transform \([-bound, bound]\), in standard deviations
 * @param constraint how the bins and slopes are made of free numbers
 * @param orders in which order the features of the layers see each other, in turn
 * @param passes into how many groups these orders are divided, which are the steps of the inverse;
 *     D for single features
 * @param residual whether the hidden layers are residual blocks of two layers each, all of one
 *     width, after a linear layer
 * @param mixing what mixes the features between the transforms
 * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios, Neural
 *     Spline Flows, 2019</a>
 */
public record AutoregressiveSplineFlow(
        int features,
        int context,
        int transforms,
        List<Integer> hidden,
        Activation activation,
        int bins,
        double bound,
        SplineConstraint constraint,
        List<FeatureOrder> orders,
        int passes,
        boolean residual,
        Mixing mixing)
        implements Preset {

    /**
     * Checks the hyper-parameters.
     *
     * @param features the number of features D
     * @param context the number of features of the context, 0 for none
     * @param transforms the number of layers
     * @param hidden the widths of the hidden layers of each network
     * @param activation the non-linearity of the networks
     * @param bins the number of bins of each spline
     * @param bound the splines transform \([-bound, bound]\), in standard deviations
     * @param constraint how the bins and slopes are made of free numbers
     * @param orders in which order the features of the layers see each other, in turn
     * @param passes into how many groups these orders are divided, which are the steps of the
     *     inverse; D for single features
     * @param residual whether the hidden layers are residual blocks of two layers each, all of one
     *     width, after a linear layer
     * @param mixing what mixes the features between the transforms
     * @throws IllegalArgumentException if one is out of its range
     */
    public AutoregressiveSplineFlow {
        VectorStack.check(
                "AutoregressiveSplineFlow", features, context, transforms, hidden, activation);
        VectorStack.checkStack("AutoregressiveSplineFlow", orders, hidden, residual, mixing);
        VectorStack.checkPasses("AutoregressiveSplineFlow", passes, features);
        hidden = List.copyOf(hidden);
        orders = List.copyOf(orders);
        VectorStack.require("AutoregressiveSplineFlow", constraint != null, "a constraint", null);
        // The scalar map knows its ranges.
        constraint.spline(bins, bound);
    }

    /**
     * Returns a builder with 8 layers, two hidden layers of 64 and 8 bins on [-5, 5].
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
                        new MaskedAutoregressive(
                                constraint.spline(bins, bound),
                                VectorStack.inTurn(orders, i).order().inPasses(passes),
                                VectorStack.maskedNet(residual, activation, hidden)));
    }

    /** Builds the preset. */
    public static final class Builder extends SplinePresetBuilder<Builder> {

        private SplineConstraint constraint = SplineConstraint.SOFTPLUS;
        private List<FeatureOrder> orders =
                List.of(FeatureOrder.ASCENDING, FeatureOrder.DESCENDING);
        private Optional<Integer> passes = Optional.empty();

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
         * Sets in which order the features of the layers see each other.
         *
         * @param value for the first layer, the second and so on, and again from the start
         * @return this builder
         */
        public Builder optOrders(FeatureOrder... value) {
            orders = List.of(value);
            return this;
        }

        /**
         * Sets into how many groups, which do not see each other, these orders are divided; two
         * make couplings.
         *
         * @param value 1 to the number of features
         * @return this builder
         */
        public Builder optPasses(int value) {
            passes = Optional.of(value);
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public AutoregressiveSplineFlow build() {
            return new AutoregressiveSplineFlow(
                    features,
                    context,
                    transforms,
                    hidden,
                    activation,
                    bins,
                    bound,
                    constraint,
                    orders,
                    passes.orElse(features),
                    residual,
                    mixing);
        }
    }
}
