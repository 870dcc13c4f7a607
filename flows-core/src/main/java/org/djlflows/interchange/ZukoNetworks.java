package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.Activation;
import org.djlflows.spec.ScalarMap;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The networks of the features of {@code NAF} and {@code UNAF} of zuko, one stack of them in each
 * transform. There a network sees x and the signal as one vector.
 */
final class ZukoNetworks {

    /** That of {@code UNAF}, whatever it is told. */
    private static final int POINTS = 32;

    /** There the integral has no bound. */
    private static final double BOUND = Float.MAX_VALUE;

    private static final String MONOTONIC = "univariate.network.";
    private static final String INTEGRAND = "univariate.integrand.";

    private final boolean monotonic;
    private final int layers;
    private final int features;
    private final int signal;
    private final List<Integer> widths;

    /** Whether the networks have biases, without which they can be made. */
    private final boolean biased;

    /**
     * Looks at the networks of a transform.
     *
     * @param weights the tensors
     * @param transform what the names of its tensors begin with
     * @throws IOException if they are not such networks
     */
    ZukoNetworks(StateDict weights, String transform) throws IOException {
        monotonic = !Tensors.below(weights, transform + MONOTONIC).isEmpty();
        String net = net(transform);
        layers = Tensors.count(weights, "\\Q" + net + "\\E(\\d+)\\.weight");
        boolean inTurn =
                IntStream.range(0, layers)
                        .allMatch(i -> Tensors.has(weights, net + 2 * i + ".weight"));
        if (layers < 2 || !inTurn) {
            throw Tensors.refusal(
                    weights,
                    "hidden layers of the networks of a NAF or a UNAF of zuko, not normalised",
                    Tensors.below(weights, net).stream().sorted().toList() + " under " + net);
        }
        long[] first = Tensors.sizes(weights, net + "0.weight", 3);
        features = Math.toIntExact(first[0]);
        signal = Math.toIntExact(first[2]) - 1;
        Integer[] found = new Integer[layers - 1];
        for (int i = 0; i < found.length; i++) {
            found[i] = Math.toIntExact(Tensors.sizes(weights, net + 2 * i + ".weight", 3)[1]);
        }
        widths = List.of(found);
        biased = Tensors.below(weights, net).stream().anyMatch(name -> name.endsWith(".bias"));
    }

    /** Tells whether a transform has networks of its features. */
    static boolean has(StateDict weights, String transform) {
        return !Tensors.below(weights, transform + "univariate.").isEmpty();
    }

    private String net(String transform) {
        return transform + (monotonic ? MONOTONIC : INTEGRAND);
    }

    /**
     * Returns the scalar maps.
     *
     * @param integrand the non-linearity of networks that are integrated, which no tensor tells
     */
    ScalarMap map(Activation integrand) {
        return monotonic
                ? new ScalarMap.MonotonicNetwork(signal, widths)
                : new ScalarMap.UnconstrainedMonotonic(signal, widths, integrand, POINTS, BOUND);
    }

    /** How the parameters lie: here the shift comes before the signal, there after it. */
    Outputs parameters() {
        return Outputs.of(
                monotonic
                        ? Outputs.inOrder(signal)
                        : IntStream.rangeClosed(0, signal)
                                .map(i -> i == 0 ? signal : i - 1)
                                .toArray());
    }

    /**
     * Takes the networks for a layer.
     *
     * @param order for each feature here, which it is there
     */
    void take(WeightImport copy, String transform, Layers layers, int layer, int... order) {
        String net = net(transform);
        String own = "univariate.";
        Tensor first = new Tensor(net + "0.weight", new Shape(features, width(0), 1 + signal));
        copy.compute(
                layers.path(layer, own + "of_x"),
                values -> columns(sorted(values.get(0), order), 0, 1),
                first);
        copy.compute(
                layers.path(layer, own + "of_signal"),
                values -> columns(sorted(values.get(0), order), 1, 1 + signal),
                first);
        takeBias(copy, net + "0.bias", layers.path(layer, own + "first_bias"), width(0), order);
        for (int i = 1; i < this.layers; i++) {
            copy.compute(
                    layers.path(layer, own + "weight" + (i - 1)),
                    values -> sorted(values.get(0), order),
                    new Tensor(
                            net + 2 * i + ".weight", new Shape(features, width(i), width(i - 1))));
            String bias = layers.path(layer, own + "bias" + (i - 1));
            takeBias(copy, net + 2 * i + ".bias", bias, width(i), order);
        }
    }

    private int width(int layer) {
        return layer < widths.size() ? widths.get(layer) : 1;
    }

    private void takeBias(WeightImport copy, String theirs, String bias, int width, int... order) {
        if (biased) {
            copy.compute(
                    bias,
                    values -> sorted(values.get(0), order),
                    new Tensor(theirs, new Shape(features, width)));
        } else {
            copy.zero(bias);
        }
    }

    /** Sorts what lies by features. */
    private static double[] sorted(double[] theirs, int... order) {
        int size = theirs.length / order.length;
        double[] ours = new double[theirs.length];
        Arrays.setAll(ours, i -> theirs[order[i / size] * size + i % size]);
        return ours;
    }

    /** Returns some columns of a matrix of 1 + S columns. */
    private double[] columns(double[] matrix, int begin, int end) {
        return IntStream.range(0, matrix.length)
                .filter(i -> i % (1 + signal) >= begin && i % (1 + signal) < end)
                .mapToDouble(i -> matrix[i])
                .toArray();
    }
}
