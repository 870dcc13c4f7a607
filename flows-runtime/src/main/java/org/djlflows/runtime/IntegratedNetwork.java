package org.djlflows.runtime;

import org.djlflows.spec.ScalarMap;

/**
 * Integrals of a positive network on \([-B, B]\) and lines outside; theta is the shift, then what
 * tells the network which map to be.
 *
 * @see <a href="https://arxiv.org/abs/1908.05164">Wehenkel and Louppe, Unconstrained Monotonic
 *     Neural Networks, 2019, equation 1</a>
 */
final class IntegratedNetwork extends Formula {

    /** The bound of the log-slope. */
    private static final double LIMIT = 7;

    private final double bound;
    private final GaussLegendre rule;
    private final Linear ofSignal;
    private final Linear ofX;
    private final Linear second;
    private final Linear last;

    private IntegratedNetwork(
            ScalarMap.IntegratedNetwork spec,
            Linear ofSignal,
            Linear ofX,
            Linear second,
            Linear last) {
        super(spec.signal() + 1);
        bound = spec.bound();
        rule = new GaussLegendre(spec.points());
        this.ofSignal = ofSignal;
        this.ofX = ofX;
        this.second = second;
        this.last = last;
    }

    static IntegratedNetwork of(ScalarMap.IntegratedNetwork spec, StoredWeights weights) {
        int units = spec.units();
        Linear ofX = new Linear(weights.take("of_x", units), new float[units], 1);
        return new IntegratedNetwork(
                spec,
                weights.linear("of_signal", "first_bias", units, spec.signal()),
                ofX,
                weights.linear("second_weight", "second_bias", units, units),
                weights.linear("last_weight", "last_bias", 1, units));
    }

    @Override
    <T extends Numbers<T>> Image<T> toNoise(T x, T theta) {
        T seen = theta.part(1, parameters()).through(ofSignal);
        T inside = x.within(-bound, bound);
        T logSlope = logIntegrand(inside, seen);
        T mean = rule.mean(share -> logIntegrand(inside.times(share), seen).exp());
        T z = theta.part(0, 1).plus(inside.times(mean));
        return new Image<>(z.plus(logSlope.exp().times(x.minus(inside))), logSlope);
    }

    private <T extends Numbers<T>> T logIntegrand(T x, T seen) {
        T h = seen.plus(x.through(ofX)).tanh();
        T log = h.through(second).tanh().through(last);
        return log.over(LIMIT).tanh().times(LIMIT);
    }
}
