package org.djlflows.runtime;

/**
 * Numbers on which a formula is written once and computed in two ways: at once, by {@link Columns},
 * or in a graph of ONNX, by {@link OnnxTensor}. Each value has a column of numbers, such as the
 * sizes of its bins; a column of one number goes with columns of any height, number by number. The
 * methods are the operators of their names.
 *
 * @param <T> the class itself
 */
interface Numbers<T extends Numbers<T>> {

    T plus(T other);

    T plus(double other);

    T minus(T other);

    T times(T other);

    T times(double other);

    T over(T other);

    T over(double other);

    T negative();

    T abs();

    T exp();

    T log();

    T sqrt();

    T sinh();

    T asinh();

    T tanh();

    T sigmoid();

    /** \(\log(1 + e^x)\). */
    T softplus();

    T cos();

    T acos();

    T power(T exponents);

    T atLeast(double least);

    T within(double least, double most);

    /** Whether it is less than a number. */
    T isBelow(double other);

    /** Whether it is not more than another. */
    T isAtMost(T other);

    /** Whether it is not more than a number. */
    T isAtMost(double other);

    /** 1 where this is true, elsewhere 0. */
    T asNumbers();

    /** Where this is true one of two, elsewhere the other. */
    T choose(T one, T other);

    /** The sum of each column. */
    T sum();

    /** The sums of the first one, two and so on of each column. */
    T sums();

    T softmax();

    T logSumExp();

    /** What lies from one place of the columns to before another. */
    T part(int from, int to);

    /** These columns with others below them. */
    T joined(T other);

    /** A linear map of each column. */
    T through(Linear linear);

    /** One column for all values. */
    T constants(double... numbers);

    /** A share of the way to another, which is 0 here and 1 there. */
    default T toward(T other, T share) {
        return plus(share.times(other.minus(self())));
    }

    /** Itself, as what it is. */
    T self();
}
