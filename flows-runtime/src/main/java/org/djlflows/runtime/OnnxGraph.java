package org.djlflows.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * A graph of ONNX while it is written, of standard operators alone.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">The format</a>, from which
 *     the numbers of fields are
 */
final class OnnxGraph {

    /** The version of the operators, and the first one of the format that has them. */
    private static final int OPERATORS = 17;

    private static final int FORMAT = 8;

    /** Types of numbers. */
    static final int FLOAT = 1;

    private static final int INT64 = 7;

    /** Kinds of attributes. */
    private static final int NUMBER = 2;

    private static final int NUMBERS = 7;

    /** What makes a value, of which values. */
    private record Source(String output, List<String> operands, ProtoMessage message) {}

    private final List<Source> nodes = new ArrayList<>();
    private final List<Source> constants = new ArrayList<>();
    private final List<ProtoMessage> inputs = new ArrayList<>();
    private final List<ProtoMessage> outputs = new ArrayList<>();

    /** The names of the outputs. */
    private final Set<String> needed = new HashSet<>();

    /** The weights and the biases that are there, each once. */
    private final IdentityHashMap<Linear, List<OnnxTensor>> linears = new IdentityHashMap<>();

    /**
     * Adds an input.
     *
     * @param name its name
     * @param width how many columns it has
     * @param description what they are
     * @return its rows
     */
    OnnxTensor input(String name, int width, String description) {
        inputs.add(value(name, width, description));
        return new OnnxTensor(this, name);
    }

    /**
     * Adds an output.
     *
     * @param name its name
     * @param tensor what it is
     * @param width how many columns it has, 0 where each row has one number
     * @param description what they are
     */
    void output(String name, OnnxTensor tensor, int width, String description) {
        nodes.add(node("Identity", List.of(tensor), name));
        outputs.add(value(name, width, description));
        needed.add(name);
    }

    private static ProtoMessage value(String name, int width, String description) {
        ProtoMessage shape = new ProtoMessage().add(1, new ProtoMessage().add(2, "rows"));
        if (width > 0) {
            shape.add(1, new ProtoMessage().add(1, width));
        }
        ProtoMessage tensor = new ProtoMessage().add(1, FLOAT).add(2, shape);
        ProtoMessage type = new ProtoMessage().add(1, tensor);
        return new ProtoMessage().add(1, name).add(2, type).add(3, description);
    }

    /** Adds a constant. */
    OnnxTensor constant(float[] values, long... shape) {
        byte[] bytes = new byte[values.length * Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return constant(FLOAT, bytes, shape);
    }

    /** Adds a number. */
    OnnxTensor constant(double value) {
        return constant(new float[] {(float) value});
    }

    /** Adds whole numbers, such as a shape. */
    OnnxTensor numbers(long... values) {
        byte[] bytes = new byte[values.length * Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
        return constant(INT64, bytes, values.length);
    }

    private OnnxTensor constant(int type, byte[] values, long... shape) {
        String name = "c" + constants.size();
        ProtoMessage tensor = new ProtoMessage();
        for (long size : shape) {
            tensor.add(1, size);
        }
        tensor.add(2, type).add(8, name).add(9, values);
        constants.add(new Source(name, List.of(), tensor));
        return new OnnxTensor(this, name);
    }

    /** Returns the weights, output by output, and the biases of a linear map. */
    List<OnnxTensor> constants(Linear linear) {
        return linears.computeIfAbsent(
                linear,
                it ->
                        List.of(
                                constant(it.byOutput, it.outputs, it.inputs),
                                constant(it.biases(), 1, it.outputs)));
    }

    /**
     * Adds an operator.
     *
     * @param operator its name in ONNX
     * @param operands what it takes
     * @param attributes its attributes
     * @return its result
     */
    OnnxTensor add(String operator, List<OnnxTensor> operands, ProtoMessage... attributes) {
        String name = "v" + nodes.size();
        nodes.add(node(operator, operands, name, attributes));
        return new OnnxTensor(this, name);
    }

    private static Source node(
            String operator, List<OnnxTensor> operands, String output, ProtoMessage... attributes) {
        List<String> names = operands.stream().map(OnnxTensor::name).toList();
        ProtoMessage node = new ProtoMessage();
        names.forEach(name -> node.add(1, name));
        node.add(2, output).add(3, operator + "_" + output).add(4, operator);
        for (ProtoMessage attribute : attributes) {
            node.add(5, attribute);
        }
        return new Source(output, names, node);
    }

    /** Makes an attribute that is a whole number. */
    static ProtoMessage attribute(String name, long value) {
        return new ProtoMessage().add(1, name).add(3, value).add(20, NUMBER);
    }

    /** Makes an attribute that is a list of one whole number. */
    static ProtoMessage listAttribute(String name, long value) {
        return new ProtoMessage().add(1, name).add(8, value).add(20, NUMBERS);
    }

    /**
     * Returns the file, without what no output needs.
     *
     * @param description what the graph computes
     * @param config the configuration of the model, which is kept as {@code config}
     * @return its bytes
     */
    byte[] model(String description, String config) {
        Set<String> used = new HashSet<>(needed);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (used.contains(nodes.get(i).output())) {
                used.addAll(nodes.get(i).operands());
            }
        }
        ProtoMessage graph = new ProtoMessage();
        addUsed(graph, 1, nodes, used);
        graph.add(2, "flow");
        addUsed(graph, 5, constants, used);
        inputs.forEach(input -> graph.add(11, input));
        outputs.forEach(output -> graph.add(12, output));
        return new ProtoMessage()
                .add(1, FORMAT)
                .add(2, "djl-flows")
                .add(6, description)
                .add(7, graph)
                .add(8, new ProtoMessage().add(1, "").add(2, OPERATORS))
                .add(14, new ProtoMessage().add(1, "config").add(2, config))
                .toBytes();
    }

    private static void addUsed(
            ProtoMessage graph, int field, List<Source> sources, Set<String> used) {
        sources.stream()
                .filter(source -> used.contains(source.output()))
                .forEach(source -> graph.add(field, source.message()));
    }
}
