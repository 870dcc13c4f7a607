package org.djlflows.stochastic;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;

import java.util.List;
import java.util.Optional;

/**
 * A map that takes several x to the same z, with a distribution of what it drops: together with
 * that, u, the map is a bijection, \(x \leftrightarrow (z, u)\), and \(p(x \mid z) = q(u \mid z)\,
 * |\partial (z, u) / \partial x|\).
 *
 * <ul>
 *   <li>forward: x to z and \(V = \log q(u \mid z) + \log|\partial (z, u) / \partial x|\), exact
 *   <li>inverse: z to x, made with a drawn u, and V
 *   <li>{@link #inverted}: the same with x and z exchanged, for data that have lost u. What was
 *       exact is then a lower bound, which is tight where q is the posterior of u.
 * </ul>
 *
 * <table>
 *   <caption>The surjections</caption>
 *   <tr><th>layer</th><th>u</th><th>as data of the inverted one</th></tr>
 *   <tr><td>{@link Slice}</td><td>some features</td><td>vectors, augmented by features</td></tr>
 *   <tr><td>{@link AbsoluteValue}</td><td>signs</td><td>magnitudes</td></tr>
 *   <tr><td>{@link Sort}</td><td>the order</td><td>sorted vectors</td></tr>
 *   <tr><td>{@link Rounding}</td><td>the rest</td><td>levels, dequantised</td></tr>
 *   <tr><td>{@link Argmax}</td><td>values below the largest</td><td>categories</td></tr>
 * </table>
 *
 * <p>A subclass writes the bijection as a kernel without parameters: {@code split(x) -> (z, u,
 * log_det)} and {@code join(z, u) -> (x, log_det)}, both with the log-determinant from x to (z, u);
 * and, where q is not to see z and the context one behind the other, {@code condition(z, c)}.
 *
 * @see <a href="https://arxiv.org/abs/2007.02731">Nielsen, Jaini, Hoogeboom, Winther and Welling,
 *     SurVAE Flows, 2020</a>
 */
public abstract class Surjection extends StochasticLayer {

    private final Distribution dropped;
    private volatile Program parts;

    /**
     * Creates a surjection.
     *
     * @param dropped the distribution q of what is dropped, given z and the context
     * @throws IllegalArgumentException if its log-density is a bound: what is subtracted from a
     *     bound must be exact
     */
    protected Surjection(Distribution dropped) {
        if (dropped.isBound()) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected a distribution of what is dropped with an exact"
                            + " log-density, got a bound from "
                            + dropped.getClass().getSimpleName());
        }
        this.dropped = addChildBlock("dropped", dropped);
    }

    /**
     * Returns the bijection, for the shape with which this layer is initialised.
     *
     * @return a kernel with {@code split} and {@code join}
     */
    protected abstract Kernel map();

    /**
     * Returns the shape of x for a shape of z, both without the batch.
     *
     * @param latent the shape of z
     * @return the shape of x; the same, unless the layer changes it
     */
    protected Shape getDataShape(Shape latent) {
        return latent;
    }

    /**
     * Returns the shape of what is dropped: where not overridden, that of x.
     *
     * @param event the shape of x, without the batch
     * @return the shape of u, without the batch
     */
    protected Shape getDroppedShape(Shape event) {
        return event;
    }

    /**
     * Returns the shape of what q sees, without the batch: where not overridden, z, a vector, and
     * behind it the context.
     *
     * @param event the shape of x, without the batch
     * @param context the shape of the context, without the batch, if there is one
     * @return the shape of the result of {@code condition}
     */
    protected Shape getConditionShape(Shape event, Optional<Shape> context) {
        return new Shape(getLatentShape(event).size() + context.map(Shape::size).orElse(0L));
    }

    @Override
    public final boolean isExact() {
        return true;
    }

    /**
     * Returns this layer with its directions exchanged, on the same parameters: its data are the z
     * of this one.
     *
     * @return a layer that is a bound
     * @throws UnsupportedOperationException if no gradient reaches a parameter of q through what it
     *     draws
     */
    public StochasticLayer inverted() {
        return new InvertedSurjection(this);
    }

    @Override
    protected final Optional<Kernel> source(boolean training) {
        return dropped.kernel(training)
                .map(
                        q ->
                                Kernel.of(Surjection.class, "surjection")
                                        .calling("map", mapAndCondition())
                                        .calling("dropped", q));
    }

    private Kernel mapAndCondition() {
        return map().orElse(Kernel.of(Surjection.class, "condition"), "condition");
    }

    @Override
    protected final NDList inParts(
            String function, ParameterStore store, NDList inputs, boolean training) {
        NDList first = inputs.subNDList(0, 1);
        NDList context = inputs.subNDList(1);
        if (function.equals("forward")) {
            NDList split = callPart("split", first, new NDList());
            NDList seen = new NDList(split.get(1));
            seen.addAll(callPart("condition", split.subNDList(0, 1), context));
            NDArray logQ = dropped.forward(store, seen, training).get(0);
            return new NDList(split.get(0), logQ.add(split.get(2)));
        }
        NDList asked = callPart("rows", first, new NDList());
        asked.addAll(callPart("condition", first, context));
        NDList u = dropped.sample(store, asked, training);
        NDList x = callPart("join", new NDList(first.get(0), u.get(0)), new NDList());
        return new NDList(x.get(0), u.get(1).add(x.get(1)));
    }

    private NDList callPart(String part, NDList in, NDList context) {
        Program program = parts;
        if (program == null) {
            Kernel all = mapAndCondition().orElse(Kernel.of(Surjection.class, "rows"), "rows");
            program = Program.of(all, 0, "split", "join", "condition", "rows");
            parts = program;
        }
        return program.call(part, in, context, List.of());
    }

    @Override
    protected final void beforeInitialize(Shape... shapes) {
        super.beforeInitialize(shapes);
        parts = null;
    }

    @Override
    protected final void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape rows = new Shape(shapes[0].get(0));
        Shape event = shapes[0].slice(1);
        Optional<Shape> context =
                shapes.length > 1 ? Optional.of(shapes[1].slice(1)) : Optional.empty();
        dropped.initialize(
                manager,
                type,
                rows.addAll(getDroppedShape(event)),
                rows.addAll(getConditionShape(event, context)));
    }
}
