package org.djlflows.evaluation;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.Distribution;
import org.djlflows.evaluation.Finding.Verdict;
import org.djlflows.kernel.RandomNumbers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Whether a distribution is that of rows that it was not trained on: their negative log-likelihood,
 * whether a classifier or the maximum mean discrepancy tells them from samples, and the
 * calibration. Where it is exact each of the tests finds a difference with a probability of 1 %;
 * all ranks by feature are one test, of up to 20 features, and beyond of one that grows with them.
 * All that is drawn follows fixed seeds.
 *
 * @param report what was found, a difference as {@link Verdict#DIFFERS}
 * @param calibration the ranks behind it, for pictures
 */
public record FitCheck(CheckReport report, Calibration calibration) {

    /** The probability to find a difference where there is none. */
    private static final double LEVEL = 0.01;

    /**
     * Compares a distribution with rows.
     *
     * @param distribution the distribution
     * @param rows rows x and, if it has one, their context, at least 20; a cell that is not finite
     *     is a missing one
     * @param compared how many of them are compared with draws, at most 4,000; of more rows so
     *     many, evenly spread
     * @param draws the number of draws for each row from which the calibration comes, such as 99
     * @param features the names of the features
     * @return what was found
     * @throws IllegalArgumentException if there are too few or too many rows, or they do not fit
     */
    public static FitCheck of(
            Distribution distribution,
            NDList rows,
            int compared,
            int draws,
            List<String> features) {
        long size = rows.get(0).getShape().slice(1).size();
        if (features.size() != size) {
            throw new IllegalArgumentException(
                    String.format(
                            "FitCheck: expected %d names of features, got %s", size, features));
        }
        List<Finding> findings = new ArrayList<>();
        try (NDManager scratch = rows.get(0).getManager().newSubManager();
                RandomNumbers numbers = RandomNumbers.seeded(2)) {
            Estimate nats = Likelihood.nats(distribution, rows);
            findings.add(
                    new Finding(
                            "likelihood", "NLL", Verdict.OK, nats.value(), nats + " nats a row"));
            NDList some = Matrix.spread(scratch, rows, compared);
            ClassifierTest classifier = ClassifierTest.of(distribution, some);
            findings.add(
                    ofTest(
                            "samples",
                            "C2ST accuracy",
                            classifier.pValue(),
                            LEVEL,
                            classifier.accuracy().value(),
                            classifier.accuracy() + ", "));
            MaximumMeanDiscrepancy discrepancy = MaximumMeanDiscrepancy.of(distribution, some);
            findings.add(
                    ofTest(
                            "samples",
                            "MMD squared",
                            discrepancy.pValue(),
                            LEVEL,
                            discrepancy.squared().value(),
                            discrepancy.squared() + ", "));
            Calibration calibration = Calibration.of(distribution, some, draws);
            findings.addAll(ofRanks(calibration.ranks(), features));
            findings.add(ofCoverage("highest density", calibration.highestDensity()));
            findings.add(ofCoverage("TARP", calibration.tarp()));
            return new FitCheck(new CheckReport(findings), calibration);
        }
    }

    /** Each feature is one test more, and p-values are not below the least one. */
    private static List<Finding> ofRanks(List<Ranks> ranks, List<String> features) {
        double level = Math.max(LEVEL / ranks.size(), Ranks.LEAST);
        return IntStream.range(0, ranks.size())
                .mapToObj(
                        j -> {
                            double pValue = ranks.get(j).pValue();
                            return ofTest("ranks", features.get(j), pValue, level, pValue, "");
                        })
                .toList();
    }

    private static Finding ofCoverage(String check, Ranks ranks) {
        Estimate half = ranks.coverage(0.5);
        Estimate most = ranks.coverage(0.9);
        return ofTest(
                "coverage",
                check,
                ranks.pValue(),
                LEVEL,
                most.value(),
                String.format(
                        Locale.ROOT,
                        "%.1f %% at 50 %%, %.1f %% at 90 %%, ",
                        100 * half.value(),
                        100 * most.value()));
    }

    private static Finding ofTest(
            String subject, String check, double pValue, double level, double value, String text) {
        return new Finding(
                subject,
                check,
                pValue <= level ? Verdict.DIFFERS : Verdict.OK,
                value,
                String.format(Locale.ROOT, "%sp %.3g", text, pValue));
    }
}
