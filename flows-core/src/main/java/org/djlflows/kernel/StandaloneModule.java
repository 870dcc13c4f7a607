package org.djlflows.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import ai.djl.util.PairList;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A kernel together with its parameters as a TorchScript module.
 *
 * <p>Parameters keep their names, which need not be identifiers: the code reads them by {@code
 * getattr}, as that of a PyTorch module does whose children are numbered.
 */
final class StandaloneModule {

    private static final String CLASS = "Flow";
    private static final String SELF = "self: __torch__." + CLASS;

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, String> texts;

    /**
     * Creates a module without methods.
     *
     * @param parameters the parameters of the kernel by name, in the order of its list p
     * @param texts further attributes by name
     */
    StandaloneModule(PairList<String, Parameter> parameters, Map<String, String> texts) {
        for (Pair<String, Parameter> parameter : parameters) {
            this.parameters.put(free(parameter.getKey()), parameter.getValue());
        }
        this.texts = texts;
    }

    /** PyTorch takes a dot for the end of a module's name. */
    private String free(String name) {
        String plain = name.replaceAll("\\W", "_");
        String free = plain;
        for (int i = 2; parameters.containsKey(free); i++) {
            free = plain + "_" + i;
        }
        return free;
    }

    /**
     * Writes the module.
     *
     * @param out the stream, which stays open
     * @param kernel the kernel
     * @param functions the functions that become methods
     * @throws IOException if the stream does not take the bytes
     */
    void write(OutputStream out, Kernel kernel, List<String> functions) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        String root = kernel.link(files);
        StringBuilder module = new StringBuilder(attributes());
        for (String function : functions) {
            Signature signature = Signature.of(kernel.name(), files.get(root), function);
            module.append(method(root, function, signature));
        }
        Pickle pickle = new Pickle(CLASS);
        List<NDArray> tensors = new ArrayList<>();
        parameters.forEach(
                (name, parameter) -> {
                    NDArray tensor = parameter.getArray();
                    boolean trained = !isBuffer(parameter) && parameter.requiresGradient();
                    pickle.add(name, tensor.getDataType(), tensor.getShape(), trained);
                    tensors.add(tensor);
                });
        // What module.eval() sets; nothing here depends on it.
        pickle.add("training", false);
        texts.forEach(pickle::add);
        Archive.write(out, files, module.toString(), pickle.end(), tensors);
    }

    private static boolean isBuffer(Parameter parameter) {
        return KernelBlock.BUFFERS.contains(parameter.getType());
    }

    private String attributes() {
        StringBuilder text = new StringBuilder("class " + CLASS + "(Module):\n");
        text.append("  __parameters__ = [").append(names(false)).append("]\n");
        text.append("  __buffers__ = [").append(names(true)).append("]\n");
        text.append("  __annotations__ = []\n");
        for (String name : parameters.keySet()) {
            text.append("  __annotations__[").append(quoted(name)).append("] = Tensor\n");
        }
        text.append("  training : bool\n");
        for (String name : texts.keySet()) {
            text.append("  ").append(name).append(" : str\n");
        }
        String all =
                parameters.keySet().stream()
                        .map(name -> "getattr(self, " + quoted(name) + ")")
                        .collect(Collectors.joining(", "));
        text.append("  def parameter_list(").append(SELF).append(") -> List[Tensor]:\n");
        text.append("    return annotate(List[Tensor], [").append(all).append("])\n");
        return text.toString();
    }

    private String names(boolean buffers) {
        return parameters.entrySet().stream()
                .filter(parameter -> isBuffer(parameter.getValue()) == buffers)
                .map(parameter -> quoted(parameter.getKey()) + ", ")
                .collect(Collectors.joining());
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }

    private static String method(String namespace, String function, Signature signature) {
        String given =
                signature.arguments().stream()
                        .filter(argument -> !argument.isParameters())
                        .map(argument -> ", " + argument.name() + ": " + argument.type())
                        .collect(Collectors.joining());
        String passed =
                signature.arguments().stream()
                        .map(a -> a.isParameters() ? "(self).parameter_list()" : a.name())
                        .collect(Collectors.joining(", "));
        return String.format(
                "  def %s(%s%s) -> %s:\n    return __torch__.%s.%s(%s)\n",
                function, SELF, given, signature.returned(), namespace, function, passed);
    }
}
