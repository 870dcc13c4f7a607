package org.djlflows.stochastic;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Scripted;

import java.util.Optional;

/**
 * Some steps of a Markov chain towards a log-density, the same in both directions. Between the
 * layers of a flow that is fitted to the same or to an {@link Annealed} target it makes a
 * stochastic normalizing flow, whose samples reach modes that the flow alone leaves out, and which
 * is weighed by the path of each sample.
 *
 * <p>A step proposes \(y = x + \frac{\sigma^2}{2} \nabla \log p(x) + \sigma \epsilon\) with
 * \(\epsilon \sim N(0, I)\), without the gradient for Metropolis.
 *
 * <ul>
 *   <li>{@link #metropolis} and {@link #adjustedLangevin} accept it with the probability that keeps
 *       p as it is, \(\min\left(1, \frac{p(y)\,g(x \mid y)}{p(x)\,g(y \mid x)}\right)\): \(V(x, z)
 *       = \log p(x) - \log p(z)\), in which the constant of p does not matter
 *   <li>{@link #langevin} always does: \(V = \sum \log g(\text{step to } x) - \log g(\text{step
 *       back})\), so that its error is weighed too
 * </ul>
 *
 * <p>x is (batch, event...); a context is that of the target. {@link
 * org.djlflows.evaluation.ImportanceWeights} of samples of a {@link StochasticFlow} give unbiased
 * normalisers, and expectations; {@link org.djlflows.training.VariationalInference} trains the
 * layers around. Gradients take the way through the steps, with what was accepted held fixed: exact
 * for {@code langevin}, for the others without the part that comes of the acceptance. Through
 * Langevin's steps they take second derivatives of the target, which are not finite far out for
 * some of PyTorch's operators ({@code logaddexp}; {@code logsumexp} does). The target's parameters
 * are trained too unless they are frozen.
 *
 * <p>A step costs one evaluation of the target, and its gradient for Langevin's.
 *
 * @see <a href="https://arxiv.org/abs/2002.06707">Wu, Köhler and Noé, Stochastic Normalizing Flows,
 *     2020</a>
 */
public final class MarkovChain extends StochasticLayer {

    private final Block target;
    private final int steps;
    private final boolean drifts;
    private final boolean adjusted;

    private MarkovChain(
            Block target, int steps, double deviation, boolean drifts, boolean adjusted) {
        super("acceptance");
        if (steps < 1 || !(deviation > 0 && Double.isFinite(deviation))) {
            throw new IllegalArgumentException(
                    "MarkovChain: expected 1 step or more of a positive and finite deviation, got "
                            + steps
                            + " and "
                            + deviation);
        }
        if (KernelBlock.isRandom(target)) {
            throw new IllegalArgumentException(
                    "MarkovChain: expected a log-density that is the same at each call, got a "
                            + target.getClass().getSimpleName()
                            + " that draws");
        }
        this.target = addChildBlock("target", target);
        this.steps = steps;
        this.drifts = drifts;
        this.adjusted = adjusted;
        addNumbers("sigma", deviation);
    }

    /**
     * Returns a chain of random steps, accepted or not (random-walk Metropolis).
     *
     * @param target a block with a kernel from x to \(\log p(x)\), up to a constant: a {@code
     *     LogDensity} of a kernel, an {@link Annealed} one or an exact distribution
     * @param steps the number of steps, at least 1
     * @param deviation the standard deviation \(\sigma\) of a step, positive
     * @return the layer
     * @throws IllegalArgumentException if a number is out of its range or the target draws
     */
    public static MarkovChain metropolis(Block target, int steps, double deviation) {
        return new MarkovChain(target, steps, deviation, false, true);
    }

    /**
     * Returns a chain of steps that follow the gradient, all of which are taken (unadjusted
     * Langevin).
     *
     * @param target a block with a kernel from x to \(\log p(x)\), up to a constant, differentiable
     * @param steps the number of steps, at least 1
     * @param deviation the standard deviation \(\sigma\) of a step, positive
     * @return the layer
     * @throws IllegalArgumentException if a number is out of its range or the target draws
     */
    public static MarkovChain langevin(Block target, int steps, double deviation) {
        return new MarkovChain(target, steps, deviation, true, false);
    }

    /**
     * Returns a chain of steps that follow the gradient, accepted or not (Metropolis-adjusted
     * Langevin).
     *
     * @param target a block with a kernel from x to \(\log p(x)\), up to a constant, differentiable
     * @param steps the number of steps, at least 1
     * @param deviation the standard deviation \(\sigma\) of a step, positive
     * @return the layer
     * @throws IllegalArgumentException if a number is out of its range or the target draws
     */
    public static MarkovChain adjustedLangevin(Block target, int steps, double deviation) {
        return new MarkovChain(target, steps, deviation, true, true);
    }

    @Override
    public boolean isExact() {
        return false;
    }

    /**
     * Runs the chain from each row and returns how many of its steps were accepted, without
     * gradients: some 0.2 to 0.5 is good for Metropolis, 0.5 to 0.7 for adjusted Langevin. Less
     * asks for a smaller deviation.
     *
     * @param inputs x and optionally the context
     * @return the share of accepted steps, of shape (batch); 1 for unadjusted Langevin
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    public NDArray acceptance(NDList inputs) {
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch = inputs.get(0).getManager().newSubManager()) {
            ParameterStore store = new ParameterStore(scratch, false);
            return run("acceptance", getEventShape(), true, store, inputs, false).get(0);
        }
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Scripted.kernelOf(target, false)
                .map(
                        k ->
                                Kernel.of(MarkovChain.class, "markov_chain")
                                        .calling("target", k)
                                        .with("STEPS", steps)
                                        .with("DRIFTS", drifts)
                                        .with("ADJUSTED", adjusted));
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        target.initialize(manager, type, shapes);
        if (Scripted.kernelOf(target, false).isEmpty()) {
            throw new IllegalArgumentException(
                    "MarkovChain: expected a target with a kernel, such as LogDensity.of(text), got"
                            + " a "
                            + target.getClass().getSimpleName()
                            + " without");
        }
    }
}
