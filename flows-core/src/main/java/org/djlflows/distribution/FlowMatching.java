package org.djlflows.distribution;

import org.djlflows.AbstractDistribution;
import org.djlflows.Bijection;
import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.ContinuousFlow;
import org.djlflows.bijection.Identity;
import org.djlflows.kernel.Kernel;

import java.util.List;
import java.util.Optional;

/**
 * A continuous flow before a base, trained without solving its equation: in training {@code
 * forward} is \(-\frac12 |f(x_t, t, c) - (z - x)|^2\) with noise z of the base, a time t and the
 * place \(x_t = (1 - t) x + t z\) of the straight path between them, drawn anew at each call.
 *
 * <p>The velocity for which its mean is the greatest takes the distribution of the data to that of
 * the noise. A step costs one pass of the network. Outside of training {@code forward} is the
 * log-density, for which the equation is solved; so losses of training are no log-densities, those
 * of validation are.
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C)
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2210.02747">Lipman et al., Flow Matching for Generative
 *     Modeling, 2023, equation 23 with \(\sigma_{min} = 0\)</a>
 */
public final class FlowMatching extends AbstractDistribution {

    private final ContinuousFlow flow;
    private final Distribution base;

    private FlowMatching(ContinuousFlow flow, Distribution base) {
        this.flow = addChildBlock("flow", flow);
        this.base = addChildBlock("base", base);
    }

    /**
     * Returns what is to be trained in place of a flow. The layers before the continuous one stay
     * as they are: frozen, since the regression says nothing of their scales.
     *
     * @param flow a flow whose last layer is a {@link ContinuousFlow}
     * @return a distribution on the parameters of the flow
     * @throws IllegalArgumentException if its last layer is another
     */
    public static NormalizingFlow of(NormalizingFlow flow) {
        List<Bijection> steps = flow.getBijection().getSteps();
        int last = steps.size() - 1;
        if (!(steps.get(last) instanceof ContinuousFlow continuous)) {
            throw new IllegalArgumentException(
                    "FlowMatching: expected a flow whose last layer is a ContinuousFlow, got "
                            + steps.get(last).getClass().getSimpleName());
        }
        Bijection before =
                last == 0 ? new Identity() : new SequentialBijection(steps.subList(0, last));
        before.freezeParameters(true);
        Distribution matched = new FlowMatching(continuous, flow.getBase());
        return flow.getEmbedding()
                .map(embedding -> new NormalizingFlow(before, matched, embedding))
                .orElseGet(() -> new NormalizingFlow(before, matched));
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel = Kernel.of(FlowMatching.class, "flow_matching").with("TRAINING", training);
        return flow.kernel(training)
                .flatMap(
                        f ->
                                base.kernel(training)
                                        .map(p -> kernel.calling("flow", f).calling("base", p)));
    }

    /** {@inheritDoc} */
    @Override
    protected boolean drawsInForward() {
        return true;
    }
}
