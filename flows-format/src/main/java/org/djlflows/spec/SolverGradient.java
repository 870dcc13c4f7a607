package org.djlflows.spec;

/** How a training step takes gradients through the solver of a differential equation. */
public enum SolverGradient {

    /**
     * Those of the steps that the solver took, each computed once more from where it began: exact,
     * and memory for one step.
     */
    CHECKPOINTED,

    /**
     * Those of the exact solution, from the adjoint equation, solved backwards by the same solver:
     * right to its tolerance, and no memory for steps.
     */
    ADJOINT
}
