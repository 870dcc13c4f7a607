package org.djlflows.stochastic;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractDistribution;
import org.djlflows.Bijection;
import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.List;
import java.util.Optional;

/**
 * A distribution made of a {@link StochasticLayer} and a density p of its latent variables.
 *
 * <p>{@code forward} is \(\log p(z \mid c) + V(x, z)\) with z drawn for x: the log-density where
 * layer and p are exact, else an estimate of a lower bound, another one at each call, which {@link
 * ImportanceWeighted} tightens. Its exponential has the mean p(x).
 *
 * <p>Samples come with the same expression for the pair that was drawn. Where it is not exact,
 * \(e^{-v}\) of that value v has the mean 1 / p(x), so that on average v is above the log-density.
 * That is what {@link org.djlflows.evaluation.ImportanceWeights} and {@link
 * org.djlflows.training.VariationalInference} need for weights with the right mean. Infinity is the
 * weight 0.
 *
 * <ul>
 *   <li>x: (batch, event...), context: that of the layer and of p
 * </ul>
 *
 * <p>Each direction costs what it costs of the layer and of p. All calls of what is not exact draw,
 * so they run on one thread at a time.
 *
 * @see <a href="https://arxiv.org/abs/2007.02731">Nielsen, Jaini, Hoogeboom, Winther and Welling,
 *     SurVAE Flows, 2020, algorithm 1</a>
 */
public final class StochasticFlow extends AbstractDistribution {

    private final StochasticLayer layer;
    private final Distribution density;

    /**
     * Creates a distribution.
     *
     * @param layer the layer
     * @param density the density p of its latent variables
     */
    public StochasticFlow(StochasticLayer layer, Distribution density) {
        this.layer = addChildBlock("layer", layer);
        this.density = addChildBlock("density", density);
    }

    /**
     * Puts several layers before a density: each of them is the {@code NormalizingFlow} or {@code
     * StochasticFlow} of the others behind it.
     *
     * @param steps bijections and stochastic layers, the first one next to the data
     * @param base the density behind the last
     * @return the distribution of the data
     * @throws IllegalArgumentException if a step is neither, or there is none
     */
    public static Distribution of(List<? extends Block> steps, Distribution base) {
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("StochasticFlow: expected steps, got none");
        }
        Distribution density = base;
        for (int i = steps.size() - 1; i >= 0; i--) {
            Block step = steps.get(i);
            if (step instanceof Bijection bijection) {
                density = new NormalizingFlow(bijection, density);
            } else if (step instanceof StochasticLayer stochastic) {
                density = new StochasticFlow(stochastic, density);
            } else {
                throw new IllegalArgumentException(
                        "StochasticFlow: expected bijections and stochastic layers, got a "
                                + step.getClass().getSimpleName());
            }
        }
        return density;
    }

    @Override
    public boolean isBound() {
        return !layer.isExact() || density.isBound();
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return layer.kernel(training)
                .flatMap(
                        l ->
                                density.kernel(training)
                                        .map(
                                                p ->
                                                        Kernel.of(
                                                                        StochasticFlow.class,
                                                                        "stochastic_flow")
                                                                .calling(
                                                                        "layer",
                                                                        Autograd.ofBijection(l))
                                                                .calling(
                                                                        "density",
                                                                        Autograd.ofDistribution(
                                                                                p))));
    }

    @Override
    protected NDList logProbInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList z = layer.forward(store, inputs, training);
        NDList in = new NDList(z.get(0)).addAll(inputs.subNDList(1));
        NDArray logP = density.forward(store, in, training).get(0);
        return new NDList(logP.add(z.get(1)));
    }

    @Override
    protected NDList sampleInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList z = density.sample(store, inputs, training);
        NDList in = new NDList(z.get(0)).addAll(inputs.subNDList(1));
        NDList x = layer.inverse(store, in, training);
        return new NDList(x.get(0), z.get(1).add(x.get(1)));
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        layer.initialize(manager, type, shapes);
        Shape[] latent = shapes.clone();
        latent[0] = layer.getOutputShapes(shapes)[0];
        density.initialize(manager, type, latent);
    }
}
