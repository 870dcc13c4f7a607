package org.djlflows.interchange;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.files.Excerpt;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Copies the tensors of another library onto the parameters of a block, of which it says for each
 * where its values come from.
 *
 * <pre>{@code
 * ImportReport report = new WeightImport(StateDict.read(file))
 *         .take("net.0.weight", "hidden_weight")
 *         .take("embedding", "classes", new Shape(10, 1, 64))
 *         .ignore("attn_mask")
 *         .into(block);
 * }</pre>
 *
 * <p>Each parameter and buffer of the block needs a source, each tensor a use, and each shape has
 * to be that of the parameter or the one named. Values are copied in their order or computed from
 * those of tensors, in float64, and take the type of the block.
 */
public final class WeightImport {

    /** The most disagreements that a message lists, and the most characters of each. */
    private static final int MOST = 15;

    private static final int LONGEST = 120;

    private final StateDict tensors;
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final Set<String> ignored = new HashSet<>();

    /**
     * A tensor of the other library.
     *
     * @param name its name
     * @param shape the shape that it has to have
     */
    public record Tensor(String name, Shape shape) {}

    /** Where values come from; a tensor with a shape of null has that of the parameter. */
    private record Source(
            boolean kept, List<Tensor> tensors, Function<List<double[]>, double[]> map) {

        /** Returns the tensors with their shapes. */
        List<Tensor> tensors(Shape own) {
            return tensors.stream()
                    .map(t -> t.shape == null ? new Tensor(t.name, own) : t)
                    .toList();
        }
    }

    /**
     * Begins an import that takes nothing yet.
     *
     * @param tensors the tensors of the other library
     */
    public WeightImport(StateDict tensors) {
        this.tensors = tensors;
    }

    /**
     * Takes a tensor as it is.
     *
     * @param name its name
     * @param parameter the parameter, by its path in the tree of blocks
     * @return this import
     * @throws IllegalArgumentException if the parameter has a source already
     */
    public WeightImport take(String name, String parameter) {
        return take(name, parameter, (Shape) null);
    }

    /**
     * Takes a tensor of another shape with as many values, in the same order.
     *
     * @param name its name
     * @param parameter the parameter, by its path in the tree of blocks
     * @param shape the shape that the tensor has to have
     * @return this import
     * @throws IllegalArgumentException if the parameter has a source already
     */
    public WeightImport take(String name, String parameter, Shape shape) {
        return add(parameter, new Source(false, List.of(new Tensor(name, shape)), null));
    }

    /**
     * Takes a function of the values of a tensor.
     *
     * @param name its name
     * @param parameter the parameter, by its path in the tree of blocks
     * @param map the function
     * @return this import
     * @throws IllegalArgumentException if the parameter has a source already
     */
    public WeightImport take(String name, String parameter, DoubleUnaryOperator map) {
        return compute(
                parameter,
                values -> Arrays.stream(values.get(0)).map(map).toArray(),
                new Tensor(name, null));
    }

    /**
     * Computes a parameter from the values of tensors.
     *
     * @param parameter the parameter, by its path in the tree of blocks
     * @param function makes its values, row by row, of those of the tensors
     * @param from the tensors, of which there may be none
     * @return this import
     * @throws IllegalArgumentException if the parameter has a source already
     */
    public WeightImport compute(
            String parameter, Function<List<double[]>, double[]> function, Tensor... from) {
        return add(parameter, new Source(false, List.of(from), function));
    }

    /**
     * Leaves a parameter as it is, which is what tensors have to tell too: masks, for example.
     *
     * @param parameter the parameter, by its path in the tree of blocks
     * @param function makes its values, row by row, of those of the tensors
     * @param from the tensors
     * @return this import
     * @throws IllegalArgumentException if the parameter has a source already
     */
    public WeightImport expect(
            String parameter, Function<List<double[]>, double[]> function, Tensor... from) {
        return add(parameter, new Source(true, List.of(from), function));
    }

    /**
     * Leaves a parameter as it is that the other library does not have.
     *
     * @param parameter the parameter, by its path in the tree of blocks
     * @return this import
     * @throws IllegalArgumentException if the parameter has a source already
     */
    public WeightImport keep(String parameter) {
        return add(parameter, new Source(true, List.of(), null));
    }

    /**
     * Sets a parameter to zero that the other library does not have.
     *
     * @param parameter the parameter, by its path in the tree of blocks
     * @return this import
     * @throws IllegalArgumentException if the parameter has a source already
     */
    public WeightImport zero(String parameter) {
        return add(parameter, new Source(false, List.of(), null));
    }

    private WeightImport add(String parameter, Source source) {
        if (sources.put(parameter, source) != null) {
            throw new IllegalArgumentException(
                    "WeightImport: expected one source of " + parameter + ", got two");
        }
        return this;
    }

    /**
     * Leaves tensors out, which may also be absent.
     *
     * @param names their names
     * @return this import
     */
    public WeightImport ignore(String... names) {
        ignored.addAll(Arrays.asList(names));
        return this;
    }

    /**
     * Overwrites all parameters and buffers of a block; nothing is changed if anything disagrees.
     *
     * @param block the block, initialised
     * @return what was copied
     * @throws IOException if the file lacks tensors or has others, or shapes are not as expected;
     *     the message lists all that disagrees; or if values cannot be read, are too large for
     *     float32, or are not what is expected of them
     * @throws IllegalArgumentException if a parameter has no source, a source no parameter, or a
     *     shape that was named, or what was computed, another number of values
     * @throws IllegalStateException if the block is not initialised
     */
    public ImportReport into(Block block) throws IOException {
        requireInitialized(block);
        requireSources(block);
        List<ImportReport.Row> rows = check(block);
        try (NDManager scratch = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDList values = new NDList();
            NDList targets = new NDList();
            for (Pair<String, Parameter> parameter : ParameterNames.paths(block)) {
                NDArray target = parameter.getValue().getArray();
                targets.add(target);
                values.add(values(parameter.getKey(), target, scratch));
            }
            try (NoGrad noGrad = NoGrad.open()) {
                for (int i = 0; i < targets.size(); i++) {
                    values.get(i).copyTo(targets.get(i));
                }
            }
        }
        return new ImportReport(rows);
    }

    static void requireInitialized(Block block) {
        if (!block.isInitialized()) {
            throw new IllegalStateException(
                    "WeightImport: expected a block that is initialised, got one that is not");
        }
    }

    private void requireSources(Block block) {
        Set<String> unknown = new HashSet<>(sources.keySet());
        for (String parameter : ParameterNames.paths(block).keys()) {
            if (!unknown.remove(parameter)) {
                throw new IllegalArgumentException(
                        "WeightImport: expected a source of " + parameter + ", got none");
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "WeightImport: the block has no parameters " + unknown);
        }
    }

    private List<ImportReport.Row> check(Block block) throws IOException {
        List<ImportReport.Row> rows = new ArrayList<>();
        List<String> disagreements = new ArrayList<>();
        Set<String> unused = new HashSet<>(tensors.names());
        unused.removeAll(ignored);
        for (Pair<String, Parameter> parameter : ParameterNames.paths(block)) {
            Source source = sources.get(parameter.getKey());
            Shape own = parameter.getValue().getArray().getShape();
            List<Tensor> from = source.tensors(own);
            if (from.isEmpty()) {
                rows.add(new ImportReport.Row(Optional.empty(), own, parameter.getKey()));
            }
            for (Tensor tensor : from) {
                requireSize(source, tensor, parameter.getKey(), own);
                Optional<String> name = Optional.of(tensor.name);
                rows.add(new ImportReport.Row(name, tensor.shape, parameter.getKey()));
                unused.remove(tensor.name);
                boolean present = Tensors.has(tensors, tensor.name);
                String got = present ? tensors.shape(tensor.name).toString() : "none";
                if (!got.equals(tensor.shape.toString())) {
                    disagreements.add(
                            "expected " + tensor.name + " " + tensor.shape + ", got " + got);
                }
            }
        }
        tensors.names().stream()
                .filter(unused::contains)
                .forEach(name -> disagreements.add("expected no " + name + ", got one"));
        if (!disagreements.isEmpty()) {
            throw new IOException(
                    String.format(
                            "%s: %d tensors disagree, nothing was imported%n  %s%s",
                            tensors.file(),
                            disagreements.size(),
                            disagreements.stream()
                                    .limit(MOST)
                                    .map(text -> Excerpt.of(text, LONGEST))
                                    .collect(Collectors.joining(System.lineSeparator() + "  ")),
                            disagreements.size() > MOST ? System.lineSeparator() + "  ..." : ""));
        }
        return rows;
    }

    private static void requireSize(Source source, Tensor tensor, String parameter, Shape own) {
        if (source.map == null && tensor.shape.size() != own.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "WeightImport: expected as many values as %s, %s, got shape %s",
                            parameter, own, tensor.shape));
        }
    }

    private NDArray values(String parameter, NDArray target, NDManager scratch) throws IOException {
        Source source = sources.get(parameter);
        if (source.map != null) {
            return computed(source, parameter, target, scratch);
        }
        if (source.kept) {
            return target;
        }
        if (source.tensors.isEmpty()) {
            return scratch.zeros(target.getShape(), target.getDataType());
        }
        String name = source.tensors.get(0).name;
        return narrowed(name, tensors.get(name, scratch), target);
    }

    private NDArray computed(Source source, String parameter, NDArray target, NDManager scratch)
            throws IOException {
        List<double[]> from = new ArrayList<>();
        for (Tensor tensor : source.tensors) {
            from.add(doubles(tensors.get(tensor.name, scratch)));
        }
        double[] values = source.map.apply(from);
        if (values.length != target.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "WeightImport: expected %d values of %s, got %d",
                            target.size(), parameter, values.length));
        }
        String names = String.join(", ", source.tensors.stream().map(Tensor::name).toList());
        if (source.kept && !Arrays.equals(values, doubles(target))) {
            throw new IOException(
                    String.format(
                            "%s: expected %s to hold what the flow has as %s, got other values",
                            tensors.file(), names, parameter));
        }
        return narrowed(names, scratch.create(values), target);
    }

    private NDArray narrowed(String name, NDArray values, NDArray target) throws IOException {
        if (values.getDataType() == DataType.FLOAT64 && target.getDataType() == DataType.FLOAT32) {
            requireNarrow(name, values);
        }
        return values.reshape(target.getShape()).toType(target.getDataType(), false);
    }

    private void requireNarrow(String name, NDArray values) throws IOException {
        for (double value : values.toDoubleArray()) {
            if (Double.isFinite(value) && Float.isInfinite((float) value)) {
                throw new IOException(
                        String.format(
                                "%s: expected values of %s that fit into float32, got %s",
                                tensors.file(), name, value));
            }
        }
    }

    static double[] doubles(NDArray values) {
        return Arrays.stream(values.toArray()).mapToDouble(Number::doubleValue).toArray();
    }
}
