package org.djlflows.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractBijection;
import org.djlflows.Bijection;
import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.kernel.Chunks;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * Inverts bijections and samples flows, in parallel where layers are autoregressive, and reports
 * how well.
 *
 * <p>The inverse of an autoregressive layer solves \(z_i = f_i(x_i; x_1, \dots, x_{i-1})\), one
 * position after the other. Jacobi's iteration starts at \(x = z\) and solves all equations at
 * once, each with the values that the positions before it had in the step before, until the largest
 * change, relative to \(1 + |x|\), is at most the tolerance. k steps make the first k positions
 * exact, so as many as there are positions always suffice; trained layers often need few. The
 * iteration of Gauss-Seidel and Jacobi does so segment by segment: more steps, which start from
 * better values.
 *
 * <p>Then the layer maps what was found forward. Rows where \(|f(x) - z| / (1 + |z|)\), the
 * residual, exceeds ten times the tolerance (f may be steep) or is not finite are inverted once
 * more by the layer's {@code inverse}, and the residual of that is reported.
 *
 * <p>Each step costs what a pass forward does. Where the sequential inverse is cheap, as that of
 * {@link org.djlflows.bijection.MaskedAutoregressive}, which multiplies as much in all as one pass
 * does, that pays for few steps and small batches only; {@link #withIterations} bounds the loss.
 *
 * <p>Layers are those of {@link Bijection#getSteps()}. In parallel are inverted those whose kernel
 * offers three more functions, on x of shape (batch, n, ...) with the positions on axis 1, in the
 * order of the layer:
 *
 * <ul>
 *   <li>{@code start(z, c, p) -> state}: a list, z in that order, then what the layer wants to keep
 *   <li>{@code improve(x, begin, end, state, c, p)}: for each position from begin to end
 *       (exclusive) the value at which it has its z, where those before it are as in x
 *   <li>{@code finish(x)}: x in the order of the data
 * </ul>
 *
 * <p>All others, inverted ones among them, go by their {@code inverse}; the residual is measured
 * for all. Large batches go through chunks of rows as {@link Distribution} does. Nothing here
 * records gradients: train through {@code inverse}.
 *
 * <p>A sampler compiles a program for each layer at the first call and holds it, so keep it with
 * the flow.
 *
 * @see <a href="https://arxiv.org/abs/2002.03629">Song, Meng, Liao and Ermon, Accelerating
 *     Feedforward Computation via Parallel Nonlinear Equation Solving, 2021, algorithms 1 and 3</a>
 * @see <a href="https://arxiv.org/abs/2505.12849">Liu and Qin, Accelerate TarFlow Sampling with
 *     GS-Jacobi Iteration, 2025</a>
 */
public final class Sampler {

    /** Guesses beyond it are those of a step that diverges; its square is in range of float32. */
    private static final double BOUND = 1e10;

    private static final Kernel CERTIFICATE = Kernel.of(Sampler.class, "certificate");

    /** 0 for the sequential way. */
    private final int segments;

    private final double tolerance;
    private final int iterations;
    private final Program certificate = Program.of(CERTIFICATE, 0, "residual");

    /** What was compiled for a layer; empty for those that go by their own inverse. */
    private final Map<Bijection, Optional<JacobiInverse>> compiled = new ConcurrentHashMap<>();

    private Sampler(int segments, double tolerance, int iterations) {
        this.segments = segments;
        this.tolerance = tolerance;
        this.iterations = iterations;
    }

    /**
     * Inverts each layer by its {@code inverse}.
     *
     * @return the sampler
     */
    public static Sampler sequential() {
        return new Sampler(0, 0, 0);
    }

    /**
     * Inverts autoregressive layers by Jacobi's iteration.
     *
     * @param tolerance the largest change of the last step, relative to \(1 + |x|\)
     * @return the sampler
     * @throws IllegalArgumentException if the tolerance is not positive and finite
     */
    public static Sampler jacobi(double tolerance) {
        return gaussSeidelJacobi(1, tolerance);
    }

    /**
     * Inverts autoregressive layers segment by segment, each by Jacobi's iteration.
     *
     * @param segments the number of segments, of the same size up to one; 1 is Jacobi's iteration,
     *     as many as positions the sequential way by passes forward
     * @param tolerance the largest change of the last step of a segment, relative to \(1 + |x|\)
     * @return the sampler
     * @throws IllegalArgumentException if there are no segments or the tolerance is not positive
     *     and finite
     */
    public static Sampler gaussSeidelJacobi(int segments, double tolerance) {
        if (segments < 1 || !(tolerance > 0 && Double.isFinite(tolerance))) {
            throw new IllegalArgumentException(
                    "Sampler: expected 1 segment or more and a positive and finite tolerance, got "
                            + segments
                            + " and "
                            + tolerance);
        }
        return new Sampler(segments, tolerance, Integer.MAX_VALUE);
    }

    /**
     * Returns this sampler with fewer steps at most; by default as many as suffice. Rows that need
     * more are left to the layer's {@code inverse}.
     *
     * @param most the most steps of each segment
     * @return the sampler; the sequential one is not changed
     * @throws IllegalArgumentException if it is less than 1
     */
    public Sampler withIterations(int most) {
        if (most < 1) {
            throw new IllegalArgumentException(
                    "Sampler: expected 1 iteration or more, got " + most);
        }
        return new Sampler(segments, tolerance, most);
    }

    /**
     * Maps noise to data.
     *
     * @param bijection the bijection, initialised
     * @param z the noise, whose manager receives the results
     * @return the data, the log-determinant, and what was measured
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    public Inversion invert(Bijection bijection, NDArray z) {
        return invert(bijection, new NDList(z));
    }

    /**
     * Maps noise to data, given a context.
     *
     * @param bijection the bijection, initialised
     * @param z the noise, whose manager receives the results
     * @param context the context of each row
     * @return the data, the log-determinant, and what was measured
     * @throws IllegalArgumentException if shape, type or context are not those of {@code
     *     initialize}
     */
    public Inversion invert(Bijection bijection, NDArray z, NDArray context) {
        return invert(bijection, new NDList(z, context));
    }

    /**
     * Draws samples of a flow, from the noise that {@code flow.sample} draws.
     *
     * @param flow the flow, initialised
     * @param manager the manager that receives the results
     * @param n the number of samples
     * @return the samples, their log-densities, and what was measured of the layers of the flow
     */
    public Inversion sample(NormalizingFlow flow, NDManager manager, long n) {
        return sample(flow, manager, n, new NDList());
    }

    /**
     * Draws a sample of a flow for each row of a context, from the noise that {@code flow.sample}
     * draws.
     *
     * @param flow the flow, initialised
     * @param context the context, whose manager receives the results
     * @return the samples, their log-densities, and what was measured of the layers of the flow
     */
    public Inversion sample(NormalizingFlow flow, NDArray context) {
        return sample(flow, context.getManager(), context.getShape().get(0), new NDList(context));
    }

    private Inversion sample(NormalizingFlow flow, NDManager manager, long n, NDList context) {
        try (NDManager scratch = manager.newSubManager()) {
            NDList e = new NDList();
            for (NDArray c : context) {
                // The same array on another manager, which then receives what is made of it.
                NDArray handle = c.toType(c.getDataType(), true);
                handle.attach(scratch);
                e.add(flow.embed(handle));
            }
            NDList noise = draw(flow.getBase(), scratch, n, e);
            Inversion data = invert(flow.getBijection(), new NDList(noise.get(0)).addAll(e));
            NDArray logProb = noise.get(1).sub(data.output().get(1));
            NDList samples = new NDList(data.x(), logProb);
            samples.attach(manager);
            return new Inversion(samples, data.layers(), data.notFinite());
        }
    }

    private static NDList draw(Distribution base, NDManager manager, long n, NDList context) {
        return context.isEmpty()
                ? base.sampleWithLogProb(manager, n)
                : base.sampleWithLogProb(context.get(0));
    }

    private Inversion invert(Bijection bijection, NDList inputs) {
        List<Bijection> steps = bijection.getSteps();
        List<BiFunction<ParameterStore, NDList, NDList>> inverses =
                steps.stream().map(this::inverseOf).toList();
        NDList found =
                Chunks.map(
                        inputs,
                        inputs.get(0).getShape().slice(1),
                        true,
                        (store, rows) -> invert(inverses, store, rows));
        NDList measured = found.subNDList(2);
        Measurements measurements = new Measurements();
        for (int i = 0; i < steps.size(); i++) {
            // The last layer was inverted first.
            int place = 2 * (steps.size() - 1 - i);
            measurements.add(steps.get(i), measured.get(place), measured.get(place + 1));
        }
        measured.close();
        return measurements.of(found.subNDList(0, 2));
    }

    /** Returns x and log-det, and then for each layer residuals and counts, that of z first. */
    private static NDList invert(
            List<BiFunction<ParameterStore, NDList, NDList>> inverses,
            ParameterStore store,
            NDList inputs) {
        NDList context = inputs.subNDList(1);
        NDArray x = inputs.get(0);
        NDArray logDet = null;
        NDList measured = new NDList();
        for (int i = inverses.size() - 1; i >= 0; i--) {
            NDList out = inverses.get(i).apply(store, new NDList(x).addAll(context));
            x = out.get(0);
            logDet = logDet == null ? out.get(1) : logDet.add(out.get(1));
            measured.addAll(out.subNDList(2));
        }
        return new NDList(x, logDet).addAll(measured);
    }

    /** Returns how a layer is inverted: to x, log-det, residuals, and counts of steps and rows. */
    private BiFunction<ParameterStore, NDList, NDList> inverseOf(Bijection layer) {
        JacobiInverse inverse = compiled.computeIfAbsent(layer, this::inParallel).orElse(null);
        return inverse == null
                ? (store, inputs) -> invertAlone(layer, store, inputs)
                : (store, inputs) -> inverse.forward(store, inputs, false);
    }

    private Optional<JacobiInverse> inParallel(Bijection layer) {
        if (segments == 0 || !(layer instanceof AbstractBijection block)) {
            return Optional.empty();
        }
        return layer.kernel(false)
                .filter(kernel -> kernel.offers("improve"))
                .map(
                        kernel ->
                                new JacobiInverse(
                                        block,
                                        solver(kernel),
                                        segments,
                                        iterations,
                                        tolerance,
                                        10 * tolerance));
    }

    private static Kernel solver(Kernel layer) {
        return Kernel.of(Sampler.class, "jacobi")
                .calling("layer", layer)
                .calling("certificate", CERTIFICATE)
                .with("BOUND", BOUND);
    }

    private NDList invertAlone(Bijection layer, ParameterStore store, NDList inputs) {
        NDArray z = inputs.get(0);
        NDList out = layer.inverse(store, inputs, false);
        NDArray x = out.get(0);
        NDList context = inputs.subNDList(1);
        NDArray y = layer.forward(store, new NDList(x).addAll(context), false).get(0);
        NDList images = new NDList(x, y, z);
        NDList residual = certificate.call("residual", images, new NDList(), List.of());
        NDArray counts = z.getManager().zeros(new Shape(1, 2), DataType.INT64);
        return new NDList(x, out.get(1), residual.get(0), counts);
    }
}
