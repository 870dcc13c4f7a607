package org.djlflows.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.nn.Mlp;

import java.util.Arrays;
import java.util.Optional;

/**
 * The model of a variational autoencoder for binary images: a standard normal latent x and, given
 * it, independent pixels, {@code forward} maps x and the image c to \(\log p(x) + \log p(c \mid
 * x)\).
 *
 * <p>x is (batch, D), the image (batch, pixels). It shows how a target with parameters and a kernel
 * of its own is made.
 */
final class BernoulliDecoder extends KernelBlock {

    private static final String SOURCE =
            """
            def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                assert c is not None
                logits = logits_of(x, p)
                likelihood = (c * logits - torch.softplus(logits)).sum([1])
                prior = -0.5 * x.square().sum([1]) - LOG_NORMALIZER
                return likelihood + prior


            def decode(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                return torch.sigmoid(logits_of(x, p))


            def logits_of(x: Tensor, p: List[Tensor]) -> Tensor:
                return torch.linear(network.forward(x, None, p.of(network)), p.weight, p.bias)
            """;

    private final Mlp network;
    private final int width;

    /** Creates a decoder with hidden layers of these widths. */
    BernoulliDecoder(int... widths) {
        super("log_prob", "decode");
        width = widths[widths.length - 1];
        network = addChildBlock("network", new Mlp(widths));
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        double latents = (double) getEventShape().size();
        return network.kernel(training)
                .map(
                        k ->
                                Kernel.of("bernoulli_decoder", SOURCE)
                                        .calling("network", k)
                                        .with(
                                                "LOG_NORMALIZER",
                                                latents / 2 * Math.log(2 * Math.PI)));
    }

    /** Returns the probability of each pixel given x. */
    NDArray decode(NDArray x) {
        ParameterStore store = new ParameterStore(x.getManager(), false);
        return call(program(false).orElseThrow(), "decode", store, new NDList(x), false).get(0);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        if (inputShapes.length < 2 || inputShapes[1].dimension() != 2) {
            throw new IllegalArgumentException(
                    "BernoulliDecoder: expected shapes of latents and of images (batch, pixels), got "
                            + Arrays.toString(inputShapes));
        }
        long pixels = inputShapes[1].get(1);
        addWeight("weight", new Shape(pixels, width), Initializers.uniform(width));
        addWeight("bias", new Shape(pixels), Initializer.ZEROS);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        network.initialize(manager, type, shapes[0]);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0))};
    }
}
