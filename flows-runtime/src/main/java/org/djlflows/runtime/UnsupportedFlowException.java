package org.djlflows.runtime;

import org.djlflows.spec.Specs;

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

    /** Makes the refusal of a layer or a map that has no graph without loops in a direction. */
    static UnsupportedFlowException ofGraph(Object part) {
        return new UnsupportedFlowException(
                String.format(
                        "expected layers that ONNX computes without a loop in this direction, got"
                                + " %s; the other direction may have no loop, and a TorchScript"
                                + " file has both of every flow",
                        Specs.name(part.getClass())));
    }
}
