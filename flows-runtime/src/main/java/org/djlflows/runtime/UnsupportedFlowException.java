package org.djlflows.runtime;

/**
 * Says that a flow cannot be made without DJL: one of images, with somebody's own layers, or with a
 * scalar map that has no evaluator.
 */
public final class UnsupportedFlowException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates a refusal.
     *
     * @param message what was expected and what came
     */
    UnsupportedFlowException(String message) {
        super(message);
    }
}
