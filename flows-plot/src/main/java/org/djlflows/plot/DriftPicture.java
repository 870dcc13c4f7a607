package org.djlflows.plot;

import org.djlflows.anomaly.Drift;
import org.djlflows.model.DriftDetector;
import org.djlflows.spec.Column;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The picture of how new rows differ from those of a model. */
public final class DriftPicture {

    private static final int MOST = 12;

    private DriftPicture() {}

    /**
     * Draws the anomaly scores and each column before and after, those that drifted most first; of
     * more than eleven columns the first eleven.
     *
     * @param detector what has the rows
     * @param drift what it found
     * @return the picture
     */
    public static Picture of(DriftDetector detector, Drift drift) {
        Map<String, Column> kinds = detector.model().config().preparation().kinds();
        List<ColumnsPicture.Panel> panels =
                Stream.concat(Stream.of(drift.scores()), drift.columns().stream())
                        .limit(MOST)
                        .map(test -> panel(detector, test, kinds))
                        .toList();
        return new ColumnsPicture(
                        panels,
                        new ColumnsPicture.Heading(
                                "Before and after, what drifted most first",
                                "before",
                                "after",
                                "p: corrected for all columns; KS: Kolmogorov-Smirnov distance, 0 to"
                                        + " 1"))
                .picture();
    }

    private static ColumnsPicture.Panel panel(
            DriftDetector detector, Drift.Test test, Map<String, Column> kinds) {
        Variable variable =
                new Variable(
                        Optional.of(detector.before(test)),
                        detector.after(test),
                        Optional.ofNullable(test.ofScores() ? null : kinds.get(test.name())));
        String distance =
                switch (test.method()) {
                    case KOLMOGOROV_SMIRNOV -> "KS %.2f";
                    case CHI_SQUARED -> "\u03c7\u00b2 %.1f";
                };
        return new ColumnsPicture.Panel(
                variable,
                String.format(
                        Locale.ROOT, "p %.2g, " + distance, test.corrected(), test.statistic()));
    }
}
