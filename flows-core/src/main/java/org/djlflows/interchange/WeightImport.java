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

import org.djlflows.kernel.NoGrad;

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
 * to be that of the parameter or, in the same order of values, the one named. Values take the type
 * of the block.
 */
public final class WeightImport {

    private final StateDict tensors;
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final Set<String> ignored = new HashSet<>();

    /** Where values come from: zero without a name, the parameter's own shape without a shape. */
    private record Source(String name, Shape shape, DoubleUnaryOperator map) {}

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
        return add(parameter, new Source(name, null, null));
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
        return add(parameter, new Source(name, shape, null));
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
        return add(parameter, new Source(name, null, map));
    }

    /**
     * Sets a parameter to zero that the other library does not have.
     *
     * @param parameter the parameter, by its path in the tree of blocks
     * @return this import
     * @throws IllegalArgumentException if the parameter has a source already
     */
    public WeightImport zero(String parameter) {
        return add(parameter, new Source(null, null, null));
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
     *     the message lists all that disagrees; or if values cannot be read, or are too large for
     *     float32
     * @throws IllegalArgumentException if a parameter has no source, a source no parameter, or a
     *     shape that was named another number of values
     * @throws IllegalStateException if the block is not initialised
     */
    public ImportReport into(Block block) throws IOException {
        requireInitialized(block);
        requireSources(block);
        List<ImportReport.Row> rows = check(block);
        try (NDManager scratch = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDList values = new NDList();
            NDList targets = new NDList();
            for (Pair<String, Parameter> parameter : block.getParameters()) {
                NDArray target = parameter.getValue().getArray();
                targets.add(target);
                values.add(values(sources.get(parameter.getKey()), target, scratch));
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
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            if (!parameter.getValue().isInitialized()) {
                throw new IllegalStateException(
                        "WeightImport: expected a block that is initialised, got one whose "
                                + parameter.getKey()
                                + " is not");
            }
        }
    }

    private void requireSources(Block block) {
        Set<String> unknown = new HashSet<>(sources.keySet());
        for (String parameter : block.getParameters().keys()) {
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
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            Source source = sources.get(parameter.getKey());
            Shape own = parameter.getValue().getArray().getShape();
            Shape expected = source.shape == null ? own : source.shape;
            if (expected.size() != own.size()) {
                throw new IllegalArgumentException(
                        String.format(
                                "WeightImport: expected as many values as %s, %s, got shape %s",
                                parameter.getKey(), own, expected));
            }
            rows.add(
                    new ImportReport.Row(
                            Optional.ofNullable(source.name), expected, parameter.getKey()));
            if (source.name == null) {
                continue;
            }
            unused.remove(source.name);
            Optional<Shape> got =
                    tensors.names().contains(source.name)
                            ? Optional.of(tensors.shape(source.name))
                            : Optional.empty();
            if (!got.equals(Optional.of(expected))) {
                disagreements.add(
                        String.format(
                                "expected %s %s, got %s",
                                source.name, expected, got.map(Shape::toString).orElse("none")));
            }
        }
        tensors.names().stream()
                .filter(unused::contains)
                .forEach(name -> disagreements.add("expected no " + name + ", got one"));
        if (!disagreements.isEmpty()) {
            throw new IOException(
                    String.format(
                            "%s: %d tensors disagree, nothing was imported%n  %s",
                            tensors.file(),
                            disagreements.size(),
                            String.join(System.lineSeparator() + "  ", disagreements)));
        }
        return rows;
    }

    private NDArray values(Source source, NDArray target, NDManager scratch) throws IOException {
        if (source.name == null) {
            return scratch.zeros(target.getShape(), target.getDataType());
        }
        NDArray values = tensors.get(source.name, scratch);
        if (source.map != null) {
            values = scratch.create(mapped(values, source.map), values.getShape());
        }
        if (values.getDataType() == DataType.FLOAT64 && target.getDataType() == DataType.FLOAT32) {
            requireNarrow(source.name, values);
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

    private static double[] mapped(NDArray values, DoubleUnaryOperator map) {
        return Arrays.stream(values.toArray()).mapToDouble(Number::doubleValue).map(map).toArray();
    }
}
