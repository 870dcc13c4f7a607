package org.djlflows.kernel;

import ai.djl.nn.Block;

import java.util.Optional;

/** A block that can write down its computation as a {@link Kernel}. */
public interface Scripted {

    /**
     * Returns the kernel of this block.
     *
     * <p>The kernel takes {@code p}, the parameters of this block in the order of {@link
     * Block#getParameters()}. There is none where some part of the block can only be called from
     * Java: a foreign DJL block.
     *
     * @param training whether the kernel is for a training step
     * @return the kernel, or empty if this block can only be run part by part
     */
    Optional<Kernel> kernel(boolean training);

    /**
     * Returns the kernel of any block.
     *
     * @param block the block
     * @param training whether the kernel is for a training step
     * @return its kernel, or empty if it is not {@code Scripted} or has none
     */
    static Optional<Kernel> kernelOf(Block block, boolean training) {
        return block instanceof Scripted scripted ? scripted.kernel(training) : Optional.empty();
    }
}
