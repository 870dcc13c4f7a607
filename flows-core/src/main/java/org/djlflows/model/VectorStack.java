package org.djlflows.model;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.MaskedNet;
import org.djlflows.bijection.Order;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Activation;
import org.djlflows.nn.Mlp;
import org.djlflows.univariate.Univariate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Transforms over vectors, with or without other maps between them. */
final class VectorStack {

    private VectorStack() {}

    /** Couplings that keep the halves in turn. */
    static NormalizingFlow ofCouplings(
            int transforms,
            List<Integer> hidden,
            Activation activation,
            Supplier<Univariate> univariate) {
        int[] widths = widths(hidden);
        return of(
                transforms,
                LuLinear::new,
                i -> {
                    Mask mask = i % 2 == 0 ? Mask.KEEP_FIRST_HALF : Mask.KEEP_SECOND_HALF;
                    return new Coupling(mask, univariate.get(), new Mlp(activation, widths));
                });
    }

    /** Autoregressive layers, in the order of the features and against it in turn. */
    static NormalizingFlow ofAutoregressive(
            int transforms,
            List<Integer> hidden,
            Activation activation,
            Supplier<Univariate> univariate) {
        int[] widths = widths(hidden);
        return of(
                transforms,
                LuLinear::new,
                i -> {
                    Order order = i % 2 == 0 ? Order.ASCENDING : Order.DESCENDING;
                    MaskedNet network = MaskedNet.mlp(activation, widths);
                    return new MaskedAutoregressive(univariate.get(), order, network);
                });
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
        require(preset, context >= 0, "a context of at least 0 features", context);
        require(preset, transforms >= 1, "at least 1 transform", transforms);
        boolean wide =
                hidden != null
                        && !hidden.isEmpty()
                        && hidden.stream().allMatch(width -> width != null && width >= 1);
        require(preset, wide, "hidden layers of width 1 or more", hidden);
    }

    static void require(String preset, boolean holds, String expected, Object got) {
        if (!holds) {
            throw new IllegalArgumentException(preset + ": expected " + expected + ", got " + got);
        }
    }
}
