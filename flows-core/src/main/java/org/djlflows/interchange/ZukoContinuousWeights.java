package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.SmoothActivation;
import org.djlflows.spec.Specs;
import org.djlflows.spec.Transform.ContinuousFlow;
import org.djlflows.spec.VectorFlow;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The weights of {@code zuko.flows.CNF}, one continuous flow from time 0 to 1. */
final class ZukoContinuousWeights {

    private static final String NETWORK = "transform.ode.";

    private final StateDict weights;

    /** The prefixes of the linear layers, between which the activations have numbers too. */
    private final List<String> linears;

    private final int features;
    private final int frequencies;
    private final int context;

    private ZukoContinuousWeights(StateDict weights) throws IOException {
        this.weights = weights;
        int layers = Tensors.count(weights, "\\Q" + NETWORK + "\\E(\\d+)\\.weight");
        linears = IntStream.range(0, layers).mapToObj(i -> NETWORK + 2 * i + ".").toList();
        if (layers < 2) {
            throw Tensors.refusal(weights, "a hidden layer under " + NETWORK, "none");
        }
        features = rows(layers - 1);
        frequencies = Math.toIntExact(Tensors.sizes(weights, "transform.freqs", 1)[0]);
        require("transform.times", i -> i, 2);
        require("transform.freqs", i -> Math.PI * (i + 1), frequencies);
        context = Tensors.size(weights, linears.get(0) + "weight", 1) - features - 2 * frequencies;
    }

    /** Requires a buffer to be as the constructor of zuko makes it. */
    private void require(String name, IntToDoubleFunction usual, int size) throws IOException {
        double[] expected = IntStream.range(0, size).mapToDouble(usual).toArray();
        double[] got = Tensors.values(weights, name);
        boolean equal = got.length == size;
        for (int i = 0; equal && i < size; i++) {
            equal = Math.abs(got[i] - expected[i]) < 1e-5 * (1 + expected[i]);
        }
        if (!equal) {
            throw Tensors.refusal(
                    weights, Arrays.toString(expected) + " as " + name, Arrays.toString(got));
        }
    }

    private int rows(int layer) throws IOException {
        return Tensors.size(weights, linears.get(layer) + "weight", 0);
    }

    /** Tells whether the tensors are those of such a flow. */
    static boolean fits(StateDict weights) {
        return Tensors.has(weights, NETWORK + "0.weight");
    }

    static FoundFlow find(StateDict weights, Activation activation) throws IOException {
        ContinuousFlow usual = Specs.defaults(ContinuousFlow.class);
        return new ZukoContinuousWeights(weights)
                .find(Specs.with(usual, "activation", smooth(activation)));
    }

    private static SmoothActivation smooth(Activation activation) {
        return Arrays.stream(SmoothActivation.values())
                .filter(smooth -> smooth.activation() == activation)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "expected an activation of "
                                                + Arrays.toString(SmoothActivation.values())
                                                + " for CNF, got "
                                                + activation));
    }

    /** The non-linearity and the solver are those of another flow. */
    private FoundFlow find(ContinuousFlow other) throws IOException {
        List<Integer> hidden = new ArrayList<>();
        for (int i = 0; i < linears.size() - 1; i++) {
            hidden.add(rows(i));
        }
        ContinuousFlow flow =
                Specs.with(Specs.with(other, "hidden", hidden), "frequencies", frequencies);
        return new FoundFlow(new VectorFlow(flow, 1, Mixing.NONE), features, context);
    }

    static ImportReport importInto(NormalizingFlow flow, FoundFlow found, StateDict weights)
            throws IOException {
        ZukoContinuousWeights source = new ZukoContinuousWeights(weights);
        found.requireEqual(weights, source.find((ContinuousFlow) found.flow().transform()));
        return source.importInto(flow, new Layers(flow, found));
    }

    private ImportReport importInto(NormalizingFlow flow, Layers layers) throws IOException {
        Tensors.requireStandard(weights, "base.loc", 0);
        Tensors.requireStandard(weights, "base.scale", 1);
        WeightImport copy =
                new WeightImport(weights)
                        .ignore("base.loc", "base.scale", "transform.times", "transform.freqs");
        int last = linears.size() - 1;
        int columns = features + 2 * frequencies + context;
        copy.compute(
                layers.path(0, "layer0_weight"),
                values -> featuresFirst(values.get(0), columns),
                new Tensor(linears.get(0) + "weight", new Shape(rows(0), columns)));
        copy.take(linears.get(0) + "bias", layers.path(0, "layer0_bias"));
        for (int i = 1; i < last; i++) {
            copy.take(linears.get(i) + "weight", layers.path(0, "layer" + i + "_weight"));
            copy.take(linears.get(i) + "bias", layers.path(0, "layer" + i + "_bias"));
        }
        copy.take(linears.get(last) + "weight", layers.path(0, "last_weight"));
        copy.take(linears.get(last) + "bias", layers.path(0, "last_bias"));
        layers.keepOthers(copy);
        return copy.into(flow);
    }

    /** The network of zuko sees the time, then x and the context; here x comes first. */
    private double[] featuresFirst(double[] weight, int columns) {
        int times = 2 * frequencies;
        double[] sorted = new double[weight.length];
        for (int i = 0; i < weight.length; i++) {
            int column = i % columns;
            int place = column < times ? features + column : column - times;
            sorted[i - column + (column < times + features ? place : column)] = weight[i];
        }
        return sorted;
    }
}
