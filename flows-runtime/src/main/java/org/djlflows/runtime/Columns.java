package org.djlflows.runtime;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * Numbers in arrays, in double precision: {@code rows[k][i]} is number k of value i.
 *
 * @param rows rows of one length
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Columns(double[][] rows) implements Numbers<Columns> {

    private int values() {
        return rows[0].length;
    }

    private Columns each(DoubleUnaryOperator operator) {
        double[][] result = new double[rows.length][];
        for (int k = 0; k < result.length; k++) {
            double[] row = rows[k].clone();
            for (int i = 0; i < row.length; i++) {
                row[i] = operator.applyAsDouble(row[i]);
            }
            result[k] = row;
        }
        return new Columns(result);
    }

    private Columns with(Columns other, DoubleBinaryOperator operator) {
        double[][] result = new double[Math.max(rows.length, other.rows.length)][];
        for (int k = 0; k < result.length; k++) {
            double[] row = rows[Math.min(k, rows.length - 1)].clone();
            double[] with = other.rows[Math.min(k, other.rows.length - 1)];
            for (int i = 0; i < row.length; i++) {
                row[i] = operator.applyAsDouble(row[i], with[i]);
            }
            result[k] = row;
        }
        return new Columns(result);
    }

    @Override
    public Columns self() {
        return this;
    }

    @Override
    public Columns plus(Columns other) {
        return with(other, Double::sum);
    }

    @Override
    public Columns plus(double other) {
        return each(x -> x + other);
    }

    @Override
    public Columns minus(Columns other) {
        return with(other, (x, y) -> x - y);
    }

    @Override
    public Columns times(Columns other) {
        return with(other, (x, y) -> x * y);
    }

    @Override
    public Columns times(double other) {
        return each(x -> x * other);
    }

    @Override
    public Columns over(Columns other) {
        return with(other, (x, y) -> x / y);
    }

    @Override
    public Columns over(double other) {
        return each(x -> x / other);
    }

    @Override
    public Columns negative() {
        return each(x -> -x);
    }

    @Override
    public Columns abs() {
        return each(Math::abs);
    }

    @Override
    public Columns exp() {
        return each(Math::exp);
    }

    @Override
    public Columns log() {
        return each(Math::log);
    }

    @Override
    public Columns sqrt() {
        return each(Math::sqrt);
    }

    @Override
    public Columns sinh() {
        return each(Math::sinh);
    }

    @Override
    public Columns asinh() {
        return each(
                x -> {
                    double far = Math.abs(x);
                    // log1p of what is added to 1 keeps the digits near 0.
                    double sinh = far + far * far / (1 + Math.hypot(1, far));
                    double y = far > 1e150 ? Math.log(far) + Math.log(2) : Math.log1p(sinh);
                    return Math.copySign(y, x);
                });
    }

    @Override
    public Columns tanh() {
        return each(Math::tanh);
    }

    @Override
    public Columns sigmoid() {
        return each(x -> 1 / (1 + Math.exp(-x)));
    }

    @Override
    public Columns cos() {
        return each(Math::cos);
    }

    @Override
    public Columns acos() {
        return each(Math::acos);
    }

    @Override
    public Columns power(Columns exponents) {
        return with(exponents, Math::pow);
    }

    @Override
    public Columns atLeast(double least) {
        return each(x -> Math.max(x, least));
    }

    @Override
    public Columns within(double least, double most) {
        return each(x -> Math.min(Math.max(x, least), most));
    }

    @Override
    public Columns softplus() {
        return each(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
    }

    /** Conditions are 1 or 0 here. */
    @Override
    public Columns asNumbers() {
        return this;
    }

    @Override
    public Columns isBelow(double other) {
        return each(x -> x < other ? 1 : 0);
    }

    @Override
    public Columns isAtMost(Columns other) {
        return with(other, (x, y) -> x <= y ? 1 : 0);
    }

    @Override
    public Columns isAtMost(double other) {
        return each(x -> x <= other ? 1 : 0);
    }

    @Override
    public Columns choose(Columns one, Columns other) {
        return with(one, (here, x) -> here == 1 ? x : 0)
                .with(with(other, (here, y) -> here == 1 ? 0 : y), Double::sum);
    }

    @Override
    public Columns sum() {
        return new Columns(new double[][] {sums().rows[rows.length - 1]});
    }

    @Override
    public Columns sums() {
        double[][] result = new double[rows.length][];
        result[0] = rows[0];
        for (int k = 1; k < rows.length; k++) {
            result[k] = rows[k].clone();
            for (int i = 0; i < values(); i++) {
                result[k][i] += result[k - 1][i];
            }
        }
        return new Columns(result);
    }

    private Columns most() {
        double[] most = rows[0].clone();
        for (double[] row : rows) {
            for (int i = 0; i < most.length; i++) {
                most[i] = Math.max(most[i], row[i]);
            }
        }
        return new Columns(new double[][] {most});
    }

    @Override
    public Columns softmax() {
        Columns powers = minus(most()).exp();
        return powers.over(powers.sum());
    }

    @Override
    public Columns logSumExp() {
        Columns most = most();
        return minus(most).exp().sum().log().plus(most);
    }

    @Override
    public Columns part(int from, int to) {
        return new Columns(Arrays.copyOfRange(rows, from, to));
    }

    @Override
    public Columns joined(Columns other) {
        double[][] result = Arrays.copyOf(rows, rows.length + other.rows.length);
        System.arraycopy(other.rows, 0, result, rows.length, other.rows.length);
        return new Columns(result);
    }

    @Override
    public Columns through(Linear linear) {
        double[][] result = new double[linear.outputs][values()];
        for (int o = 0; o < linear.outputs; o++) {
            Arrays.fill(result[o], linear.bias[o]);
            for (int k = 0; k < linear.inputs; k++) {
                double weight = linear.byInput[k][o];
                for (int i = 0; i < values(); i++) {
                    result[o][i] += weight * rows[k][i];
                }
            }
        }
        return new Columns(result);
    }

    @Override
    public Columns constants(double... numbers) {
        double[][] result = new double[numbers.length][values()];
        for (int k = 0; k < numbers.length; k++) {
            Arrays.fill(result[k], numbers[k]);
        }
        return new Columns(result);
    }
}
