package org.djlflows.interchange;

import org.djlflows.model.AutoregressiveSplineFlow;
import org.djlflows.model.MaskedAutoregressiveFlow;
import org.djlflows.model.NeuralSplineFlow;
import org.djlflows.model.Preset;
import org.djlflows.model.RealNvp;
import org.djlflows.nn.Activation;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What the imports of several libraries ask of presets. */
final class Presets {

    /** What {@link #parameters} expects of a network. */
    static final String PARAMETERS =
            "2 outputs for each feature that is moved, of an affine map, or 3 K - 1, of a"
                    + " rational-quadratic spline with linear tails,";

    private Presets() {}

    /** Returns the non-linearity, which no tensor tells, of a preset that has one. */
    static Activation activation(Preset preset) {
        if (preset instanceof RealNvp p) {
            return p.activation();
        }
        if (preset instanceof MaskedAutoregressiveFlow p) {
            return p.activation();
        }
        if (preset instanceof NeuralSplineFlow p) {
            return p.activation();
        }
        return preset instanceof AutoregressiveSplineFlow p ? p.activation() : Activation.RELU;
    }

    /** Returns the bound of splines, which no tensor tells, of a preset that has one. */
    static double bound(Preset preset) {
        if (preset instanceof NeuralSplineFlow p) {
            return p.bound();
        }
        return preset instanceof AutoregressiveSplineFlow p ? p.bound() : 1;
    }

    /** Returns the number of parameters of a scalar map, of which a network makes so many. */
    static Optional<Integer> parameters(int outputs, int features) {
        if (features == 0 || outputs % features != 0) {
            return Optional.empty();
        }
        int count = outputs / features;
        boolean affineOrSpline = count == 2 || (count >= 5 && count % 3 == 2);
        return affineOrSpline ? Optional.of(count) : Optional.empty();
    }

    /** Returns the number of bins of a spline of so many parameters. */
    static int bins(int parameters) {
        return (parameters + 1) / 3;
    }

    static void requireEqual(StateDict weights, Preset preset, Preset found) throws IOException {
        if (!preset.equals(found)) {
            throw Tensors.refusal(weights, "the tensors of " + preset, "those of " + found);
        }
    }

    /** Returns the fewest values that give all of them where they are repeated. */
    static <T> List<T> period(List<T> values) {
        int length =
                IntStream.rangeClosed(1, values.size())
                        .filter(n -> repeats(values, n))
                        .findFirst()
                        .orElseThrow();
        return List.copyOf(values.subList(0, length));
    }

    private static boolean repeats(List<?> values, int length) {
        return IntStream.range(length, values.size())
                .allMatch(i -> values.get(i).equals(values.get(i - length)));
    }
}
