package org.djlflows.training;

import ai.djl.TrainingDivergedException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;

import org.djlflows.NormalizingFlow;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;

import java.util.function.Supplier;

/**
 * Clips the gradient by its global norm, and stops a run whose gradients are no longer finite.
 *
 * <p>\(g \leftarrow g \min(1, c / \|g\|)\) over all parameters together, between the backward pass
 * and the step. Where the norm is not finite, all gradients become NaN, which {@link FusedAdam}
 * skips; DJL's optimizers do not. Costs one kernel call and one read of a number a step.
 */
public final class GradientGuard extends TrainingListenerAdapter {

    private static final Ranges RANGES = new Ranges("GradientGuard");

    private final float limit;
    private final int skipLimit;
    private int skipped;
    private Program clip;

    /**
     * Creates the listener.
     *
     * @param limit the largest norm c; infinity clips nothing
     * @param skipLimit the number of steps that may be skipped before the run stops
     * @throws IllegalArgumentException if the limit is not positive in float32, or the number of
     *     steps is negative
     */
    public GradientGuard(double limit, int skipLimit) {
        RANGES.requireGradientLimit(limit);
        RANGES.requireSkipLimit(skipLimit);
        this.limit = (float) limit;
        this.skipLimit = skipLimit;
    }

    /**
     * Returns how many steps were skipped because a gradient was not finite.
     *
     * @return the number of steps
     */
    public int getSkipped() {
        return skipped;
    }

    /** Continues from a saved state. */
    void setSkipped(int steps) {
        skipped = steps;
    }

    /**
     * Clips the gradients of the step to come.
     *
     * @param trainer the trainer
     * @param batchData the batch
     * @throws TrainingDivergedException if more steps were skipped than allowed; the message names
     *     the layer and the row of the batch where a value first was not finite
     */
    @Override
    public void onTrainingBatch(Trainer trainer, TrainingListener.BatchData batchData) {
        float norm = clip(trainer);
        judge(norm, () -> where(trainer.getModel().getBlock(), batchData.getBatch().getData()));
    }

    /** Clips the gradients of the step to come, and returns their norm before. */
    float clip(Trainer trainer) {
        NDList gradients = new NDList();
        for (Parameter parameter : trainer.getModel().getBlock().getParameters().values()) {
            if (parameter.requiresGradient()) {
                gradients.add(parameter.getArray().getGradient());
            }
        }
        if (clip == null) {
            Kernel kernel = Kernel.of(GradientGuard.class, "gradients");
            clip = Program.of(kernel, gradients.size(), "clip");
        }
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch =
                        trainer.getManager().newSubManager(gradients.get(0).getDevice())) {
            NDArray bound = scratch.create(limit);
            return clip.call("clip", new NDList(bound), new NDList(), gradients).get(0).getFloat();
        } finally {
            gradients.close();
        }
    }

    /** Counts a step whose gradient is not finite, and stops the run after too many. */
    void judge(float norm, Supplier<String> where) {
        if (!Float.isFinite(norm) && ++skipped > skipLimit) {
            throw new TrainingDivergedException(
                    "Stopped after "
                            + skipped
                            + (skipped == 1 ? " step" : " steps")
                            + " with gradients that are not finite. "
                            + where.get());
        }
    }

    /** Says where the first value is that is not finite. */
    static String where(Block block, NDList inputs) {
        if (!(block instanceof NormalizingFlow flow)) {
            return "Where is not known: only flows are searched for it.";
        }
        return flow.locateNonFinite(inputs)
                .map(
                        found ->
                                "The first value that is not finite: "
                                        + found
                                        + ". Unless it is the input, try a lower learning rate.")
                .orElse(
                        "All values of this batch are finite: only the gradients are not; try a"
                                + " lower learning rate.");
    }
}
