package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.Direction;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weights of flows of normflows 1.7.3 in the presets: of a {@code NormalizingFlow} of {@code
 * Planar} layers with their default non-linearity tanh in {@link
 * org.djlflows.spec.Presets#planarFlow}, of {@code Radial} layers in {@link
 * org.djlflows.spec.Presets#radialFlow}, both over a {@code DiagGaussian} that is standard normal;
 * or of the list of these layers.
 *
 * <pre>{@code
 * StateDict weights = StateDict.read(file);
 * FoundFlow found = NormflowsWeights.find(weights);
 * FlowConfig config = found.config(columns, List.of());
 * FlowModel model = FlowModel.create(config, means, deviations, manager);
 * System.out.print(NormflowsWeights.importInto(model.flow(), found, weights));
 * }</pre>
 *
 * <p>There the first layer lies beside the noise and all lead to the data, so the preset is one of
 * direction {@code NOISE_TO_DATA}, whose densities take a solve where normflows has none.
 */
public final class NormflowsWeights {

    private static final List<String> PLANAR = List.of("u", "w", "b");
    private static final List<String> RADIAL = List.of("z_0", "alpha", "beta");

    private final StateDict weights;
    private final String prefix;
    private final int transforms;

    private NormflowsWeights(StateDict weights) throws IOException {
        this.weights = weights;
        Tensors.requireStandard(weights, "q0.loc", 0);
        Tensors.requireStandard(weights, "q0.log_scale", 0);
        prefix = Tensors.below(weights, "flows.").isEmpty() ? "" : "flows.";
        transforms = Tensors.count(weights, "\\Q" + prefix + "\\E(\\d+)\\..*");
    }

    /**
     * Finds the flow that the tensors are those of.
     *
     * @param weights the tensors
     * @return the flow
     * @throws IOException if the tensors are not those of such a flow
     */
    public static FoundFlow find(StateDict weights) throws IOException {
        return new NormflowsWeights(weights).find();
    }

    private FoundFlow find() throws IOException {
        boolean planar = hasLayers(PLANAR);
        if (!planar && !hasLayers(RADIAL)) {
            throw Tensors.refusal(
                    weights,
                    "Planar or Radial layers of normflows, with "
                            + PLANAR
                            + " or "
                            + RADIAL
                            + " under "
                            + prefix
                            + "0. and so on",
                    weights.names());
        }
        int features = Tensors.size(weights, prefix + "0." + parts(planar).get(0), 1);
        VectorFlow flow = planar ? Presets.planarFlow() : Presets.radialFlow();
        return new FoundFlow(
                flow.withTransforms(transforms).with("direction", Direction.NOISE_TO_DATA),
                features,
                0);
    }

    private static List<String> parts(boolean planar) {
        return planar ? PLANAR : RADIAL;
    }

    private boolean hasLayers(List<String> parts) {
        return parts.stream().allMatch(part -> Tensors.has(weights, prefix + "0." + part));
    }

    /**
     * Overwrites the parameters of a flow; nothing is changed if anything disagrees.
     *
     * @param flow its blocks, or those of a model folder of it, initialised
     * @param found the flow that was found in the tensors
     * @param weights the tensors
     * @return what was copied
     * @throws IOException if the tensors are those of another flow, or are missing, left over or of
     *     other shapes, all of which the message lists
     * @throws IllegalArgumentException if the blocks are not those of the flow
     * @throws IllegalStateException if the flow is not initialised
     */
    public static ImportReport importInto(NormalizingFlow flow, FoundFlow found, StateDict weights)
            throws IOException {
        NormflowsWeights source = new NormflowsWeights(weights);
        found.requireEqual(weights, source.find());
        return source.take(new Layers(flow, found), found).into(flow);
    }

    private WeightImport take(Layers layers, FoundFlow found) {
        WeightImport copy = new WeightImport(weights).ignore("q0.loc", "q0.log_scale");
        for (int layer = 0; layer < transforms; layer++) {
            String theirs = prefix + (transforms - 1 - layer) + ".";
            Tensor[] parts =
                    parts(found.flow().transform() instanceof Transform.Planar).stream()
                            .map(part -> tensor(theirs, part, found.features()))
                            .toArray(Tensor[]::new);
            copy.compute(layers.path(layer, "parameters.theta"), NormflowsWeights::joined, parts);
            copy.ignore(theirs + "d");
        }
        layers.keepOthers(copy);
        return copy;
    }

    private static Tensor tensor(String prefix, String part, int features) {
        boolean vector = Stream.of("u", "w", "z_0").anyMatch(part::equals);
        return new Tensor(prefix + part, vector ? new Shape(1, features) : new Shape(1));
    }

    private static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }
}
