package org.djlflows.spec;

/** How an affine map makes a log-scale \(a\) from an unconstrained number \(s\). */
public enum ScaleMap {

    /**
     * \(a = r \tanh s\) with one learned range r a layer, at first 1; as Real NVP.
     *
     * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, 2017,
     *     section 4.1</a>
     */
    BOUNDED_TANH,

    /**
     * \(a = \log(\mathrm{sigmoid}(s + 2) + 10^{-3})\), as nflows; scales between 0.001 and 1.001.
     */
    SHIFTED_SIGMOID,

    /** \(a = s / (1 + |s| / \log 10^3)\), as zuko; scales between 0.001 and 1000. */
    SOFT_CLIP,

    /** \(a = \log(\mathrm{softplus}(s + \log(e - 1)) + 10^{-3})\); scales above 0.001. */
    SOFTPLUS,

    /** \(a = s\), without a bound. */
    EXPONENTIAL,

    /**
     * \(a = \log(2\,\mathrm{sigmoid}(s))\), as Jet; scales between 0 and 2.
     *
     * @see <a href="https://arxiv.org/abs/2412.15129">Kolesnikov, Pinto and Tschannen, Jet: A
     *     Modern Transformer-Based Normalizing Flow, 2024, section 2</a>
     */
    DOUBLE_SIGMOID
}
