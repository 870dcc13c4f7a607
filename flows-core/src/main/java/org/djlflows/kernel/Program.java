package org.djlflows.kernel;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

import java.util.List;

/**
 * A compiled kernel together with the parameters of its block.
 *
 * <p>Calls are thread-safe, record gradients where the grad mode of the calling thread says so, and
 * put their results on the manager of their first input.
 */
public final class Program {

    private final String name;
    private final ScriptModule module;
    private final List<Parameter> parameters;

    private Program(String name, ScriptModule module, List<Parameter> parameters) {
        this.name = name;
        this.module = module;
        this.parameters = parameters;
    }

    /**
     * Compiles a kernel.
     *
     * @param block the block whose parameters the functions take
     * @param kernel its kernel
     * @param functions the functions that will be called
     * @return the program
     * @throws KernelException if the kernel does not compile
     */
    public static Program of(Block block, Kernel kernel, String... functions) {
        List<Parameter> parameters = List.copyOf(block.getParameters().values());
        ScriptModule module = ScriptModule.compile(kernel, parameters.size(), List.of(functions));
        return new Program(kernel.name(), module, parameters);
    }

    /**
     * Calls a function with the inputs, the context if there is one, and the parameters.
     *
     * @param function the function
     * @param store the store that holds the parameters
     * @param inputs the tensor arguments of the function
     * @param context the context, or an empty list
     * @param training whether this is part of a training step
     * @return the results
     * @throws KernelException if the function fails
     */
    public NDList call(
            String function,
            ParameterStore store,
            NDList inputs,
            NDList context,
            boolean training) {
        NDList arguments = new NDList(inputs.size() + context.size() + parameters.size());
        arguments.addAll(inputs);
        arguments.addAll(context);
        NDArray first = inputs.get(0);
        for (Parameter parameter : parameters) {
            arguments.add(store.getValue(parameter, first.getDevice(), training));
        }
        try {
            return module.call(
                    context.isEmpty() ? function : function + "_with_context", arguments);
        } catch (EngineException e) {
            throw KernelException.running(name, function, arguments, e);
        }
    }
}
