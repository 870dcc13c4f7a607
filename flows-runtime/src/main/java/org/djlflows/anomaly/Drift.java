package org.djlflows.anomaly;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether new rows are distributed as earlier ones: their anomaly scores, which see how columns
 * depend on each other, and each column by itself. Each comparison is a {@link TwoSample}; all of
 * them together are corrected by Holm's rule, so where nothing drifts the probability that any
 * corrected p-value is at most \(\alpha\) is at most \(\alpha\).
 *
 * <p>That holds for rows that were drawn independently. Rows that come in runs, such as several of
 * the same customer, look like drift.
 *
 * @param scores the comparison of the scores
 * @param columns that of each column, the least p-value first
 * @see <a href="https://www.jstor.org/stable/4615733">Holm, A simple sequentially rejective
 *     multiple test procedure, 1979</a>
 */
public record Drift(Test scores, List<Test> columns) {

    /** The name of the comparison of scores. */
    public static final String SCORES = "anomaly_score";

    /** How samples are compared. */
    public enum Method {
        /** Numbers: {@link TwoSample#kolmogorovSmirnov}. */
        KOLMOGOROV_SMIRNOV,
        /** Levels: {@link TwoSample#chiSquared}. */
        CHI_SQUARED
    }

    /**
     * One comparison.
     *
     * @param name the name of the column, or {@link #SCORES}
     * @param ofScores whether it is of the scores and not of a column
     * @param method how it was made
     * @param statistic how far apart before and after are: the distance of distributions from 0 to
     *     1, or \(\chi^2\)
     * @param pValue the p-value of this comparison alone
     * @param corrected the p-value corrected for the number of comparisons
     */
    public record Test(
            String name,
            boolean ofScores,
            Method method,
            double statistic,
            double pValue,
            double corrected) {

        /**
         * Tells whether this has drifted.
         *
         * @param level the probability to say so of any comparison where nothing has
         * @return whether the corrected p-value is at most the level
         */
        public boolean isDrifted(double level) {
            return corrected <= level;
        }
    }

    /**
     * The cells of a column before and after.
     *
     * @param name the name of the column
     * @param levels whether they are the numbers of levels
     * @param before cells, at least one; those that are not finite are missing, which is one more
     *     level, or a number above all others
     * @param after cells, at least one
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    public record Cells(String name, boolean levels, double[] before, double[] after) {

        private Test test(int divisions) {
            TwoSample test =
                    levels
                            ? TwoSample.chiSquared(codes(before), codes(after), divisions)
                            : TwoSample.kolmogorovSmirnov(numbers(before), numbers(after));
            Method method = levels ? Method.CHI_SQUARED : Method.KOLMOGOROV_SMIRNOV;
            return new Test(name, false, method, test.statistic(), test.pValue(), test.pValue());
        }

        private static double[] numbers(double... cells) {
            return Arrays.stream(cells).map(x -> Double.isFinite(x) ? x : Double.NaN).toArray();
        }

        private static int[] codes(double... cells) {
            return Arrays.stream(cells).mapToInt(x -> Double.isFinite(x) ? (int) x : -1).toArray();
        }
    }

    /**
     * Compares new rows with earlier ones.
     *
     * @param before the scores of earlier rows that had no part in the score, at least one
     * @param after the scores of new rows, at least one
     * @param columns the columns
     * @return the comparisons
     * @throws IllegalArgumentException if there are no rows
     */
    public static Drift of(double[] before, double[] after, List<Cells> columns) {
        TwoSample ofScores = TwoSample.kolmogorovSmirnov(before, after);
        Test scores =
                new Test(
                        SCORES,
                        true,
                        Method.KOLMOGOROV_SMIRNOV,
                        ofScores.statistic(),
                        ofScores.pValue(),
                        ofScores.pValue());
        // So many that a column can be found among all of them.
        int divisions = Math.max(9_999, 100 * columns.size());
        List<Test> tests =
                Stream.concat(
                                Stream.of(scores),
                                columns.parallelStream().map(cells -> cells.test(divisions)))
                        .toList();
        List<Test> corrected = corrected(tests);
        List<Test> ordered = new ArrayList<>(corrected.subList(1, corrected.size()));
        // By the statistic where p-values are the least that there are.
        ordered.sort(
                Comparator.comparingDouble(Test::pValue)
                        .thenComparingDouble(test -> -test.statistic()));
        return new Drift(corrected.get(0), List.copyOf(ordered));
    }

    /** Holm: the k-th least of c p-values times c + 1 - k, and no less than those before it. */
    private static List<Test> corrected(List<Test> tests) {
        int[] order =
                IntStream.range(0, tests.size())
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> tests.get(i).pValue()))
                        .mapToInt(Integer::intValue)
                        .toArray();
        Test[] corrected = new Test[order.length];
        double least = 0;
        for (int k = 0; k < order.length; k++) {
            Test test = tests.get(order[k]);
            least = Math.max(least, Math.min(1, (order.length - k) * test.pValue()));
            corrected[order[k]] =
                    new Test(
                            test.name(),
                            test.ofScores(),
                            test.method(),
                            test.statistic(),
                            test.pValue(),
                            least);
        }
        return List.of(corrected);
    }

    /**
     * Returns the p-value of all comparisons together.
     *
     * @return the least corrected p-value
     */
    public double pValue() {
        return Stream.concat(Stream.of(scores), columns.stream())
                .mapToDouble(Test::corrected)
                .min()
                .orElseThrow();
    }

    /**
     * Tells whether anything has drifted.
     *
     * @param level the probability to say so where nothing has
     * @return whether {@link #pValue} is at most the level
     */
    public boolean isDrifted(double level) {
        return pValue() <= level;
    }
}
