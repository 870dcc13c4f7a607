package org.djlflows.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.translate.Batchifier;

import org.djlflows.kernel.RandomNumbers;

/** A step of maximum likelihood by DJL's trainer, for distributions without a kernel. */
final class TrainerStep extends TrainingListenerAdapter implements MaximumLikelihood.Step {

    private final NegativeLogLikelihood loss = new NegativeLogLikelihood();
    private final GradientGuard guard;
    private final Trainer trainer;
    private TrainingStep.Result result;

    /**
     * Makes the trainer.
     *
     * @param model a model with an initialised distribution
     * @param optimizer holds the state and the schedule
     * @param limit the largest norm of the gradient
     * @param rows rows of the form of a batch
     */
    TrainerStep(Model model, FusedAdam optimizer, double limit, NDList rows) {
        guard = new GradientGuard(limit, 0);
        trainer =
                model.newTrainer(
                        new DefaultTrainingConfig(loss)
                                .optOptimizer(optimizer)
                                .optDevices(new Device[] {model.getNDManager().getDevice()})
                                .addTrainingListeners(this));
        trainer.initialize(rows.getShapes());
    }

    /**
     * Takes the step; one whose gradient is not finite changes nothing. DJL collects gradients on
     * one thread of the process at a time, so that the steps of several runs take turns.
     *
     * @param rows x and optionally the context, on a manager that is closed after the step
     * @return what it measured
     */
    @Override
    public TrainingStep.Result take(NDList rows) {
        NDManager manager = rows.head().getManager();
        int size = Math.toIntExact(rows.head().getShape().get(0));
        Batchifier stack = Batchifier.STACK;
        // DJL's EasyTrain fails without labels; the loss ignores them.
        Batch batch = new Batch(manager, rows, rows, size, stack, stack, 0, 0);
        return RandomNumbers.draw(
                () -> {
                    EasyTrain.trainBatch(trainer, batch);
                    trainer.step();
                    return result;
                });
    }

    /** Clips the gradients, before the optimizer sees them. */
    @Override
    public void onTrainingBatch(Trainer ofBatch, BatchData batchData) {
        NDList logDensities = batchData.getPredictions().get(ofBatch.getDevices()[0]);
        float meanLogProb = -loss.evaluate(new NDList(), logDensities).getFloat();
        result = new TrainingStep.Result(meanLogProb, guard.clip(ofBatch));
    }

    @Override
    public void close() {
        trainer.close();
    }
}
