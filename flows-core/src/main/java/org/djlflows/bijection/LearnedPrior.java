package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A normal distribution with a learned mean and deviation of each channel, perhaps of each class,
 * as a layer before a standard normal base: the prior of the last scale of Glow.
 *
 * <p>\(z = (x - \mu(c))\,e^{-s(c)}\), \(\log|\det| = -m \sum_i s_i(c)\) with m positions a channel
 * (1 for vectors); \(x = \mu(c) + z\,e^{s(c)}\). So x has the mean \(\mu\) and the standard
 * deviation \(e^s\) where z is standard normal, and a temperature of the base is one of x.
 *
 * <ul>
 *   <li>x: (batch, D) or (batch, C, ...)
 *   <li>context: (batch, K), weights of K classes: 1 for the class and 0 for the others; 1/K each
 *       is the mean of them. \((\mu, s)\) is linear in it
 *   <li>parameters: \((\mu, s)\) of shape (2 C) and, with a context, what each class adds, (K, 2
 *       C); all at first 0
 * </ul>
 *
 * <p>Both directions cost one multiplication.
 *
 * @see <a href="https://arxiv.org/abs/1807.03039">Kingma and Dhariwal, Glow, 2018, sections 3.3 and
 *     5</a>
 */
public final class LearnedPrior extends AbstractBijection {

    /** Creates the layer. */
    public LearnedPrior() {}

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(LearnedPrior.class, "learned_prior")
                        .with("CLASSES", getContextShape().isPresent()));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long moments = 2 * inputShapes[0].get(1);
        addWeight("moments", new Shape(moments), Initializer.ZEROS);
        if (inputShapes.length > 1) {
            requireVectors(inputShapes[1]);
            addWeight("classes", new Shape(inputShapes[1].get(1), moments), Initializer.ZEROS);
        }
    }
}
