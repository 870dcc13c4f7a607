package org.djlflows.anomaly;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Whether two samples are of one distribution, by what random divisions of all their values
 * together into parts of the same sizes would give. So a p-value holds at every level for samples
 * of any size with any ties: where both are of one distribution, \(P(p \le \alpha) \le \alpha\).
 *
 * @param statistic how far apart the samples are
 * @param pValue the probability that those of one distribution are as far apart
 */
public record TwoSample(double statistic, double pValue) {

    /** So many divisions that are as far apart tell the p-value well enough. */
    private static final int ENOUGH = 20;

    /**
     * Compares numbers by the Kolmogorov-Smirnov distance \(\max_x |F(x) - G(x)|\). Its p-value is
     * exact: the share of all divisions, counted along the lattice of how many values of either
     * sample have come, of which only the ends of ties matter. That takes steps as the product of
     * the sizes where ties are long, fewer where there are none.
     *
     * @param before numbers, at least one; NaN is a value above all others
     * @param after numbers, at least one
     * @return the distance, from 0 to 1, and its p-value
     * @throws IllegalArgumentException if one of the samples is empty
     * @see <a href="https://doi.org/10.1016/0167-9473(94)00040-P">Schröer and Trenkler, Exact and
     *     randomization distributions of Kolmogorov-Smirnov tests two or three samples, 1995</a>
     */
    public static TwoSample kolmogorovSmirnov(double[] before, double[] after) {
        requireSome(before.length, after.length);
        double[] a = ascending(before);
        double[] b = ascending(after);
        boolean[] ends = new boolean[a.length + b.length + 1];
        long greatest = 0;
        int longest = 0;
        int i = 0;
        int j = 0;
        while (i + j < a.length + b.length) {
            int begin = i + j;
            double next =
                    j == b.length || (i < a.length && Double.compare(a[i], b[j]) < 0) ? a[i] : b[j];
            while (i < a.length && Double.compare(a[i], next) == 0) {
                i++;
            }
            while (j < b.length && Double.compare(b[j], next) == 0) {
                j++;
            }
            ends[i + j] = true;
            longest = Math.max(longest, i + j - begin);
            greatest = Math.max(greatest, Math.abs((long) i * b.length - (long) j * a.length));
        }
        double distance = (double) greatest / a.length / b.length;
        return new TwoSample(
                distance, greatest == 0 ? 1 : tail(a.length, b.length, ends, longest, greatest));
    }

    /**
     * Returns what a Kolmogorov-Smirnov distance says where ties are not known: with some it is
     * probably less far than without, so the p-value holds.
     *
     * @param before the size n of the first sample
     * @param after the size m of the second
     * @param greatest the distance times n m
     */
    static TwoSample ofDistance(int before, int after, long greatest) {
        boolean[] ends = new boolean[before + after + 1];
        Arrays.fill(ends, true);
        return new TwoSample(
                (double) greatest / before / after,
                greatest == 0 ? 1 : tail(before, after, ends, 1, greatest));
    }

    private static void requireSome(int before, int after) {
        if (before == 0 || after == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "TwoSample: expected samples of at least one value, got %d and %d",
                            before, after));
        }
    }

    private static double[] ascending(double... values) {
        // 0.0 and -0.0 are one number.
        return Arrays.stream(values).map(x -> x + 0.0).sorted().toArray();
    }

    /**
     * The probability that a random path from (0, 0) to (n, m) is at the end of a tie where \(|i m
     * - j n|\) is as great as found. A path comes to (i, j) from (i - 1, j) with the probability i
     * / (i + j). Where the difference is greater by more than a tie can make, all paths have been
     * at such a place.
     */
    private static double tail(int n, int m, boolean[] ends, int longest, long greatest) {
        double[] inverse = IntStream.rangeClosed(0, n + m).mapToDouble(k -> 1.0 / k).toArray();
        long bound = greatest + (long) longest * Math.max(n, m);
        double[] passed = new double[m + 1];
        Arrays.fill(passed, 1);
        passed[0] = 0;
        for (int i = 0; i <= n; i++) {
            long at = (long) i * m;
            int low = (int) Math.max(0, Math.floorDiv(at - bound, (long) n) + 1);
            int high = (int) Math.min(m, Math.floorDiv(at + bound - 1, (long) n));
            if (low > 0) {
                passed[low - 1] = 1;
            }
            for (int j = low; j <= high; j++) {
                if (ends[i + j] && Math.abs(at - (long) j * n) >= greatest) {
                    passed[j] = 1;
                } else if (i == 0) {
                    passed[j] = passed[Math.max(0, j - 1)];
                } else if (j > 0) {
                    passed[j] = (i * passed[j] + j * passed[j - 1]) * inverse[i + j];
                }
            }
        }
        return Math.min(1, passed[m]);
    }

    /**
     * Compares levels by Pearson's \(\chi^2\). The p-value is that of random divisions of the
     * levels among the samples, so it holds for rare levels too; divisions end when 20 were as far
     * apart.
     *
     * @param before the numbers of levels, at least one
     * @param after the numbers of levels, at least one
     * @param divisions the most divisions d, such as 9,999; the least p-value is 1 / (d + 1)
     * @return \(\chi^2\) and its p-value, the same at each call
     * @throws IllegalArgumentException if one of the samples is empty
     * @see <a href="https://doi.org/10.1093/biomet/78.2.301">Besag and Clifford, Sequential Monte
     *     Carlo p-values, 1991</a>
     */
    public static TwoSample chiSquared(int[] before, int[] after, int divisions) {
        requireSome(before.length, after.length);
        boolean swapped = after.length < before.length;
        int[] smaller = swapped ? after : before;
        int[] larger = swapped ? before : after;
        int[] codes = codes(smaller, larger);
        int[] totals = counts(codes, codes.length, 1 + Arrays.stream(codes).max().orElseThrow());
        if (totals.length == 1) {
            return new TwoSample(0, 1);
        }
        double found = chiSquared(codes, smaller.length, totals);
        SplittableRandom random = new SplittableRandom(0);
        int asFar = 0;
        for (int k = 1; k <= divisions; k++) {
            divide(codes, smaller.length, random);
            // Sums of the same counts differ by rounding.
            if (chiSquared(codes, smaller.length, totals) >= found * (1 - 1e-12)
                    && ++asFar == ENOUGH) {
                return new TwoSample(found, (double) ENOUGH / k);
            }
        }
        return new TwoSample(found, (1.0 + asFar) / (1.0 + divisions));
    }

    /** Levels from 0, those of the smaller sample first. */
    private static int[] codes(int[] smaller, int... larger) {
        int[] all = Arrays.copyOf(smaller, smaller.length + larger.length);
        System.arraycopy(larger, 0, all, smaller.length, larger.length);
        Map<Integer, Integer> codes = new HashMap<>();
        return Arrays.stream(all)
                .map(level -> codes.computeIfAbsent(level, l -> codes.size()))
                .toArray();
    }

    private static int[] counts(int[] codes, int first, int levels) {
        int[] counts = new int[levels];
        for (int i = 0; i < first; i++) {
            counts[codes[i]]++;
        }
        return counts;
    }

    private static double chiSquared(int[] codes, int first, int... totals) {
        int[] counts = counts(codes, first, totals.length);
        double share = (double) first / codes.length;
        double sum = 0;
        for (int level = 0; level < totals.length; level++) {
            double expected = share * totals[level];
            double by = counts[level] - expected;
            sum += by * by / (expected * (1 - share));
        }
        return sum;
    }

    /** Puts a random choice of so many codes first. */
    private static void divide(int[] codes, int first, SplittableRandom random) {
        for (int i = 0; i < first; i++) {
            int j = random.nextInt(i, codes.length);
            int code = codes[i];
            codes[i] = codes[j];
            codes[j] = code;
        }
    }
}
