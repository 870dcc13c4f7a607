package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;

import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Lifetime;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.kernel.Scripted;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A step that {@link Peers} take together, which is that of {@link TrainingStep} on all their rows
 * but for rounding: each computes the gradient of its rows, \(g = \sum_r n_r g_r / \sum_r n_r\) is
 * that of all, and all change their weights by it in the same way.
 */
final class SharedStep implements MaximumLikelihood.Step {

    /** The first numbers of a part: its share of the batch, and that of the log-density. */
    private static final int BEFORE_GRADIENTS = 2;

    private final Peers peers;
    private final NDManager manager;
    private final Descent descent;
    private final Program program;
    private final boolean random;
    private final int batchSize;
    private final int size;

    private SharedStep(
            Block block,
            Descent descent,
            Program program,
            Peers peers,
            int batchSize,
            NDManager manager) {
        this.descent = descent;
        this.program = program;
        this.peers = peers;
        this.batchSize = batchSize;
        this.manager = manager;
        random = KernelBlock.isRandom(block);
        long weights = descent.weights().stream().mapToLong(NDArray::size).sum();
        size = Math.toIntExact(BEFORE_GRADIENTS + weights);
    }

    /**
     * Compiles the step.
     *
     * @param block an initialised distribution; what requires a gradient is trained
     * @param optimizer holds the state and the schedule
     * @param settings limit of the gradient, rows of batches and chunks, and who takes part
     * @param manager a manager for what is in work
     * @return the step, or empty if the block has no kernel, or layers that fit themselves to the
     *     first batch, of which nobody has all rows
     */
    static Optional<SharedStep> of(
            Block block,
            FusedAdam optimizer,
            MaximumLikelihood.Builder settings,
            NDManager manager) {
        if (!KernelBlock.isFitted(block)) {
            return Optional.empty();
        }
        return Scripted.kernelOf(block, true)
                .map(
                        flow -> {
                            Descent descent =
                                    new Descent(
                                            block,
                                            block.getParameters().size(),
                                            optimizer,
                                            settings.gradientLimit);
                            Program program =
                                    Program.of(
                                            TrainingStep.kernel(flow, descent, settings.chunkRows),
                                            descent.arrays().size(),
                                            "part",
                                            "step_of");
                            return new SharedStep(
                                    block,
                                    descent,
                                    program,
                                    settings.peers,
                                    settings.batchSize,
                                    manager);
                        });
    }

    /**
     * Takes the step together with the others; one whose gradient is not finite changes nothing.
     *
     * @param rows its own rows of the batch, x and optionally the context; empty if it has none
     * @return what all measured
     */
    @Override
    public TrainingStep.Result take(NDList rows) {
        try (Lifetime.Use use = descent.use();
                NoGrad noGrad = NoGrad.open();
                NDManager scratch = manager.newSubManager()) {
            float[] sum = rows.isEmpty() ? new float[size] : part(rows, scratch);
            peers.sum(sum);
            NDList inputs =
                    new NDList(scratch.create(sum)).addAll(descent.nextLimitAndRate(scratch));
            try (NDList out = program.call("step_of", inputs, new NDList(), descent.arrays())) {
                return new TrainingStep.Result(out.get(0).getFloat(), out.get(1).getFloat());
            }
        }
    }

    private float[] part(NDList rows, NDManager scratch) {
        float share = (float) rows.head().getShape().get(0) / batchSize;
        NDArray there = scratch.create(share).toDevice(rows.head().getDevice(), false);
        NDList inputs = new NDList(rows.head(), there);
        NDList context = rows.subNDList(1);
        Supplier<NDList> call = () -> program.call("part", inputs, context, descent.arrays());
        try (NDList out = random ? RandomNumbers.draw(call) : call.get()) {
            return out.head().toFloatArray();
        }
    }
}
