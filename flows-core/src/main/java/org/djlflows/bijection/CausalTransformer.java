package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

/**
 * The form of the network of a {@link TransformerAutoregressive} layer, which holds its parameters,
 * and without its causal mask of a {@link VisionTransformer}: layers of causal attention and of a
 * perceptron with GELU, each added to what it is given, which is normalised first. All weights are
 * trained.
 *
 * @param width the width W, which the width of a head divides
 * @param layers the number of layers
 * @param headWidth the width of a head of the attention; TarFlow has 64
 * @param expansion the width of the perceptron in widths W; TarFlow has 4
 * @param bfloat16 whether products and attention are computed in bfloat16, of parameters that stay
 *     as they are, as PyTorch's autocast does: faster on GPUs with two to three exact digits
 */
public record CausalTransformer(
        int width, int layers, int headWidth, int expansion, boolean bfloat16) {

    /**
     * Checks the sizes.
     *
     * @param width the width W, which the width of a head divides
     * @param layers the number of layers
     * @param headWidth the width of a head of the attention
     * @param expansion the width of the perceptron in widths W
     * @param bfloat16 whether products and attention are computed in bfloat16
     * @throws IllegalArgumentException if a size is less than 1, or the width is no multiple of
     *     that of a head
     */
    public CausalTransformer {
        if (width < 1 || layers < 1 || headWidth < 1 || expansion < 1 || width % headWidth != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "CausalTransformer: expected positive sizes and a width that the width"
                                    + " of a head divides, got width %d, %d layers, heads of %d,"
                                    + " expansion %d",
                            width, layers, headWidth, expansion));
        }
    }

    /**
     * Creates a network of the published form: heads of 64, or one of the width where that is
     * smaller, perceptrons of four times the width, computed in the type of the parameters.
     *
     * @param width the width
     * @param layers the number of layers
     * @throws IllegalArgumentException if a size is less than 1, or 64 does not divide a width
     *     above it
     */
    public CausalTransformer(int width, int layers) {
        this(width, layers, Math.min(64, width), 4, false);
    }

    /**
     * Returns the kernel.
     *
     * @param tempered whether the scores of the attention are multiplied by a number, which is then
     *     the last of what it keeps
     */
    Kernel kernel(boolean tempered) {
        return kernel(tempered, true);
    }

    /** Returns that of a network in which each token sees all. */
    Kernel kernelOfAll() {
        return kernel(false, false);
    }

    private Kernel kernel(boolean tempered, boolean causal) {
        return Kernel.of(CausalTransformer.class, "causal_transformer")
                .calling("number", number())
                .with("LAYERS", layers)
                .with("WIDTH", width)
                .with("HEADS", width / headWidth)
                .calling(
                        "query",
                        Kernel.of(
                                CausalTransformer.class,
                                tempered ? "tempered_query" : "plain_query"))
                .with("SCALE", 1 / Math.sqrt(headWidth))
                .with("CAUSAL", causal);
    }

    /** How a block adds a parameter. */
    interface Adding {

        void add(String name, Shape shape, Initializer initializer);
    }

    /** Adds the parameters of all layers to the block that holds them. */
    void addTo(Adding block) {
        for (int i = 0; i < layers; i++) {
            addNorm(block, "attention" + i + "_norm");
            addLinear(block, "attention" + i + "_qkv", width, 3L * width);
            addLinear(block, "attention" + i + "_out", width, width);
            addNorm(block, "mlp" + i + "_norm");
            addLinear(block, "mlp" + i + "_up", width, (long) expansion * width);
            addLinear(block, "mlp" + i + "_down", (long) expansion * width, width);
        }
    }

    /** Adds a linear map with PyTorch's initial values. */
    static void addLinear(Adding block, String name, long inputs, long outputs) {
        block.add(name + "_weight", new Shape(outputs, inputs), Initializers.uniform(inputs));
        block.add(name + "_bias", new Shape(outputs), Initializers.uniform(inputs));
    }

    /** Adds a normalisation of tokens of the width. */
    void addNorm(Adding block, String name) {
        block.add(name + "_weight", new Shape(width), Initializer.ONES);
        block.add(name + "_bias", new Shape(width), Initializer.ZEROS);
    }

    /** Returns the kernel of linear maps in the type of the computation. */
    Kernel number() {
        return Kernel.of(CausalTransformer.class, bfloat16 ? "bfloat16" : "full_precision");
    }
}
