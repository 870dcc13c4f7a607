package org.djlflows.kernel;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.PairList;

import org.djlflows.files.WholeFile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A compiled kernel.
 *
 * <p>Calls are thread-safe, record gradients where the grad mode of the calling thread says so,
 * leave that mode as it was whatever the kernel does to it, and put their results on the manager of
 * their first input.
 *
 * <p>A call that fails leaves native handles of its inputs behind, in DJL's bridge: check what a
 * user gives before the call. Calls turn PyTorch's graph optimiser off for their duration, and on
 * after it, in the calling thread.
 */
public final class Program {

    private final String name;
    private final ScriptModule module;

    private Program(String name, ScriptModule module) {
        this.name = name;
        this.module = module;
    }

    /**
     * Compiles a kernel.
     *
     * @param kernel the kernel
     * @param arrays the number of arrays in the list p that its functions take
     * @param functions the functions that will be called
     * @return the program
     * @throws KernelException if the kernel does not compile
     */
    public static Program of(Kernel kernel, int arrays, String... functions) {
        ScriptModule module = ScriptModule.compile(kernel, arrays, List.of(functions));
        return new Program(kernel.name(), module);
    }

    /**
     * Writes a kernel as a TorchScript file without its parameters, which Python and C++ load too
     * ({@code torch.jit.load}). It is not compiled here. Its methods take the tensors of a
     * function, the context where the name ends in {@code _with_context}, and each of p.
     *
     * @param kernel the kernel
     * @param arrays the number of arrays in the list p
     * @param file the file to write
     * @param functions the functions that can be called
     * @throws IOException if the file cannot be written
     * @throws IllegalArgumentException if the kernel has no such function
     */
    public static void write(Kernel kernel, int arrays, Path file, String... functions)
            throws IOException {
        byte[] archive = ScriptModule.archive(kernel, arrays, List.of(functions));
        WholeFile.write(file, out -> out.write(archive));
    }

    /**
     * Writes a kernel together with its parameters as a TorchScript file, which Python and C++ load
     * ({@code torch.jit.load}), as a {@link WholeFile}. It is not compiled here. Its methods take
     * the arguments of a function but p. Equal arguments give equal bytes.
     *
     * @param kernel the kernel
     * @param parameters the arrays of the list p, in that order; they become parameters and buffers
     *     of the module under these names, with {@code _} for whatever is no letter, digit or
     *     {@code _}, and with a number behind names that would then be equal
     * @param texts further attributes of the module by name
     * @param file the file to write
     * @param functions the functions that become methods
     * @throws IOException if the file cannot be written
     * @throws IllegalArgumentException if the kernel has no such function, or the type of a
     *     parameter is none of float32, float64 and int64
     */
    public static void write(
            Kernel kernel,
            PairList<String, Parameter> parameters,
            Map<String, String> texts,
            Path file,
            String... functions)
            throws IOException {
        StandaloneModule module = new StandaloneModule(parameters, texts);
        WholeFile.write(file, out -> module.write(out, kernel, List.of(functions)));
    }

    /**
     * Calls a function with its tensors, the context if there is one, and the list p.
     *
     * @param function the function
     * @param inputs the tensor arguments of the function, at least one
     * @param context the context, or an empty list
     * @param p the arrays of the list p, as many as the program was compiled for
     * @return the results
     * @throws KernelException if the function fails
     */
    public NDList call(String function, NDList inputs, NDList context, List<NDArray> p) {
        NDList arguments = new NDList(inputs.size() + context.size() + p.size());
        arguments.addAll(inputs);
        arguments.addAll(context);
        arguments.addAll(p);
        boolean recording = JniUtils.isGradMode();
        try {
            return module.call(
                    context.isEmpty() ? function : function + "_with_context", arguments);
        } catch (EngineException e) {
            throw KernelException.running(name, function, arguments, e);
        } finally {
            // Also where a kernel failed between two changes of the mode.
            JniUtils.setGradMode(recording);
        }
    }
}
