package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.Scripted;
import org.djlflows.univariate.Univariate;

import java.util.Optional;

/**
 * A coupling layer: one part passes unchanged and decides how the other part is moved.
 *
 * <p>\(z_a = x_a\), \(z_b = \tau(x_b; \theta(x_a, c))\), \(\log|\det| = \sum_b \log \tau'(x_b)\);
 * \(x_b = \tau^{-1}(z_b; \theta(z_a, c))\). Here \(\theta = W\,h(x_a, c) + b\): a conditioner block
 * makes features h, and an output map that this layer owns, zero at first, makes the parameters of
 * the scalar maps; so a fresh layer is the identity where the maps are it at zero.
 *
 * <ul>
 *   <li>x: (batch, D), or (batch, C, height, width), where the channels or the pixels are divided
 *   <li>conditioner: x_a and the context in, (batch, H) or (batch, H, height, width) out; a block
 *       of any library, one that is not {@code Scripted} is called from Java, which is slower.
 *       Where pixels are divided, x_a is the whole image with zeros in place of x_b
 *   <li>parameters: W of shape (count · |b|, H), b, with |b| features or channels
 * </ul>
 *
 * <p>Both directions cost one pass through the conditioner.
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, equations 4 to 8</a>
 */
public final class Coupling extends AbstractBijection {

    private final Division division;
    private final Univariate univariate;
    private final Block conditioner;
    private final boolean direct;
    private volatile Program partsInTraining;
    private volatile Program partsInEvaluation;

    /**
     * Creates a coupling.
     *
     * @param mask which features or channels pass unchanged
     * @param univariate the scalar maps that move the others
     * @param conditioner the block that makes features from what passes
     */
    public Coupling(Mask mask, Univariate univariate, Block conditioner) {
        this(mask, univariate, conditioner, false);
    }

    private Coupling(Mask mask, Univariate univariate, Block conditioner, boolean direct) {
        division = mask.division();
        this.direct = direct;
        this.conditioner = addChildBlock("conditioner", conditioner);
        this.univariate = addChildBlock("univariate", univariate);
    }

    /**
     * Returns an affine coupling that keeps the volume, as of general incompressible-flow networks
     * (GIN): the log-scales of a row have the mean 0, and \(\log|\det|\) is 0 but for rounding.
     *
     * @param mask which features or channels pass unchanged
     * @param conditioner the block that makes features from what passes
     * @return the layer
     * @see <a href="https://arxiv.org/abs/2001.04872">Sorrenson, Rother and Köthe, Disentanglement
     *     by Nonlinear ICA with General Incompressible-flow Networks (GIN), 2020, section 3.3</a>
     */
    public static Coupling volumePreserving(Mask mask, Block conditioner) {
        return new Coupling(mask, new VolumePreserving(), conditioner);
    }

    /**
     * Returns a coupling without an output map: \(\theta = h(x_a, c)\). The conditioner, which ends
     * in an output map of its own, makes the first parameter of all features or channels, then the
     * second and so on.
     *
     * @param mask which features or channels pass unchanged
     * @param univariate the scalar maps that move the others
     * @param network the block that makes their parameters, as many as maps take times |b|
     * @return the layer
     */
    public static Coupling direct(Mask mask, Univariate univariate, Block network) {
        return new Coupling(mask, univariate, network, true);
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        return Scripted.kernelOf(conditioner, training)
                .map(k -> partsKernel(training).calling("conditioner", Autograd.ofNetwork(k)));
    }

    /** The kernel without the conditioner: enough for its functions that take h. */
    private Kernel partsKernel(boolean training) {
        boolean vectors = getEventShape().dimension() == 1;
        Kernel layout = vectors ? univariate.vectorLayout() : univariate.imageLayout();
        Kernel output = Kernel.of(Coupling.class, direct ? "direct_output" : "own_output");
        return Kernel.of(Coupling.class, "coupling")
                .calling("mask", division.kernel(getEventShape()))
                .calling("layout", layout)
                .calling("output", output.calling("layout", layout))
                .calling("univariate", univariate.differentiableKernel(training));
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        return withConditioner("forward_from", store, inputs, training);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        return withConditioner("inverse_from", store, inputs, training);
    }

    private NDList withConditioner(
            String function, ParameterStore store, NDList inputs, boolean training) {
        Program program = parts(training);
        NDList none = new NDList();
        NDList kept = call(program, "kept", store, inputs.subNDList(0, 1), none, training);
        NDList context = inputs.subNDList(1);
        NDArray h = conditioner.forward(store, kept.addAll(context), training).get(0);
        return call(program, function, store, new NDList(inputs.get(0), h), none, training);
    }

    private Program parts(boolean training) {
        Program program = training ? partsInTraining : partsInEvaluation;
        if (program == null) {
            program = compile(partsKernel(training), "kept", "forward_from", "inverse_from");
            if (training) {
                partsInTraining = program;
            } else {
                partsInEvaluation = program;
            }
        }
        return program;
    }

    /** {@inheritDoc} */
    @Override
    protected void beforeInitialize(Shape... shapes) {
        super.beforeInitialize(shapes);
        partsInTraining = null;
        partsInEvaluation = null;
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        if (x.dimension() != 2 && x.dimension() != 4) {
            throw new IllegalArgumentException(
                    "Coupling: expected input shape (batch, features) or (batch, channels, height,"
                            + " width), got "
                            + x);
        }
        long moved = division.movedShape(x.slice(1)).get(0);
        if (moved == 0) {
            throw new IllegalArgumentException(
                    "Coupling: expected a mask that moves something, got one that passes all");
        }
        Shape h = conditioner.getOutputShapes(keptShapes(inputShapes))[0];
        if (h.dimension() != x.dimension() || !h.slice(2).equals(x.slice(2))) {
            throw new IllegalArgumentException(
                    "Coupling: expected a conditioner that makes (batch, H) of vectors and (batch, H,"
                            + " height, width) of images "
                            + x
                            + ", got one that makes "
                            + h);
        }
        long parameters = univariate.getParameterCount() * moved;
        if (direct) {
            requireParameters(parameters, h);
            return;
        }
        addWeight("weight", new Shape(parameters, h.get(1)), Initializer.ZEROS);
        addWeight("bias", new Shape(parameters), Initializer.ZEROS);
    }

    private static void requireParameters(long parameters, Shape h) {
        if (h.get(1) != parameters) {
            throw new IllegalArgumentException(
                    "Coupling: expected a network that makes the "
                            + parameters
                            + " parameters of the scalar maps, got one that makes "
                            + h);
        }
    }

    private Shape[] keptShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        Shape[] shapes = inputShapes.clone();
        shapes[0] = new Shape(x.get(0)).addAll(division.keptShape(x.slice(1)));
        return shapes;
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        conditioner.initialize(manager, type, keptShapes(shapes));
        Shape x = shapes[0];
        long moved = division.movedShape(x.slice(1)).size();
        univariate.initialize(manager, type, new Shape(x.get(0), moved));
    }
}
