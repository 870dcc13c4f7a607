package org.djlflows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.NoGrad;

import java.util.function.Supplier;

/**
 * A bijection under test: how to make it, on which events and context, and where its inputs lie.
 *
 * <p>Parameters are randomised before a test: a layer at the identity hides sign errors.
 */
record Subject(
        String name, Supplier<Bijection> maker, Shape event, Shape context, boolean unitInterval) {

    static final long ROWS = 4;

    static Subject of(String name, Supplier<Bijection> maker, long... event) {
        return new Subject(name, maker, new Shape(event), null, false);
    }

    Subject given(long... context) {
        return new Subject(name + " | c", maker, event, new Shape(context), unitInterval);
    }

    Subject onUnitInterval() {
        return new Subject(name, maker, event, context, true);
    }

    Subject inverted() {
        return new Subject(name + " inverted", () -> maker.get().inverted(), event, context, false);
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

    /** Adds noise to all parameters that are trained, and requires their gradients. */
    static void randomise(Block block) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Parameter parameter : block.getParameters().values()) {
                if (parameter.getType() != Parameter.Type.RUNNING_MEAN) {
                    NDArray array = parameter.getArray();
                    Shape shape = array.getShape();
                    // Matrices as large as keeps the size of what they multiply.
                    float size =
                            shape.dimension() == 2 ? (float) Math.sqrt(0.2 / shape.get(1)) : 0.4f;
                    NDArray noise =
                            array.getManager().randomNormal(0, size, shape, DataType.FLOAT64);
                    array.addi(noise.toType(array.getDataType(), false));
                    array.setRequiresGradient(true);
                    noise.close();
                }
            }
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

    static ParameterStore store(NDManager manager) {
        return new ParameterStore(manager, false);
    }

    @Override
    public String toString() {
        return name;
    }
}
