package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.ParameterNames;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An autoregressive layer over a sequence of tokens, whose affine maps are made by a causal
 * transformer: a layer of TarFlow. In the order of the layer
 *
 * <p>\(z_i = (x_i - \mu_i(x_0, \dots, x_{i-1}, c)) \, e^{-\alpha_i(x_0, \dots, x_{i-1}, c)}\),
 * \(\log|\det| = -\sum_i \sum_k \alpha_{ik}\), and \(z_0 = x_0\).
 *
 * <ul>
 *   <li>x: (batch, N, C), N tokens of C channels, N at least 2; images become tokens by {@link
 *       Patchify}, vectors by {@link Reshape}
 *   <li>context: (batch, K), the weights of K classes: 1 for the class and 0 for all others, or 1 /
 *       K each for no class, which is the mean of the embeddings; any other vector works too
 *   <li>parameters: the map into the width W, an embedding of each place and each class, those of
 *       the {@link CausalTransformer}, and the map to \(\alpha\) and \(\mu\), zero at first, so
 *       that a fresh layer is the identity
 * </ul>
 *
 * <p>Tokens are ordered by an {@link Order} of single ones; embeddings of places stay with their
 * tokens. Published code counts the log-determinant per dimension: divide by N C.
 *
 * <p>Forward costs one pass of the transformer. Inverse takes N - 1 steps in one call, of one token
 * each, that remember the keys and values of those before: the products of one pass, one token at a
 * time.
 *
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025, sections 2.2 and 2.3</a>
 */
public final class TransformerAutoregressive extends AbstractBijection {

    private static final double EMBEDDING_DEVIATION = 0.01;

    private final Order order;
    private final CausalTransformer transformer;
    private final boolean volumePreserving;

    /**
     * Creates a layer.
     *
     * @param order the order of the tokens, one by one
     * @param transformer the form of the network
     */
    public TransformerAutoregressive(Order order, CausalTransformer transformer) {
        this(order, transformer, false);
    }

    private TransformerAutoregressive(
            Order order, CausalTransformer transformer, boolean volumePreserving) {
        this.order = order;
        this.transformer = transformer;
        this.volumePreserving = volumePreserving;
    }

    /**
     * Creates a layer that only shifts: \(\alpha = 0\).
     *
     * @param order the order of the tokens, one by one
     * @param transformer the form of the network
     * @return the layer
     */
    public static TransformerAutoregressive volumePreserving(
            Order order, CausalTransformer transformer) {
        return new TransformerAutoregressive(order, transformer, true);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(kernel(mapsKernel(false)));
    }

    private static Kernel kernel(Kernel maps) {
        return Kernel.of(TransformerAutoregressive.class, "transformer_autoregressive")
                .calling("maps", maps);
    }

    private Kernel mapsKernel(boolean tempered) {
        return Kernel.of(TransformerAutoregressive.class, "token_maps")
                .calling("transformer", transformer.kernel(tempered))
                .calling("number", transformer.number())
                .with("CLASSES", getContextShape().isPresent())
                .with("ORDER", tokens(getEventShape().get(0)))
                .with("VOLUME_PRESERVING", volumePreserving)
                .taking(new ParameterNames(getDirectParameters().keys()));
    }

    /** Returns the kernel of the block that holds this layer and its guidance. */
    Kernel kernel(Guidance guidance) {
        return kernel(guidance.kernel(mapsKernel(false), mapsKernel(true), getEventShape().get(0)));
    }

    private List<Integer> tokens(long n) {
        int[][] groups = order.groups(Math.toIntExact(n));
        List<Integer> tokens = Arrays.stream(groups).flatMapToInt(Arrays::stream).boxed().toList();
        boolean single = Arrays.stream(groups).allMatch(group -> group.length == 1);
        if (!single || tokens.stream().distinct().filter(i -> i >= 0 && i < n).count() != n) {
            throw new IllegalArgumentException(
                    "TransformerAutoregressive: expected an order of "
                            + n
                            + " tokens, one by one, got "
                            + Arrays.deepToString(groups));
        }
        return tokens;
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        if (x.dimension() != 3 || x.get(1) < 2) {
            throw new IllegalArgumentException(
                    "TransformerAutoregressive: expected input shape (batch, tokens, channels) of at"
                            + " least 2 tokens, got "
                            + x);
        }
        long tokens = x.get(1);
        long channels = x.get(2);
        int width = transformer.width();
        Initializer embedding = Initializers.normal(EMBEDDING_DEVIATION);
        tokens(tokens);
        CausalTransformer.addLinear(this::addWeight, "in", channels, width);
        addWeight("positions", new Shape(tokens, width), embedding);
        transformer.addTo(this::addWeight);
        long outputs = volumePreserving ? channels : 2 * channels;
        addWeight("out_weight", new Shape(outputs, width), Initializer.ZEROS);
        addWeight("out_bias", new Shape(outputs), Initializer.ZEROS);
        if (inputShapes.length > 1) {
            requireVectors(inputShapes[1]);
            addWeight("classes", new Shape(inputShapes[1].get(1), width), embedding);
        }
    }
}
