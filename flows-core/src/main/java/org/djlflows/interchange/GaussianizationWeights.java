package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Elementwise;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.MixtureForm;
import org.djlflows.spec.MixtureShape;
import org.djlflows.spec.Network;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.univariate.MixtureCdf;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights of {@code zuko.flows.GF}. There a mixture is \(\frac1K \sum_k \Phi(e^{a_k} x +
 * b_k)\), moved by a share of \(10^{-6}\) towards one half, which keeps it from 0 and 1. That is a
 * mixture too, of two components more, far out on either side: with them the numbers are those of
 * zuko where zuko has any, and the map goes on beyond. With a context a network makes a and b
 * there, and here too, of components that are told by their shifts.
 */
final class GaussianizationWeights {

    /** The share of the two components that zuko does not call so. */
    private static final double SHARE = 1e-6;

    /** Where they lie: within 30 deviations they add what zuko does, to the rounding of float64. */
    private static final double FAR = 40;

    private static final String NET = "transform.transforms.0.hyper.";
    private static final String SHIFTS = "phi.0";
    private static final String LOG_SCALES = "phi.1";

    private final StateDict weights;
    private final int layers;
    private final int features;
    private final int components;

    /** The linear layers of the networks of a context; none without. */
    private final int linears;

    /**
     * Looks at tensors.
     *
     * @param weights the tensors
     * @throws IOException if they are not those of such a flow
     */
    GaussianizationWeights(StateDict weights) throws IOException {
        this.weights = weights;
        Tensors.requireStandard(weights, "base.loc", 0);
        Tensors.requireStandard(weights, "base.scale", 1);
        layers = (Tensors.count(weights, "transform\\.transforms\\.(\\d+)\\..*") + 1) / 2;
        linears = Tensors.count(weights, "\\Q" + NET + "\\E(\\d+)\\.weight");
        if (linears == 0) {
            features = Tensors.size(weights, mixture(0) + LOG_SCALES, 0);
            components = Tensors.size(weights, mixture(0) + LOG_SCALES, 1);
            return;
        }
        requireNetwork();
        features = Math.toIntExact(Tensors.sizes(weights, "base.loc", 1)[0]);
        int outputs = Tensors.size(weights, linear(0, linears - 1) + ".weight", 0);
        if (outputs % (2 * features) != 0) {
            throw Tensors.refusal(
                    weights,
                    "a shift and a scale of each component for each of " + features + " features",
                    outputs + " outputs of " + NET);
        }
        components = outputs / (2 * features);
    }

    private void requireNetwork() throws IOException {
        boolean inTurn =
                IntStream.range(0, linears)
                        .allMatch(i -> Tensors.has(weights, linear(0, i) + ".weight"));
        if (linears < 2 || !inTurn) {
            throw Tensors.refusal(
                    weights,
                    "hidden layers of the networks of a GF of zuko, not normalised",
                    Tensors.below(weights, NET).stream().sorted().toList() + " under " + NET);
        }
    }

    /**
     * Tells whether tensors are those of a {@code GF}: rotations, parameters of features alone or
     * networks without masks.
     */
    static boolean are(StateDict weights) {
        boolean masked =
                weights.names().stream().anyMatch(n -> n.endsWith(".mask") || n.endsWith(".order"));
        return weights.names().stream()
                .anyMatch(
                        n ->
                                n.matches("transform\\.transforms\\.\\d+\\.(phi\\.\\d+|A)")
                                        || (!masked && n.startsWith(NET)));
    }

    /** Returns the beginning of the names of a linear layer of the network of a mixture. */
    private static String linear(int layer, int i) {
        return mixture(layer) + "hyper." + 2 * i;
    }

    private static String mixture(int layer) {
        return "transform.transforms." + 2 * layer + ".";
    }

    /**
     * Finds the flow.
     *
     * @param activation the non-linearity of networks, which no tensor tells
     */
    FoundFlow find(Activation activation) throws IOException {
        int context = 0;
        MixtureForm form = MixtureForm.PLACES;
        Network network = Specs.defaults(Network.Mlp.class);
        if (linears > 0) {
            context = Tensors.size(weights, linear(0, 0) + ".weight", 1);
            form = MixtureForm.SHIFTS;
            int[] hidden = new int[linears - 1];
            for (int i = 0; i < hidden.length; i++) {
                hidden[i] = Tensors.size(weights, linear(0, i) + ".weight", 0);
            }
            network = FoundFlow.network(false, activation, hidden);
        }
        ScalarMap map = new ScalarMap.MixtureCdf(components + 2, MixtureShape.NORMAL, form);
        Transform transform = new Transform.Elementwise(map, network);
        return new FoundFlow(new VectorFlow(transform, layers, Mixing.ROTATION), features, context);
    }

    ImportReport importInto(NormalizingFlow flow, FoundFlow found) throws IOException {
        Layers blocks = new Layers(flow, found);
        WeightImport copy = new WeightImport(weights).ignore("base.loc", "base.scale");
        for (int i = 0; i < blocks.count(); i++) {
            if (!(blocks.get(i) instanceof Elementwise)) {
                copy.take("transform.transforms." + i + ".A", blocks.path(i, "generator"));
            } else if (linears > 0) {
                takeNetwork(copy, blocks, i);
            } else {
                takeMixture(copy, blocks, i);
            }
            copy.compute(blocks.path(i, "fitted"), none -> new double[] {1});
        }
        blocks.keepOthers(copy);
        return copy.into(flow);
    }

    private void takeMixture(WeightImport copy, Layers blocks, int layer) throws IOException {
        String prefix = mixture(layer / 2);
        requireScales(prefix + LOG_SCALES);
        Shape shape = new Shape(features, components);
        copy.compute(
                blocks.path(layer, "theta"),
                values -> theta(values.get(0), values.get(1)),
                new Tensor(prefix + SHIFTS, shape),
                new Tensor(prefix + LOG_SCALES, shape));
    }

    private void takeNetwork(WeightImport copy, Layers blocks, int layer) {
        for (int i = 0; i < linears - 1; i++) {
            for (String part : List.of("weight", "bias")) {
                copy.take(
                        linear(layer / 2, i) + "." + part,
                        blocks.path(layer, "conditioner.layer" + i + "_" + part));
            }
        }
        int width = Math.toIntExact(blocks.shape(layer, "weight").get(1));
        String last = linear(layer / 2, linears - 1);
        int rows = 2 * components * features;
        copy.compute(
                blocks.path(layer, "weight"),
                values -> outputs(values.get(0), width, new double[parameters()]),
                new Tensor(last + ".weight", new Shape(rows, width)));
        copy.compute(
                blocks.path(layer, "bias"),
                values -> outputs(values.get(0), 1, constants()),
                new Tensor(last + ".bias", new Shape(rows)));
    }

    private int parameters() {
        return 3 * (components + 2) + 2;
    }

    /**
     * Rows by parameter and feature, where there they lie by feature and parameter, shifts before
     * log-slopes.
     *
     * @param constants what is added to each parameter
     */
    private double[] outputs(double[] theirs, int columns, double... constants) {
        double[] ours = new double[parameters() * features * columns];
        for (int i = 0; i < ours.length; i++) {
            int row = i / columns;
            int parameter = row / features;
            int group = parameter / (components + 2);
            int component = parameter % (components + 2);
            ours[i] = constants[parameter];
            if ((group == 1 || group == 2) && component < components) {
                int output = ((row % features) * 2 + group - 1) * components + component;
                ours[i] += theirs[output * columns + i % columns];
            }
        }
        return ours;
    }

    /** What no network tells: the weights, the two components far out, and the beginnings here. */
    private double[] constants() {
        int k = components + 2;
        double[] begin = new MixtureCdf(k, MixtureShape.NORMAL, MixtureForm.SHIFTS).beginOfShifts();
        double[] constants = new double[parameters()];
        for (int i = 0; i < k; i++) {
            constants[i] = Math.log(i < components ? (1 - SHARE) / components : SHARE / 2);
            constants[k + i] = -begin[i];
            constants[2 * k + i] = -begin[k];
        }
        constants[2 * k - 2] += FAR;
        constants[2 * k - 1] -= FAR;
        return constants;
    }

    /** Scales are clipped here, softly. */
    private void requireScales(String name) throws IOException {
        if (!Tensors.has(weights, name)) {
            return; // is refused with all that is missing
        }
        double largest =
                Arrays.stream(Tensors.values(weights, name)).map(Math::abs).max().orElse(0);
        if (largest >= 6.5) {
            throw Tensors.refusal(
                    weights, name + " of at most 6.5, scales from 0.0015 to 665", largest);
        }
    }

    /** By parameter and feature, where there it is by feature and component. */
    private double[] theta(double[] shifts, double[] logScales) {
        List<double[]> columns =
                IntStream.range(0, features).mapToObj(i -> column(i, shifts, logScales)).toList();
        int count = columns.get(0).length;
        double[] theta = new double[count * features];
        Arrays.setAll(theta, i -> columns.get(i % features)[i / features]);
        return theta;
    }

    private double[] column(int feature, double[] shifts, double[] logScales) {
        int k = components;
        double[] logWeights = new double[k + 2];
        double[] means = new double[k + 2];
        double[] deviations = new double[k + 2];
        for (int i = 0; i < k; i++) {
            deviations[i] = Math.exp(-logScales[feature * k + i]);
            means[i] = -shifts[feature * k + i] * deviations[i];
            logWeights[i] = Math.log((1 - SHARE) / k);
        }
        for (int i = 0; i < 2; i++) {
            deviations[k + i] = 1;
            means[k + i] = i == 0 ? -FAR : FAR;
            logWeights[k + i] = Math.log(SHARE / 2);
        }
        return new MixtureCdf(k + 2, MixtureShape.NORMAL).theta(logWeights, means, deviations);
    }
}
