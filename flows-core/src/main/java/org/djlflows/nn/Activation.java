package org.djlflows.nn;

/** The non-linearities of the networks. */
public enum Activation {

    /** \(\max(0, x)\). */
    RELU("torch.relu"),

    /** \(\tanh x\). */
    TANH("torch.tanh"),

    /** \(x\,\mathrm{sigmoid}(x)\), also called swish. */
    SILU("torch.silu"),

    /** \(x\,\Phi(x)\) with the normal distribution function. */
    GELU("torch.gelu"),

    /** \(x\) above 0, \(e^x - 1\) below. */
    ELU("torch.elu");

    private final String function;

    Activation(String function) {
        this.function = function;
    }

    /**
     * Returns the function as TorchScript names it.
     *
     * @return the name
     */
    String function() {
        return function;
    }
}
