package org.djlflows.format;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Domain.Circle;
import org.djlflows.spec.Field;
import org.djlflows.spec.FlowSpec;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.VectorFlow;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * All that it takes to build a flow over the columns of a table, and to know what they mean, or
 * over images, which have no columns.
 *
 * <p>Over a table the flow standardises its data, which counts in the density, so that densities
 * and samples are in the units of the columns; it standardises its context too.
 *
 * @param flow the flow over columns, or over images
 * @param columns the names of the columns that are modelled, none for images
 * @param contextColumns the names of the columns that are given
 * @param images the size of images, of a flow over images
 * @param preparation what is done to rows before they reach the flow
 * @param metrics what training measured, by name
 * @param calibration the log-densities of held-out rows, in nats in the units of the columns
 * @param csv how the table of the training was written, and samples are; empty where it is not
 *     known
 */
public record FlowConfig(
        @Field("The flow over columns, or over images") FlowSpec flow,
        @Field(value = "The names of the features, in their order; none for images", byDefault = "")
                List<String> columns,
        @Field(value = "The names of the features of the context, in their order", byDefault = "")
                List<String> contextColumns,
        @Field("The size of images; absent for tables") Optional<ImageShape> images,
        @Field(value = "What is done to rows before they reach the flow", byDefault = "preparation")
                Preparation preparation,
        @Field(value = "What training measured, by name", byDefault = "")
                Map<String, Double> metrics,
        @Field(
                        value =
                                "Log-densities of rows that training never saw, from which a"
                                        + " percentile comes",
                        byDefault = "calibration")
                Calibration calibration,
        @Field(
                        "How the table of the training was written, and samples are; absent where"
                                + " it is not known")
                Optional<CsvFormat> csv) {

    /**
     * Checks that the flow fits the columns and their names differ.
     *
     * @param flow the flow over columns, or over images
     * @param columns the names of the columns that are modelled
     * @param contextColumns the names of the columns that are given
     * @param images the size of images
     * @param preparation what is done to rows before they reach the flow
     * @param metrics what training measured, by name
     * @param calibration the log-densities of held-out rows
     * @param csv how the table of the training was written
     * @throws IllegalArgumentException if the flow cannot be over so many columns that vary, or
     *     over such images, a name occurs twice, something is prepared that is no column, layers
     *     are not for a circle among the domains, tails, regression or domains are for a {@link
     *     TableFlow}, or columns are not written that it has, or others are
     */
    public FlowConfig {
        Specs.check(
                FlowConfig.class,
                flow,
                columns,
                contextColumns,
                images,
                preparation,
                metrics,
                calibration,
                csv);
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
        requireKinds(flow, all, preparation);
        requireDomains(flow, columns, preparation);
        csv.ifPresent(written -> requireWritten(written.columns(), all));
        Set<String> constants = preparation.constants().keySet();
        int features = varying(columns, constants);
        int context = varying(contextColumns, constants);
        if (preparation.regression() && context == 0) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected a context for the regression, got none");
        }
        if (flow instanceof ImageFlow ofImages) {
            if (images.isEmpty() || !columns.isEmpty()) {
                throw new IllegalArgumentException(
                        String.format(
                                "FlowConfig: expected a size of images and no columns for %s, got %s"
                                        + " and %s",
                                Specs.name(flow.getClass()),
                                images.isPresent() ? images.get() : "none",
                                Excerpt.of(columns)));
            }
            if (!preparation.equals(Preparation.NONE)) {
                throw new IllegalArgumentException(
                        "FlowConfig: expected images as they are, got a preparation");
            }
            ofImages.requireFits(images.get());
        } else {
            if (images.isPresent() || features == 0) {
                throw new IllegalArgumentException(
                        String.format(
                                "FlowConfig: expected columns that vary and no size of images for"
                                        + " %s, got %s and %s%s",
                                Specs.name(flow.getClass()),
                                Excerpt.of(columns),
                                images.isPresent() ? images.get() : "none",
                                constants.isEmpty()
                                        ? ""
                                        : ", of which are constant " + Excerpt.of(constants)));
            }
            ((ColumnFlow) flow).requireFits(features, context);
        }
    }

    /**
     * Creates a configuration over columns, of which nothing was measured yet.
     *
     * @param flow the flow over columns
     * @param columns the names of the features
     * @param contextColumns the names of the features of the context
     * @throws IllegalArgumentException if the flow does not fit the columns
     */
    public FlowConfig(ColumnFlow flow, List<String> columns, List<String> contextColumns) {
        this(
                flow,
                columns,
                contextColumns,
                Optional.empty(),
                Preparation.NONE,
                Map.of(),
                Calibration.NONE,
                Optional.empty());
    }

    /**
     * Creates a configuration over images, of which nothing was measured yet.
     *
     * @param flow the flow over images
     * @param images the size of the images
     * @param classes the names of the classes, or of the features of another context
     * @throws IllegalArgumentException if the flow does not fit the images
     */
    public FlowConfig(ImageFlow flow, ImageShape images, List<String> classes) {
        this(
                flow,
                List.of(),
                classes,
                Optional.of(images),
                Preparation.NONE,
                Map.of(),
                Calibration.NONE,
                Optional.empty());
    }

    private static void requireDomains(
            FlowSpec flow, List<String> columns, Preparation preparation) {
        Set<String> bounded = preparation.domains().keySet();
        if (!columns.containsAll(bounded)
                || !Collections.disjoint(bounded, preparation.constants().keySet())
                || !Collections.disjoint(bounded, preparation.offsets().keySet())) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected domains of columns that are modelled, vary and have no"
                            + " offset of their own, got those of "
                            + Excerpt.of(bounded));
        }
        List<String> varying =
                columns.stream()
                        .filter(column -> !preparation.constants().containsKey(column))
                        .toList();
        Predicate<String> turning = column -> preparation.domain(column) instanceof Circle;
        boolean circle = varying.stream().anyMatch(turning);
        boolean circlesOnly = varying.stream().allMatch(turning);
        boolean turns = flow instanceof VectorFlow vectors && vectors.fitsCircles(circlesOnly);
        if (flow instanceof VectorFlow vectors) {
            vectors.requireBaseFits(circle, circlesOnly);
        }
        boolean kept = !preparation.regression() && preparation.tails().orElse(Math.PI) >= Math.PI;
        if (circle && !(turns && kept)) {
            throw new IllegalArgumentException(
                    "FlowConfig: expected couplings or autoregressive layers, mixing of none or"
                            + " lu-linear, or over circles alone reversal or permutation, no"
                            + " regression and tails of at least pi over a circle, got "
                            + Excerpt.of(flow)
                            + " and "
                            + Excerpt.of(preparation));
        }
    }

    private static void requireKinds(FlowSpec flow, List<String> columns, Preparation preparation) {
        Set<String> kinds = preparation.kinds().keySet();
        boolean table = flow instanceof TableFlow;
        if (!columns.containsAll(kinds)) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected kinds of the columns %s, got those of %s",
                            Excerpt.of(columns), Excerpt.of(kinds)));
        }
        boolean ownScales =
                preparation.tails().isEmpty()
                        && !preparation.regression()
                        && preparation.domains().isEmpty();
        if (table && !ownScales) {
            OptionalDouble tails = preparation.tails();
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected no tails, regression or domains for table-flow,"
                                    + " which has scales of its own, got tails of %s, regression %s"
                                    + " and domains of %s",
                            tails.isPresent() ? tails.getAsDouble() : "none",
                            preparation.regression(),
                            Excerpt.of(preparation.domains().keySet())));
        }
    }

    private static void requireWritten(List<String> written, List<String> columns) {
        if (!Set.copyOf(written).equals(Set.copyOf(columns)) || written.size() != columns.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowConfig: expected csv to have the columns %s in some order, got %s",
                            Excerpt.of(columns), Excerpt.of(written)));
        }
    }

    private static int varying(List<String> columns, Set<String> constants) {
        return (int) columns.stream().filter(column -> !constants.contains(column)).count();
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

    /**
     * Returns the number of values of an event that the flow sees.
     *
     * @return the number of columns that vary, or of values in an image
     */
    public int features() {
        return images.map(ImageShape::values)
                .orElseGet(() -> varying(columns, preparation.constants().keySet()));
    }

    /**
     * Returns the number of features of the context that the flow sees.
     *
     * @return the number of context columns that vary, 0 for none
     */
    public int context() {
        return varying(contextColumns, preparation.constants().keySet());
    }

    /**
     * Returns the configuration with what training measured.
     *
     * @param measured the metrics by name
     * @return a copy with these metrics
     */
    public FlowConfig withMetrics(Map<String, Double> measured) {
        return new FlowConfig(
                flow, columns, contextColumns, images, preparation, measured, calibration, csv);
    }

    /**
     * Returns the configuration with what {@link #percentile} needs.
     *
     * @param measured the log-densities of held-out rows
     * @return a copy with this calibration
     */
    public FlowConfig withCalibration(Calibration measured) {
        return new FlowConfig(
                flow, columns, contextColumns, images, preparation, metrics, measured, csv);
    }

    /**
     * Returns the configuration with what is done to rows.
     *
     * @param prepared what is done to rows before they reach the flow
     * @return a copy with this preparation
     * @throws IllegalArgumentException if it does not fit the columns and the flow
     */
    public FlowConfig withPreparation(Preparation prepared) {
        return new FlowConfig(
                flow, columns, contextColumns, images, prepared, metrics, calibration, csv);
    }

    /**
     * Returns the configuration with how its table is written.
     *
     * @param written how the table of the training was written
     * @return a copy with this format
     * @throws IllegalArgumentException if it has other columns
     */
    public FlowConfig withCsv(CsvFormat written) {
        return new FlowConfig(
                flow,
                columns,
                contextColumns,
                images,
                preparation,
                metrics,
                calibration,
                Optional.of(written));
    }

    /**
     * Returns how rows are written.
     *
     * @return the format of the table of the training, or where it is not known the usual one, with
     *     the columns that are modelled before those that are given
     */
    public CsvFormat written() {
        return csv.orElseGet(
                () ->
                        CsvFormat.usual(
                                Stream.concat(columns.stream(), contextColumns.stream()).toList()));
    }

    /**
     * Says how usual a row is: the percentage of the rows left aside in training that are as rare
     * or rarer, 0 = rarest, 100 = most usual. It is \(100 k / (n + 1)\) where k of n rows have the
     * same log-density or a lower one, so 0 for a row that is rarer than all of them.
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
     * Says how usual rows are, as {@link #percentile(double)} does.
     *
     * @param logDensities the log-densities of the rows
     * @return a number from 0 to 100 for each
     * @throws IllegalArgumentException if a log-density is NaN
     * @throws IllegalStateException if no log-densities were measured
     */
    public double[] percentiles(double... logDensities) {
        if (calibration.isEmpty()) {
            throw new IllegalStateException(
                    "FlowConfig: expected log-densities of held-out rows, with which those of others"
                            + " are compared, got none: FlowModel.measuredOn adds them");
        }
        return Arrays.stream(logDensities)
                .map(logDensity -> percentile(logDensity).orElseThrow())
                .toArray();
    }

    /**
     * Writes this configuration, as {@link ConfigSchema} describes it.
     *
     * @return JSON
     */
    public String toJson() {
        return ConfigJson.write(this);
    }

    /**
     * Reads a configuration.
     *
     * @param text JSON as {@link #toJson} writes it, or an earlier version did
     * @return the configuration
     * @throws IllegalArgumentException if it is none, of a newer format, or has a field too many
     */
    public static FlowConfig fromJson(String text) {
        return ConfigJson.read(text);
    }
}
