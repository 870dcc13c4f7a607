package org.djlflows.model;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.data.Excerpt;
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
 * @param columns the names of the columns that are modelled, none for images
 * @param contextColumns the names of the columns that are given
 * @param preparation what is done to rows before they reach the flow
 * @param metrics what training measured, by name
 * @param calibration the log-densities of held-out rows, in nats in the units of the columns
 */
public record FlowConfig(
        Preset preset,
        List<String> columns,
        List<String> contextColumns,
        Preparation preparation,
        Map<String, Double> metrics,
        Calibration calibration) {

    /**
     * Checks that the preset fits the columns and their names differ.
     *
     * @param preset the flow over standardised columns
     * @param columns the names of the columns that are modelled
     * @param contextColumns the names of the columns that are given
     * @param preparation what is done to rows before they reach the flow
     * @param metrics what training measured, by name
     * @param calibration the log-densities of held-out rows
     * @throws IllegalArgumentException if the preset has not as many features and as much context
     *     as there are columns that vary, a name occurs twice, or something is prepared that is no
     *     column
     */
    public FlowConfig {
        columns = List.copyOf(columns);
        contextColumns = List.copyOf(contextColumns);
        // Sorted, so that equal configurations are equal as text.
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        List<String> all = Stream.concat(columns.stream(), contextColumns.stream()).toList();
        requireDifferent(all);
        for (Map<String, Double> prepared :
                List.of(preparation.constants(), preparation.offsets())) {
            if (!all.containsAll(prepared.keySet())) {
                throw new IllegalArgumentException(
                        "FlowConfig: expected to prepare some of the columns "
                                + Excerpt.of(all)
                                + ", got "
                                + Excerpt.of(prepared.keySet()));
            }
        }
        if (preset instanceof ImagePreset && !preparation.equals(Preparation.NONE)) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected images as they are, got a preparation");
        }
        if (preparation.regression() && preset.context() == 0) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected a context for the regression, got none");
        }
        int expected = preset instanceof ImagePreset ? 0 : preset.features();
        Set<String> constants = preparation.constants().keySet();
        if (expected != varying(columns, constants).size()
                || preset.context() != varying(contextColumns, constants).size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected %d columns and %d of context%s, got %s and %s",
                            expected,
                            preset.context(),
                            constants.isEmpty()
                                    ? ""
                                    : " beside the constant " + Excerpt.of(constants),
                            Excerpt.of(columns),
                            Excerpt.of(contextColumns)));
        }
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
        this(preset, columns, contextColumns, Preparation.NONE, Map.of(), Calibration.NONE);
    }

    private static List<String> varying(List<String> columns, Set<String> constants) {
        return columns.stream().filter(column -> !constants.contains(column)).toList();
    }

    private static void requireDifferent(List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        "FlowConfig: expected columns of different names, got two "
                                + Excerpt.of(name));
            }
        }
    }

    /** Makes the flow: over columns one whose base is the flow of the preset. */
    NormalizingFlow newFlow(Bijection data, Standardizer standardizer) {
        if (preset instanceof ImagePreset) {
            return preset.newFlow();
        }
        return preset.context() == 0
                ? new NormalizingFlow(data, preset.newFlow())
                : new NormalizingFlow(data, preset.newFlow(), standardizer);
    }

    /**
     * Returns the configuration with what training measured.
     *
     * @param measured the metrics by name
     * @return a copy with these metrics
     */
    public FlowConfig withMetrics(Map<String, Double> measured) {
        return new FlowConfig(preset, columns, contextColumns, preparation, measured, calibration);
    }

    /**
     * Returns the configuration with what {@link #percentile} needs.
     *
     * @param measured the log-densities of held-out rows
     * @return a copy with this calibration
     */
    public FlowConfig withCalibration(Calibration measured) {
        return new FlowConfig(preset, columns, contextColumns, preparation, metrics, measured);
    }

    /**
     * Returns the configuration with what is done to rows.
     *
     * @param prepared what is done to rows before they reach the flow
     * @return a copy with this preparation
     * @throws IllegalArgumentException if it does not fit the columns and the preset
     */
    public FlowConfig withPreparation(Preparation prepared) {
        return new FlowConfig(preset, columns, contextColumns, prepared, metrics, calibration);
    }

    /**
     * Says how usual a row is: which percentage of rows is as rare or rarer, by its rank among n
     * rows that training never saw. It is \(100 k / (n + 1)\) where k of them have the same
     * log-density or a lower one, so 0 for a row that is rarer than all of them.
     *
     * @param logDensity the log-density of the row, in nats in the units of the columns
     * @return a number from 0 to 100, or empty where no log-densities were measured
     * @throws IllegalArgumentException if the log-density is NaN
     */
    public OptionalDouble percentile(double logDensity) {
        if (Double.isNaN(logDensity)) {
            throw new IllegalArgumentException("FlowConfig: expected a log-density, got NaN");
        }
        return calibration.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(100 * calibration.level(logDensity));
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
