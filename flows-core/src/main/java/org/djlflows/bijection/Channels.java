package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Divides the features of vectors, or the channels of images. */
final class Channels implements Division {

    private final IntFunction<boolean[]> passes;

    Channels(IntFunction<boolean[]> passes) {
        this.passes = passes;
    }

    /** Tells for each of so many places whether it passes unchanged. */
    boolean[] passes(int size) {
        return passes.apply(size);
    }

    @Override
    public Shape keptShape(Shape event) {
        return new Shape(places(event, true).length).addAll(event.slice(1));
    }

    @Override
    public Shape movedShape(Shape event) {
        return new Shape(places(event, false).length).addAll(event.slice(1));
    }

    @Override
    public Kernel kernel(Shape event) {
        int[] kept = places(event, true);
        int[] moved = places(event, false);
        int size = kept.length + moved.length;
        if (Arrays.equals(kept, IntStream.range(0, kept.length).toArray())) {
            return kernel("first_kept").with("SPLIT", kept.length);
        }
        if (Arrays.equals(kept, IntStream.range(moved.length, size).toArray())) {
            return kernel("last_kept").with("SPLIT", moved.length);
        }
        List<Integer> order = new ArrayList<>();
        Arrays.stream(kept).forEach(order::add);
        Arrays.stream(moved).forEach(order::add);
        List<Integer> joined = IntStream.range(0, size).map(order::indexOf).boxed().toList();
        return kernel("scattered")
                .with("KEPT", order.subList(0, kept.length))
                .with("MOVED", order.subList(kept.length, size))
                .with("JOINED", joined);
    }

    private static Kernel kernel(String name) {
        return Kernel.of(Channels.class, name);
    }

    private int[] places(Shape event, boolean passing) {
        boolean[] passes = passes(Math.toIntExact(event.get(0)));
        return IntStream.range(0, passes.length).filter(i -> passes[i] == passing).toArray();
    }
}
