package org.djlflows.kernel;

import ai.djl.pytorch.jni.JniUtils;

/**
 * A region of this thread in which no gradient is recorded.
 *
 * <p>PyTorch keeps its grad mode per thread and turns it on in every new thread, so a worker that
 * only evaluates should open one, or each result drags its graph along:
 *
 * <pre>{@code
 * try (NoGrad noGrad = NoGrad.open()) {
 *     ...
 * }
 * }</pre>
 */
public final class NoGrad implements AutoCloseable {

    private final boolean before = JniUtils.isGradMode();

    private NoGrad() {
        JniUtils.setGradMode(false);
    }

    /**
     * Opens the region.
     *
     * @return the region, which restores the mode that it found when it is closed
     */
    public static NoGrad open() {
        return new NoGrad();
    }

    /** {@inheritDoc} */
    @Override
    public void close() {
        JniUtils.setGradMode(before);
    }
}
