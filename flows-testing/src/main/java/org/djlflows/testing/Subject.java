package org.djlflows.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;

import java.util.List;
import java.util.function.Supplier;

/**
 * A bijection under test: how to make it, on which events and context, and where its inputs lie.
 *
 * <p>Parameters are randomised before a test: a layer at the identity hides sign errors.
 *
 * @param name what the test calls it
 * @param maker makes a fresh layer
 * @param event the shape of one event
 * @param context the shape of one context, or null for none
 * @param usesContext whether the layer uses the context
 * @param unitInterval whether its data lie between 0 and 1
 * @param hasKernel whether it has a kernel
 * @param fitted the names of buffers that are fitted to data and take any values
 */
public record Subject(
        String name,
        Supplier<Bijection> maker,
        Shape event,
        Shape context,
        boolean usesContext,
        boolean unitInterval,
        boolean hasKernel,
        List<String> fitted) {

    /** The number of rows of an input. */
    public static final long ROWS = 4;

    /**
     * Returns a layer without context.
     *
     * @param name what the test calls it
     * @param maker makes a fresh layer
     * @param event the shape of one event
     * @return the subject
     */
    public static Subject of(String name, Supplier<Bijection> maker, long... event) {
        return new Subject(name, maker, new Shape(event), null, false, false, true, List.of());
    }

    /**
     * Returns the layer with a context that it uses.
     *
     * @param context the shape of one context
     * @return the subject
     */
    public Subject given(long... context) {
        return new Subject(
                name + " | c",
                maker,
                event,
                new Shape(context),
                true,
                unitInterval,
                hasKernel,
                fitted);
    }

    /**
     * Returns the layer with a context that it takes and ignores.
     *
     * @param context the shape of one context
     * @return the subject
     */
    public Subject ignoring(long... context) {
        return new Subject(
                name + " ignoring c",
                maker,
                event,
                new Shape(context),
                false,
                unitInterval,
                hasKernel,
                fitted);
    }

    /**
     * Returns the layer over data between 0 and 1.
     *
     * @return the subject
     */
    public Subject onUnitInterval() {
        return new Subject(name, maker, event, context, usesContext, true, hasKernel, fitted);
    }

    /**
     * Returns the layer inverted.
     *
     * @return the subject
     */
    public Subject inverted() {
        return new Subject(
                name + " inverted",
                () -> maker.get().inverted(),
                event,
                context,
                usesContext,
                false,
                hasKernel,
                fitted);
    }

    /**
     * Returns the layer as one that has no kernel and is computed in parts.
     *
     * @return the subject
     */
    public Subject withoutKernel() {
        return new Subject(name, maker, event, context, usesContext, unitInterval, false, fitted);
    }

    /**
     * Returns the layer with buffers that are fitted to data, which are randomised too.
     *
     * @param names their names, for which any values do; those of the library are known
     * @return the subject
     */
    public Subject fitting(String... names) {
        return new Subject(
                name, maker, event, context, usesContext, unitInterval, hasKernel, List.of(names));
    }

    /**
     * Makes the layer, initialised and with random parameters that require gradients.
     *
     * @param manager the manager that receives them
     * @param type their type
     * @return the layer
     */
    public Bijection make(NDManager manager, DataType type) {
        Fixtures.seed(7);
        Bijection bijection = maker.get();
        bijection.initialize(manager, type, shapes());
        Fixtures.randomise(bijection, fitted);
        return bijection;
    }

    /**
     * Returns the shapes of its inputs.
     *
     * @return the shape of x and, if there is one, of the context
     */
    public Shape[] shapes() {
        Shape x = new Shape(ROWS).addAll(event);
        return context == null ? new Shape[] {x} : new Shape[] {x, new Shape(ROWS).addAll(context)};
    }

    /**
     * Returns an input of its domain and the context.
     *
     * @param manager the manager that receives them
     * @param type their type
     * @return x and, if there is one, the context
     */
    public NDList input(NDManager manager, DataType type) {
        Shape[] shapes = shapes();
        NDArray x =
                unitInterval
                        ? manager.randomUniform(0.01f, 0.99f, shapes[0], type)
                        : manager.randomNormal(0, 1.3f, shapes[0], type);
        NDList inputs = new NDList(x);
        if (context != null) {
            inputs.add(manager.randomNormal(0, 1, shapes[1], type));
        }
        return inputs;
    }

    @Override
    public String toString() {
        return name;
    }
}
