package org.djlflows.spark;

import ai.djl.Model;
import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.apache.hadoop.conf.Configuration;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.djlflows.files.TemporaryFolder;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.runtime.ModelFiles;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.training.RandomAccessRows;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import scala.Tuple2;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/**
 * What each task of a training does: it encodes its rows into a temporary file, trains together
 * with the others, and the first of them ends the model by what the rows for validation and test
 * say.
 *
 * @param plan what is trained on what
 * @param untrained the model with its first weights
 * @param hadoop how file systems are reached
 */
record TrainingTask(
        TrainingPlan plan,
        Broadcast<ModelFiles> untrained,
        Broadcast<SerializableConfiguration> hadoop)
        implements Serializable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TrainingTask.class);

    /**
     * Trains.
     *
     * @param rows its rows with their numbers, in their order
     * @return what came of it from the first task, nothing from the others
     */
    Iterator<Outcome> call(Iterator<Tuple2<Long, Row>> rows) {
        try (Exchange peers = Exchange.of(BarrierTaskContext.get());
                TaskRows own = rows(peers, rows);
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            return trained(own, peers, manager).stream().iterator();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came of a training. */
    sealed interface Outcome extends Serializable {

        /** Returns the model, or throws what stands in its way. */
        ModelFiles model();
    }

    private record Success(ModelFiles model) implements Outcome {}

    /** What all tasks ran into, and would again: Spark need not try. */
    private record Refusal(RuntimeException why) implements Outcome {

        @Override
        public ModelFiles model() {
            throw why;
        }
    }

    /** Only the first task has something to say, and writes the model. */
    private Optional<Outcome> trained(TaskRows own, Exchange peers, NDManager manager)
            throws IOException {
        boolean first = peers.rank() == 0;
        FlowModel model = loaded(manager);
        try {
            train(model, own, peers, manager);
        } catch (IllegalArgumentException | TrainingDivergedException e) {
            return first ? Optional.of(new Refusal(e)) : Optional.empty();
        }
        FlowModel measured = measured(model, own, peers, manager);
        return first ? Optional.of(new Success(FirstModel.files(measured))) : Optional.empty();
    }

    private FlowModel loaded(NDManager manager) throws IOException {
        return TemporaryFolder.use(
                folder -> {
                    untrained.value().write(folder);
                    return FlowModel.load(folder, manager);
                });
    }

    private TaskRows rows(Exchange peers, Iterator<Tuple2<Long, Row>> rows) {
        FlowConfig config = untrained.value().scorer().config();
        return new TaskRows(plan, config, peers.rank(), peers.count(), rows);
    }

    private void train(FlowModel model, TaskRows own, Exchange peers, NDManager manager)
            throws IOException {
        History history =
                TemporaryFolder.use(
                        folder -> {
                            Path file = folder.resolve("checkpoint");
                            try {
                                return train(model, own, peers, manager, file);
                            } catch (IllegalArgumentException e) {
                                throw new IllegalArgumentException(named(e, file), e);
                            } catch (IOException e) {
                                throw new IOException(named(e, file), e);
                            }
                        });
        LOGGER.info("Task {}: {}", peers.rank(), history);
    }

    /** Errors name the checkpoint that the user knows. */
    private String named(Exception e, Path file) {
        return String.valueOf(e.getMessage()).replace(file.toString(), plan.checkpoint());
    }

    private History train(
            FlowModel model, TaskRows own, Exchange peers, NDManager manager, Path file)
            throws IOException {
        MaximumLikelihood.Builder settings = plan.settings().builder().optPeers(peers);
        resumeFrom(file, settings, peers);
        try (Model trained = Model.newInstance("flow", "PyTorch")) {
            trained.setBlock(model.objective());
            NDList validation = own.validation().all(manager);
            return settings.build().fit(trained, own.training(), validation);
        }
    }

    /** Prepares the checkpoint, and who is told of epochs. */
    private void resumeFrom(Path file, MaximumLikelihood.Builder settings, Exchange peers)
            throws IOException {
        Optional<StoredCheckpoint> checkpoint = Optional.empty();
        if (!plan.checkpoint().isEmpty()) {
            Configuration configuration = hadoop.value().value();
            checkpoint = Optional.of(new StoredCheckpoint(plan.checkpoint(), configuration));
            resume(checkpoint.get(), file, peers);
            settings.optCheckpoint(file, true);
        }
        if (peers.rank() == 0) {
            Optional<StoredCheckpoint> stored = checkpoint;
            settings.optListener(history -> endEpoch(history, stored, file));
        }
    }

    /** All go on from what the first has found: the file could change while they look. */
    private static void resume(StoredCheckpoint checkpoint, Path file, Exchange peers)
            throws IOException {
        byte[] state = peers.gather(peers.rank() == 0 ? checkpoint.read() : new byte[0])[0];
        if (state.length > 0) {
            Files.write(file, state);
        }
    }

    private static void endEpoch(
            History history, Optional<StoredCheckpoint> checkpoint, Path file) {
        int epoch = history.validation().size();
        LOGGER.info(
                "Epoch {}: loss {}, validation {} (best: epoch {})",
                epoch,
                history.training().get(epoch - 1),
                history.validation().get(epoch - 1),
                history.bestEpoch());
        if (checkpoint.isPresent()) {
            try {
                checkpoint.get().write(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** All give their rows to the first, which measures. */
    private static FlowModel measured(
            FlowModel model, TaskRows own, Exchange peers, NDManager manager) {
        NDList validation = atFirst(own.validation(), peers, manager);
        NDList test = atFirst(own.test(), peers, manager);
        NDList neighbours = atFirst(own.neighbours(), peers, manager);
        return peers.rank() > 0
                ? model
                : model.tunedOn(validation)
                        .measuredOn(test)
                        .comparingRows(RandomAccessRows.of(neighbours), validation, test);
    }

    private static NDList atFirst(RandomAccessRows own, Exchange peers, NDManager manager) {
        NDList all = new NDList();
        try (NDManager scratch = manager.newSubManager()) {
            for (NDArray array : own.all(scratch)) {
                ByteBuffer bytes = array.toByteBuffer();
                byte[] cells = new byte[bytes.remaining()];
                bytes.get(cells);
                byte[][] parts = peers.gatherAtFirst(cells);
                int size = Arrays.stream(parts).mapToInt(part -> part.length).sum();
                ByteBuffer together = ByteBuffer.allocate(size).order(bytes.order());
                Arrays.stream(parts).forEach(together::put);
                float[] values = new float[size / Float.BYTES];
                together.flip().asFloatBuffer().get(values);
                long width = array.getShape().get(1);
                all.add(manager.create(values, new Shape(values.length / width, width)));
            }
        }
        return all;
    }
}
