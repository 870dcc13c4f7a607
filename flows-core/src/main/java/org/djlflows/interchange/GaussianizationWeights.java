package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Elementwise;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.Mixing;
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
 * The weights of {@code zuko.flows.GF} without context. There a mixture is \(\frac1K \sum_k
 * \Phi(e^{a_k} x + b_k)\), moved by a share of \(10^{-6}\) towards one half, which keeps it from 0
 * and 1. That is a mixture too, of two components more, far out on either side: with them the
 * numbers are those of zuko where zuko has any, and the map goes on beyond.
 */
final class GaussianizationWeights {

    /** The share of the two components that zuko does not call so. */
    private static final double SHARE = 1e-6;

    /** Where they lie: within 30 deviations they add what zuko does, to the rounding of float64. */
    private static final double FAR = 40;

    private static final String SHIFTS = "phi.0";
    private static final String LOG_SCALES = "phi.1";

    private final StateDict weights;
    private final int layers;
    private final int features;
    private final int components;

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
        if (Tensors.has(weights, mixture(0) + "hyper.0.weight")) {
            throw Tensors.refusal(
                    weights,
                    mixture(0) + SHIFTS + " of a GF without context",
                    "networks from a context, which make shifts where those here make places");
        }
        layers = (Tensors.count(weights, "transform\\.transforms\\.(\\d+)\\..*") + 1) / 2;
        features = Tensors.size(weights, mixture(0) + LOG_SCALES, 0);
        components = Tensors.size(weights, mixture(0) + LOG_SCALES, 1);
    }

    /** Tells whether tensors are those of a {@code GF}. */
    static boolean are(StateDict weights) {
        return weights.names().stream()
                .anyMatch(name -> name.matches("transform\\.transforms\\.\\d+\\.(phi\\.\\d+|A)"));
    }

    private static String mixture(int layer) {
        return "transform.transforms." + 2 * layer + ".";
    }

    FoundFlow find() {
        ScalarMap map = new ScalarMap.MixtureCdf(components + 2, MixtureShape.NORMAL);
        Network network = Specs.defaults(Network.Mlp.class);
        Transform transform = new Transform.Elementwise(map, network);
        return new FoundFlow(new VectorFlow(transform, layers, Mixing.ROTATION), features, 0);
    }

    ImportReport importInto(NormalizingFlow flow, FoundFlow found) throws IOException {
        Layers blocks = new Layers(flow, found);
        WeightImport copy = new WeightImport(weights).ignore("base.loc", "base.scale");
        for (int i = 0; i < blocks.count(); i++) {
            if (blocks.get(i) instanceof Elementwise) {
                String prefix = mixture(i / 2);
                requireScales(prefix + LOG_SCALES);
                Shape shape = new Shape(features, components);
                copy.compute(
                        blocks.path(i, "theta"),
                        values -> theta(values.get(0), values.get(1)),
                        new Tensor(prefix + SHIFTS, shape),
                        new Tensor(prefix + LOG_SCALES, shape));
            } else {
                copy.take("transform.transforms." + i + ".A", blocks.path(i, "generator"));
            }
            copy.compute(blocks.path(i, "fitted"), none -> new double[] {1});
        }
        blocks.keepOthers(copy);
        return copy.into(flow);
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
