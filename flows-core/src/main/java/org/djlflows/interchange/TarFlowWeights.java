package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.NormalizingFlow;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.TarFlow;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of the official code of TarFlow ({@code Model} of its transformer_flow.py) in the
 * form of a {@link TarFlow}.
 *
 * <pre>{@code
 * StateDict weights = StateDict.read(file);
 * ImageShape images = new ImageShape(3, 64, 64);
 * TarFlow found = TarFlowWeights.find(weights, Specs.with(Presets.tarFlow(), "patch", 2), images);
 * List<String> classes = IntStream.range(0, TarFlowWeights.classes(weights))
 *         .mapToObj(String::valueOf).toList();
 * FlowModel model = FlowModel.create(
 *         new FlowConfig(found, images, classes), new NDList(), manager);
 * System.out.print(TarFlowWeights.importInto(model.flow(), weights));
 * }</pre>
 *
 * <p>The official model takes pixels in \([-1, 1]\) and ours those in \([0, 1]\), so densities
 * differ by the volume of that map. Its buffer {@code var}, the variances of the noise of a flow
 * that keeps the volume, becomes \(\log \sigma = \frac12 \log\) var of the base; the masks of its
 * attention are not needed.
 *
 * <p>No tensor tells the width of a head of the attention: with a wrong one all is imported without
 * a complaint and densities are wrong. So compare a density with that of the official code.
 */
public final class TarFlowWeights {

    private static final String VARIANCES = "var";

    /** A path in the tree of blocks: the place of the layer, and the parameter in it. */
    private static final Pattern LAYER = Pattern.compile(".*\\bstep(\\d+)\\.(\\w+)");

    /** Before it stand Rescale and Patchify. */
    private static final int FIRST_LAYER = 2;

    private TarFlowWeights() {}

    /**
     * Completes a flow by the sizes that the tensors tell: width, blocks, layers, and whether the
     * volume is kept. The patch, the width of a head, if it is not 64, and the noise are the
     * caller's to set.
     *
     * @param weights the tensors
     * @param given what is known
     * @param images the size of the images
     * @return the flow
     * @throws IOException if the tensors are not those of a TarFlow, or of one with other patches
     * @throws IllegalArgumentException if the flow is out of its ranges
     */
    public static TarFlow find(StateDict weights, TarFlow given, ImageShape images)
            throws IOException {
        long[] in = Tensors.sizes(weights, "blocks.0.proj_in.weight", 2);
        long[] places = Tensors.sizes(weights, "blocks.0.pos_embed", 2);
        long outputs = Tensors.sizes(weights, "blocks.0.proj_out.bias", 1)[0];
        int hidden = Math.toIntExact(in[0]);
        TarFlow flow =
                new TarFlow(
                        given.patch(),
                        hidden,
                        Tensors.count(weights, "blocks\\.(\\d+)\\..*"),
                        Tensors.count(weights, "blocks\\.0\\.attn_blocks\\.(\\d+)\\..*"),
                        Math.min(hidden, given.headWidth()),
                        outputs == in[1],
                        given.noise(),
                        given.bfloat16());
        flow.requireFits(images);
        int side = flow.patch();
        long tokens = (long) (images.height() / side) * (images.width() / side);
        long channels = (long) images.channels() * side * side;
        if (tokens != places[0] || channels != in[1]) {
            String expected =
                    String.format(
                            "%d patches of %d values, as images (%d, %d, %d) have in patches of %d"
                                    + " x %d",
                            tokens,
                            channels,
                            images.channels(),
                            images.height(),
                            images.width(),
                            side,
                            side);
            throw Tensors.refusal(weights, expected, places[0] + " of " + in[1]);
        }
        return flow;
    }

    /**
     * Returns the number of classes.
     *
     * @param weights the tensors of a TarFlow
     * @return the number, 0 for none
     * @throws IOException if the tensors are not those of a TarFlow
     */
    public static int classes(StateDict weights) throws IOException {
        String classes = "blocks.0.class_embed";
        return Tensors.has(weights, classes)
                ? Math.toIntExact(Tensors.sizes(weights, classes, 3)[0])
                : 0;
    }

    /**
     * Overwrites the parameters of a flow; nothing is changed if anything disagrees.
     *
     * @param flow the flow of a {@link TarFlow}, initialised
     * @param weights the tensors
     * @return what was copied
     * @throws IOException if tensors are missing, left over or of other shapes, all of which the
     *     message lists, or if variances are not positive, or not 1 where the flow has no place for
     *     others
     * @throws IllegalArgumentException if the flow is not that of a TarFlow
     * @throws IllegalStateException if the flow is not initialised
     */
    public static ImportReport importInto(NormalizingFlow flow, StateDict weights)
            throws IOException {
        WeightImport copy = new WeightImport(weights);
        boolean learned = false;
        WeightImport.requireInitialized(flow);
        for (Pair<String, Parameter> parameter : ParameterNames.paths(flow)) {
            String path = parameter.getKey();
            Matcher layer = LAYER.matcher(path);
            if (layer.matches()) {
                String block = "blocks." + (Integer.parseInt(layer.group(1)) - FIRST_LAYER) + ".";
                String own = layer.group(2);
                Shape shape = parameter.getValue().getArray().getShape();
                copy.take(block + official(own), path, officialShape(own, shape));
                copy.ignore(block + "attn_mask");
            } else if (path.endsWith(".log_deviation")) {
                learned = true;
                copy.take(VARIANCES, path, variance -> 0.5 * Math.log(variance));
            } else if (path.endsWith(".mean")) {
                copy.zero(path);
            }
        }
        if (!learned) {
            copy.ignore(VARIANCES);
        }
        requireVariances(weights, learned);
        return copy.into(flow);
    }

    private static String official(String name) {
        return name.replaceAll("^(in|out)_", "proj_$1.")
                .replaceAll("^positions$", "pos_embed")
                .replaceAll("^classes$", "class_embed")
                .replaceAll("^attention(\\d+)_out_", "attn_blocks.$1.attention.proj.")
                .replaceAll("^attention(\\d+)_(qkv|norm)_", "attn_blocks.$1.attention.$2.")
                .replaceAll("^mlp(\\d+)_norm_", "attn_blocks.$1.mlp.norm.")
                .replaceAll("^mlp(\\d+)_up_", "attn_blocks.$1.mlp.main.0.")
                .replaceAll("^mlp(\\d+)_down_", "attn_blocks.$1.mlp.main.2.");
    }

    /** The embeddings of the classes have an axis for the places, all of which are the same. */
    private static Shape officialShape(String name, Shape shape) {
        return name.equals("classes") ? new Shape(shape.get(0), 1, shape.get(1)) : shape;
    }

    private static void requireVariances(StateDict weights, boolean learned) throws IOException {
        boolean fit =
                !Tensors.has(weights, VARIANCES)
                        || Arrays.stream(Tensors.values(weights, VARIANCES))
                                .allMatch(v -> learned ? v > 0 && Double.isFinite(v) : v == 1);
        if (!fit) {
            String which = learned ? "that are positive" : "of 1, since the base is standard";
            throw Tensors.refusal(weights, "variances " + which + " in " + VARIANCES, "others");
        }
    }
}
