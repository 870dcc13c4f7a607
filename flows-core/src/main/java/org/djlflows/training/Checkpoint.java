package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;

import org.djlflows.data.Excerpt;
import org.djlflows.model.Weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Saves the whole state of a run after each epoch, in one file that is replaced at once, and
 * continues from it: weights, optimizer, averages, losses and the best weights. Data order and
 * random numbers are a function of seed and epoch and need no saving.
 *
 * <p>It comes after the other listeners that hold state.
 */
final class Checkpoint extends TrainingListenerAdapter {

    private static final String WEIGHTS = "weights.";
    private static final String BEST = "best.";

    /** The characters of other settings that a message shows. */
    private static final int LONGEST = 1000;

    private final Path file;
    private final String settings;
    private final FusedAdam optimizer;
    private final GradientGuard guard;
    private final WeightAverage average;
    private final Monitor monitor;

    Checkpoint(
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

    @Override
    public void onEpoch(Trainer trainer) {
        Block block = trainer.getModel().getBlock();
        try (NDManager scratch = trainer.getManager().newSubManager()) {
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
            Weights.write(all, file);
        } catch (ClosedByInterruptException e) {
            // The checkpoint of the epoch before is still in its place.
            Interruption.check("MaximumLikelihood", monitor.getEpochs() - 1);
            throw new UncheckedIOException("Cannot write the checkpoint " + file, e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the checkpoint " + file, e);
        }
    }

    /**
     * Continues from the file.
     *
     * @param block the block, initialised
     * @param manager the manager that receives the best weights
     * @throws IOException if the file cannot be read or is damaged
     * @throws IllegalArgumentException if it belongs to another run
     */
    void restore(Block block, NDManager manager) throws IOException {
        try (NDManager scratch = manager.newSubManager()) {
            Map<String, NDArray> saved = new TreeMap<>();
            Weights.read(file, scratch).forEach(array -> saved.put(array.getName(), array));
            restore(block, saved, manager);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            // An array is missing, or has another type or shape.
            throw new IOException(
                    "Checkpoint "
                            + file
                            + ": expected the state of a run, got a damaged one: "
                            + Excerpt.of(e.getMessage()),
                    e);
        }
    }

    private void restore(Block block, Map<String, NDArray> saved, NDManager manager) {
        if (!saved.containsKey("settings")) {
            throw new IllegalArgumentException(
                    "Checkpoint " + file + ": expected the state of a run, got other arrays");
        }
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
        long[] counts = saved.get("counts").toLongArray();
        Weights.restore(block, stripped(WEIGHTS, saved));
        guard.setSkipped((int) counts[2]);
        average.setState(block, saved, counts[1]);
        optimizer.setState(block, saved, (int) counts[1]);
        NDList best = copies(manager, stripped(BEST, saved));
        monitor.setState(
                saved.get("untrained").toDoubleArray()[0],
                saved.get("training").toDoubleArray(),
                saved.get("validation").toDoubleArray(),
                (int) counts[0],
                best);
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

    private static NDList stripped(String prefix, Map<String, NDArray> saved) {
        NDList arrays = new NDList();
        saved.forEach(
                (name, array) -> {
                    if (name.startsWith(prefix)) {
                        arrays.add(named(name.substring(prefix.length()), array));
                    }
                });
        return arrays;
    }
}
