package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;

import org.djlflows.files.CannotWriteException;
import org.djlflows.files.Excerpt;
import org.djlflows.files.WholeFile;
import org.djlflows.weights.Weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/**
 * Saves the whole state of a run after each epoch, in one file that is replaced at once, and
 * continues from it: weights, optimizer, averages, losses and the best weights. Data order and
 * random numbers are a function of seed and epoch and need no saving.
 */
final class RunState {

    private static final String WEIGHTS = "weights.";
    private static final String BEST = "best.";
    private static final String CHECKSUM = "checksum";

    /** Weights, their average, the best ones, and the two moments of the optimizer. */
    private static final int COPIES = 5;

    /** What losses and names may take. */
    private static final long SLACK = 1 << 16;

    /** The rows that a checksum takes at a time. */
    private static final int CHECKED = 4096;

    private static final long WORD = 0xffff_ffffL;

    /** An odd number of many bits: 2^64 over the golden ratio. */
    private static final long MIXER = 0x9e37_79b9_7f4a_7c15L;

    /** The characters of other settings that a message shows. */
    private static final int LONGEST = 1000;

    private final Path file;
    private final String settings;
    private final FusedAdam optimizer;
    private final GradientGuard guard;
    private final WeightAverage average;
    private final Monitor monitor;

    RunState(
            Path file,
            String settings,
            FusedAdam optimizer,
            GradientGuard guard,
            WeightAverage average,
            Monitor monitor) {
        this.file = file;
        this.settings = settings;
        this.optimizer = optimizer;
        this.guard = guard;
        this.average = average;
        this.monitor = monitor;
    }

    /**
     * Checks that there is room for the state of a run.
     *
     * @param block the block, initialised
     * @throws CannotWriteException if the file cannot be written
     */
    void requireRoom(Block block) throws IOException {
        long bytes = SLACK;
        for (Parameter parameter : block.getParameters().values()) {
            NDArray array = parameter.getArray();
            bytes += COPIES * array.size() * array.getDataType().getNumOfBytes();
        }
        // The next state is written beside the one that it replaces.
        long old = Files.exists(file) ? Files.size(file) : 0;
        WholeFile.requireRoom(file, Math.max(bytes, 2 * bytes - old));
    }

    /**
     * Replaces the file by one of the state after the last epoch.
     *
     * @param block the block that is trained
     * @param manager a manager for what is in work
     * @throws IOException if the file cannot be written; the one before is still in its place
     */
    void save(Block block, NDManager manager) throws IOException {
        try (NDManager scratch = manager.newSubManager()) {
            NDList all = new NDList();
            all.addAll(prefixed(WEIGHTS, Weights.copy(block, scratch)));
            all.addAll(prefixed(BEST, copies(scratch, monitor.getBest())));
            all.addAll(optimizer.getState(block));
            all.addAll(average.getState());
            all.add(named("untrained", scratch.create(new double[] {monitor.getUntrained()})));
            all.add(named("training", scratch.create(doubles(monitor.getTrainingLosses()))));
            all.add(named("validation", scratch.create(doubles(monitor.getValidationLosses()))));
            long[] counts = {monitor.getBestEpoch(), average.getSteps(), guard.getSkipped()};
            all.add(named("counts", scratch.create(counts)));
            byte[] text = settings.getBytes(StandardCharsets.UTF_8);
            all.add(named("settings", scratch.create(text)));
            long[] checksum = {new SavedArrays(all).checksum()};
            all.add(named(CHECKSUM, scratch.create(checksum)));
            Weights.write(all, file);
        }
    }

    /**
     * Continues from the file.
     *
     * @param block the block, initialised; it stays as it is if the file is refused
     * @param manager the manager that receives the best weights
     * @throws IOException if the file cannot be read, or is not the whole state of a run
     * @throws IllegalArgumentException if it belongs to another run
     */
    void restore(Block block, NDManager manager) throws IOException {
        try (NDManager scratch = manager.newSubManager()) {
            SavedArrays saved = read(scratch);
            String theirs = new String(saved.get("settings").toByteArray(), StandardCharsets.UTF_8);
            if (!theirs.equals(settings)) {
                throw new IllegalArgumentException(
                        "Checkpoint "
                                + file
                                + ": expected a run with "
                                + settings
                                + ", got one with "
                                + Excerpt.of(theirs, LONGEST)
                                + "; use the arguments of that run, or start afresh");
            }
            try {
                restore(block, saved, manager);
            } catch (RuntimeException e) {
                throw refusal(
                        "the state of this run, got another: " + Excerpt.of(e.getMessage()), e);
            }
        }
    }

    private SavedArrays read(NDManager scratch) throws IOException {
        SavedArrays saved;
        try {
            saved = new SavedArrays(Weights.read(file, scratch));
        } catch (IOException e) {
            throw refusal(
                    "the state of a run, got none. " + Excerpt.of(e.getMessage(), LONGEST), e);
        }
        if (!saved.has("settings") || !saved.has(CHECKSUM)) {
            throw refusal("the state of a run, got other arrays", null);
        }
        long[] expected;
        try {
            expected = saved.remove(CHECKSUM).toLongArray();
        } catch (IllegalStateException e) {
            throw refusal("a checksum of the state of a run, got another type", e);
        }
        if (!Arrays.equals(expected, new long[] {saved.checksum()})) {
            throw refusal("the state of a run, got a damaged one: its checksum differs", null);
        }
        return saved;
    }

    private IOException refusal(String expectedAndGot, Exception cause) {
        return new IOException(
                "Checkpoint "
                        + file
                        + ": expected "
                        + expectedAndGot
                        + "; delete it, or start without resuming (without --resume)",
                cause);
    }

    private void restore(Block block, SavedArrays saved, NDManager manager) {
        long[] counts = saved.get("counts").toLongArray();
        guard.setSkipped((int) counts[2]);
        average.setState(block, saved, counts[1]);
        optimizer.setState(block, saved, (int) counts[1]);
        NDList best = copies(manager, saved.under(BEST));
        monitor.setState(
                saved.get("untrained").toDoubleArray()[0],
                saved.get("training").toDoubleArray(),
                saved.get("validation").toDoubleArray(),
                (int) counts[0],
                best);
        // Both are compared with the block before it is changed.
        if (counts[0] > 0) {
            Weights.requireFits(block, best);
        }
        Weights.restore(block, saved.under(WEIGHTS));
    }

    /** Returns a checksum of arrays, by which a run knows its data. */
    static long checksum(NDList arrays) {
        CRC32 sum = new CRC32();
        arrays.forEach(array -> sum.update(array.toByteBuffer()));
        return sum.getValue();
    }

    /**
     * Returns a checksum of rows, by which a run knows its data. The sum of those of some rows and
     * of the rows behind them is that of both.
     *
     * @param rows the rows, some of which at a time are on the manager
     * @param before the number of rows before the first
     * @param manager a manager for what is in work
     * @return 32 bits
     */
    static long checksum(RandomAccessRows rows, long before, NDManager manager) {
        long sum = 0;
        for (long from = 0; from < rows.size(); from += CHECKED) {
            long to = Math.min(rows.size(), from + CHECKED);
            try (NDManager scratch = manager.newSubManager()) {
                NDList some = rows.take(scratch, IntStream.range((int) from, (int) to).toArray());
                sum += ofRows(some, before + from);
            }
        }
        return sum & WORD;
    }

    private static long ofRows(NDList rows, long before) {
        int n = Math.toIntExact(rows.head().getShape().get(0));
        List<ByteBuffer> bytes = rows.stream().map(NDArray::toByteBuffer).toList();
        CRC32 ofRow = new CRC32();
        long sum = 0;
        for (int i = 0; i < n; i++) {
            ofRow.reset();
            for (ByteBuffer array : bytes) {
                int width = array.limit() / n;
                ofRow.update(array.duplicate().position(i * width).limit((i + 1) * width));
            }
            // Mixed with the number, so that another order is another sum.
            long mixed = (ofRow.getValue() + ((before + i) << Integer.SIZE)) * MIXER;
            sum += mixed >>> Integer.SIZE;
        }
        return sum;
    }

    private static double[] doubles(List<Double> list) {
        return list.stream().mapToDouble(d -> d).toArray();
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }

    private static NDList copies(NDManager manager, NDList arrays) {
        NDList copies = new NDList();
        for (NDArray array : arrays) {
            NDArray copy = named(array.getName(), array.duplicate());
            copy.attach(manager);
            copies.add(copy);
        }
        return copies;
    }

    private static NDList prefixed(String prefix, NDList arrays) {
        arrays.forEach(array -> array.setName(prefix + array.getName()));
        return arrays;
    }
}
