package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/** Arrays of float32 that each of several {@link Peers} has a copy of. */
final class CommonArrays {

    private CommonArrays() {}

    /** Replaces them by those of the first peer. */
    static void handOut(NDList arrays, Peers peers) {
        exchange(
                arrays,
                all -> {
                    if (peers.rank() > 0) {
                        Arrays.fill(all, 0);
                    }
                    peers.sum(all);
                });
    }

    /** Replaces them by their means. */
    static void average(NDList arrays, Peers peers) {
        exchange(
                arrays,
                all -> {
                    peers.sum(all);
                    for (int i = 0; i < all.length; i++) {
                        all[i] /= peers.count();
                    }
                });
    }

    private static void exchange(NDList arrays, Consumer<float[]> change) {
        int size = Math.toIntExact(arrays.stream().mapToLong(NDArray::size).sum());
        FloatBuffer all = FloatBuffer.allocate(size);
        arrays.forEach(array -> all.put(array.toFloatArray()));
        change.accept(all.array());
        all.flip();
        for (NDArray array : arrays) {
            float[] changed = new float[Math.toIntExact(array.size())];
            all.get(changed);
            try (NDArray there = array.getManager().create(changed, array.getShape())) {
                there.copyTo(array);
            }
        }
    }
}
