package org.djlflows.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;

import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.univariate.Univariate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The backward pass of a kernel, written by hand, beside PyTorch's autograd: outputs, then
 * gradients of x, parameters and context, for random gradients of the outputs.
 */
public final class BackwardPass {

    /** Both functions return all in one vector: outputs, then gradients of x, parameters, c. */
    private static final String BOTH =
            """
            def by_hand(
                x: Tensor, g: Tensor, gl: Tensor, c: Optional[Tensor], p: List[Tensor]
            ) -> Tensor:
                tape: List[Tensor] = [x]
                gc: List[Tensor] = []
                outputs = record(x, c, p, tape)
                gx, gp = backward(g, gl, c, p, tape, gc)
                if len(tape) != 1 or len(gp) != len(p):
                    ops.prim.RaiseException("the tape is not empty or a gradient is missing")
                if c is not None:
                    total = torch.zeros_like(c)
                    for i in range(len(gc)):
                        total = total + gc[i]
                    gp.append(total)
                return flat(outputs + [gx] + gp)

            def by_autograd(
                x: Tensor, g: Tensor, gl: Tensor, c: Optional[Tensor], p: List[Tensor]
            ) -> Tensor:
                torch.set_grad_enabled(True)
                x = x.detach().requires_grad_()
                inputs = [x] + p
                if c is not None:
                    c = c.detach().requires_grad_()
                    inputs.append(c)
                outputs = forward(x, c, p)
                total = (g * outputs[0]).sum() + (gl * outputs[len(outputs) - 1]).sum()
                total = total + 0 * x.sum()
                trained: List[Tensor] = []
                for a in inputs:
                    if a.requires_grad:
                        trained.append(a)
                torch.set_grad_enabled(False)
                found = torch.grad([total], trained, allow_unused=True)
                gradients: List[Tensor] = []
                for a in inputs:
                    gradients.append(torch.zeros_like(a))
                    if a.requires_grad:
                        gradient = found.pop(0)
                        if gradient is not None:
                            gradients[-1] = gradient
                return flat(outputs + gradients)

            def flat(arrays: List[Tensor]) -> Tensor:
                rows: List[Tensor] = []
                for a in arrays:
                    rows.append(a.detach().reshape(-1))
                return torch.cat(rows)

            """;

    private static final String OF_BIJECTION =
            """
            def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> List[Tensor]:
                z, log_det = block.forward(x, c, p)
                return [z, log_det]

            def record(
                x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
            ) -> List[Tensor]:
                z, log_det = block.record(x, c, p, tape)
                return [z, log_det]

            def backward(
                g: Tensor, gl: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor],
                gc: List[Tensor]
            ) -> Tuple[Tensor, List[Tensor]]:
                return block.backward(g, gl, c, p, tape, gc)
            """;

    private static final String OF_ONE_OUTPUT =
            """
            def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> List[Tensor]:
                return [block.FUNCTION(x, c, p)]

            def record(
                x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
            ) -> List[Tensor]:
                return [block.record(x, c, p, tape)]

            def backward(
                g: Tensor, gl: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor],
                gc: List[Tensor]
            ) -> Tuple[Tensor, List[Tensor]]:
                return block.backward(g + gl, c, p, tape, gc)
            """;

    /** theta takes the place of the context. */
    private static final String OF_UNIVARIATE =
            """
            def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> List[Tensor]:
                assert c is not None
                z, log_slope = block.forward(x, c, p)
                return [z, log_slope]

            def record(
                x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
            ) -> List[Tensor]:
                assert c is not None
                z, log_slope = block.record(x, c, p, tape)
                return [z, log_slope]

            def backward(
                g: Tensor, gl: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor],
                gc: List[Tensor]
            ) -> Tuple[Tensor, List[Tensor]]:
                gx, g_theta, gp = block.backward(g, gl, p, tape)
                gc.append(g_theta)
                return gx, gp
            """;

    private final double[] byAutograd;
    private final double[] byHand;

    private BackwardPass(double[] byAutograd, double[] byHand) {
        this.byAutograd = byAutograd;
        this.byHand = byHand;
    }

    /**
     * Returns the numbers as autograd has them.
     *
     * @return outputs and gradients in row-major order
     */
    public double[] byAutograd() {
        return byAutograd.clone();
    }

    /**
     * Returns the numbers by {@code record} and {@code backward} of the kernel.
     *
     * @return outputs and gradients in the same order
     */
    public double[] byHand() {
        return byHand.clone();
    }

    /**
     * Returns outputs and gradients of a family of scalar maps.
     *
     * @param block the family, initialised
     * @param in x and theta
     * @return outputs, then gradients of x, parameters and theta
     */
    public static double[] ofUnivariate(Univariate block, NDList in) {
        Kernel both = Kernel.of("both", BOTH + OF_UNIVARIATE);
        Kernel kernel = block.differentiableKernel(true);
        Calls calls = new Calls(block, both.calling("block", kernel), in);
        try (NoGrad noGrad = NoGrad.open()) {
            return calls.call("by_hand");
        }
    }

    /**
     * Computes both of a bijection, whose parameters require gradients.
     *
     * @param block the bijection, initialised
     * @param kernel its kernel
     * @param in x and optionally the context
     * @return both
     */
    public static BackwardPass ofBijection(Block block, Kernel kernel, NDList in) {
        Kernel both = Kernel.of("both", BOTH + OF_BIJECTION);
        return of(block, both.calling("block", Autograd.ofBijection(kernel)), in);
    }

    /**
     * Computes both of a distribution, whose parameters require gradients.
     *
     * @param block the distribution, initialised
     * @param kernel its kernel
     * @param in x and optionally the context
     * @return both
     */
    public static BackwardPass ofDistribution(Block block, Kernel kernel, NDList in) {
        Kernel both = Kernel.of("both", BOTH + OF_ONE_OUTPUT.replace("FUNCTION", "log_prob"));
        return of(block, both.calling("block", Autograd.ofDistribution(kernel)), in);
    }

    /**
     * Computes both of a network, whose parameters require gradients.
     *
     * @param block the network, initialised
     * @param kernel its kernel
     * @param in x and optionally the context
     * @return both
     */
    public static BackwardPass ofNetwork(Block block, Kernel kernel, NDList in) {
        Kernel both = Kernel.of("both", BOTH + OF_ONE_OUTPUT.replace("FUNCTION", "forward"));
        return of(block, both.calling("block", Autograd.ofNetwork(kernel)), in);
    }

    private static BackwardPass of(Block block, Kernel both, NDList in) {
        Calls calls = new Calls(block, both, in);
        double[] expected = calls.call("by_autograd");
        try (NoGrad noGrad = NoGrad.open()) {
            return new BackwardPass(expected, calls.call("by_hand"));
        }
    }

    /**
     * Returns how far the two are apart.
     *
     * @return the largest difference, in units of the largest number where that is above 1
     */
    public double error() {
        double size = Math.max(1, Arrays.stream(byAutograd).map(Math::abs).max().orElse(0));
        return IntStream.range(0, byAutograd.length)
                .mapToDouble(i -> Math.abs(byAutograd[i] - byHand[i]) / size)
                .reduce(0, Math::max);
    }

    /** The two functions with their arguments, among them random gradients of the outputs. */
    private static final class Calls {

        private final Program program;
        private final NDList inputs;
        private final NDList context;
        private final List<NDArray> p = new ArrayList<>();

        Calls(Block block, Kernel both, NDList in) {
            for (Parameter parameter : block.getParameters().values()) {
                p.add(parameter.getArray());
            }
            program = Program.of(both, p.size(), "by_hand", "by_autograd");
            NDArray x = in.get(0);
            NDManager manager = x.getManager();
            Shape[] outputs = block.getOutputShapes(in.getShapes());
            NDArray g = manager.randomNormal(0, 1, outputs[0], x.getDataType());
            NDArray gl =
                    outputs.length > 1
                            ? manager.randomNormal(0, 1, outputs[1], x.getDataType())
                            : manager.zeros(new Shape(), x.getDataType());
            inputs = new NDList(x, g, gl);
            context = in.subNDList(1);
        }

        /** Always of the same draws, and what training moves is moved in copies. */
        double[] call(String function) {
            try (NDManager scratch = inputs.get(0).getManager().newSubManager();
                    RandomNumbers numbers = RandomNumbers.seeded(0)) {
                List<NDArray> arrays =
                        p.stream().map(a -> a.hasGradient() ? a : copy(a, scratch)).toList();
                NDList out =
                        RandomNumbers.draw(() -> program.call(function, inputs, context, arrays));
                return Matrix.doubles(out.get(0));
            }
        }

        private static NDArray copy(NDArray array, NDManager manager) {
            NDArray copy = array.duplicate();
            copy.attach(manager);
            return copy;
        }
    }
}
