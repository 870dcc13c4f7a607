package org.djlflows.cli;

import org.djlflows.anomaly.RowScore;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A row of a file and how odd it is.
 *
 * @param row its number, from 0
 * @param begun what is written of it first: its number, from 1, and what is carried along
 * @param score its score, absent where a cell cannot be scored
 */
record ScoredRow(long row, List<String> begun, Optional<RowScore> score) {

    /** The oddest first, rows without a score last. */
    static final Comparator<ScoredRow> ODDEST =
            Comparator.comparing(ScoredRow::oddity, Comparator.reverseOrder())
                    .thenComparingLong(ScoredRow::row);

    private double oddity() {
        return score.map(s -> s.score().orElse(-s.logDensity())).orElse(Double.NEGATIVE_INFINITY);
    }

    OptionalDouble anomalyScore() {
        return score.map(RowScore::score).orElse(OptionalDouble.empty());
    }

    OptionalDouble pValue() {
        return score.map(RowScore::pValue).orElse(OptionalDouble.empty());
    }

    OptionalDouble percentile() {
        return score.map(RowScore::percentile).orElse(OptionalDouble.empty());
    }
}
