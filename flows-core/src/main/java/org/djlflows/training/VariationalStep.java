package org.djlflows.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Lifetime;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.RandomNumbers;

import java.util.List;
import java.util.Optional;

/**
 * One step of variational inference: samples of a flow, the bounds of a {@link Divergence}, their
 * gradients, clipping and AdamW. It is one program where flow and target have kernels, and several
 * calls otherwise, with the same numbers.
 *
 * <p>It holds the arrays of the weights: after they are replaced, frozen or unfrozen, make a new
 * one.
 */
final class VariationalStep {

    private final LogWeights logWeights;
    private final Divergence divergence;
    private final Descent descent;
    private final Optional<Program> whole;
    private final Optional<Program> evaluation;
    private Program loss;
    private Program update;

    /**
     * Makes the step.
     *
     * @param logWeights flow and target, initialised
     * @param trained how many parameters may be trained, from the first of the flow
     * @param divergence what is minimised
     * @param optimizer holds the state and the schedule
     * @param limit the largest norm of the gradient
     */
    VariationalStep(
            LogWeights logWeights,
            int trained,
            Divergence divergence,
            FusedAdam optimizer,
            double limit) {
        this.logWeights = logWeights;
        this.divergence = divergence;
        descent = new Descent(logWeights, trained, optimizer, limit);
        int arrays = descent.arrays().size();
        whole = logWeights.kernel(true).map(k -> Program.of(whole(k), arrays, "step"));
        evaluation = logWeights.kernel(false).map(k -> Program.of(whole(k), arrays, "evaluate"));
        if (whole.isEmpty()) {
            List<NDArray> weights = descent.weights();
            weights.forEach(weight -> weight.setRequiresGradient(true));
            update = Program.of(descent.kernel(), arrays + weights.size(), "update_from");
        }
    }

    private Kernel whole(Kernel kernel) {
        return descent.withPlaces(
                Kernel.of(VariationalStep.class, "variational_step")
                        .calling("log_weights", kernel)
                        .calling("divergence", divergence.kernel())
                        .calling("descent", descent.kernel())
                        .with("SAMPLES", divergence.samples()));
    }

    /**
     * Takes the step; one whose gradient is not finite changes nothing.
     *
     * @param rows an array of shape (bounds, 0) and optionally the context of each bound
     * @param beta the power of the target
     * @return what it measured, with the mean bound on log Z in the place of the log-density
     */
    TrainingStep.Result take(NDList rows, double beta) {
        return RandomNumbers.draw(() -> takeAlone(rows, beta));
    }

    private TrainingStep.Result takeAlone(NDList rows, double beta) {
        KernelBlock.fit(logWeights, rows);
        try (Lifetime.Use use = descent.use();
                NoGrad noGrad = NoGrad.open();
                NDManager scratch = rows.get(0).getManager().newSubManager()) {
            NDList limitAndRate = descent.nextLimitAndRate(scratch);
            if (whole.isEmpty()) {
                return takeInParts(scratch, rows, beta, limitAndRate);
            }
            NDList inputs = new NDList(rows.get(0), scratch.create((float) beta));
            inputs.addAll(limitAndRate);
            return result(whole.get().call("step", inputs, rows.subNDList(1), descent.arrays()));
        }
    }

    private static TrainingStep.Result result(NDList out) {
        try (out) {
            float bound = number(out.get(0)).floatValue();
            return new TrainingStep.Result(bound, number(out.get(1)).floatValue());
        }
    }

    private static Number number(NDArray scalar) {
        return scalar.toArray()[0];
    }

    private TrainingStep.Result takeInParts(
            NDManager scratch, NDList rows, double beta, NDList limitAndRate) {
        NDArray bound;
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDList lossAndBound = lossInParts(scratch, rows, beta, true);
            collector.backward(lossAndBound.get(0));
            bound = lossAndBound.get(1);
        }
        NDList p = new NDList(descent.arrays());
        for (NDArray weight : descent.weights()) {
            NDArray gradient = weight.getGradient();
            gradient.attach(scratch);
            p.add(gradient);
        }
        NDList out = update.call("update_from", limitAndRate, new NDList(), p);
        descent.weights().forEach(weight -> JniUtils.zeroGrad((PtNDArray) weight));
        return result(new NDList(bound, out.get(0)));
    }

    private NDList lossInParts(NDManager scratch, NDList rows, double beta, boolean training) {
        NDList repeated = new NDList();
        for (NDArray array : rows) {
            NDArray handle = array.repeat(0, divergence.samples());
            handle.attach(scratch);
            repeated.add(handle);
        }
        ParameterStore store = new ParameterStore(scratch, false);
        NDList out = logWeights.forward(store, repeated, training);
        out.add(scratch.create((float) beta));
        if (loss == null) {
            loss = Program.of(divergence.kernel(), 0, "loss");
        }
        return loss.call("loss", out, new NDList(), List.of());
    }

    /**
     * Returns the mean bound, without gradients.
     *
     * @param rows an array of shape (bounds, 0) and optionally the context of each bound
     * @return the mean bound on log Z
     */
    double evaluate(NDList rows) {
        return RandomNumbers.draw(() -> evaluateAlone(rows));
    }

    private double evaluateAlone(NDList rows) {
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch = rows.get(0).getManager().newSubManager()) {
            if (evaluation.isEmpty()) {
                return number(lossInParts(scratch, rows, 1, false).get(1)).doubleValue();
            }
            NDList inputs = new NDList(rows.get(0), scratch.create(1f));
            NDList context = rows.subNDList(1);
            Program program = evaluation.get();
            try (NDList out = program.call("evaluate", inputs, context, descent.arrays())) {
                return number(out.get(0)).doubleValue();
            }
        }
    }
}
