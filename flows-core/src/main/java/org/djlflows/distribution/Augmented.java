package org.djlflows.distribution;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractDistribution;
import org.djlflows.Distribution;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;

import java.util.List;
import java.util.Optional;

/**
 * A density that is trained on data with Gaussian noise, and at times without their class.
 *
 * <p>{@code forward} returns \(\log p(x + \sigma \epsilon \mid c)\) with \(\epsilon \sim N(0, I)\),
 * drawn anew at each call. In training each row also loses its class with some probability: its
 * context, a row of K class weights, becomes 1 / K everywhere, which is no class. Guidance needs a
 * density that was trained so.
 *
 * <ul>
 *   <li>x: (batch, event...)
 *   <li>context: (batch, K) class weights where classes are dropped, else that of p
 * </ul>
 *
 * <p>What p learns is the density of noisy data, so its samples carry the noise; {@link
 * org.djlflows.sampling.Denoising} of p removes it. Both directions cost what those of p cost.
 *
 * @see <a href="https://arxiv.org/abs/2412.06329">Zhai et al., Normalizing Flows are Capable
 *     Generative Models, 2025, sections 2.4 and 2.6</a>
 */
public final class Augmented extends AbstractDistribution {

    private final Distribution density;
    private final double deviation;
    private final double dropout;
    private volatile Program parts;

    /**
     * Creates a density of data with noise.
     *
     * @param density the density p
     * @param deviation the standard deviation \(\sigma\) of the noise, in the units of x
     * @throws IllegalArgumentException if the deviation is negative or not finite
     */
    public Augmented(Distribution density, double deviation) {
        this(density, deviation, 0);
    }

    /**
     * Creates a density of data with noise, some without their class.
     *
     * @param density the density p
     * @param deviation the standard deviation \(\sigma\) of the noise, in the units of x; 0 for
     *     none
     * @param dropout the probability with which a row loses its class in training, in [0, 1]
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Augmented(Distribution density, double deviation, double dropout) {
        boolean inRange = deviation >= 0 && Double.isFinite(deviation);
        if (!inRange || !(dropout >= 0 && dropout <= 1)) {
            throw new IllegalArgumentException(
                    "Augmented: expected a deviation of at least 0 and a probability, got "
                            + deviation
                            + " and "
                            + dropout);
        }
        this.density = addChildBlock("density", density);
        this.deviation = deviation;
        this.dropout = dropout;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return density.kernel(training)
                .map(p -> partsKernel(training).calling("density", Autograd.ofDistribution(p)));
    }

    private Kernel partsKernel(boolean training) {
        return Kernel.of(Augmented.class, "augmented")
                .with("DEVIATION", deviation)
                .with("DROPOUT", dropout)
                .with("DROPS", training && dropout > 0);
    }

    @Override
    protected NDList logProbInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList seen = callPart("with_noise", inputs.subNDList(0, 1));
        NDList context = inputs.subNDList(1);
        if (training && dropout > 0 && !context.isEmpty()) {
            context = callPart("with_some_dropped", context);
        }
        return new NDList(density.forward(store, seen.addAll(context), training));
    }

    @Override
    protected boolean drawsInForward() {
        return true;
    }

    @Override
    public NDList sampleWithLogProb(NDManager manager, long n) {
        if (n <= 0) {
            return super.sampleWithLogProb(manager, n);
        }
        checkRequest(manager, n, new NDList());
        return density.sampleWithLogProb(manager, n);
    }

    @Override
    public NDList sampleWithLogProb(NDArray context) {
        checkRequest(context.getManager(), context.getShape().get(0), new NDList(context));
        return density.sampleWithLogProb(context);
    }

    @Override
    protected NDList sampleInParts(ParameterStore store, NDList inputs, boolean training) {
        return density.sample(store, inputs, training);
    }

    private NDList callPart(String part, NDList in) {
        Program program = parts;
        if (program == null) {
            program = Program.of(partsKernel(true), 0, "with_noise", "with_some_dropped");
            parts = program;
        }
        return program.call(part, in, new NDList(), List.of());
    }

    @Override
    protected void beforeInitialize(Shape... shapes) {
        super.beforeInitialize(shapes);
        if (dropout > 0 && shapes.length > 1) {
            requireVectors(shapes[1]);
        }
    }
}
