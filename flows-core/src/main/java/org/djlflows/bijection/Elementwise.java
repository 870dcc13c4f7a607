package org.djlflows.bijection;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Scripted;
import org.djlflows.univariate.Univariate;

import java.util.Optional;

/**
 * A scalar map on each entry: \(z_i = \tau(x_i; \theta_i)\), \(\log|\det| = \sum_i \log
 * \tau'(x_i)\). Its parameters \(\theta\) are free, the same for all rows, or made from the context
 * of each row by a network, \(\theta = W\,h(c) + b\).
 *
 * <ul>
 *   <li>x: (batch, event...) of n entries a row; context: (batch, C) where a network makes the
 *       parameters, else it is ignored
 *   <li>parameters: theta of shape (1, count, n), or W of shape (count n, H) and b, at first 0
 * </ul>
 *
 * <p>Where the maps can be fitted, as the normal {@code MixtureCdf}, the layer fits itself to the
 * first batch of training, so that the features of z are as normal as the maps can make them; that
 * this was done is saved with the weights. After rotations that is a flow by itself, the iterative
 * Gaussianization of Laparra et al. A first batch that is empty or not finite is refused with an
 * {@link IllegalArgumentException}; one from noise to data leaves theta at 0.
 *
 * <p>Each direction costs that of the scalar maps, whose inverse may be numerical. What is done to
 * free parameters alone is done once, not for each row, where the family {@linkplain
 * Univariate#canShareTheta can share them}.
 *
 * @see <a href="https://arxiv.org/abs/2003.01941">Meng, Song, Song and Ermon, Gaussianization
 *     Flows, 2020, section 3</a>
 * @see <a href="https://arxiv.org/abs/1602.00229">Laparra, Camps-Valls and Malo, Iterative
 *     Gaussianization: from ICA to Random Rotations, 2011</a>
 */
public final class Elementwise extends AbstractBijection {

    private final Univariate univariate;
    private final Optional<Block> network;

    /**
     * Creates a layer with free parameters.
     *
     * @param univariate the scalar maps
     */
    public Elementwise(Univariate univariate) {
        network = Optional.empty();
        this.univariate = addChildBlock("univariate", univariate);
    }

    /**
     * Creates a layer whose parameters come from the context.
     *
     * @param univariate the scalar maps
     * @param network the network from the context to features, {@code Scripted}
     * @throws IllegalArgumentException if the network is not {@code Scripted}
     */
    public Elementwise(Univariate univariate, Block network) {
        if (!(network instanceof Scripted)) {
            String got = network == null ? "null" : network.getClass().getSimpleName();
            throw new IllegalArgumentException(
                    "Elementwise: expected a Scripted network, got " + got);
        }
        this.network = Optional.of(addChildBlock("conditioner", network));
        this.univariate = addChildBlock("univariate", univariate);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        if (network.isPresent()) {
            return Scripted.kernelOf(network.get(), training)
                    .map(Autograd::ofNetwork)
                    .map(k -> kernel("conditional_maps", training).calling("conditioner", k));
        }
        if (univariate.canShareTheta()) {
            Kernel layout = Kernel.of(Elementwise.class, "feature_rows");
            return Optional.of(sameMaps("shared_maps", training).calling("layout", layout));
        }
        return Optional.of(sameMaps("free_maps", training));
    }

    private Kernel sameMaps(String parameters, boolean training) {
        return kernel(parameters, training).orElse(Kernel.of(Elementwise.class, "same_maps"));
    }

    private Kernel kernel(String parameters, boolean training) {
        return Kernel.of(Elementwise.class, "elementwise")
                .orElse(Kernel.of(Elementwise.class, parameters))
                .calling("univariate", univariate.differentiableKernel(training))
                .calling("layout", univariate.vectorLayout());
    }

    @Override
    protected Optional<Kernel> fittingKernel() {
        return source(false).map(kernel -> kernel.orElse(Kernel.of(Elementwise.class, "fit_maps")));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long entries = inputShapes[0].slice(1).size();
        int count = univariate.getParameterCount();
        if (network.isEmpty()) {
            addWeight("theta", new Shape(1, count, entries), Initializer.ZEROS);
        } else {
            if (inputShapes.length < 2) {
                throw new IllegalArgumentException(
                        "Elementwise: expected shapes of x and context for the network, got that of"
                                + " x alone");
            }
            Shape h = network.get().getOutputShapes(new Shape[] {inputShapes[1]})[0];
            addWeight("weight", new Shape(count * entries, h.get(1)), Initializer.ZEROS);
            addWeight("bias", new Shape(count * entries), Initializer.ZEROS);
        }
        addFitted(univariate.canBeFitted());
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        network.ifPresent(block -> block.initialize(manager, type, shapes[1]));
        Shape x = shapes[0];
        univariate.initialize(manager, type, new Shape(x.get(0), x.slice(1).size()));
    }
}
