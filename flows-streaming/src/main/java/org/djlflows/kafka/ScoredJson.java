package org.djlflows.kafka;

import org.djlflows.anomaly.RowScore;

import java.util.Optional;

/**
 * A record and how odd it is, or why that cannot be said.
 *
 * @param value the record as it came; null for the mark of a deleted one
 * @param score how odd it is, empty if there is a problem
 * @param problem what was expected and what came, empty if there is a score
 * @param json the record with the fields {@code log_density}, {@code anomaly_score}, {@code
 *     p_value} and {@code percentile}, which replace those of the same names. They are null where
 *     there is a problem or the model does not have such a number, and one that is not finite is a
 *     text, {@code "-Infinity"}, since JSON has no such number. A value that is no object of JSON
 *     is the text {@code value} of a new one; null stays null.
 */
public record ScoredJson(
        String value, Optional<RowScore> score, Optional<String> problem, String json) {}
