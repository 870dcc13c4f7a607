package org.djlflows.table;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Which numbers of a column come so often that they have a probability of their own. */
final class Atoms {

    /** Of so few different whole numbers each may have a probability. */
    private static final int FEW_WHOLE = 50;

    private static final double SHARE_OF_FEW = 0.02;

    /** With fewer rows the share of a number is a chance one. */
    private static final int LEAST_OF_FEW = 5;

    /** So few different fractions, each often, are grades and no measurements. */
    private static final int GRADES = 20;

    private static final double SHARE = 0.01;
    private static final int LEAST = 10;

    /** How many times as often as its neighbours a number comes. */
    private static final int PEAK = 8;

    /** The neighbours on each side; more on one where the other has fewer. */
    private static final int SIDE = 10;

    private Atoms() {}

    /** Returns the atoms of whole numbers, in increasing order. */
    static List<Double> ofWhole(Tally<Double> tally) {
        if (tally.distinct() < 0 || tally.distinct() > FEW_WHOLE) {
            return peaks(tally);
        }
        double least = Math.max(LEAST_OF_FEW, SHARE_OF_FEW * tally.total());
        return tally.values().stream().filter(x -> tally.count(x) >= least).sorted().toList();
    }

    /** Returns the atoms of fractions, in increasing order. */
    static List<Double> ofReal(Tally<Double> tally) {
        boolean grades =
                tally.isExact()
                        && tally.distinct() <= GRADES
                        && tally.total() >= GRADES * tally.distinct();
        return grades ? tally.values().stream().sorted().toList() : peaks(tally);
    }

    private static List<Double> peaks(Tally<Double> tally) {
        List<Double> values = tally.values();
        Collections.sort(values);
        double least = Math.max(LEAST, SHARE * tally.total());
        return IntStream.range(0, values.size())
                .filter(i -> tally.count(values.get(i)) >= least)
                .filter(i -> tally.count(values.get(i)) >= PEAK * around(values, i, tally))
                .mapToObj(values::get)
                .toList();
    }

    /** The median of how often the nearest other values come. */
    private static double around(List<Double> values, int i, Tally<Double> tally) {
        int from = Math.max(0, Math.min(i - SIDE, values.size() - 1 - 2 * SIDE));
        int to = Math.min(values.size(), from + 2 * SIDE + 1);
        long[] counts =
                IntStream.range(from, to)
                        .filter(k -> k != i)
                        .mapToLong(k -> tally.count(values.get(k)))
                        .sorted()
                        .toArray();
        int half = counts.length / 2;
        return counts.length == 0
                ? 0
                : counts.length % 2 == 1 ? counts[half] : (counts[half - 1] + counts[half]) / 2.0;
    }
}
