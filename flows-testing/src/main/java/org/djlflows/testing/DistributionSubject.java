package org.djlflows.testing;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;

import java.util.function.Supplier;

/**
 * A distribution over the plane under test: how to make it and on which context.
 *
 * <p>Parameters are randomised before a test: fresh ones hide errors.
 *
 * @param name what the test calls it
 * @param maker makes a fresh distribution
 * @param context the number of features of the context, 0 for none
 * @param usesContext whether the distribution uses the context
 * @param hasKernel whether it has a kernel
 * @param hasParameters whether any of its parameters are trained
 */
public record DistributionSubject(
        String name,
        Supplier<Distribution> maker,
        int context,
        boolean usesContext,
        boolean hasKernel,
        boolean hasParameters) {

    /**
     * Returns a distribution without context, with a kernel and parameters.
     *
     * @param name what the test calls it
     * @param maker makes a fresh distribution
     * @return the subject
     */
    public static DistributionSubject of(String name, Supplier<Distribution> maker) {
        return new DistributionSubject(name, maker, 0, false, true, true);
    }

    /**
     * Returns the distribution with a context that it uses.
     *
     * @param features the number of features of the context
     * @return the subject
     */
    public DistributionSubject given(int features) {
        return new DistributionSubject(
                name + " | c", maker, features, true, hasKernel, hasParameters);
    }

    /**
     * Returns the distribution with a context that it takes and ignores.
     *
     * @param features the number of features of the context
     * @return the subject
     */
    public DistributionSubject ignoring(int features) {
        return new DistributionSubject(
                name + " ignoring c", maker, features, false, hasKernel, hasParameters);
    }

    /**
     * Returns the distribution as one that has no kernel and is computed in parts.
     *
     * @return the subject
     */
    public DistributionSubject withoutKernel() {
        return new DistributionSubject(name, maker, context, usesContext, false, hasParameters);
    }

    /**
     * Returns the distribution as one of which nothing is trained.
     *
     * @return the subject
     */
    public DistributionSubject withoutParameters() {
        return new DistributionSubject(name, maker, context, usesContext, hasKernel, false);
    }

    /**
     * Makes the distribution, initialised and with random parameters that require gradients.
     *
     * @param manager the manager that receives them
     * @param type their type
     * @return the distribution
     */
    public Distribution make(NDManager manager, DataType type) {
        Fixtures.seed(11);
        Distribution distribution = maker.get();
        distribution.initialize(manager, type, shapes(1));
        Fixtures.randomise(distribution);
        return distribution;
    }

    /**
     * Returns rows and, for a conditional distribution, a context for each.
     *
     * @param manager the manager that receives them
     * @param type their type
     * @param n the number of rows
     * @return x and, if there is one, the context
     */
    public NDList inputs(NDManager manager, DataType type, int n) {
        Shape[] shapes = shapes(n);
        NDList inputs = new NDList(manager.randomNormal(0, 0.5f, shapes[0], type));
        if (context > 0) {
            inputs.add(manager.randomNormal(0, 1, shapes[1], type));
        }
        return inputs;
    }

    private Shape[] shapes(int n) {
        Shape x = new Shape(n, 2);
        return context == 0 ? new Shape[] {x} : new Shape[] {x, new Shape(n, context)};
    }

    @Override
    public String toString() {
        return name;
    }
}
