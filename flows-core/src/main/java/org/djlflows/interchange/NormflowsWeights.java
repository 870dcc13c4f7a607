package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Direction;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The weights of flows of normflows 1.7.3 in the presets: of a {@code NormalizingFlow} of {@code
 * Planar} layers with their default non-linearity tanh in {@link
 * org.djlflows.spec.Presets#planarFlow}, of {@code Radial} layers in {@link
 * org.djlflows.spec.Presets#radialFlow}, of {@code Residual} layers with a {@code LipschitzMLP} in
 * {@link org.djlflows.spec.Presets#residualFlow}, of {@code CoupledRationalQuadraticSpline} and
 * {@code LULinearPermute} layers in {@link org.djlflows.spec.Presets#neuralSplineFlow}, all over a
 * {@code DiagGaussian} that is standard normal; or of the list of these layers.
 *
 * <pre>{@code
 * StateDict weights = StateDict.read(file);
 * FoundFlow found = NormflowsWeights.find(weights);
 * FlowConfig config = found.config(columns, List.of());
 * FlowModel model = FlowModel.create(config, means, deviations, manager);
 * System.out.print(NormflowsWeights.importInto(model.flow(), found, weights));
 * }</pre>
 *
 * <p>There the first layer lies beside the noise and all lead to the data, so planar and radial
 * flows are of direction {@code NOISE_TO_DATA}, whose densities take a solve where normflows has
 * none. Residual layers lead from the data, as their {@code reverse} says unless it is changed. An
 * {@code ActNorm} between them becomes an {@code LuLinear}.
 *
 * <p>No tensor tells the non-linearity of networks or the {@code tail_bound} of splines: with wrong
 * ones all is imported without a complaint, and densities are wrong. So compare a density with that
 * of normflows.
 */
public final class NormflowsWeights {

    private static final List<String> PLANAR = List.of("u", "w", "b");
    private static final List<String> RADIAL = List.of("z_0", "alpha", "beta");

    /** The tail_bound of splines that are told none. */
    private static final double USUAL_BOUND = 3;

    /** The lipschitz_const that a {@code LipschitzMLP} has unless told another. */
    private static final double LIPSCHITZ = 0.97;

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
        return find(weights, Activation.RELU, USUAL_BOUND);
    }

    /**
     * Finds the flow that the tensors are those of; of splines by what no tensor tells.
     *
     * @param weights the tensors
     * @param activation the non-linearity of the networks of couplings
     * @param bound the bound of splines, {@code tail_bound}
     * @return the flow
     * @throws IOException if the tensors are not those of such a flow
     * @throws IllegalArgumentException if the flow is out of its ranges
     */
    public static FoundFlow find(StateDict weights, Activation activation, double bound)
            throws IOException {
        return new NormflowsWeights(weights).find(activation, bound);
    }

    private FoundFlow find(Activation activation, double bound) throws IOException {
        if (isOfSplines()) {
            return splines().find(activation, NflowsWeights.rationalQuadratic(2, bound));
        }
        if (isResidual()) {
            return new NormflowsResiduals(weights, prefix, transforms).find();
        }
        boolean planar = hasLayers(PLANAR);
        if (!planar && !hasLayers(RADIAL)) {
            throw Tensors.refusal(
                    weights,
                    "Planar, Radial, Residual or CoupledRationalQuadraticSpline layers of"
                            + " normflows, with "
                            + PLANAR
                            + ", "
                            + RADIAL
                            + ", iresblock or prqct under "
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

    private boolean isOfSplines() {
        return Tensors.count(weights, "\\Q" + prefix + "\\E(\\d+)\\.prqct\\..*") > 0;
    }

    /** From the data on. */
    private NflowsWeights splines() throws IOException {
        List<String> layers =
                IntStream.rangeClosed(1, transforms)
                        .mapToObj(i -> prefix + (transforms - i) + ".")
                        .toList();
        return new NflowsWeights(weights, NflowsStack.ofNormflows(weights, layers));
    }

    private boolean isResidual() {
        return NormflowsResiduals.has(weights, prefix + "0.");
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
        return importInto(flow, found, weights, LIPSCHITZ);
    }

    /**
     * Overwrites the parameters of a flow, which may have residual layers of another {@code
     * lipschitz_const} than 0.97; nothing is changed if anything disagrees.
     *
     * @param flow its blocks, or those of a model folder of it, initialised
     * @param found the flow that was found in the tensors
     * @param weights the tensors
     * @param lipschitz the {@code lipschitz_const} of all networks, which no tensor tells, above 0
     * @return what was copied
     * @throws IOException if the tensors are those of another flow, or are missing, left over or of
     *     other shapes, all of which the message lists
     * @throws IllegalArgumentException if the blocks are not those of the flow; or if a matrix has
     *     a norm of more than 0.99 when it is divided by the one that was saved, or an {@code
     *     ActNorm} a scale above 1,000
     * @throws IllegalStateException if the flow is not initialised
     */
    public static ImportReport importInto(
            NormalizingFlow flow, FoundFlow found, StateDict weights, double lipschitz)
            throws IOException {
        NormflowsWeights source = new NormflowsWeights(weights);
        FoundFlow again =
                source.isOfSplines()
                        ? source.find(found.activation(), found.bound())
                        : source.find(Activation.RELU, USUAL_BOUND);
        found.requireEqual(weights, again);
        Layers layers = new Layers(flow, found);
        WeightImport copy = new WeightImport(weights).ignore("q0.loc", "q0.log_scale");
        if (source.isOfSplines()) {
            source.splines().take(copy, layers, found);
        } else if (source.isResidual()) {
            new NormflowsResiduals(weights, source.prefix, source.transforms)
                    .take(copy, layers, lipschitz);
        } else {
            source.take(copy, layers, found);
        }
        layers.keepOthers(copy);
        return copy.into(flow);
    }

    private void take(WeightImport copy, Layers layers, FoundFlow found) {
        for (int layer = 0; layer < transforms; layer++) {
            String theirs = prefix + (transforms - 1 - layer) + ".";
            Tensor[] parts =
                    parts(found.flow().transform() instanceof Transform.Planar).stream()
                            .map(part -> tensor(theirs, part, found.features()))
                            .toArray(Tensor[]::new);
            copy.compute(layers.path(layer, "parameters.theta"), NormflowsWeights::joined, parts);
            copy.ignore(theirs + "d");
        }
    }

    private static Tensor tensor(String prefix, String part, int features) {
        boolean vector = Stream.of("u", "w", "z_0").anyMatch(part::equals);
        return new Tensor(prefix + part, vector ? new Shape(1, features) : new Shape(1));
    }

    private static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }
}
