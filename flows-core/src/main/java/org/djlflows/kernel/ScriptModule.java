package org.djlflows.kernel;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A compiled TorchScript module whose methods call the functions of one kernel.
 *
 * <p>Modules are shared by all programs with the same text, and freed when the last of these is
 * gone. The latest few are kept beyond that, for a flow that is made anew for each use.
 */
final class ScriptModule {

    private static final String CLASS = "Kernels";

    /** The modules live on a manager of their own: no model owns them, nothing finalises them. */
    private static final PtNDManager MANAGER =
            (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(Device.cpu());

    private static final Map<String, Reference<ScriptModule>> CACHE = new ConcurrentHashMap<>();

    /** A module takes some megabytes. A flow has about five: two of its own, those of training. */
    private static final int KEPT = 32;

    private static final Map<String, ScriptModule> LATEST =
            new LinkedHashMap<>(KEPT, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, ScriptModule> eldest) {
                    return size() > KEPT;
                }
            };

    /**
     * The graph executor rewrites a method for each new shape, which costs seconds and gains
     * nothing on CPU; users can ask for it by the property that DJL reads.
     */
    private static final boolean OPTIMIZE = Boolean.getBoolean("ai.djl.pytorch.graph_optimizer");

    private static final Pattern PLAIN_NAME = Pattern.compile("\\w*");

    private final PtSymbolBlock block;
    private final Map<String, NDArray> methods;

    private ScriptModule(PtSymbolBlock block, Map<String, NDArray> methods) {
        this.block = block;
        this.methods = methods;
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
        String text = files + methods;
        // Held here until a program holds it.
        ScriptModule[] module = new ScriptModule[1];
        CACHE.compute(
                text,
                (key, present) -> {
                    module[0] = present == null ? null : present.get();
                    if (module[0] != null) {
                        return present;
                    }
                    module[0] = load(kernel.name(), archive(files, methods));
                    return module[0].freedWhenUnused(key);
                });
        synchronized (LATEST) {
            LATEST.put(text, module[0]);
        }
        return module[0];
    }

    /** Returns how many modules are loaded. */
    static int count() {
        return CACHE.size();
    }

    private Reference<ScriptModule> freedWhenUnused(String text) {
        Reference<ScriptModule> reference = new WeakReference<>(this);
        // What frees them must not hold this.
        PtSymbolBlock ofModule = block;
        Map<String, NDArray> ofMethods = methods;
        NativeMemory.CLEANER.register(
                this,
                () -> {
                    CACHE.remove(text, reference);
                    ofMethods.values().forEach(NDArray::close);
                    ofModule.close();
                });
        return reference;
    }

    /** Returns the bytes of the module that {@code compile} loads. */
    static byte[] archive(Kernel kernel, int parameters, List<String> functions) {
        Map<String, String> files = new LinkedHashMap<>();
        String methods = link(kernel, parameters, functions, files);
        return archive(files, methods);
    }

    private static byte[] archive(Map<String, String> files, String methods) {
        String module = "class " + CLASS + "(Module):\n  __parameters__ = []\n  __buffers__ = []\n";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            byte[] pickle = new Pickle(CLASS).end();
            Archive.write(bytes, files, module + methods, pickle, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
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
                    JniUtils.loadModule(MANAGER, new ByteArrayInputStream(archive), true, false),
                    new ConcurrentHashMap<>());
        } catch (EngineException e) {
            throw KernelException.compiling(kernel, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the methods through which Java calls a function: one without context, one with. */
    private static String methods(
            String kernel, String namespace, String source, String function, int parameters) {
        Signature head = Signature.of(kernel, source, function);
        StringBuilder signature = new StringBuilder("self: __torch__." + CLASS);
        StringBuilder call = new StringBuilder();
        boolean optional = false;
        for (Signature.Argument argument : head.arguments()) {
            String separator = call.length() == 0 ? "" : ", ";
            if (argument.isParameters()) {
                call.append(separator).append('[');
                for (int i = 0; i < parameters; i++) {
                    signature.append(", p").append(i).append(": Tensor");
                    call.append(i == 0 ? "p" : ", p").append(i);
                }
                call.append(']');
            } else if (argument.isOptional()) {
                optional = true;
                signature.append("{context}");
                call.append(separator).append("{value}");
            } else {
                signature.append(", ").append(argument.name()).append(": Tensor");
                call.append(separator).append(argument.name());
            }
        }
        String method =
                String.format(
                        "  def %s{suffix}(%s) -> %s:\n    return __torch__.%s.%s(%s)\n",
                        function, signature, head.returned(), namespace, function, call);
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
                    NDScope.unregister(array);
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
            Reference.reachabilityFence(this);
        }
    }
}
