package org.djlflows.testing;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.Bijection;
import org.djlflows.kernel.NoGrad;

import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A bijection under test: how to make it, on which events and context, and where its inputs lie.
 *
 * <p>Parameters are randomised before a test: a layer at the identity hides sign errors.
 *
 * @param name what the test calls it; with "no kernel" in it, a layer that has none
 * @param maker makes a fresh layer
 * @param event the shape of one event
 * @param context the shape of one context, or null for none
 * @param usesContext whether the layer uses the context
 * @param unitInterval whether its data lie between 0 and 1
 */
public record Subject(
        String name,
        Supplier<Bijection> maker,
        Shape event,
        Shape context,
        boolean usesContext,
        boolean unitInterval) {

    /** The number of rows of an input. */
    public static final long ROWS = 4;

    /** The names of what is fitted to data, where any values do. */
    private static final Pattern FITTED = Pattern.compile("statistics|slopes|intercept|deviation");

    /**
     * Returns a layer without context.
     *
     * @param name what the test calls it
     * @param maker makes a fresh layer
     * @param event the shape of one event
     * @return the subject
     */
    public static Subject of(String name, Supplier<Bijection> maker, long... event) {
        return new Subject(name, maker, new Shape(event), null, false, false);
    }

    /**
     * Returns the layer with a context that it uses.
     *
     * @param context the shape of one context
     * @return the subject
     */
    public Subject given(long... context) {
        return new Subject(name + " | c", maker, event, new Shape(context), true, unitInterval);
    }

    /**
     * Returns the layer with a context that it takes and ignores.
     *
     * @param context the shape of one context
     * @return the subject
     */
    public Subject ignoring(long... context) {
        return new Subject(
                name + " ignoring c", maker, event, new Shape(context), false, unitInterval);
    }

    /**
     * Returns the layer over data between 0 and 1.
     *
     * @return the subject
     */
    public Subject onUnitInterval() {
        return new Subject(name, maker, event, context, usesContext, true);
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
                false);
    }

    /**
     * Makes the layer, initialised and with random parameters that require gradients.
     *
     * @param manager the manager that receives them
     * @param type their type
     * @return the layer
     */
    public Bijection make(NDManager manager, DataType type) {
        Engine.getEngine("PyTorch").setRandomSeed(7);
        Bijection bijection = maker.get();
        bijection.initialize(manager, type, shapes());
        randomise(bijection);
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
     * Adds noise to all that is trained and to fitted statistics, and requires gradients.
     *
     * @param block an initialised block
     */
    public static void randomise(Block block) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> entry : block.getParameters()) {
                Parameter parameter = entry.getValue();
                NDArray array = parameter.getArray();
                if (parameter.getType() != Parameter.Type.RUNNING_MEAN) {
                    addNoise(array);
                    array.setRequiresGradient(true);
                } else if (FITTED.matcher(entry.getKey()).find()) {
                    addNoise(array);
                }
            }
        }
    }

    private static void addNoise(NDArray array) {
        Shape shape = array.getShape();
        // Matrices as large as keeps the size of what they multiply.
        float size = shape.dimension() == 2 ? (float) Math.sqrt(0.2 / shape.get(1)) : 0.4f;
        NDManager manager = array.getManager();
        try (NDArray noise = manager.randomNormal(0, size, shape, DataType.FLOAT64)) {
            array.addi(noise.toType(array.getDataType(), false));
        }
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
