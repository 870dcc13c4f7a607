package org.djlflows.cli;

import org.djlflows.anomaly.AnomalyScore;
import org.djlflows.anomaly.Conformal;
import org.djlflows.model.FlowModel;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Which rows are called odd: by a rate of false alarms, or of false ones among all alarms. */
final class AlarmOptions {

    @Option(
            names = "--alarms",
            paramLabel = "RATE",
            description =
                    "Mark rows in a column alarm, such that of usual rows this share is marked by"
                            + " mistake: 0.01 is 1 in 100.")
    private Optional<Double> alarms = Optional.empty();

    @Option(
            names = "--fdr",
            paramLabel = "RATE",
            description = {
                "Mark rows in a column alarm, such that of those marked this share is expected to be"
                        + " usual: 0.05 is 1 in 20 (Benjamini and Hochberg).",
                "The scores of all rows are held in memory."
            })
    private Optional<Double> fdr = Optional.empty();

    /** Tells whether rows are to be marked. */
    boolean areWanted() {
        return alarms.isPresent() || fdr.isPresent();
    }

    /** Tells whether a mark depends on all rows. */
    boolean needAll() {
        return fdr.isPresent();
    }

    /** Checks the rates before a long file is read. */
    void require(Path folder, FlowModel model) {
        WrongArguments.require(
                alarms.isEmpty() || fdr.isEmpty(), "expected one of --alarms and --fdr", "both");
        fdr.ifPresent(
                rate ->
                        WrongArguments.require(
                                rate > 0 && rate < 1,
                                "--fdr: expected a rate between 0 and 1",
                                rate));
        if (areWanted()) {
            Optional<AnomalyScore> score = model.anomalies();
            WrongArguments.require(
                    score.isPresent(),
                    folder + ": expected a model with calibration rows for --alarms and --fdr",
                    "one that was saved by an earlier version, or trained on too few rows");
            alarms.ifPresent(rate -> score.orElseThrow().conformal().requireAttainable(rate));
        }
    }

    List<String> columns(List<String> others) {
        List<String> all = new ArrayList<>(others);
        if (areWanted()) {
            all.add("alarm");
        }
        return all;
    }

    /** Tells whether a p-value is an alarm of a rate of false ones. */
    boolean byLevel(OptionalDouble pValue) {
        return pValue.orElse(1) <= alarms.orElse(0.0);
    }

    /** Up to which p-value rows are marked; those of all rows are needed for --fdr. */
    double level(List<Double> pValues) {
        if (fdr.isEmpty()) {
            return alarms.orElse(0.0);
        }
        double[] all = pValues.stream().mapToDouble(Double::doubleValue).toArray();
        boolean[] marked = Conformal.discoveries(all, fdr.get());
        double level = 0;
        for (int i = 0; i < all.length; i++) {
            level = marked[i] ? Math.max(level, all[i]) : level;
        }
        return level;
    }
}
