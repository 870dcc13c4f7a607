package org.djlflows.distribution;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A normal distribution for each class: \(\log p(x \mid c) = - \sum_i \left[\frac12 ((x_i - \mu_i)
 * / \sigma_i)^2 + \log \sigma_i\right] - \frac{n}{2} \log 2 \pi\) with \(\mu = \sum_k c_k \mu_k\)
 * and \(\log \sigma = \sum_k c_k \log \sigma_k\). As the base of a flow it gives each class a place
 * of its own in the noise.
 *
 * <p>x is (batch, event...), the context (batch, K) of weights of K classes: 1 for the class and 0
 * for the others; 1/K each is the mean of them, for rows without a class. Parameters: the means,
 * (K, n), at first drawn from the standard normal distribution, and \(\log \sigma\), (K, n), at
 * first 0. Sampling is differentiable.
 *
 * @see <a href="https://arxiv.org/abs/1912.13025">Izmailov, Kirichenko, Finzi and Wilson,
 *     Semi-Supervised Learning with Normalizing Flows, 2020</a>
 */
public final class ClassConditionalNormal extends AbstractDistribution {

    /** Creates the distribution. */
    public ClassConditionalNormal() {}

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return OptionalLong.of(getEventShape().size());
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(EventKernels.normal("class_conditional_normal", getEventShape()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        if (inputShapes.length < 2 || inputShapes[1].dimension() != 2) {
            throw new IllegalArgumentException(
                    "ClassConditionalNormal: expected shapes of x and of a context (batch, classes),"
                            + " got "
                            + Arrays.toString(inputShapes));
        }
        Shape each = new Shape(inputShapes[1].get(1), inputShapes[0].slice(1).size());
        addWeight("means", each, Initializers.normal());
        addWeight("log_deviations", each, Initializer.ZEROS);
    }
}
