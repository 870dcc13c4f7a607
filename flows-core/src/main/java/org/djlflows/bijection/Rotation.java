package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * A rotation \(z = Q x\), \(Q = \exp(A - A^\top)\): every orthogonal matrix of determinant 1.
 * \(\log|\det| = 0\) exactly, \(x = Q^\top z\).
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, D, ...) with the same map at each place
 *   <li>parameters: A of shape (D, D), at first 0, which is the identity, or where it will be
 *       fitted drawn from the normal distribution
 * </ul>
 *
 * <p>One that is {@linkplain #fitted fitted} sets itself by the first batch of training: of the
 * principal axes and 30 random rotations it takes the one after which features are the least
 * normal, so that a layer of scalar maps has the most to gain behind it. That is the
 * Kullback-Leibler divergence of each feature from the standard normal distribution, with
 * Hyvarinen's approximation of the negentropy. A first batch that is empty or not finite is refused
 * with an {@link IllegalArgumentException}.
 *
 * <p>The context is ignored. Both directions cost the exponential, some ten products of (D, D)
 * matrices, and \(B D^2\) operations for B rows. {@link Householder} costs less where its K is well
 * below D.
 *
 * @see <a href="https://arxiv.org/abs/1901.08428">Lezcano-Casado and Martinez-Rubio, Cheap
 *     Orthogonal Constraints in Neural Networks, 2019</a>
 * @see <a
 *     href="https://proceedings.neurips.cc/paper/1997/hash/6d9c547cf146054a5a720606a7694467-Abstract.html">Hyvarinen,
 *     New Approximations of Differential Entropy for Independent Component Analysis and Projection
 *     Pursuit, 1997, for the negentropy</a>
 */
public final class Rotation extends AbstractBijection {

    /** The random rotations that a fitted one is chosen from; more are hardly better. */
    private static final int CANDIDATES = 30;

    /** More rows tell no more of a direction. */
    private static final int ROWS = 1 << 14;

    private final boolean fits;

    /** Creates the layer at the identity. */
    public Rotation() {
        this(false);
    }

    private Rotation(boolean fits) {
        this.fits = fits;
    }

    /**
     * Creates a layer that is a random rotation until it fits itself to the first batch of
     * training.
     *
     * @return the layer
     */
    public static Rotation fitted() {
        return new Rotation(true);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        double root = Math.sqrt(177);
        Kernel kernel =
                Kernel.of(Rotation.class, "rotation")
                        .with("X1", (1 + root) / 132)
                        .with("X2", (1 + root) / 528)
                        .with("X3", 2.0 / 3)
                        .with("X4", (29 * root - 271) / 210)
                        .with("X5", 11 * (root - 1) / 840)
                        .with("X6", 11 * (root - 9) / 3360)
                        .with("X7", (89 - root) / 2240)
                        .with("Y2", (857 - 58 * root) / 630);
        return Optional.of(Pixels.each(kernel, getEventShape()));
    }

    @Override
    protected Optional<Kernel> fittingKernel() {
        Kernel fit =
                Kernel.of(Rotation.class, "fit_rotation")
                        .with("CANDIDATES", CANDIDATES)
                        .with("ROWS", ROWS)
                        .with("MEAN_SIZE", Math.sqrt(2 / Math.PI));
        return source(false).map(kernel -> kernel.orElse(fit));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        long features = inputShapes[0].get(1);
        addWeight(
                "generator",
                new Shape(features, features),
                fits ? Initializers.normal() : Initializer.ZEROS);
        addFitted(fits);
    }
}
