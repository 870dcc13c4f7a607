package org.djlflows.kernel;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A compiled TorchScript module whose methods call the functions of one kernel.
 *
 * <p>Modules are kept for the life of the process and shared by all blocks with the same text: the
 * text holds no weights, so their number is that of the architectures in use.
 */
final class ScriptModule {

    /** The modules live on a manager of their own: no model owns them, nothing finalises them. */
    private static final PtNDManager MANAGER =
            (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(Device.cpu());

    private static final Map<String, ScriptModule> CACHE = new ConcurrentHashMap<>();

    /**
     * The graph executor rewrites a method for each new shape, which costs seconds and gains
     * nothing on CPU; users can ask for it by the property that DJL reads.
     */
    private static final boolean OPTIMIZE = Boolean.getBoolean("ai.djl.pytorch.graph_optimizer");

    private static final Pattern ARGUMENT = Pattern.compile("(\\w+): ([\\w\\[\\]]+)");
    private static final Pattern PLAIN_NAME = Pattern.compile("\\w*");

    private final PtSymbolBlock block;
    private final Map<String, NDArray> methods = new ConcurrentHashMap<>();

    private ScriptModule(PtSymbolBlock block) {
        this.block = block;
    }

    /**
     * Compiles functions of a kernel, or returns the module that was compiled before.
     *
     * @param kernel the kernel
     * @param parameters the number of parameters that the functions take
     * @param functions the functions to call from Java
     * @return the module
     */
    static ScriptModule compile(Kernel kernel, int parameters, List<String> functions) {
        Map<String, String> files = new LinkedHashMap<>();
        String methods = link(kernel, parameters, functions, files);
        return CACHE.computeIfAbsent(
                files + methods, k -> load(kernel.name(), Archive.write(files, methods)));
    }

    /** Returns the bytes of the module that {@code compile} loads. */
    static byte[] archive(Kernel kernel, int parameters, List<String> functions) {
        Map<String, String> files = new LinkedHashMap<>();
        String methods = link(kernel, parameters, functions, files);
        return Archive.write(files, methods);
    }

    /** Adds the text of the kernel to the files, and returns that of the methods. */
    private static String link(
            Kernel kernel, int parameters, List<String> functions, Map<String, String> files) {
        String root = kernel.link(files);
        StringBuilder methods = new StringBuilder();
        for (String function : functions) {
            methods.append(methods(kernel.name(), root, files.get(root), function, parameters));
        }
        return methods.toString();
    }

    private static ScriptModule load(String kernel, byte[] archive) {
        try {
            return new ScriptModule(
                    JniUtils.loadModule(MANAGER, new ByteArrayInputStream(archive), true, false));
        } catch (EngineException e) {
            throw KernelException.compiling(kernel, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the methods through which Java calls a function: one without context, one with. */
    private static String methods(
            String kernel, String namespace, String source, String function, int parameters) {
        Matcher definition =
                Pattern.compile("(?ms)^def " + function + "\\((.*?)\\) -> (.*?):$").matcher(source);
        if (!definition.find()) {
            throw new IllegalArgumentException(
                    "Kernel " + kernel + ": expected a typed function " + function + ", got none");
        }
        String returned = definition.group(2);
        StringBuilder signature = new StringBuilder("self: __torch__.Kernels");
        StringBuilder call = new StringBuilder();
        boolean optional = false;
        Matcher argument = ARGUMENT.matcher(definition.group(1));
        while (argument.find()) {
            String name = argument.group(1);
            String separator = call.length() == 0 ? "" : ", ";
            if (argument.group(2).startsWith("List")) {
                call.append(separator).append('[');
                for (int i = 0; i < parameters; i++) {
                    signature.append(", p").append(i).append(": Tensor");
                    call.append(i == 0 ? "p" : ", p").append(i);
                }
                call.append(']');
            } else if (argument.group(2).startsWith("Optional")) {
                optional = true;
                signature.append("{context}");
                call.append(separator).append("{value}");
            } else {
                signature.append(", ").append(name).append(": Tensor");
                call.append(separator).append(name);
            }
        }
        String method =
                String.format(
                        "  def %s{suffix}(%s) -> %s:\n    return __torch__.%s.%s(%s)\n",
                        function, signature, returned, namespace, function, call);
        String without =
                method.replace("{suffix}", "").replace("{context}", "").replace("{value}", "None");
        if (!optional) {
            return without;
        }
        return without
                + method.replace("{suffix}", "_with_context")
                        .replace("{context}", ", c: Tensor")
                        .replace("{value}", "c");
    }

    /** Returns a method's name as the engine takes it: the name of an array among the inputs. */
    private NDArray method(String name) {
        return methods.computeIfAbsent(
                name,
                n -> {
                    NDArray array = MANAGER.create(new Shape(0), DataType.FLOAT32);
                    array.setName("module_method:" + n);
                    return array;
                });
    }

    /**
     * Calls a method.
     *
     * <p>Always in the mode that can record gradients (the other one makes tensors that later
     * autograd refuses); whether it does record is the grad mode of the thread.
     *
     * @param name the method
     * @param inputs the arguments; the first one's manager receives the results
     * @return the results
     */
    NDList call(String name, NDList inputs) {
        NDList arguments = new NDList(inputs.size() + 1);
        NDList renamed = new NDList();
        for (NDArray input : inputs) {
            // The engine reads a name such as "a.b" as an entry of a dictionary.
            if (input.getName() != null && !PLAIN_NAME.matcher(input.getName()).matches()) {
                input = input.toType(input.getDataType(), true);
                renamed.add(input);
            }
            arguments.add(input);
        }
        arguments.add(method(name));
        if (!OPTIMIZE) {
            JniUtils.setGraphExecutorOptimize(false);
        }
        try {
            return IValueUtils.forward(block, arguments, true);
        } finally {
            if (!OPTIMIZE) {
                JniUtils.setGraphExecutorOptimize(true);
            }
            renamed.close();
        }
    }
}
