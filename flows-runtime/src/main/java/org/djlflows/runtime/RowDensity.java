package org.djlflows.runtime;

/**
 * The density of a model over rows as its flow takes them: what {@link Conditional} and {@link
 * Explainer} are made of, whoever computes it.
 *
 * <p>Rows are two arrays, one row after the other: the cells of the columns that are modelled and
 * those of the columns that are given, as {@link RowEncoding} or {@link TableCells} makes them.
 * Only models of columns of any kind have the distributions of a column, which are given all other
 * cells of the row that are known, and on the condition that the cell is there; {@code column}
 * counts the columns that are modelled, from 0.
 */
@FunctionalInterface
public interface RowDensity {

    /**
     * Returns the log-densities of rows, in nats.
     *
     * @param x the columns that are modelled
     * @param given the columns that are given
     * @param n the number of rows
     * @return the log-density of each row, minus infinity where none can be so
     */
    double[] logDensities(float[] x, float[] given, int n);

    /**
     * Returns what a cell is, given the others.
     *
     * @param x the columns that are modelled
     * @param given the columns that are given
     * @param n the number of rows
     * @param column the column, whose own cells are not looked at
     * @return for each row the logarithms of the probabilities of the classes of a cell that is
     *     there: of a category all levels and one that was never seen, of numbers none of the atoms
     *     and each of them; then that of being missing, minus infinity where it cannot be
     * @throws UnsupportedOperationException if the model is one of numbers
     */
    default double[] logClasses(float[] x, float[] given, int n, int column) {
        throw ofNumbers();
    }

    /**
     * Where values lie in a distribution, each accurate however far out they are.
     *
     * @param below \(\log P(X \lt v)\)
     * @param equal \(\log P(X = v)\)
     * @param above \(\log P(X \gt v)\)
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record LogParts(double[] below, double[] equal, double[] above) {}

    /**
     * Returns where values lie in the distributions of a column of numbers, given the other cells.
     *
     * @param x the columns that are modelled
     * @param given the columns that are given
     * @param n the number of rows
     * @param column the column
     * @param values a value v for each row
     * @return what they are for each row, NaN where v is
     * @throws UnsupportedOperationException if the model is one of numbers
     */
    default LogParts logParts(float[] x, float[] given, int n, int column, float[] values) {
        throw ofNumbers();
    }

    /**
     * Returns quantiles of a column of numbers, given the other cells: the least values v with
     * \(P(X \le v) \ge u\), or the least and the greatest value that was seen where they are
     * beyond.
     *
     * @param x the columns that are modelled
     * @param given the columns that are given
     * @param n the number of rows
     * @param column the column
     * @param levels as many u for each row as for the others, from 0 to 1, one row after the other
     * @return the quantiles, likewise
     * @throws UnsupportedOperationException if the model is one of numbers
     */
    default float[] quantiles(float[] x, float[] given, int n, int column, double[] levels) {
        throw ofNumbers();
    }

    private static UnsupportedOperationException ofNumbers() {
        return new UnsupportedOperationException(
                "RowDensity: expected a model of columns of any kind, which alone has the"
                        + " distributions of single columns, got one of numbers");
    }
}
