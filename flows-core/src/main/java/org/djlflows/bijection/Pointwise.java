package org.djlflows.bijection;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A function of the real numbers without parameters, applied to each entry: \(z_i = f(x_i)\),
 * \(\log|\det| = \sum_i \log f'(x_i)\).
 *
 * <p>The slopes are logarithms from the beginning, so that they keep their digits far out, where
 * values round to the end of the image. x is (batch, event...). An entry outside of the domain, or
 * of the image in {@code inverse}, gives NaN in its row, which {@code
 * NormalizingFlow.locateNonFinite} names. The context is ignored. Both directions cost a few
 * operations an entry.
 *
 * <p>Data on the image are taken to the line by {@code inverted()}: positive numbers by {@code
 * Pointwise.exponential().inverted()}. The sigmoid is {@code new Logit(0).inverted()}.
 */
public final class Pointwise extends AbstractBijection {

    private final Kernel function;

    private Pointwise(Kernel function) {
        this.function = function;
    }

    private static Kernel named(String name) {
        return Kernel.of(Pointwise.class, name);
    }

    static Kernel tanhKernel() {
        return named("tanh").with("LOG_TWO", Math.log(2));
    }

    /**
     * Returns \(e^x\), onto the positive numbers.
     *
     * @return the layer
     */
    public static Pointwise exponential() {
        return new Pointwise(named("exponential"));
    }

    /**
     * Returns \(\log(1 + e^x)\), onto the positive numbers, which is x for large ones.
     *
     * @return the layer
     */
    public static Pointwise softplus() {
        return new Pointwise(named("soft_plus"));
    }

    /**
     * Returns \(\tanh x\), onto (-1, 1).
     *
     * @return the layer
     */
    public static Pointwise tanh() {
        return new Pointwise(tanhKernel());
    }

    /**
     * Returns \(\tanh x\) for \(|x| \le B\) and lines with the slope of its ends outside, onto the
     * line.
     *
     * @param bound the bound B, positive and at most 5
     * @return the layer
     * @throws IllegalArgumentException if the bound is out of its range
     */
    public static Pointwise leakyTanh(double bound) {
        require(bound > 0 && bound <= 5, "a bound above 0 and of at most 5", bound);
        return new Pointwise(
                named("leaky_tanh")
                        .calling("tanh", tanhKernel())
                        .with("BOUND", bound)
                        .with("TANH_OF_BOUND", Math.tanh(bound))
                        .with("SLOPE", 1 / Math.pow(Math.cosh(bound), 2)));
    }

    /**
     * Returns x for positive and \(s x\) for negative numbers, onto the line.
     *
     * @param slope the slope s, positive
     * @return the layer
     * @throws IllegalArgumentException if the slope is not positive
     */
    public static Pointwise leakyRelu(double slope) {
        require(slope > 0 && Double.isFinite(slope), "a positive slope", slope);
        return new Pointwise(
                named("leaky_relu").with("SLOPE", slope).with("LOG_SLOPE", Math.log(slope)));
    }

    /**
     * Returns \(x^a\), from the positive numbers onto themselves.
     *
     * @param exponent the exponent a, positive
     * @return the layer
     * @throws IllegalArgumentException if the exponent is not positive
     */
    public static Pointwise power(double exponent) {
        require(exponent > 0 && Double.isFinite(exponent), "a positive exponent", exponent);
        return new Pointwise(
                named("power").with("EXPONENT", exponent).with("LOG_EXPONENT", Math.log(exponent)));
    }

    /**
     * Returns \(x / (1 + |x| / B)\), onto (-B, B): nearly x around 0.
     *
     * @param bound the bound B, positive
     * @return the layer
     * @throws IllegalArgumentException if the bound is not positive
     */
    public static Pointwise softClip(double bound) {
        require(bound > 0 && Double.isFinite(bound), "a positive bound", bound);
        return new Pointwise(named("soft_clip").with("BOUND", bound));
    }

    private static void require(boolean condition, String expected, double got) {
        if (!condition) {
            throw new IllegalArgumentException("Pointwise: expected " + expected + ", got " + got);
        }
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(named("pointwise").calling("function", function));
    }
}
