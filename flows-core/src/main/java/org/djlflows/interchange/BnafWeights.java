package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Residual;
import org.djlflows.spec.Specs;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of the code that the authors of the block neural autoregressive flow published, of
 * its {@code Sequential} of {@code BNAF} and of permutations that reverse, in {@link
 * org.djlflows.spec.Presets#blockNeuralAutoregressiveFlow}. The files of its scripts hold them
 * under {@code model.}
 *
 * <pre>{@code
 * StateDict weights = StateDict.read(file).under("model.");
 * FoundFlow found = BnafWeights.find(weights, Residual.GATED);
 * FlowConfig config = found.config(columns, List.of());
 * FlowModel model = FlowModel.create(config, means, deviations, manager);
 * System.out.print(BnafWeights.importInto(model.flow(), found, weights));
 * }</pre>
 *
 * <p>No tensor tells a normal residual from none, or another permutation: with wrong ones all is
 * imported without a complaint and densities are wrong. So compare a density with that of the
 * published code.
 */
public final class BnafWeights {

    private BnafWeights() {}

    /**
     * Finds the flow that the tensors are those of; its last layer has no residual, as published.
     *
     * @param weights the tensors
     * @param residual what all layers but the last add to their network
     * @return the flow
     * @throws IOException if the tensors are not those of such a flow, or have gates where the
     *     residual is not gated or none where it is
     */
    public static FoundFlow find(StateDict weights, Residual residual) throws IOException {
        // Between each two flows lies a permutation, which has no tensors but a number.
        int transforms = Tensors.count(weights, "(\\d+)\\.\\d+\\._weight");
        int linears = linears(weights);
        if (linears < 2) {
            throw Tensors.refusal(
                    weights,
                    "0.0._weight, 0.2._weight and others of the published BNAF",
                    weights.names());
        }
        int features = Tensors.size(weights, "0.0._weight", 1);
        List<Integer> hidden = new ArrayList<>();
        for (int i = 0; i < linears - 1; i++) {
            hidden.add(Tensors.size(weights, linear(0, i) + "_weight", 0) / features);
        }
        boolean gated = Tensors.has(weights, "0.gate");
        if (transforms > 1 && gated != (residual == Residual.GATED)) {
            throw Tensors.refusal(
                    weights,
                    gated ? "the residual GATED, which has gates" : "a residual without gates",
                    residual);
        }
        Transform layers = new Transform.BlockNeuralAutoregressive(hidden, residual, Residual.NONE);
        return new FoundFlow(new VectorFlow(layers, transforms, Mixing.REVERSAL), features, 0);
    }

    private static int linears(StateDict weights) {
        return Tensors.count(weights, "0\\.(\\d+)\\._weight");
    }

    /** Between each two linear layers lies a tanh, which has no tensors but a number. */
    private static String linear(int transform, int i) {
        return 2 * transform + "." + 2 * i + ".";
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
        Residual residual = (Residual) Specs.value(found.flow(), "residual").orElse(Residual.GATED);
        found.requireEqual(weights, find(weights, residual));
        Layers layers = new Layers(flow, found);
        WeightImport copy = new WeightImport(weights);
        int transform = 0;
        for (int layer = 0; layer < layers.count(); layer++) {
            if (layers.get(layer) instanceof BlockNeuralAutoregressive) {
                take(copy, layers, layer, transform, linears(weights));
                transform++;
            } else {
                copy.keep(layers.path(layer, "places"));
            }
        }
        for (int i = 0; residual == Residual.GATED && i < transform - 1; i++) {
            copy.take(2 * i + ".gate", layers.path(2 * i, "gate"));
        }
        layers.keepOthers(copy);
        return copy.into(flow);
    }

    private static void take(
            WeightImport copy, Layers layers, int layer, int transform, int linears) {
        for (int i = 0; i < linears; i++) {
            String theirs = linear(transform, i);
            String mask = "mask" + i;
            long rows = layers.shape(layer, "bias" + i).size();
            copy.take(theirs + "_weight", layers.path(layer, "weight" + i));
            copy.take(
                    theirs + "_diag_weight",
                    layers.path(layer, "log_scale" + i),
                    new Shape(rows, 1));
            copy.take(theirs + "bias", layers.path(layer, "bias" + i));
            copy.expect(
                    layers.path(layer, mask),
                    values -> values.get(0),
                    new Tensor(theirs + "mask_o", layers.shape(layer, mask)));
            copy.ignore(theirs + "mask_d");
        }
    }
}
