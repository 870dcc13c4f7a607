package org.djlflows.runtime;

import org.djlflows.spec.Activation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A tensor of a graph of ONNX. Its methods add operators of their names to the graph; tensors of
 * different shapes are broadcast as in NumPy. The first axis is that of the rows, or has the length
 * 1 where all rows have the same. As {@link Numbers} its columns lie on the second axis.
 *
 * @param graph the graph
 * @param name its name there
 */
record OnnxTensor(OnnxGraph graph, String name) implements Numbers<OnnxTensor> {

    private OnnxTensor of(String operator) {
        return graph.add(operator, List.of(this));
    }

    private OnnxTensor of(String operator, OnnxTensor other) {
        return graph.add(operator, List.of(this, other));
    }

    @Override
    public OnnxTensor plus(OnnxTensor other) {
        return of("Add", other);
    }

    @Override
    public OnnxTensor plus(double other) {
        return plus(graph.constant(other));
    }

    @Override
    public OnnxTensor minus(OnnxTensor other) {
        return of("Sub", other);
    }

    @Override
    public OnnxTensor times(OnnxTensor other) {
        return of("Mul", other);
    }

    @Override
    public OnnxTensor times(double other) {
        return times(graph.constant(other));
    }

    @Override
    public OnnxTensor over(OnnxTensor other) {
        return of("Div", other);
    }

    @Override
    public OnnxTensor over(double other) {
        return over(graph.constant(other));
    }

    @Override
    public OnnxTensor negative() {
        return of("Neg");
    }

    @Override
    public OnnxTensor abs() {
        return of("Abs");
    }

    @Override
    public OnnxTensor exp() {
        return of("Exp");
    }

    @Override
    public OnnxTensor log() {
        return of("Log");
    }

    @Override
    public OnnxTensor sqrt() {
        return of("Sqrt");
    }

    @Override
    public OnnxTensor tanh() {
        return of("Tanh");
    }

    @Override
    public OnnxTensor sigmoid() {
        return of("Sigmoid");
    }

    @Override
    public OnnxTensor sinh() {
        return of("Sinh");
    }

    @Override
    public OnnxTensor asinh() {
        return of("Asinh");
    }

    @Override
    public OnnxTensor acos() {
        return of("Acos");
    }

    @Override
    public OnnxTensor power(OnnxTensor exponents) {
        return of("Pow", exponents);
    }

    OnnxTensor floor() {
        return of("Floor");
    }

    @Override
    public OnnxTensor cos() {
        return of("Cos");
    }

    OnnxTensor sin() {
        return of("Sin");
    }

    @Override
    public OnnxTensor atLeast(double least) {
        return of("Max", graph.constant(least));
    }

    @Override
    public OnnxTensor within(double least, double most) {
        return graph.add("Clip", List.of(this, graph.constant(least), graph.constant(most)));
    }

    /**
     * \(\log(1 + e^x)\), as {@link FloatMath#softplus(float)} rounds it: the operator of that name
     * loses what is small.
     */
    @Override
    public OnnxTensor softplus() {
        OnnxTensor e = abs().negative().exp();
        OnnxTensor sum = e.plus(1);
        OnnxTensor left = sum.plus(-1);
        OnnxTensor log = left.isAtMost(0).choose(e, sum.log().times(e.over(left)));
        return atLeast(0).plus(log);
    }

    /** Applies a non-linearity. */
    OnnxTensor activated(Activation activation) {
        return switch (activation) {
            case RELU -> of("Relu");
            case TANH -> tanh();
            case SILU -> times(sigmoid());
            case GELU -> times(over(Math.sqrt(2)).of("Erf").plus(1).times(0.5));
            case ELU -> of("Elu");
        };
    }

    /** Whether it is less than another. */
    OnnxTensor isBelow(OnnxTensor other) {
        return of("Less", other);
    }

    @Override
    public OnnxTensor isAtMost(OnnxTensor other) {
        return of("LessOrEqual", other);
    }

    @Override
    public OnnxTensor isAtMost(double other) {
        return isAtMost(graph.constant(other));
    }

    /** Whether both are. */
    OnnxTensor and(OnnxTensor other) {
        return of("And", other);
    }

    @Override
    public OnnxTensor choose(OnnxTensor one, OnnxTensor other) {
        return graph.add("Where", List.of(this, one, other));
    }

    OnnxTensor choose(OnnxTensor one, double other) {
        return choose(one, graph.constant(other));
    }

    @Override
    public OnnxTensor asNumbers() {
        return graph.add("Cast", List.of(this), OnnxGraph.attribute("to", OnnxGraph.FLOAT));
    }

    @Override
    public OnnxTensor isBelow(double other) {
        return isBelow(graph.constant(other));
    }

    @Override
    public OnnxTensor sum() {
        return sum(1);
    }

    @Override
    public OnnxTensor sums() {
        return sums(1);
    }

    @Override
    public OnnxTensor softmax() {
        return softmax(1);
    }

    @Override
    public OnnxTensor logSumExp() {
        return logSumExp(1);
    }

    @Override
    public OnnxTensor part(int from, int to) {
        return part(1, from, to);
    }

    @Override
    public OnnxTensor joined(OnnxTensor other) {
        return joined(1, other);
    }

    @Override
    public OnnxTensor through(Linear linear) {
        List<OnnxTensor> constants = graph.constants(linear);
        OnnxTensor product = constants.get(0).of("MatMul", this);
        return product.plus(constants.get(1).shaped(1, -1, 1));
    }

    /** Of the shape of these, since a concatenation does not broadcast. */
    @Override
    public OnnxTensor constants(double... numbers) {
        float[] column = new float[numbers.length];
        for (int k = 0; k < column.length; k++) {
            column[k] = (float) numbers[k];
        }
        return part(0, 1).times(0).plus(graph.constant(column, 1, column.length, 1));
    }

    @Override
    public OnnxTensor self() {
        return this;
    }

    /** The sum over an axis, of which one number stays. */
    OnnxTensor sum(int axis) {
        return graph.add("ReduceSum", List.of(this, graph.numbers(axis)));
    }

    /** The logarithm of the sum of the exponentials over an axis, of which one number stays. */
    OnnxTensor logSumExp(int axis) {
        return graph.add("ReduceLogSumExp", List.of(this), OnnxGraph.listAttribute("axes", axis));
    }

    /** The sums of the first one, two and so on along an axis. */
    OnnxTensor sums(int axis) {
        OnnxTensor place = graph.numbers(axis).shaped();
        return of("CumSum", place);
    }

    OnnxTensor softmax(int axis) {
        return graph.add("Softmax", List.of(this), OnnxGraph.attribute("axis", axis));
    }

    /** The same numbers in another shape, where 0 stands for the rows. */
    OnnxTensor shaped(long... shape) {
        return of("Reshape", graph.numbers(shape));
    }

    /** What lies from one place of an axis to before another. */
    OnnxTensor part(int axis, int from, int to) {
        return graph.add(
                "Slice",
                List.of(this, graph.numbers(from), graph.numbers(to), graph.numbers(axis)));
    }

    /** What lies at some places of an axis. */
    OnnxTensor at(int axis, int... places) {
        OnnxTensor chosen = graph.numbers(Arrays.stream(places).asLongStream().toArray());
        return graph.add("Gather", List.of(this, chosen), OnnxGraph.attribute("axis", axis));
    }

    /** What has other places along an axis, of which there are so many, taken from a tensor. */
    OnnxTensor with(int axis, int size, OnnxTensor others, int... places) {
        int[] from = IntStream.range(0, size).toArray();
        for (int i = 0; i < places.length; i++) {
            from[places[i]] = size + i;
        }
        return joined(axis, others).at(axis, from);
    }

    /** This and another one behind it. */
    OnnxTensor joined(int axis, OnnxTensor other) {
        return graph.add("Concat", List.of(this, other), OnnxGraph.attribute("axis", axis));
    }

    /** Applies a linear map to all rows. */
    OnnxTensor linear(Linear linear) {
        List<OnnxTensor> constants = graph.constants(linear);
        return linear.inputs == 0
                ? constants.get(1)
                : graph.add(
                        "Gemm",
                        Stream.concat(Stream.of(this), constants.stream()).toList(),
                        OnnxGraph.attribute("transB", 1));
    }

    /** As many numbers as another tensor has rows. */
    OnnxTensor ofRows(OnnxTensor rows) {
        OnnxTensor count =
                graph.add(
                        "Shape",
                        List.of(rows),
                        OnnxGraph.attribute("start", 0),
                        OnnxGraph.attribute("end", 1));
        return shaped(-1).of("Expand", count);
    }
}
