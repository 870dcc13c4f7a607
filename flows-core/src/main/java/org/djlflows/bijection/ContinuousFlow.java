package org.djlflows.bijection;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.Activations;
import org.djlflows.spec.SolverGradient;
import org.djlflows.spec.Trace;
import org.djlflows.spec.Transform;

import java.util.List;
import java.util.Optional;

/**
 * A continuous flow: \(z = x(1)\) of the solution of \(dx/dt = f(x, t, c)\) that begins at \(x(0) =
 * x\), with \(\log|\det| = \int_0^1 \mathrm{tr}\,\partial f / \partial x\,dt\).
 *
 * <p>f is a network of x, \(\cos k \pi t\), \(\sin k \pi t\) and the context. Both are solved
 * together by steps of Dormand and Prince, of order 5 with an error estimate of order 4, which one
 * controller sizes for all rows of a call: so small that the estimate for each entry y of each row
 * is at most tolerance (1 + |y|). {@code inverse} solves the same equation from 1 to 0, so the two
 * undo each other to the tolerance, not to rounding; and rows depend on each other within it. In
 * float32 it is at least 1e-6.
 *
 * <ul>
 *   <li>x: (batch, D), context: (batch, C)
 *   <li>parameters: weight (l, k) and bias (l) of each hidden layer of k to l units, of the first
 *       one k = D + 2 frequencies + C, and those of the last layer (D, l), 0 at first, and so the
 *       map the identity
 * </ul>
 *
 * <p>Each direction costs 6 evaluations of f and its trace a step, some 10 to 30 steps. Of two
 * hidden layers the trace costs as much as f; of more, as D evaluations of the layers between,
 * where in {@code forward} of training {@link Trace#HUTCHINSON} takes an estimate at the cost of
 * one. A training step takes gradients as {@link SolverGradient} says; everything else that asks
 * for them, such as variational inference, records the steps of the solver.
 *
 * <p>Of all flows that take data to noise, training can prefer those whose paths are short and
 * straight, which need fewer steps: {@code forward} of training gives \(\log|\det| - \int_0^1
 * (\lambda_K |f|^2 + \lambda_J \|\partial f / \partial x\|_F^2 + \lambda_A |\partial f / \partial t
 * + \partial f / \partial x\, f|^2)\, dt\), so that training losses are no log-densities then. The
 * first two are the penalties of RNODE, the first twice the transport cost of OT-Flow. The third is
 * the acceleration of a row: where f is the gradient of a potential, it is the gradient of what
 * OT-Flow's equation of Hamilton, Jacobi and Bellman leaves, and it is 0 for optimal transport. The
 * norm costs D products with the Jacobian, with Hutchinson's estimate one. {@code inverse} and
 * everything outside of training is without them.
 *
 * <p>A row that needs a step below a millionth of the way becomes NaN, after 1,000 steps one below
 * a thousandth. Neither it nor what is not finite disturbs other rows.
 *
 * @see <a href="https://arxiv.org/abs/1806.07366">Chen, Rubanova, Bettencourt and Duvenaud, Neural
 *     Ordinary Differential Equations, 2018, theorem 1 and algorithm 1</a>
 * @see <a href="https://arxiv.org/abs/1810.01367">Grathwohl et al., FFJORD, 2019, section 3</a>
 * @see <a href="https://arxiv.org/abs/2002.02798">Finlay, Jacobsen, Nurbekyan and Oberman, How to
 *     Train Your Neural ODE, 2020, equation 11</a>
 * @see <a href="https://arxiv.org/abs/2006.00104">Onken, Wu Fung, Li and Ruthotto, OT-Flow, 2021,
 *     section 2</a>
 */
public final class ContinuousFlow extends AbstractBijection {

    /** The steps that are attempted before rows are given up that need more of them. */
    private static final int PATIENCE = 1000;

    /** Below, error estimates of float32 are rounding. */
    private static final double TOLERANCE_OF_FLOAT32 = 1e-6;

    private final Transform.ContinuousFlow settings;

    /**
     * Creates a layer.
     *
     * @param settings the network and the solver; what it is trained by is no matter of the layer
     */
    public ContinuousFlow(Transform.ContinuousFlow settings) {
        this.settings = settings;
    }

    /** Hutchinson's directions are drawn. */
    @Override
    protected boolean drawsInForward() {
        return settings.trace() == Trace.HUTCHINSON;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel network = network(training);
        Kernel flow =
                source("continuous_flow")
                        .calling("network", network)
                        .calling("solver", solving(network))
                        .calling("solver_back", solving(network(false)))
                        .with("ESTIMATED", training && settings.trace() == Trace.HUTCHINSON);
        Kernel autograd = Autograd.gradients();
        if (settings.gradient() == SolverGradient.CHECKPOINTED) {
            Kernel steps =
                    source("checkpointed_solver")
                            .calling("network", network)
                            .calling("solver", solving(network))
                            .calling("autograd", autograd);
            return Optional.of(flow.orElse(steps, "record", "backward"));
        }
        Kernel system =
                source("adjoint_system").calling("network", network).calling("autograd", autograd);
        Kernel adjoint = source("adjoint_solver").calling("adjoint", solving(system));
        return Optional.of(flow.orElse(adjoint, "record", "backward"));
    }

    private Kernel network(boolean penalised) {
        int layers = settings.hidden().size();
        return source("velocity")
                .calling("activation", Activations.kernel(settings.activation().activation()))
                .with("LAYERS", layers)
                .with("CLOSED", layers == 2 && settings.trace() == Trace.EXACT)
                .with("FREQUENCIES", settings.frequencies())
                .with("PI", Math.PI)
                .with("KINETIC_ENERGY", penalised ? settings.kineticEnergy() : 0)
                .with("JACOBIAN_NORM", penalised ? settings.jacobianNorm() : 0)
                .with("ACCELERATION", penalised ? settings.acceleration() : 0);
    }

    private static Kernel source(String name) {
        return Kernel.of(ContinuousFlow.class, name);
    }

    private Kernel solving(Kernel system) {
        double least = getDataType() == DataType.FLOAT32 ? TOLERANCE_OF_FLOAT32 : 0;
        return source("dormand_prince")
                .calling("system", system)
                .with("TOLERANCE", Math.max(least, settings.tolerance()))
                .with("PATIENCE", PATIENCE);
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        for (Shape shape : inputShapes) {
            requireVectors(shape);
        }
        long features = inputShapes[0].get(1);
        long in = features + 2L * settings.frequencies();
        if (inputShapes.length > 1) {
            in += inputShapes[1].get(1);
        }
        List<Integer> hidden = settings.hidden();
        for (int i = 0; i < hidden.size(); i++) {
            addWeight(
                    "layer" + i + "_weight",
                    new Shape(hidden.get(i), in),
                    Initializers.uniform(in));
            addWeight("layer" + i + "_bias", new Shape(hidden.get(i)), Initializers.uniform(in));
            in = hidden.get(i);
        }
        addWeight("last_weight", new Shape(features, in), Initializer.ZEROS);
        addWeight("last_bias", new Shape(features), Initializer.ZEROS);
    }
}
