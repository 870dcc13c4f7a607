package org.djlflows.runtime;

/** Says that a flow cannot be made without DJL: one of images, or with somebody's own layers. */
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
