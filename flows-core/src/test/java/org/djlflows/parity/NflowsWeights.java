package org.djlflows.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;

import java.util.Arrays;
import java.util.List;

/** Brings weights of nflows into the layout of this library's layers, in float64. */
final class NflowsWeights {

    /** The smallest slope of a spline, and the smallest entry on the diagonal of U. */
    private static final double SMALLEST = 1e-3;

    /** What nflows maps to slope 1, or to 1 on the diagonal; in this library that is 0. */
    private static final double ONE = Math.log(Math.expm1(1 - SMALLEST));

    /** What softplus maps to 1; in this library that is 0 too. */
    private static final double SOFTPLUS_ONE = Math.log(Math.expm1(1));

    private final Fixture fixture;

    NflowsWeights(Fixture fixture) {
        this.fixture = fixture;
    }

    private NDArray state(int layer, String name) {
        return fixture.get("state._transforms." + layer + "." + name);
    }

    /** The output map is the same: all shifts, then all unconstrained scales. */
    NDList affineCoupling(int layer) {
        NDList weights = conditioner(layer);
        add(weights, "weight", state(layer, "transform_net.final_layer.weight"));
        add(weights, "bias", state(layer, "transform_net.final_layer.bias"));
        return weights;
    }

    /**
     * In nflows the rows of the output map are ordered by feature, then by parameter, and widths
     * and heights are divided by the square root of the width of the network.
     */
    NDList splineCoupling(int layer, int bins) {
        NDArray weight = state(layer, "transform_net.final_layer.weight");
        NDArray bias = state(layer, "transform_net.final_layer.bias");
        int count = 3 * bins - 1;
        long hidden = weight.getShape().get(1);
        double[] scale = new double[count];
        double[] offset = new double[count];
        Arrays.fill(scale, 0, 2 * bins, 1 / Math.sqrt((double) hidden));
        Arrays.fill(scale, 2 * bins, count, 1);
        Arrays.fill(offset, 2 * bins, count, ONE);
        NDArray scales = weight.getManager().create(scale, new Shape(count, 1));
        NDArray offsets = weight.getManager().create(offset, new Shape(count, 1));

        NDList weights = conditioner(layer);
        NDArray w = weight.reshape(-1, count, hidden).mul(scales);
        NDArray b = bias.reshape(-1, count, 1).mul(scales).sub(offsets);
        add(weights, "weight", w.swapAxes(0, 1).reshape(-1, hidden));
        add(weights, "bias", b.swapAxes(0, 1).reshape(-1));
        return weights;
    }

    /** A residual network of one block, with a gate if the flow has a context. */
    private NDList conditioner(int layer) {
        NDList weights = new NDList();
        addLinear(weights, "first", layer, "initial_layer");
        addLinear(weights, "block0_0", layer, "blocks.0.linear_layers.0");
        addLinear(weights, "block0_1", layer, "blocks.0.linear_layers.1");
        if (!fixture.context().isEmpty()) {
            addLinear(weights, "gate0", layer, "blocks.0.context_layer");
        }
        return weights;
    }

    private void addLinear(NDList weights, String name, int layer, String nflowsName) {
        for (String part : new String[] {"weight", "bias"}) {
            NDArray array = state(layer, "transform_net." + nflowsName + "." + part);
            add(weights, "01conditioner_" + name + "_" + part, array);
        }
    }

    /** In nflows both triangles are lists, row by row; here L, U and the diagonal are a matrix. */
    NDList luLinear(int layer) {
        double[] lower = state(layer, "lower_entries").toDoubleArray();
        double[] upper = state(layer, "upper_entries").toDoubleArray();
        double[] diagonal = state(layer, "unconstrained_upper_diag").toDoubleArray();
        NDArray bias = state(layer, "bias");
        int features = diagonal.length;
        double[] lu = new double[features * features];
        int fromLower = 0;
        int fromUpper = 0;
        for (int i = 0; i < features; i++) {
            for (int j = 0; j < features; j++) {
                int place = i * features + j;
                if (j < i) {
                    lu[place] = lower[fromLower++];
                } else if (j == i) {
                    lu[place] = diagonal[i] - ONE;
                } else {
                    lu[place] = upper[fromUpper++];
                }
            }
        }
        NDList weights = new NDList();
        add(weights, "lu", bias.getManager().create(lu, new Shape(features, features)));
        add(weights, "bias", bias);
        return weights;
    }

    /** In nflows the scale comes before the shift. */
    NDList maskedAffine(int layer) {
        List<String> names =
                List.of("initial_layer", "blocks.0.linear", "blocks.1.linear", "final_layer");
        return MaskedWeights.of(
                names.size(),
                (i, part) -> state(layer, "autoregressive_net." + names.get(i) + "." + part),
                new int[] {1, 0},
                new double[] {0, SOFTPLUS_ONE});
    }

    NDList permutation(int layer) {
        NDList weights = new NDList();
        add(weights, "places", state(layer, "_permutation"));
        return weights;
    }

    private static void add(NDList weights, String name, NDArray array) {
        array.setName(name);
        weights.add(array);
    }
}
