package org.djlflows.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;

import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Lifetime;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.kernel.Scripted;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * One step of maximum likelihood as one program: the log-density, its gradients, clipping and
 * AdamW, in one call where DJL's trainer makes hundreds. The numbers are those of the trainer with
 * {@link GradientGuard} and {@link FusedAdam}, but for rounding; where a row is so far out that
 * {@link NegativeLogLikelihood} bounds it, its bound is that of its chunk.
 *
 * <p>For loops of one's own; {@link MaximumLikelihood} takes it where the block has a kernel. It
 * holds the arrays of the weights: after they are replaced, frozen or unfrozen, make a new one.
 */
public final class TrainingStep {

    /**
     * What a step measured.
     *
     * @param meanLogProb the mean log-density of the rows, before the step, with the bounded
     *     influence of {@link NegativeLogLikelihood}
     * @param gradientNorm the norm of the gradient before clipping
     */
    public record Result(float meanLogProb, float gradientNorm) {}

    private final Block block;
    private final Descent descent;
    private final Program program;
    private final boolean random;

    private TrainingStep(
            Block block, Kernel flow, FusedAdam optimizer, double limit, int chunkRows) {
        this.block = block;
        descent = new Descent(block, block.getParameters().size(), optimizer, limit);
        program = Program.of(kernel(flow, descent, chunkRows), descent.arrays().size(), "step");
        random = KernelBlock.isRandom(block);
    }

    /** Returns the kernel of a step, whole and in parts. */
    static Kernel kernel(Kernel flow, Descent descent, int chunkRows) {
        return descent.withPlaces(
                Kernel.of(TrainingStep.class, "step")
                        .calling("flow", Autograd.ofDistribution(flow))
                        .calling("bounded", NegativeLogLikelihood.bounded())
                        .calling("descent", descent.kernel())
                        .with("CHUNK", chunkRows));
    }

    /**
     * Compiles the step.
     *
     * @param block an initialised distribution; what requires a gradient is trained
     * @param optimizer holds the state and the schedule
     * @param limit the largest norm of the gradient, infinity for none
     * @return the step, or empty if the block has no kernel
     * @throws IllegalArgumentException if the limit is not positive
     */
    public static Optional<TrainingStep> of(Block block, FusedAdam optimizer, double limit) {
        return of(block, optimizer, limit, 0);
    }

    /**
     * Compiles the step.
     *
     * @param block an initialised distribution; what requires a gradient is trained
     * @param optimizer holds the state and the schedule
     * @param limit the largest norm of the gradient, infinity for none
     * @param chunkRows the most rows that are gone through at once, 0 for as many as a CPU is fast
     *     with and all on a GPU
     * @return the step, or empty if the block has no kernel
     * @throws IllegalArgumentException if the limit is not positive or the rows are negative
     */
    public static Optional<TrainingStep> of(
            Block block, FusedAdam optimizer, double limit, int chunkRows) {
        if (chunkRows < 0) {
            throw new IllegalArgumentException(
                    "TrainingStep: expected at least 0 rows at once, got " + chunkRows);
        }
        return Scripted.kernelOf(block, true)
                .map(flow -> new TrainingStep(block, flow, optimizer, limit, chunkRows));
    }

    /**
     * Takes the step; one whose gradient is not finite changes nothing. Layers that fit themselves
     * to the first batch do so before.
     *
     * @param rows x and optionally the context
     * @return what it measured
     * @throws IllegalArgumentException if there are no rows, or a context of another number of rows
     * @throws IllegalStateException if the optimizer is closed
     * @throws org.djlflows.kernel.KernelException if the rows do not fit the block
     */
    public Result take(NDList rows) {
        long n = rows.get(0).getShape().get(0);
        long ofContext = rows.size() > 1 ? rows.get(1).getShape().get(0) : n;
        if (n == 0 || ofContext != n) {
            throw new IllegalArgumentException(
                    String.format(
                            "TrainingStep: expected rows and a context for each, got %s and %s",
                            n, ofContext));
        }
        KernelBlock.fit(block, rows);
        try (Lifetime.Use use = descent.use();
                NoGrad noGrad = NoGrad.open();
                NDManager scratch = rows.get(0).getManager().newSubManager()) {
            NDList inputs = new NDList(rows.get(0)).addAll(descent.nextLimitAndRate(scratch));
            NDList context = rows.subNDList(1);
            Supplier<NDList> call = () -> program.call("step", inputs, context, descent.arrays());
            // Only a step that draws lets others wait.
            try (NDList out = random ? RandomNumbers.draw(call) : call.get()) {
                return new Result(out.get(0).getFloat(), out.get(1).getFloat());
            }
        }
    }
}
