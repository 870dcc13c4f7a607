package org.djlflows.model;

import ai.djl.nn.Block;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.MaskedNet;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Activation;
import org.djlflows.nn.Mlp;
import org.djlflows.nn.ResidualNet;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Transforms over vectors, with or without other maps between them. */
final class VectorStack {

    /** The most layers of a kind: beyond it lie mistakes, of which the blocks fill the memory. */
    static final int MOST = 1000;

    /** The most hidden layers of a network. */
    private static final int DEEPEST = 100;

    /** The most numbers in a matrix between hidden layers, as of 4096 units squared. */
    private static final int MOST_WEIGHTS = 1 << 24;

    /** The most features, units or channels. */
    static final int WIDEST = 1 << 16;

    private VectorStack() {}

    /** Transforms with what mixes the features between them. */
    static NormalizingFlow of(int transforms, Mixing mixing, IntFunction<Bijection> transform) {
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < transforms; i++) {
            layers.addAll(mixing.before(i, transforms));
            layers.add(transform.apply(i));
        }
        layers.addAll(mixing.before(transforms, transforms));
        return new NormalizingFlow(new SequentialBijection(layers), new StandardNormal());
    }

    /** Returns the value for a transform of a few that return from the start. */
    static <T> T inTurn(List<T> values, int transform) {
        return values.get(transform % values.size());
    }

    /** The conditioner of a coupling. */
    static Block network(boolean residual, Activation activation, List<Integer> hidden) {
        return residual
                ? new ResidualNet(activation, hidden.get(0), hidden.size())
                : new Mlp(activation, widths(hidden));
    }

    /** The network of an autoregressive layer. */
    static MaskedNet maskedNet(boolean residual, Activation activation, List<Integer> hidden) {
        return residual
                ? MaskedNet.residual(activation, hidden.get(0), hidden.size())
                : MaskedNet.mlp(activation, widths(hidden));
    }

    static int[] widths(List<Integer> hidden) {
        return hidden.stream().mapToInt(i -> i).toArray();
    }

    /** Layers with another one between each two of them. */
    static NormalizingFlow of(
            int transforms, Supplier<Bijection> between, IntFunction<Bijection> transform) {
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < transforms; i++) {
            if (i > 0) {
                layers.add(between.get());
            }
            layers.add(transform.apply(i));
        }
        return new NormalizingFlow(new SequentialBijection(layers), new StandardNormal());
    }

    /** Layers one after the other. */
    static NormalizingFlow of(int transforms, IntFunction<Bijection> transform) {
        List<Bijection> layers = IntStream.range(0, transforms).mapToObj(transform).toList();
        return new NormalizingFlow(new SequentialBijection(layers), new StandardNormal());
    }

    /** Checks the hyper-parameters that all presets with networks have. */
    static void check(
            String preset,
            int features,
            int context,
            int transforms,
            List<Integer> hidden,
            Activation activation) {
        check(preset, features, context, transforms, hidden);
        require(preset, activation != null, "an activation", activation);
    }

    /** Checks the hyper-parameters that all presets over vectors have. */
    static void check(
            String preset, int features, int context, int transforms, List<Integer> hidden) {
        require(preset, features >= 1, "at least 1 feature", features);
        requireAtMost(preset, WIDEST, "features", features);
        require(preset, context >= 0, "a context of at least 0 features", context);
        requireAtMost(preset, WIDEST, "features of the context", context);
        require(preset, transforms >= 1, "at least 1 transform", transforms);
        requireAtMost(preset, MOST, "transforms", transforms);
        boolean wide =
                hidden != null
                        && !hidden.isEmpty()
                        && hidden.stream().allMatch(width -> width != null && width >= 1);
        require(preset, wide, "hidden layers of width 1 or more", hidden);
        requireAtMost(preset, DEEPEST, "hidden layers", hidden.size());
        hidden.forEach(width -> requireAtMost(preset, WIDEST, "units in a layer", width));
        checkWeights(preset, features + context, 1, hidden);
    }

    /** Checks that no layer is so large that it is a mistake. */
    static void checkWeights(String preset, long inputs, long groups, List<Integer> hidden) {
        long in = inputs;
        for (int width : hidden) {
            long out = groups * width;
            requireAtMost(preset, MOST_WEIGHTS, "weights in a layer", in * out);
            in = out;
        }
    }

    static void requireAtMost(String preset, int most, String what, long got) {
        require(preset, got <= most, "at most " + most + " " + what, got);
    }

    /** Checks the hyper-parameters of couplings and of autoregressive layers. */
    static void checkStack(
            String preset,
            List<? extends Enum<?>> inTurn,
            List<Integer> hidden,
            boolean residual,
            Mixing mixing) {
        boolean given =
                inTurn != null && !inTurn.isEmpty() && inTurn.stream().noneMatch(Objects::isNull);
        require(preset, given, "masks or orders, at least one", inTurn);
        boolean even = !residual || hidden.stream().distinct().count() == 1;
        require(preset, even, "residual blocks of one width", hidden);
        require(preset, mixing != null, "a mixing", null);
    }

    /** Checks the number of groups of features. */
    static void checkPasses(String preset, int passes, int features) {
        require(preset, passes >= 1 && passes <= features, "1 to " + features + " passes", passes);
    }

    static void require(String preset, boolean holds, String expected, Object got) {
        if (!holds) {
            throw new IllegalArgumentException(preset + ": expected " + expected + ", got " + got);
        }
    }
}
