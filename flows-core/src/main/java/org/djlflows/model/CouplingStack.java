package org.djlflows.model;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Activation;
import org.djlflows.nn.Mlp;
import org.djlflows.univariate.Univariate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Couplings over vectors that keep the halves in turn, with a learned linear map between them. */
final class CouplingStack {

    private CouplingStack() {}

    static NormalizingFlow of(
            int transforms,
            List<Integer> hidden,
            Activation activation,
            Supplier<Univariate> univariate) {
        int[] widths = hidden.stream().mapToInt(i -> i).toArray();
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < transforms; i++) {
            if (i > 0) {
                layers.add(new LuLinear());
            }
            Mask mask = i % 2 == 0 ? Mask.KEEP_FIRST_HALF : Mask.KEEP_SECOND_HALF;
            layers.add(new Coupling(mask, univariate.get(), new Mlp(activation, widths)));
        }
        return new NormalizingFlow(new SequentialBijection(layers), new StandardNormal());
    }

    static void check(
            String preset, int features, int context, int transforms, List<Integer> hidden) {
        require(preset, features >= 1, "at least 1 feature", features);
        require(preset, context >= 0, "a context of at least 0 features", context);
        require(preset, transforms >= 1, "at least 1 transform", transforms);
        boolean wide =
                hidden != null
                        && !hidden.isEmpty()
                        && hidden.stream().allMatch(width -> width >= 1);
        require(preset, wide, "hidden layers of width 1 or more", hidden);
    }

    static void require(String preset, boolean holds, String expected, Object got) {
        if (!holds) {
            throw new IllegalArgumentException(preset + ": expected " + expected + ", got " + got);
        }
    }
}
