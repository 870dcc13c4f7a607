package org.djlflows.bijection;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.nn.Activations;
import org.djlflows.nn.Mlp;
import org.djlflows.nn.ResidualNet;
import org.djlflows.spec.Activation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The form of the hidden layers of a {@link MaskedAutoregressive} layer, which holds their
 * parameters and masks. The context enters the first of them, beside the features.
 */
public final class MaskedNet {

    private final Activation activation;
    private final boolean residual;
    private final int[] widths;
    private final boolean[] angles;

    private MaskedNet(Activation activation, boolean residual, boolean[] angles, int... widths) {
        this.activation = activation;
        this.residual = residual;
        this.angles = angles;
        this.widths = widths;
    }

    /**
     * Returns hidden layers one after the other, as {@link Mlp} has them: MADE.
     *
     * @param activation the non-linearity
     * @param hidden the widths of the hidden layers
     * @return the network
     * @throws IllegalArgumentException if there is no hidden layer or one of width 0
     */
    public static MaskedNet mlp(Activation activation, int... hidden) {
        if (hidden.length == 0 || Arrays.stream(hidden).anyMatch(width -> width < 1)) {
            throw new IllegalArgumentException(
                    "MaskedNet: expected hidden layers of width 1 or more, got "
                            + Arrays.toString(hidden));
        }
        return new MaskedNet(activation, false, new boolean[0], hidden.clone());
    }

    /**
     * Returns a linear layer and blocks of two more, which are added, as {@link ResidualNet} has
     * them: the residual MADE of nflows.
     *
     * @param activation the non-linearity
     * @param width the width of all layers
     * @param blocks the number of residual blocks
     * @return the network
     * @throws IllegalArgumentException if an argument is less than 1
     */
    public static MaskedNet residual(Activation activation, int width, int blocks) {
        if (width < 1 || blocks < 1) {
            throw new IllegalArgumentException(
                    "MaskedNet: expected a width and a number of blocks of at least 1, got "
                            + width
                            + " and "
                            + blocks);
        }
        int[] widths = new int[1 + 2 * blocks];
        Arrays.fill(widths, width);
        return new MaskedNet(activation, true, new boolean[0], widths);
    }

    /**
     * Returns the same hidden layers, which see some features as angles: \(\cos x_i\) and \(\sin
     * x_i\) in place of \(x_i\), so that what they make is the same at \(-\pi\) and \(\pi\).
     *
     * @param angles for each feature, whether it is an angle; a layer over another number of
     *     features refuses to be initialised
     * @return the network
     */
    public MaskedNet withAngles(boolean... angles) {
        return new MaskedNet(activation, residual, angles.clone(), widths);
    }

    /** Returns which columns the first layer has for each of some features. */
    List<List<Integer>> columns(int features) {
        if (angles.length != 0 && angles.length != features) {
            throw new IllegalArgumentException(
                    String.format(
                            "MaskedNet: expected %d features, of which it is known which are"
                                    + " angles, got %d",
                            angles.length, features));
        }
        List<List<Integer>> columns = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < features; i++) {
            boolean angle = angles.length > 0 && angles[i];
            columns.add(angle ? List.of(next, next + 1) : List.of(next));
            next += angle ? 2 : 1;
        }
        return columns;
    }

    /** Returns the kernel by which features are seen. */
    Kernel features() {
        boolean plain = IntStream.range(0, angles.length).noneMatch(i -> angles[i]);
        return plain
                ? Kernel.of(MaskedNet.class, "plain_features")
                : Kernel.of(MaskedNet.class, "periodic_features")
                        .with(
                                "ANGLES",
                                IntStream.range(0, angles.length)
                                        .mapToObj(i -> angles[i])
                                        .toList());
    }

    /** Returns the widths of all linear layers but the output map. */
    int[] widths() {
        return widths.clone();
    }

    /** Returns the kernel from x and the context in one to the features of the output map. */
    Kernel kernel() {
        Kernel kernel =
                residual
                        ? Kernel.of(ResidualNet.class, "residual_net")
                                .with("BLOCKS", widths.length / 2)
                                .with("GATED", false)
                        : Kernel.of(Mlp.class, "mlp").with("LAYERS", widths.length);
        List<String> names =
                IntStream.range(0, widths.length)
                        .mapToObj(this::nameOfLayer)
                        .flatMap(layer -> Stream.of(layer + "_weight", layer + "_bias"))
                        .toList();
        return kernel.calling("activation", Activations.kernel(activation))
                .taking(new ParameterNames(names));
    }

    /** Returns how the network without masks calls a layer. */
    private String nameOfLayer(int i) {
        if (!residual) {
            return "layer" + i;
        }
        return i == 0 ? "first" : "block" + (i - 1) / 2 + (i % 2 == 1 ? "_first" : "_second");
    }

    /**
     * Returns the kernel that makes the units step by step.
     *
     * @param units for each layer and step, how many units are made by then
     */
    Kernel steps(List<List<Integer>> units) {
        return Kernel.of(MaskedNet.class, residual ? "residual_steps" : "mlp_steps")
                .calling("activation", Activations.kernel(activation))
                .with("HIDDEN", widths.length)
                .with("UNITS", units);
    }
}
