package org.djlflows.distribution;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractDistribution;
import org.djlflows.Distribution;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;

import java.util.Optional;

/**
 * The distribution of whole numbers 0 to L - 1, such as the 256 levels of a pixel, that a density p
 * on \([0, 1]^D\) gives them: \(P(k) = \int_{[0, 1)^D} p\left(\frac{k + u}{L}\right) L^{-D} du\).
 *
 * <p>{@code forward} draws noise \(u \sim q(u \mid k)\) and returns \(\log p\left(\frac{k +
 * u}{L}\right) - D \log L - \log q(u \mid k)\): an estimate, another one at each call, whose mean
 * is a lower bound of \(\log P(k)\). The noise is uniform, or comes from a conditional flow
 * (variational dequantisation), which is trained together with p and makes the bound tighter.
 * {@code BitsPerDimension(D, 1)} counts the bound in bits.
 *
 * <ul>
 *   <li>x: (batch, event...) of D whole numbers a row, as float32 or float64
 *   <li>context: that of p
 *   <li>context of the noise: \((k + \frac12) / L - \frac12\), in the shape of x
 * </ul>
 *
 * <p>Samples of p become whole numbers, those outside of \([0, 1)\) the nearest. All calls draw, so
 * they run on one thread at a time.
 *
 * @see <a href="https://arxiv.org/abs/1511.01844">Theis, van den Oord and Bethge, A note on the
 *     evaluation of generative models, 2016, section 3.1</a>
 * @see <a href="https://arxiv.org/abs/1902.00275">Ho, Chen, Srinivas, Duan and Abbeel, Flow++,
 *     2019, equation 12</a>
 */
public final class Dequantized extends AbstractDistribution {

    private final Distribution density;
    private final Distribution noise;
    private final int levels;
    private volatile Program parts;

    /**
     * Creates a distribution with uniform noise.
     *
     * @param density the density p
     * @param levels the number of levels L
     * @throws IllegalArgumentException if there are fewer than 2 levels
     */
    public Dequantized(Distribution density, int levels) {
        this(density, levels, new UniformBox(0, 1));
    }

    /**
     * Creates a distribution with noise that depends on x.
     *
     * @param density the density p
     * @param levels the number of levels L
     * @param noise the conditional distribution q on \([0, 1]^D\), whose samples are
     *     differentiable, such as a flow that begins with {@code Logit(0)}
     * @throws IllegalArgumentException if there are fewer than 2 levels
     */
    public Dequantized(Distribution density, int levels, Distribution noise) {
        if (levels < 2) {
            throw new IllegalArgumentException(
                    "Dequantized: expected 2 levels or more, got " + levels);
        }
        this.density = addChildBlock("density", density);
        this.noise = addChildBlock("noise", noise);
        this.levels = levels;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Optional<Kernel> p = density.kernel(training);
        Optional<Kernel> q = noise.kernel(training);
        if (p.isEmpty() || q.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                partsKernel()
                        .calling("density", Autograd.ofDistribution(p.get()))
                        .calling("noise", q.get())
                        .calling("autograd", Kernel.of(Autograd.class, "autograd")));
    }

    private Kernel partsKernel() {
        return Kernel.of(Dequantized.class, "dequantized")
                .with("LEVELS", levels)
                .with("LOG_VOLUME", getEventShape().size() * Math.log(levels));
    }

    @Override
    protected NDList logProbInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList k = inputs.subNDList(0, 1);
        NDList start = callPart("start", store, k, training);
        NDList u = noise.sample(store, new NDList(start.get(0), start.get(1)), training);
        NDList y = callPart("between", store, new NDList(k.get(0), u.get(0)), training);
        NDArray logP = density.forward(store, y.addAll(inputs.subNDList(1)), training).get(0);
        return callPart("bound", store, new NDList(logP, u.get(1)), training);
    }

    @Override
    protected boolean drawsInForward() {
        return true;
    }

    @Override
    protected NDList sampleInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList y = density.sample(store, inputs, training).subNDList(0, 1);
        NDArray k = callPart("level", store, y, training).get(0);
        NDList in = new NDList(k).addAll(inputs.subNDList(1));
        return new NDList(k, logProbInParts(store, in, training).get(0));
    }

    private NDList callPart(String part, ParameterStore store, NDList in, boolean training) {
        Program program = parts;
        if (program == null) {
            program = compile(partsKernel(), "start", "between", "bound", "level");
            parts = program;
        }
        return call(program, part, store, in, new NDList(), training);
    }

    @Override
    protected void beforeInitialize(Shape... shapes) {
        super.beforeInitialize(shapes);
        parts = null;
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        density.initialize(manager, type, shapes);
        noise.initialize(manager, type, shapes[0], shapes[0]);
    }
}
