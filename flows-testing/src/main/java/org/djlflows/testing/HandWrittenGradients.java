package org.djlflows.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;

import org.djlflows.evaluation.BackwardPass;
import org.djlflows.kernel.Kernel;

/** Holds the backward pass of a kernel, written by hand, to PyTorch's autograd. */
public final class HandWrittenGradients {

    private HandWrittenGradients() {}

    /**
     * Checks the backward pass of a bijection, whose parameters require gradients.
     *
     * @param block the bijection, initialised
     * @param kernel its kernel
     * @param in x and optionally the context
     * @param tolerance the largest difference
     */
    public static void assertRightForBijection(
            Block block, Kernel kernel, NDList in, double tolerance) {
        assertRight(BackwardPass.ofBijection(block, kernel, in), tolerance);
    }

    /**
     * Checks the backward pass of a distribution, whose parameters require gradients.
     *
     * @param block the distribution, initialised
     * @param kernel its kernel
     * @param in x and optionally the context
     * @param tolerance the largest difference
     */
    public static void assertRightForDistribution(
            Block block, Kernel kernel, NDList in, double tolerance) {
        assertRight(BackwardPass.ofDistribution(block, kernel, in), tolerance);
    }

    /**
     * Checks the backward pass of a network, whose parameters require gradients.
     *
     * @param block the network, initialised
     * @param kernel its kernel
     * @param in x and optionally the context
     * @param tolerance the largest difference
     */
    public static void assertRightForNetwork(
            Block block, Kernel kernel, NDList in, double tolerance) {
        assertRight(BackwardPass.ofNetwork(block, kernel, in), tolerance);
    }

    private static void assertRight(BackwardPass pass, double tolerance) {
        assertArrayEquals(pass.byAutograd(), pass.byHand(), tolerance);
    }
}
