package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * Batch normalisation: each feature or channel gets mean 0 and variance 1.
 *
 * <p>\(z = (x - \mu) / \sqrt{v + \epsilon}\), \(\log|\det| = -\frac{m}{2} \sum_i \log(v_i +
 * \epsilon)\) with m positions a channel (1 for vectors) and \(\epsilon = 10^{-4}\).
 *
 * <ul>
 *   <li>x: (batch, D) or (batch, C, height, width)
 *   <li>buffers: running mean and variance of shape (D) or (C), at first 0 and 1
 * </ul>
 *
 * <p>In training {@code forward} takes mean and variance from the batch, through which gradients
 * pass, and moves the running ones a tenth of the way towards them. Everywhere else, so in {@code
 * inverse} also in training, they are the running ones; a training call does not undo itself. The
 * statistics are those of the rows that are computed together: {@code TrainingStep} goes through
 * batches of more than 256 to 1,024 rows in chunks of one size, and then they are those of each
 * chunk. A batch that is not finite moves nothing; one with a single value of each channel is
 * refused in training with a {@code KernelException}. The context is ignored. Both directions cost
 * a few operations an entry.
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, section 3.7 and appendix E</a>
 */
public final class BatchNorm extends AbstractBijection {

    private final Division division;

    /** Creates a layer that normalises all features or channels. */
    public BatchNorm() {
        this(new Everything());
    }

    /**
     * Creates a layer that normalises what a coupling with this mask moves and passes the rest, as
     * Real NVP has one after each coupling.
     *
     * @param mask which features, channels or pixels pass unchanged
     */
    public BatchNorm(Mask mask) {
        this(mask.division());
    }

    private BatchNorm(Division division) {
        this.division = division;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel running =
                Kernel.of(BatchNorm.class, "batch_norm")
                        .calling("mask", division.kernel(getEventShape()));
        return Optional.of(
                training
                        ? Kernel.of(BatchNorm.class, "batch_norm_in_training")
                                .calling("mask", division.kernel(getEventShape()))
                                .calling("running", running)
                        : running);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape features = new Shape(division.movedShape(inputShapes[0].slice(1)).get(0));
        addBuffer("statistics_mean", features, Initializer.ZEROS);
        addBuffer("statistics_variance", features, Initializer.ONES);
    }

    /** Nothing passes. */
    private static final class Everything implements Division {

        @Override
        public Shape keptShape(Shape event) {
            return new Shape(0).addAll(event.slice(1));
        }

        @Override
        public Shape movedShape(Shape event) {
            return event;
        }

        @Override
        public Kernel kernel(Shape event) {
            return Kernel.of(BatchNorm.class, "all_moved");
        }
    }
}
