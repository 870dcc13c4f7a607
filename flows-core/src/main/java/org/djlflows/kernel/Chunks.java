package org.djlflows.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Computes large batches in chunks, without gradients.
 *
 * <p>Memory stays bounded by the chunks in work, and so does time per row: PyTorch gives arrays of
 * megabytes back to the system after each operator, and the page faults of the next cost ten times
 * its arithmetic.
 */
public final class Chunks {

    /** Values of x in a chunk: what a layer makes of them stays within the caches. */
    private static final long VALUES = 1 << 16;

    /** On a GPU small arrays do not fill the device. */
    private static final long VALUES_ON_GPU = 1 << 22;

    private static final long MOST_ROWS = 1 << 12;
    private static final long FEWEST_ROWS = 1 << 8;
    private static final long FEWEST_IMAGES = 1 << 3;
    private static final long ROWS_OF_GRADIENTS = 1 << 10;
    private static final long IMAGES_OF_GRADIENTS = 1 << 4;

    /** Not the interrupt of the thread, which is a matter of whose thread it is. */
    private static final ThreadLocal<BooleanSupplier> CANCELLED =
            ThreadLocal.withInitial(() -> () -> false);

    private Chunks() {}

    /**
     * Does work that may become useless while it is done. All that this thread computes in chunks
     * meanwhile, such as log-densities and samples of a flow, ends before the next chunk by a
     * {@code CancellationException} once it is cancelled.
     *
     * @param cancelled whether the work has become useless; asked on several threads
     * @param work the work
     * @param <T> the type of its result
     * @return the result
     * @throws Exception what the work throws
     */
    public static <T> T cancellable(BooleanSupplier cancelled, Callable<T> work) throws Exception {
        BooleanSupplier outer = CANCELLED.get();
        CANCELLED.set(cancelled);
        try {
            return work.call();
        } finally {
            CANCELLED.set(outer);
        }
    }

    /**
     * Computes {@code forward} of a block, as outside of training, for all rows.
     *
     * @param block an initialised block
     * @param inputs what it takes, on any device; the manager of the first receives the results
     * @return the results, where the parameters of the block are
     * @throws IllegalArgumentException if the numbers of rows differ
     */
    public static NDList forward(Block block, NDList inputs) {
        // What draws is computed chunk after chunk, so that a seed repeats it.
        boolean parallel = block instanceof KernelBlock && !KernelBlock.isRandom(block);
        Shape event = inputs.get(0).getShape().slice(1);
        return map(
                block, inputs, event, parallel, (store, rows) -> block.forward(store, rows, false));
    }

    /**
     * Computes all rows where the parameters of a block are, so that these are not copied for each
     * chunk.
     *
     * @param block an initialised block
     * @param inputs arrays with the same number of rows, on any device; the manager of the first
     *     receives the results
     * @param event the shape of one event
     * @param parallel whether chunks may be computed at the same time
     * @param call computes some rows
     * @return the results, of all rows
     * @throws IllegalArgumentException if the numbers of rows differ
     */
    public static NDList map(
            Block block,
            NDList inputs,
            Shape event,
            boolean parallel,
            BiFunction<ParameterStore, NDList, NDList> call) {
        Device device =
                block.getParameters().values().stream()
                        .map(parameter -> parameter.getArray().getDevice())
                        .findFirst()
                        .orElse(inputs.get(0).getDevice());
        long perChunk = rowsPerChunk(event, device, rows(inputs.get(0)));
        return map(inputs, device, perChunk, parallel, call);
    }

    /**
     * Computes all rows by gradients, of which a chunk keeps what all layers make.
     *
     * @param inputs arrays with the same number of rows; the manager of the first receives the
     *     results
     * @param call computes some rows
     * @return the results, of all rows
     * @throws IllegalArgumentException if the numbers of rows differ
     */
    public static NDList mapByGradients(
            NDList inputs, BiFunction<ParameterStore, NDList, NDList> call) {
        Device device = inputs.get(0).getDevice();
        Shape event = inputs.get(0).getShape().slice(1);
        long most = rowsPerChunk(event, device, rows(inputs.get(0)));
        long kept = event.dimension() < 2 ? ROWS_OF_GRADIENTS : IMAGES_OF_GRADIENTS;
        return map(inputs, device, Math.min(most, kept), true, call);
    }

    /**
     * Computes all rows where they are.
     *
     * @param inputs arrays with the same number of rows; the manager of the first receives the
     *     results
     * @param event the shape of one event
     * @param parallel whether chunks may be computed at the same time, on threads of this library
     *     as many as cores; not where this thread {@linkplain RandomNumbers#draw draws}
     * @param call computes some rows
     * @return the results, of all rows
     * @throws IllegalArgumentException if the numbers of rows differ
     */
    public static NDList map(
            NDList inputs,
            Shape event,
            boolean parallel,
            BiFunction<ParameterStore, NDList, NDList> call) {
        Device device = inputs.get(0).getDevice();
        long perChunk = rowsPerChunk(event, device, rows(inputs.get(0)));
        return map(inputs, device, perChunk, parallel, call);
    }

    private static NDList map(
            NDList inputs,
            Device device,
            long perChunk,
            boolean parallel,
            BiFunction<ParameterStore, NDList, NDList> call) {
        NDManager manager = inputs.get(0).getManager();
        long rows = rows(inputs.get(0));
        if (rows <= perChunk) {
            return compute(manager, device, inputs, call);
        }
        for (NDArray context : inputs.subNDList(1)) {
            if (rows(context) != rows) {
                throw new IllegalArgumentException(
                        "Chunks: expected a context of " + rows + " rows, got " + rows(context));
            }
        }
        long[] ends = LongStream.range(1, (rows + perChunk - 1) / perChunk).toArray();
        Arrays.setAll(ends, i -> ends[i] * perChunk);
        try (NDManager scratch = manager.newSubManager()) {
            NDList[] pieces = inputs.stream().map(a -> a.split(ends)).toArray(NDList[]::new);
            Arrays.stream(pieces).forEach(piece -> piece.attach(scratch));
            BooleanSupplier cancelled = CANCELLED.get();
            IntFunction<NDList> chunk =
                    i -> {
                        requireWanted(cancelled);
                        return compute(scratch, device, at(pieces, i), call);
                    };
            NDList[] parts = each(ends.length + 1, parallel && !device.isGpu(), chunk);
            NDList all = new NDList();
            for (int i = 0; i < parts[0].size(); i++) {
                all.add(NDArrays.concat(at(parts, i)));
            }
            all.attach(manager);
            return all;
        }
    }

    /** Computes some rows without arrays of DJL. */
    @FunctionalInterface
    public interface Range {

        /**
         * Computes rows.
         *
         * @param from the first row
         * @param to the end of the rows
         */
        void compute(int from, int to);
    }

    /**
     * Computes all rows in ranges, at the same time where there are several cores.
     *
     * @param rows the number of rows
     * @param perRange how many of them a range has, but for the last one
     * @param range computes some rows
     */
    public static void ranges(int rows, int perRange, Range range) {
        int count = (rows + perRange - 1) / perRange;
        BooleanSupplier cancelled = CANCELLED.get();
        IntConsumer part =
                i -> {
                    requireWanted(cancelled);
                    int from = i * perRange;
                    range.compute(from, Math.min(rows, from + perRange));
                };
        if (count > 1 && Runtime.getRuntime().availableProcessors() > 1 && !Workers.isOne()) {
            Workers.each(
                    count,
                    i -> {
                        part.accept(i);
                        return i;
                    });
        } else {
            IntStream.range(0, count).forEach(part);
        }
    }

    private static void requireWanted(BooleanSupplier cancelled) {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("nobody waits for these rows any more");
        }
    }

    private static NDList[] each(int chunks, boolean parallel, IntFunction<NDList> chunk) {
        if (parallel && !Workers.isOne() && !RandomNumbers.isDrawing()) {
            return Workers.each(chunks, chunk).toArray(NDList[]::new);
        }
        return IntStream.range(0, chunks).mapToObj(chunk).toArray(NDList[]::new);
    }

    private static long rows(NDArray array) {
        return array.getShape().dimension() == 0 ? 0 : array.getShape().get(0);
    }

    /**
     * Returns the number of rows of a chunk. Of images, whose rows take long, there is on a CPU a
     * chunk for each core.
     *
     * @param event the shape of one event
     * @param device where the rows are
     * @param rows the number of all rows
     * @return the number of rows of a chunk, which may be more than there are
     */
    static long rowsPerChunk(Shape event, Device device, long rows) {
        boolean vectors = event.dimension() < 2;
        long fewest = vectors ? FEWEST_ROWS : FEWEST_IMAGES;
        if (device.isGpu()) {
            return Math.max(fewest, VALUES_ON_GPU / event.size());
        }
        long most = Math.min(MOST_ROWS, VALUES / event.size());
        int cores = Runtime.getRuntime().availableProcessors();
        return Math.max(fewest, vectors ? most : Math.min(most, (rows + cores - 1) / cores));
    }

    /** Returns the i-th array of each list. */
    private static NDList at(NDList[] lists, int i) {
        return new NDList(Arrays.stream(lists).map(list -> list.get(i)).toList());
    }

    private static NDList compute(
            NDManager manager,
            Device device,
            NDList inputs,
            BiFunction<ParameterStore, NDList, NDList> call) {
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch = manager.newSubManager()) {
            NDList in = new NDList();
            for (NDArray array : inputs) {
                // The same array on another manager, which then receives what is made of it.
                NDArray handle = array.toDevice(device, true);
                handle.attach(scratch);
                in.add(handle);
            }
            NDList out = call.apply(new ParameterStore(scratch, false), in);
            out.attach(manager);
            return out;
        }
    }
}
