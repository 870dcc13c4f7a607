package org.djlflows.stochastic;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractDistribution;
import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;

import java.util.List;
import java.util.Optional;

/**
 * A distribution of which the log-density is a bound, with a tighter one: \(\log \frac1k \sum_{i =
 * 1}^k e^{b_i}\), of k draws of the bound b. It rises with k, to the log-density in the limit.
 *
 * <p>Samples are the same. Their log-density has the pair that was drawn as one of the k, so that
 * it falls with k to the same limit. Training on it is training of an importance-weighted
 * autoencoder. It costs k times as much, memory too where gradients are recorded.
 *
 * @see <a href="https://arxiv.org/abs/1509.00519">Burda, Grosse and Salakhutdinov, Importance
 *     Weighted Autoencoders, 2016, equation 8</a>
 */
public final class ImportanceWeighted extends AbstractDistribution {

    private final Distribution density;
    private final int draws;
    private volatile Program parts;

    /**
     * Creates a tighter bound.
     *
     * @param density a distribution that {@linkplain Distribution#isBound is a bound}
     * @param draws the number k of draws
     * @throws IllegalArgumentException if the distribution is exact, or k is not positive
     */
    public ImportanceWeighted(Distribution density, int draws) {
        if (!density.isBound() || draws < 1) {
            throw new IllegalArgumentException(
                    "ImportanceWeighted: expected a density that is a bound and 1 draw or more, got "
                            + (density.isBound() ? "one" : "an exact one")
                            + " and "
                            + draws);
        }
        this.density = addChildBlock("density", density);
        this.draws = draws;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return density.kernel(training)
                .map(
                        p ->
                                Kernel.of(ImportanceWeighted.class, "importance_weighted")
                                        .calling("density", p)
                                        .calling("mean", mean())
                                        .with("DRAWS", draws));
    }

    private Kernel mean() {
        return Kernel.of(ImportanceWeighted.class, "log_mean").with("LOG_DRAWS", Math.log(draws));
    }

    @Override
    protected NDList logProbInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList bounds = density.forward(store, inputs, training);
        return mean(bounds.get(0), store, inputs, training);
    }

    @Override
    protected NDList sampleInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList drawn = density.sample(store, inputs, training);
        NDList in = new NDList(drawn.get(0)).addAll(inputs.subNDList(1));
        return new NDList(drawn.get(0), mean(drawn.get(1), store, in, training).get(0));
    }

    private NDList mean(NDArray first, ParameterStore store, NDList inputs, boolean training) {
        Program program = parts;
        if (program == null) {
            program = Program.of(mean(), 0, "log_sum", "log_mean");
            parts = program;
        }
        NDArray sum = first;
        for (int i = 1; i < draws; i++) {
            NDList both = new NDList(sum).addAll(density.forward(store, inputs, training));
            sum = program.call("log_sum", both, new NDList(), List.of()).get(0);
        }
        return program.call("log_mean", new NDList(sum), new NDList(), List.of());
    }
}
