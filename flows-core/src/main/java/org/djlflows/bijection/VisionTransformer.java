package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;

import java.util.Optional;

/**
 * A vision transformer as the network of a {@link Coupling} of images, as in Jet: each place is a
 * token, made by a linear map of its channels and an embedding of the place, and sees all others
 * through layers of attention and a perceptron; a normalisation ends it.
 *
 * <ul>
 *   <li>x: (batch, C, height, width); a {@link Squeeze} or two make channels of patches first
 *   <li>context: (batch, K), the weights of K classes, whose embeddings are added to all tokens
 *   <li>result: (batch, W, height, width) with the width W of the network
 *   <li>parameters: the map into the width, an embedding of each place and each class, those of the
 *       {@link CausalTransformer} and of the normalisation
 * </ul>
 *
 * <p>It costs some \(12 W^2\) multiplications a token and layer, and the attention \(2 W N\) more
 * with N places.
 *
 * @see <a href="https://arxiv.org/abs/2010.11929">Dosovitskiy et al., An Image is Worth 16x16
 *     Words, 2021</a>
 * @see <a href="https://arxiv.org/abs/2412.15129">Kolesnikov, Pinto and Tschannen, Jet: A Modern
 *     Transformer-Based Normalizing Flow, 2024, section 2</a>
 */
public final class VisionTransformer extends KernelBlock {

    private static final double CLASS_DEVIATION = 0.01;

    private final CausalTransformer transformer;

    /**
     * Creates a network.
     *
     * @param transformer its form, whose attention is not causal here
     */
    public VisionTransformer(CausalTransformer transformer) {
        super("forward");
        this.transformer = transformer;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(VisionTransformer.class, "vision_transformer")
                        .calling("transformer", transformer.kernelOfAll())
                        .calling("number", transformer.number())
                        .with("WIDTH", transformer.width())
                        .with("CLASSES", getContextShape().isPresent()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        if (x.dimension() != 4) {
            throw new IllegalArgumentException(
                    "VisionTransformer: expected input shape (batch, channels, height, width), got "
                            + x);
        }
        int width = transformer.width();
        CausalTransformer.addLinear(this::addWeight, "in", x.get(1), width);
        Initializer places = Initializers.normal(1 / Math.sqrt(width));
        addWeight("positions", new Shape(x.get(2) * x.get(3), width), places);
        transformer.addTo(this::addWeight);
        transformer.addNorm(this::addWeight, "norm");
        if (inputShapes.length > 1) {
            requireVectors(inputShapes[1]);
            Initializer classes = Initializers.normal(CLASS_DEVIATION);
            addWeight("classes", new Shape(inputShapes[1].get(1), width), classes);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {new Shape(x.get(0), transformer.width()).addAll(x.slice(2))};
    }
}
