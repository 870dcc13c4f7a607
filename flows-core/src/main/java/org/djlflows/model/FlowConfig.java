package org.djlflows.model;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Standardize;
import org.djlflows.nn.Standardizer;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that it takes to build a flow over the columns of a table, and to know what they mean, or
 * over images, which have no columns.
 *
 * <p>Over a table the flow standardises its data, which counts in the density, so that densities
 * and samples are in the units of the columns; it standardises its context too.
 *
 * @param preset the flow over standardised columns, or over images
 * @param columns the names of the features, none for images
 * @param contextColumns the names of the features of the context
 * @param metrics what training measured, by name
 * @param logDensities the quantiles of the log-density of held-out rows, in nats in the units of
 *     the columns, at the {@link #LEVELS}; none where they were not measured
 */
public record FlowConfig(
        Preset preset,
        List<String> columns,
        List<String> contextColumns,
        Map<String, Double> metrics,
        List<Double> logDensities) {

    /** The levels of {@link #logDensities}, closer together where rows are unusual. */
    public static final List<Double> LEVELS =
            List.of(
                    0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7,
                    0.8, 0.9, 1.0);

    /**
     * Checks that the preset fits the columns, their names differ and the quantiles fit the levels.
     *
     * @param preset the flow over standardised columns
     * @param columns the names of the features
     * @param contextColumns the names of the features of the context
     * @param metrics what training measured, by name
     * @param logDensities the quantiles of the log-density of held-out rows, or none
     * @throws IllegalArgumentException if the preset has another number of features or of context,
     *     a name occurs twice, or the quantiles are not as many as the levels, finite and ascending
     */
    public FlowConfig {
        columns = List.copyOf(columns);
        contextColumns = List.copyOf(contextColumns);
        // Sorted, so that equal configurations are equal as text.
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        int expected = preset instanceof ImagePreset ? 0 : preset.features();
        if (expected != columns.size() || preset.context() != contextColumns.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected %d columns and %d of context, got %s and %s",
                            expected, preset.context(), columns, contextColumns));
        }
        requireDifferent(Stream.concat(columns.stream(), contextColumns.stream()).toList());
        logDensities = List.copyOf(logDensities);
        requireQuantiles(logDensities);
    }

    /**
     * Creates a configuration of which nothing was measured yet.
     *
     * @param preset the flow over standardised columns, or over images
     * @param columns the names of the features, none for images
     * @param contextColumns the names of the features of the context
     * @throws IllegalArgumentException if the preset does not fit the columns
     */
    public FlowConfig(Preset preset, List<String> columns, List<String> contextColumns) {
        this(preset, columns, contextColumns, Map.of(), List.of());
    }

    private static void requireDifferent(List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        "FlowConfig: expected columns of different names, got two " + name);
            }
        }
    }

    private static void requireQuantiles(List<Double> quantiles) {
        boolean valid = quantiles.isEmpty() || quantiles.size() == LEVELS.size();
        for (int i = 0; valid && i < quantiles.size(); i++) {
            valid =
                    Double.isFinite(quantiles.get(i))
                            && (i == 0 || quantiles.get(i - 1) <= quantiles.get(i));
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected no log-densities or %d that are finite and"
                                    + " ascend, got %s",
                            LEVELS.size(), quantiles));
        }
    }

    /** Makes the flow: over columns one whose base is the flow of the preset. */
    NormalizingFlow newFlow(Standardize standardize, Standardizer standardizer) {
        if (preset instanceof ImagePreset) {
            return preset.newFlow();
        }
        return contextColumns.isEmpty()
                ? new NormalizingFlow(standardize, preset.newFlow())
                : new NormalizingFlow(standardize, preset.newFlow(), standardizer);
    }

    /**
     * Returns the configuration with what training measured.
     *
     * @param measured the metrics by name
     * @return a copy with these metrics
     */
    public FlowConfig withMetrics(Map<String, Double> measured) {
        return new FlowConfig(preset, columns, contextColumns, measured, logDensities);
    }

    /**
     * Returns the configuration with what {@link #percentile} needs.
     *
     * @param quantiles the quantiles of the log-density of held-out rows at the {@link #LEVELS}
     * @return a copy with these log-densities
     * @throws IllegalArgumentException if they are not as many as the levels, not finite or not
     *     ascending
     */
    public FlowConfig withLogDensities(List<Double> quantiles) {
        return new FlowConfig(preset, columns, contextColumns, metrics, quantiles);
    }

    /**
     * Says how usual a row is: which percentage of the held-out rows is less likely, that is has a
     * lower log-density. Between the quantiles it is linear; below the lowest it is 0, above the
     * highest 100.
     *
     * @param logDensity the log-density of the row, in nats in the units of the columns
     * @return a number from 0 to 100, or empty where no log-densities were measured
     * @throws IllegalArgumentException if the log-density is NaN
     */
    public OptionalDouble percentile(double logDensity) {
        if (Double.isNaN(logDensity)) {
            throw new IllegalArgumentException("FlowConfig: expected a log-density, got NaN");
        }
        if (logDensities.isEmpty()) {
            return OptionalDouble.empty();
        }
        // Where quantiles are equal, the rows below are those of the lowest of their levels.
        int above = 0;
        while (above < LEVELS.size() && logDensities.get(above) < logDensity) {
            above++;
        }
        if (above == 0 || above == LEVELS.size()) {
            return OptionalDouble.of(above == 0 ? 0 : 100);
        }
        double from = logDensities.get(above - 1);
        double way = (logDensity - from) / (logDensities.get(above) - from);
        double level = LEVELS.get(above - 1);
        return OptionalDouble.of(100 * (level + way * (LEVELS.get(above) - level)));
    }

    /**
     * Writes this configuration, as {@code config.schema.json} beside this class describes it.
     *
     * @return JSON
     */
    public String toJson() {
        return ConfigJson.write(this);
    }

    /**
     * Reads a configuration.
     *
     * @param text JSON as {@link #toJson} writes it
     * @return the configuration
     * @throws IllegalArgumentException if it is none, of another format, or has a field too many or
     *     too few
     */
    public static FlowConfig fromJson(String text) {
        return ConfigJson.read(text);
    }
}
