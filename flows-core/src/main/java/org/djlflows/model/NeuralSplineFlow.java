package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.nn.Activation;
import org.djlflows.univariate.RationalQuadraticSpline;

import java.util.List;

/**
 * Neural spline flow (NSF) with couplings: rational-quadratic splines, which keep the halves in
 * turn, with a learned linear map between them.
 *
 * @param features the number of features D
 * @param context the number of features of the context, 0 for none
 * @param transforms the number of couplings
 * @param hidden the widths of the hidden layers of each conditioner
 * @param activation the non-linearity of the conditioners
 * @param bins the number of bins of each spline
 * @param bound the splines transform \([-bound, bound]\), in standard deviations
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
        double bound)
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
     * @throws IllegalArgumentException if one is out of its range
     */
    public NeuralSplineFlow {
        VectorStack.check("NeuralSplineFlow", features, context, transforms, hidden, activation);
        hidden = List.copyOf(hidden);
        // The scalar map knows its ranges.
        new RationalQuadraticSpline(bins, bound);
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
        return VectorStack.ofCouplings(
                transforms, hidden, activation, () -> new RationalQuadraticSpline(bins, bound));
    }

    /** Builds the preset. */
    public static final class Builder extends SplinePresetBuilder<Builder> {

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** {@inheritDoc} */
        @Override
        public NeuralSplineFlow build() {
            return new NeuralSplineFlow(
                    features, context, transforms, hidden, activation, bins, bound);
        }
    }
}
