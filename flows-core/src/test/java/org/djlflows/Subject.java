package org.djlflows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.kernel.NoGrad;

import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A bijection under test: how to make it, on which events and context, and where its inputs lie.
 *
 * <p>Parameters are randomised before a test: a layer at the identity hides sign errors.
 */
record Subject(
        String name,
        Supplier<Bijection> maker,
        Shape event,
        Shape context,
        boolean usesContext,
        boolean unitInterval) {

    static final long ROWS = 4;

    /** The names of what is fitted to data, where any values do. */
    private static final Pattern FITTED = Pattern.compile("statistics|slopes|intercept|deviation");

    static Subject of(String name, Supplier<Bijection> maker, long... event) {
        return new Subject(name, maker, new Shape(event), null, false, false);
    }

    Subject given(long... context) {
        return new Subject(name + " | c", maker, event, new Shape(context), true, unitInterval);
    }

    /** With a context that the layer takes and ignores. */
    Subject ignoring(long... context) {
        return new Subject(
                name + " ignoring c", maker, event, new Shape(context), false, unitInterval);
    }

    Subject onUnitInterval() {
        return new Subject(name, maker, event, context, usesContext, true);
    }

    Subject inverted() {
        return new Subject(
                name + " inverted",
                () -> maker.get().inverted(),
                event,
                context,
                usesContext,
                false);
    }

    Bijection make(NDManager manager, DataType type) {
        Engine.getEngine("PyTorch").setRandomSeed(7);
        Bijection bijection = maker.get();
        bijection.initialize(manager, type, shapes());
        randomise(bijection);
        return bijection;
    }

    Shape[] shapes() {
        Shape x = new Shape(ROWS).addAll(event);
        return context == null ? new Shape[] {x} : new Shape[] {x, new Shape(ROWS).addAll(context)};
    }

    /** Adds noise to all that is trained and to fitted statistics, and requires gradients. */
    static void randomise(Block block) {
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

    /** Returns an input of this subject's domain and the context. */
    NDList input(NDManager manager, DataType type) {
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
