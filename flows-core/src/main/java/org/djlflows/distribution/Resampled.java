package org.djlflows.distribution;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.kernel.Scripted;

import java.util.Optional;

/**
 * A standard normal distribution of n entries of which a network rejects samples (learned
 * accept/reject sampling): noise z is accepted with probability \(a(z) \in (0, 1)\), else drawn
 * anew, and the T-th proposal is taken in any case. So \(\log p(z) = \log \mathcal{N}(z; 0, I) +
 * \log\left[(1 - \alpha)\, a(z) / Z + \alpha\right]\) with the mean acceptance \(Z =
 * \mathbb{E}_{\mathcal{N}}[a]\) and \(\alpha = (1 - Z)^{T-1}\).
 *
 * <p>As the base of a flow it can have holes and several modes, which a continuous map of a normal
 * distribution cannot: without it such flows join what lies apart by filaments.
 *
 * <p>x is (batch, event...); parameters: those of the network, and the weight, 0 at first, and bias
 * of the logit of a, so that a fresh one is the standard normal distribution. The buffer {@code
 * mean_acceptance} holds Z: in training its moving average over draws, which has the gradient of
 * the last 2,048, and as soon as a run evaluates its weights, or by {@link
 * org.djlflows.kernel.KernelBlock#settle}, the mean of 131,072 draws. Its relative error, of at
 * most \(\sqrt{(1 - Z) / Z} / 362\) in deviations, is nearly a constant factor of the density. The
 * context is ignored.
 *
 * <p>Samples and their log-densities carry no gradients, so that by variational inference a stays
 * as it is. A density costs a pass of the network, a sample 1/Z of them in the mean and T at most.
 * Since a step of training draws, large batches are scored on one core.
 *
 * @see <a href="https://arxiv.org/abs/2110.15828">Stimper, Schölkopf and Hernández-Lobato,
 *     Resampling Base Distributions of Normalizing Flows, 2022</a>
 * @see <a href="https://arxiv.org/abs/1810.11428">Bauer and Mnih, Resampled Priors for Variational
 *     Autoencoders, 2019</a>
 */
public final class Resampled extends AbstractDistribution {

    /** Draws of a step for the mean acceptance, and the share of them in its moving average. */
    private static final int DRAWS = 2048;

    private static final double RATE = 0.1;

    private static final int PART = 4096;
    private static final int MANY = 131_072;

    private static final String MEAN = "mean_acceptance";

    private final int proposals;
    private final Block network;

    /**
     * Creates the distribution.
     *
     * @param proposals how many proposals are drawn at most, T, at least 2
     * @param network the network from x as a vector to features, {@code Scripted}
     * @throws IllegalArgumentException if there are fewer proposals, or the network is not {@code
     *     Scripted}
     */
    public Resampled(int proposals, Block network) {
        super(MEAN);
        if (proposals < 2 || !(network instanceof Scripted)) {
            throw new IllegalArgumentException(
                    String.format(
                            "Resampled: expected at least 2 proposals and a Scripted network, got"
                                    + " %d and %s",
                            proposals,
                            network == null ? null : network.getClass().getSimpleName()));
        }
        this.proposals = proposals;
        this.network = addChildBlock("network", network);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel =
                EventKernels.normal("resampled", getEventShape())
                        .with("PROPOSALS", proposals)
                        .with("TRAINING", training)
                        .with("DRAWS", DRAWS)
                        .with("RATE", RATE)
                        .with("PART", PART)
                        .with("PARTS", MANY / PART);
        return Scripted.kernelOf(network, training).map(k -> kernel.calling("network", k));
    }

    /** That of training does, and there is one answer for both. */
    @Override
    protected boolean drawsInForward() {
        return true;
    }

    /** Always of the same draws: the mean acceptance is one of the weights. */
    @Override
    protected void settle() {
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch = array(MEAN).getManager().newSubManager();
                RandomNumbers numbers = RandomNumbers.seeded(0)) {
            ParameterStore store = new ParameterStore(scratch, false);
            NDArray x = scratch.create(new Shape(1, 0), getDataType());
            NDArray mean =
                    RandomNumbers.draw(
                                    () ->
                                            call(
                                                    program(false).orElseThrow(),
                                                    MEAN,
                                                    store,
                                                    new NDList(x),
                                                    false))
                            .get(0);
            mean.copyTo(array(MEAN));
        }
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape vector = vector(inputShapes);
        long features = network.getOutputShapes(new Shape[] {vector})[0].get(1);
        addWeight("weight", new Shape(1, features), Initializer.ZEROS);
        addWeight("bias", new Shape(1), Initializer.ZEROS);
        addBuffer(MEAN, new Shape(1), Initializers.constant(0.5));
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        network.initialize(manager, type, vector(shapes));
    }

    private static Shape vector(Shape[] inputShapes) {
        return new Shape(inputShapes[0].get(0), inputShapes[0].slice(1).size());
    }
}
