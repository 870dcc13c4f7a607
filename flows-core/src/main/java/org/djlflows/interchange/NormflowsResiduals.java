package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Permutation;
import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.spec.LipschitzActivation;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code Residual} layers of normflows with a {@code LipschitzMLP}, and {@code ActNorm} between
 * them, from the data on.
 *
 * <p>There a matrix is divided by its norm as power iterations left it, so that the quotient can
 * exceed {@code lipschitz_const} by a little. Quotients are what is taken here, where the bound is
 * so large that it leaves them as they are.
 */
final class NormflowsResiduals {

    private static final String NET = "iresblock.nnet.net.";

    /** The bound of the preset, and that of quotients, of which its norm is above the true one. */
    private static final double COEFFICIENT = 0.999;

    private static final double LARGEST = 0.99;

    /** What the diagonal of an {@code LuLinear} exceeds. */
    private static final double SMALLEST = 1e-3;

    private final StateDict weights;
    private final List<String> residuals = new ArrayList<>();

    /** What lies before each residual, and after the last one. */
    private final List<Optional<String>> norms = new ArrayList<>(List.of(Optional.empty()));

    NormflowsResiduals(StateDict weights, String prefix, int count) throws IOException {
        this.weights = weights;
        for (int i = count - 1; i >= 0; i--) {
            add(prefix + i + ".");
        }
    }

    /** Tells whether tensors are those of such a layer or of one that lies between them. */
    static boolean has(StateDict weights, String prefix) {
        return isResidual(weights, prefix) || isNorm(weights, prefix);
    }

    private static boolean isResidual(StateDict weights, String prefix) {
        return Tensors.has(weights, prefix + NET + "1.weight");
    }

    private static boolean isNorm(StateDict weights, String prefix) {
        return Tensors.has(weights, prefix + "s") && Tensors.has(weights, prefix + "t");
    }

    private void add(String prefix) throws IOException {
        int place = residuals.size();
        if (isResidual(weights, prefix)) {
            residuals.add(prefix);
            norms.add(Optional.empty());
        } else if (isNorm(weights, prefix) && norms.get(place).isEmpty()) {
            norms.set(place, Optional.of(prefix));
        } else {
            throw Tensors.refusal(
                    weights,
                    "Residual layers of normflows with a LipschitzMLP, and at most one ActNorm"
                            + " between each two of them",
                    Tensors.below(weights, prefix) + " under \"" + prefix + '"');
        }
    }

    FoundFlow find() throws IOException {
        if (residuals.isEmpty()) {
            throw Tensors.refusal(weights, "Residual layers of normflows", weights.names());
        }
        int features = Tensors.size(weights, net(0, 1) + "weight", 1);
        int[] hidden = new int[layers() - 1];
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = Tensors.size(weights, net(0, 2 * i + 1) + "weight", 0);
        }
        if (hidden.length == 0) {
            throw Tensors.refusal(weights, "a LipschitzMLP with hidden layers", "one without");
        }
        boolean normed = norms.stream().anyMatch(Optional::isPresent);
        VectorFlow flow =
                Presets.residualFlow()
                        .withTransforms(residuals.size())
                        .withHidden(hidden)
                        .withMixing(normed ? Mixing.PERMUTATION_AND_LU_LINEAR : Mixing.NONE)
                        .with("activation", LipschitzActivation.LIP_SWISH)
                        .with("activatesInput", true)
                        .with("coefficient", COEFFICIENT);
        return new FoundFlow(flow, features, 0);
    }

    /** Returns what the names of the tensors of a part of a network begin with. */
    private String net(int residual, int part) {
        return residuals.get(residual) + NET + part + ".";
    }

    private int layers() {
        return Tensors.count(weights, "\\Q" + residuals.get(0) + NET + "\\E(\\d+)\\.weight");
    }

    void take(WeightImport copy, Layers layers, double lipschitz) {
        int residual = 0;
        for (int layer = 0; layer < layers.count(); layer++) {
            if (layers.get(layer) instanceof Permutation) {
                int[] places =
                        Outputs.inOrder(Math.toIntExact(layers.shape(layer, "places").size()));
                copy.compute(
                        layers.path(layer, "places"),
                        none -> Arrays.stream(places).asDoubleStream().toArray());
            } else if (layers.get(layer) instanceof LuLinear) {
                takeNorm(copy, layers, layer, norms.get(residual));
            } else {
                takeResidual(copy, layers, layer, residual, lipschitz);
                residual++;
            }
        }
    }

    /** From data to noise \((x - t) e^{-s}\). */
    private static void takeNorm(
            WeightImport copy, Layers layers, int layer, Optional<String> norm) {
        String lu = layers.path(layer, "lu");
        String bias = layers.path(layer, "bias");
        if (norm.isEmpty()) {
            copy.zero(lu).zero(bias);
            return;
        }
        Shape row = new Shape(1, layers.shape(layer, "bias").get(0));
        Tensor s = new Tensor(norm.get() + "s", row);
        Tensor t = new Tensor(norm.get() + "t", row);
        copy.compute(lu, values -> lu(norm.get(), values.get(0)), s);
        copy.compute(
                bias,
                values ->
                        IntStream.range(0, values.get(0).length)
                                .mapToDouble(i -> -values.get(1)[i] * Math.exp(-values.get(0)[i]))
                                .toArray(),
                s,
                t);
        copy.ignore(norm.get() + "data_dep_init_done");
    }

    private static double[] lu(String prefix, double[] s) {
        double one = Outputs.softplusInverseOfOne(SMALLEST);
        double[] lu = new double[s.length * s.length];
        for (int i = 0; i < s.length; i++) {
            double scale = Math.exp(-s[i]) - SMALLEST;
            if (!(scale > 0)) {
                throw new IllegalArgumentException(
                        String.format(
                                "NormflowsWeights: expected %ss below %.3f, got %s",
                                prefix, -Math.log(SMALLEST), s[i]));
            }
            // The inverse of softplus.
            lu[i * (s.length + 1)] = scale + Math.log(-Math.expm1(-scale)) - one;
        }
        return lu;
    }

    private void takeResidual(
            WeightImport copy, Layers layers, int layer, int residual, double lipschitz) {
        int count = layers();
        Tensor[] steepness = new Tensor[count];
        for (int i = 0; i < count; i++) {
            steepness[i] = new Tensor(net(residual, 2 * i) + "beta", new Shape(1));
            String theirs = net(residual, 2 * i + 1);
            String weight = "layer" + i + "_weight";
            Shape shape = layers.shape(layer, weight);
            copy.compute(
                    layers.path(layer, weight),
                    values -> quotient(theirs, values, lipschitz),
                    new Tensor(theirs + "weight", shape),
                    new Tensor(theirs + "u", new Shape(shape.get(0))),
                    new Tensor(theirs + "v", new Shape(shape.get(1))));
            copy.take(theirs + "bias", layers.path(layer, "layer" + i + "_bias"));
            copy.ignore(theirs + "scale");
        }
        copy.compute(
                layers.path(layer, "steepness"),
                values -> values.stream().mapToDouble(beta -> beta[0]).toArray(),
                steepness);
        for (String name :
                List.of("geom_p", "lamb", "last_n_samples", "last_firmom", "last_secmom")) {
            copy.ignore(residuals.get(residual) + "iresblock." + name);
        }
    }

    /** Divides a matrix by what normflows takes for its norm, where that is too large. */
    private static double[] quotient(String name, List<double[]> values, double lipschitz) {
        double[] u = values.get(1);
        double[] v = values.get(2);
        // There it is a float32 number whatever the type of the matrix.
        float factor = (float) Math.max(1, dot(u, times(values.get(0), v)) / lipschitz);
        double[] quotient = Arrays.stream(values.get(0)).map(w -> w / factor).toArray();
        double largest = norm(quotient, v);
        if (!(largest <= LARGEST)) {
            throw new IllegalArgumentException(
                    String.format(
                            "NormflowsWeights: expected %sweight to have a norm of at most %s when"
                                    + " divided by that of its u and v, got %.3f; is lipschitz_const"
                                    + " %s, and were the norms updated before the export?",
                            name, LARGEST, largest, lipschitz));
        }
        return quotient;
    }

    /** The spectral norm, by power iterations. */
    private static double norm(double[] matrix, double[] start) {
        double[] v = start;
        double norm = 0;
        for (int i = 0; i < 200; i++) {
            double[] u = times(matrix, v);
            norm = Math.sqrt(dot(u, u) / Math.max(dot(v, v), Double.MIN_NORMAL));
            double[] next = new double[v.length];
            for (int place = 0; place < matrix.length; place++) {
                next[place % v.length] += matrix[place] * u[place / v.length];
            }
            double length = Math.max(Math.sqrt(dot(next, next)), Double.MIN_NORMAL);
            v = Arrays.stream(next).map(value -> value / length).toArray();
        }
        return norm;
    }

    private static double[] times(double[] matrix, double[] v) {
        double[] product = new double[matrix.length / v.length];
        for (int place = 0; place < matrix.length; place++) {
            product[place / v.length] += matrix[place] * v[place % v.length];
        }
        return product;
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }
}
