package org.djlflows.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;

/**
 * Makes the array of a parameter that nobody closes: that of a view, which has no manager. It ends
 * with its parameter.
 */
final class NumbersInitializer implements Initializer {

    private final Parameter owner;
    private final double[] values;

    NumbersInitializer(Parameter owner, double... values) {
        this.owner = owner;
        this.values = values.clone();
    }

    /** Makes the array where the manager is, but does not hand it over. */
    @Override
    public NDArray initialize(NDManager manager, Shape shape, DataType type) {
        try (NDArray wide = NativeMemory.MANAGER.create(values, shape);
                NDArray there = wide.toDevice(manager.getDevice(), false);
                NDArray typed = there.toType(type, false)) {
            // What Java wrote lies in memory of Java, which a graph may outlive.
            NDArray array = typed.duplicate();
            array.attach(NativeMemory.MANAGER);
            NativeMemory.CLEANER.register(owner, array::close);
            return array;
        }
    }
}
