package org.djlflows.sampling;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.kernel.Chunks;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.RandomNumbers;

import java.util.List;

/**
 * Samples that fill the space more evenly than random ones: noise is made of the points of a
 * scrambled Sobol sequence. Each single sample is distributed as one of {@link
 * Distribution#sample}, but together they are not independent: means over n of them, of functions
 * that are smooth, are closer to those of the distribution, with errors that fall about as 1/n
 * instead of \(1/\sqrt n\).
 *
 * <p>For integrals and expectations, pictures, and histograms from few samples; not for tests that
 * suppose independent rows. Powers of two are the best numbers of samples. Other numbers lose some
 * of the evenness, and parts of a sequence are less even than the whole. The gain is large where
 * few features matter; over many features, and for maps with sharp folds, it becomes that of random
 * samples.
 *
 * <p>It is for bases that make noise of uniform numbers, as {@link Distribution#getUniforms} says:
 * all normal, Laplace and Student distributions, boxes, Gaussian mixtures and products of these. A
 * seed decides the sequence. What is drawn next goes on in it, so that parts are what would be
 * drawn at once; another object with another seed is an independent estimate, of which several give
 * the error of a mean.
 *
 * @see <a href="https://doi.org/10.1137/070709359">Joe and Kuo, Constructing Sobol Sequences with
 *     Better Two-Dimensional Projections, 2008</a>
 * @see <a href="https://doi.org/10.1006/jcom.1998.0487">Matoušek, On the L2-Discrepancy for
 *     Anchored Boxes, 1998</a>
 */
public final class QuasiRandom {

    private static final int BITS = 30;

    /** As far as the table of direction numbers goes. */
    private static final int MOST_DIMENSIONS = 21_201;

    private final long seed;
    private long place;

    /**
     * Creates a sequence at its first point.
     *
     * @param seed the seed of its scrambling
     */
    public QuasiRandom(long seed) {
        this.seed = seed;
    }

    /**
     * Draws samples.
     *
     * @param distribution the distribution, without a context
     * @param manager the manager that receives the samples
     * @param n the number of samples
     * @return the samples, of shape (n, event)
     * @throws IllegalArgumentException as {@link #sampleWithLogProb(Distribution, NDManager, long)}
     */
    public NDArray sample(Distribution distribution, NDManager manager, long n) {
        return first(sampleWithLogProb(distribution, manager, n));
    }

    /**
     * Draws a sample for each row of a context; more evenly for each of its values where equal rows
     * follow each other.
     *
     * @param distribution the distribution
     * @param context the context, of shape (batch, context); its manager receives the samples
     * @return the samples, of shape (batch, event)
     * @throws IllegalArgumentException as {@link #sampleWithLogProb(Distribution, NDArray)}
     */
    public NDArray sample(Distribution distribution, NDArray context) {
        return first(sampleWithLogProb(distribution, context));
    }

    private static NDArray first(NDList samples) {
        samples.get(1).close();
        return samples.get(0);
    }

    /**
     * Draws samples together with their log-density.
     *
     * @param distribution the distribution, without a context
     * @param manager the manager that receives the results
     * @param n the number of samples
     * @return the samples of shape (n, event) and their log-densities of shape (n)
     * @throws IllegalArgumentException if n is negative, the distribution takes a context or more
     *     than 21,201 uniform numbers, or the sequence ends, after \(2^{30}\) points
     * @throws UnsupportedOperationException if its samples are no function of uniform numbers
     */
    public NDList sampleWithLogProb(Distribution distribution, NDManager manager, long n) {
        return draw(distribution, manager, n, new NDList());
    }

    /**
     * Draws a sample for each row of a context together with its log-density.
     *
     * @param distribution the distribution
     * @param context the context, of shape (batch, context); its manager receives the results
     * @return the samples of shape (batch, event) and their log-densities of shape (batch)
     * @throws IllegalArgumentException if the distribution takes no such context or more than
     *     21,201 uniform numbers, or the sequence ends, after \(2^{30}\) points
     * @throws UnsupportedOperationException if its samples are no function of uniform numbers
     */
    public NDList sampleWithLogProb(Distribution distribution, NDArray context) {
        NDManager manager = context.getManager();
        return draw(distribution, manager, context.getShape().get(0), new NDList(context));
    }

    private NDList draw(Distribution distribution, NDManager manager, long n, NDList context) {
        long dimensions =
                distribution
                        .getUniforms()
                        .orElseThrow(
                                () ->
                                        new UnsupportedOperationException(
                                                "QuasiRandom: expected samples that are functions"
                                                        + " of uniform numbers, got those of "
                                                        + base(distribution)));
        try (NDManager scratch = manager.newSubManager();
                NoGrad noGrad = NoGrad.open()) {
            NDList c = new NDList();
            context.forEach(array -> c.add(array.toType(array.getDataType(), true)));
            c.attach(scratch);
            requireContext(distribution, scratch, c);
            NDArray points = points(scratch, Math.toIntExact(dimensions), n);
            NDList drawn = samples(distribution, points, c);
            drawn.attach(manager);
            return drawn;
        }
    }

    /** By a request for no samples, which checks the context as others do. */
    private static void requireContext(Distribution distribution, NDManager scratch, NDList c) {
        if (c.isEmpty()) {
            distribution.sampleWithLogProb(scratch, 0);
        } else {
            distribution.sampleWithLogProb(c.get(0).get("0:0"));
        }
    }

    private static String base(Distribution distribution) {
        return distribution instanceof NormalizingFlow flow
                ? base(flow.getBase())
                : distribution.getClass().getSimpleName();
    }

    /**
     * Returns the next points of the sequence.
     *
     * @param manager the manager that receives them
     * @param dimensions the number of coordinates, at most 21,201
     * @param n the number of points
     * @return float64 numbers between 0 and 1, both excluded, of shape (n, dimensions), on the CPU
     * @throws IllegalArgumentException if the number of coordinates is out of its range, n is
     *     negative, or the sequence ends, after \(2^{30}\) points
     */
    public NDArray points(NDManager manager, int dimensions, long n) {
        if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    String.format(
                            "QuasiRandom: expected 1 to %d uniform numbers for a sample, got %d",
                            MOST_DIMENSIONS, dimensions));
        }
        if (n < 0 || n > (1L << BITS) - place) {
            throw new IllegalArgumentException(
                    String.format(
                            "QuasiRandom: expected 0 to %d samples, after which the sequence ends,"
                                    + " got %d",
                            (1L << BITS) - place, n));
        }
        try (NDManager scratch = manager.newSubManager(Device.cpu());
                NoGrad noGrad = NoGrad.open();
                RandomNumbers numbers = RandomNumbers.seeded(seed)) {
            NDArray rows = scratch.create(new Shape(n, 0), DataType.FLOAT64);
            NDArray columns = scratch.create(new Shape(dimensions, 0), DataType.FLOAT64);
            NDList inputs = new NDList(rows, columns, scratch.create(new long[] {place}));
            Kernel sobol = Kernel.of(QuasiRandom.class, "sobol").with("BITS", BITS);
            Program program = Program.of(sobol, 0, "points");
            NDList points =
                    RandomNumbers.draw(
                            () -> program.call("points", inputs, new NDList(), List.of()));
            points.attach(manager);
            place += n;
            return points.get(0);
        }
    }

    private static NDList samples(Distribution distribution, NDArray u, NDList context) {
        if (!(distribution instanceof NormalizingFlow flow)) {
            NDArray x = noise(distribution, u, context);
            NDList inputs = new NDList(x).addAll(context);
            return new NDList(x).addAll(Chunks.forward(distribution, inputs));
        }
        NDList embedded = new NDList(context.stream().map(flow::embed).toList());
        NDArray z = noise(flow.getBase(), u, embedded);
        return Chunks.forward(flow.generator(), new NDList(z).addAll(context));
    }

    /**
     * In float64, in which uniform numbers close to 1 are told apart, then as the density has it.
     */
    private static NDArray noise(Distribution base, NDArray u, NDList context) {
        if (base instanceof NormalizingFlow) {
            return samples(base, u, context).get(0);
        }
        List<NDArray> p = base.getParameters().values().stream().map(Parameter::getArray).toList();
        Program program = Program.of(base.kernel(false).orElseThrow(), p.size(), "of_uniforms");
        return Chunks.map(
                        base,
                        new NDList(u).addAll(context),
                        u.getShape().slice(1),
                        true,
                        (store, rows) -> {
                            NDList c = rows.subNDList(1);
                            NDList out = program.call("of_uniforms", rows.subNDList(0, 1), c, p);
                            return new NDList(out.get(0).toType(base.getDataType(), false));
                        })
                .get(0);
    }
}
