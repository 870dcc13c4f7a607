package org.djlflows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.NoGrad;

import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Computes large batches in chunks, without gradients.
 *
 * <p>Memory stays bounded by the chunk, and so does time per row: PyTorch gives arrays of megabytes
 * back to the system after each operator, and the page faults of the next cost ten times its
 * arithmetic.
 */
final class Chunks {

    /** Values of x in a chunk: what a layer makes of them stays within the caches. */
    private static final long VALUES = 1 << 16;

    /** A GPU is fast on large arrays alone. */
    private static final long VALUES_ON_GPU = 1 << 22;

    private static final long MOST_ROWS = 1 << 12;
    private static final long FEWEST_ROWS = 1 << 8;

    private Chunks() {}

    /**
     * Computes all rows.
     *
     * @param inputs arrays with the same number of rows; the manager of the first receives the
     *     results
     * @param event the shape of one event
     * @param parallel whether chunks may be computed at the same time, in the common pool
     * @param call computes some rows
     * @return the results, of all rows
     */
    static NDList map(
            NDList inputs,
            Shape event,
            boolean parallel,
            BiFunction<ParameterStore, NDList, NDList> call) {
        NDManager manager = inputs.get(0).getManager();
        long rows = inputs.get(0).getShape().get(0);
        long perChunk = rows(event, inputs.get(0).getDevice());
        if (rows <= perChunk) {
            return compute(manager, inputs, call);
        }
        long[] ends = LongStream.range(1, (rows + perChunk - 1) / perChunk).toArray();
        Arrays.setAll(ends, i -> ends[i] * perChunk);
        try (NDManager scratch = manager.newSubManager()) {
            NDList[] pieces = inputs.stream().map(a -> a.split(ends)).toArray(NDList[]::new);
            Arrays.stream(pieces).forEach(piece -> piece.attach(scratch));
            IntFunction<NDList> chunk = i -> compute(scratch, at(pieces, i), call);
            NDList[] parts =
                    parallel
                            ? inParallel(ends.length + 1, chunk)
                            : IntStream.rangeClosed(0, ends.length)
                                    .mapToObj(chunk)
                                    .toArray(NDList[]::new);
            NDList all = new NDList();
            for (int i = 0; i < parts[0].size(); i++) {
                all.add(NDArrays.concat(at(parts, i)));
            }
            all.attach(manager);
            return all;
        }
    }

    /** A core for each chunk is faster than each chunk on all cores, most of all than both. */
    private static NDList[] inParallel(int chunks, IntFunction<NDList> chunk) {
        int threads = JniUtils.getNumThreads();
        try {
            return IntStream.range(0, chunks)
                    .parallel()
                    .mapToObj(
                            i -> {
                                // PyTorch keeps this number for each thread.
                                JniUtils.setNumThreads(1);
                                return chunk.apply(i);
                            })
                    .toArray(NDList[]::new);
        } finally {
            JniUtils.setNumThreads(threads);
        }
    }

    /** Returns the number of rows of a chunk. */
    static long rows(Shape event, Device device) {
        if (device.isGpu()) {
            return Math.max(FEWEST_ROWS, VALUES_ON_GPU / event.size());
        }
        return Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, VALUES / event.size()));
    }

    /** Returns the i-th array of each list. */
    private static NDList at(NDList[] lists, int i) {
        return new NDList(Arrays.stream(lists).map(list -> list.get(i)).toList());
    }

    private static NDList compute(
            NDManager manager, NDList inputs, BiFunction<ParameterStore, NDList, NDList> call) {
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch = manager.newSubManager()) {
            NDList in = new NDList();
            for (NDArray array : inputs) {
                // The same array on another manager, which then receives what is made of it.
                NDArray handle = array.toType(array.getDataType(), true);
                handle.attach(scratch);
                in.add(handle);
            }
            NDList out = call.apply(new ParameterStore(scratch, false), in);
            out.attach(manager);
            return out;
        }
    }
}
