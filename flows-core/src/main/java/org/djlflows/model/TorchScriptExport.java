package org.djlflows.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.util.Pair;

import org.djlflows.NormalizingFlow;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.kernel.Program;
import org.djlflows.kernel.Scripted;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a flow with its weights as one TorchScript file, which Python ({@code torch.jit.load}),
 * C++ ({@code torch::jit::load}) and DJL load without this library. Its methods, for data x, noise
 * z and n rows:
 *
 * <table>
 * <caption>Methods of the module</caption>
 * <tr><th>without context</th><th>with context c</th><th>returns</th></tr>
 * <tr><td>{@code forward(x)}</td><td>{@code forward(x, c)}</td>
 *     <td>z and \(\log|\det \partial z / \partial x|\) of shape (n)</td></tr>
 * <tr><td>{@code inverse(z)}</td><td>{@code inverse(z, c)}</td>
 *     <td>x and \(\log|\det \partial x / \partial z|\) of shape (n)</td></tr>
 * <tr><td>{@code log_prob(x)}</td><td>{@code log_prob(x, c)}</td>
 *     <td>\(\log p(x)\) or \(\log p(x \mid c)\) in nats, of shape (n)</td></tr>
 * <tr><td>{@code sample(n)}</td><td>{@code sample(c)}</td>
 *     <td>x: n samples, or one for each row of c, without gradients</td></tr>
 * <tr><td>{@code sample_rows(rows)}</td><td></td>
 *     <td>a sample for each row of a tensor, for callers without whole numbers, such as DJL</td></tr>
 * </table>
 *
 * <p>x and c are in the units of the data, as {@link NormalizingFlow} takes them; z is the noise of
 * the base, or of the base of its base where that is a flow. Inputs of other shapes or another type
 * are refused. Samples come from the generator of PyTorch ({@code torch.manual_seed}), and have
 * type and device of the parameters, which are parameters and buffers of the module: {@code
 * to("cuda")}, {@code double()} and {@code state_dict()} work, under the names of the tensors in a
 * model folder, and gradients pass through {@code forward}, {@code inverse} and {@code log_prob};
 * who needs none calls within {@code torch.no_grad()}. The attribute {@code config} is the text
 * that was given to {@code write}. Nothing is divided into chunks: rows of one call are in memory
 * at the same time.
 *
 * <p>Equal flows give equal files.
 */
public final class TorchScriptExport {

    private TorchScriptExport() {}

    /**
     * Writes a flow: to a file beside it, which then takes its place.
     *
     * @param flow the flow, initialised
     * @param config the attribute {@code config} of the module; any text
     * @param file the file, such as {@code flow.pt}
     * @throws IOException if the file cannot be written
     * @throws IllegalArgumentException if the flow has no parameters, or a block of it has no
     *     kernel: a foreign DJL block, or a layer that has not seen its first training batch
     * @throws IllegalStateException if the flow is not initialised
     */
    public static void write(NormalizingFlow flow, String config, Path file) throws IOException {
        Shape data = flow.getEventShape();
        if (flow.getParameters().isEmpty()) {
            throw new IllegalArgumentException(
                    "TorchScriptExport: expected a flow with parameters, got one without");
        }
        if (!KernelBlock.isFitted(flow)) {
            throw new IllegalArgumentException(
                    "TorchScriptExport: expected a flow that is fitted, got one with a layer, such"
                            + " as ActNorm, which waits for its first training batch");
        }
        if (flow.kernel(false).isEmpty()) {
            throw new IllegalArgumentException(
                    "TorchScriptExport: expected a kernel for each block, got none for "
                            + withoutKernel("", flow));
        }
        Optional<Shape> context = flow.getContextShape();
        Kernel methods =
                kernel(context.isPresent() ? "exported_given_context" : "exported")
                        .calling("flow", flow.kernel(false).orElseThrow())
                        .calling("inputs", kernel("exported_inputs"))
                        .with("DATA", sizes(data))
                        .with("NOISE", sizes(flow.getBase().getEventShape()));
        Map<String, String> texts = Map.of("config", config);
        if (context.isPresent()) {
            methods = methods.with("CONTEXT", sizes(context.get()));
            Program.write(
                    methods,
                    ParameterNames.paths(flow),
                    texts,
                    file,
                    "forward",
                    "inverse",
                    "log_prob",
                    "sample");
        } else {
            Program.write(
                    methods,
                    ParameterNames.paths(flow),
                    texts,
                    file,
                    "forward",
                    "inverse",
                    "log_prob",
                    "sample",
                    "sample_rows");
        }
    }

    private static Kernel kernel(String name) {
        return Kernel.of(TorchScriptExport.class, name);
    }

    private static List<Long> sizes(Shape event) {
        return Arrays.stream(event.getShape()).boxed().toList();
    }

    /** Names the innermost block on account of which a block has no kernel. */
    private static String withoutKernel(String path, Block block) {
        for (Pair<String, Block> child : block.getChildren()) {
            if (Scripted.kernelOf(child.getValue(), false).isEmpty()) {
                return withoutKernel(path + "_" + child.getKey(), child.getValue());
            }
        }
        return path.substring(1) + ", a " + block.getClass().getSimpleName();
    }
}
