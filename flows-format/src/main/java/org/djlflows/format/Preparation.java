package org.djlflows.format;

import org.djlflows.files.Excerpt;
import org.djlflows.spec.Column;
import org.djlflows.spec.Domain;
import org.djlflows.spec.Field;
import org.djlflows.spec.Specs;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What is done to the rows of a table before they reach a flow.
 *
 * @param constants the columns that always have the same value, and that value: the flow does not
 *     see them, and a row with another value has no density
 * @param offsets what is subtracted, in double precision, from columns whose values float32 cannot
 *     tell apart, such as times
 * @param tails how many deviations from the centre the linear part of standardising ends, beyond
 *     which it is logarithmic ({@code Standardize}); empty where it is linear everywhere
 * @param regression whether what the context explains linearly is taken away after standardising
 *     ({@code Regression})
 * @param domains the domains of columns that are modelled, by name; the line for all others
 * @param kinds what the cells of columns are, by name, real numbers where it is not said: a {@code
 *     TableFlow} models them as such, other flows round what is written of their samples
 */
public record Preparation(
        @Field(
                        value =
                                "Columns that always have the same value, by name: the flow does"
                                        + " not see them, and a row with another value has no"
                                        + " density",
                        byDefault = "")
                Map<String, Double> constants,
        @Field(
                        value =
                                "What is subtracted in double precision from columns whose values"
                                        + " float32 cannot tell apart, by name",
                        byDefault = "")
                Map<String, Double> offsets,
        @Field(
                        value =
                                "How many deviations from the centre the linear part of"
                                        + " standardising ends, beyond which it is logarithmic;"
                                        + " absent where it is linear everywhere",
                        least = 1,
                        most = Float.MAX_VALUE)
                OptionalDouble tails,
        @Field(
                        value =
                                "Whether what the context explains linearly is taken away after"
                                        + " standardising",
                        byDefault = "false")
                boolean regression,
        @Field(value = "The domains of columns that are not the line, by name", byDefault = "")
                Map<String, Domain> domains,
        @Field(
                        value =
                                "What the cells of columns are, by name, real numbers where it is"
                                        + " not said: a table-flow models them as such, what is"
                                        + " written of samples of others is rounded",
                        byDefault = "")
                Map<String, Column> kinds) {

    /** Nothing is done. */
    public static final Preparation NONE =
            new Preparation(Map.of(), Map.of(), OptionalDouble.empty(), false, Map.of(), Map.of());

    /**
     * Checks the numbers.
     *
     * @param constants the columns that always have the same value
     * @param offsets what is subtracted from columns
     * @param tails where tails begin to be logarithmic
     * @param regression whether what the context explains linearly is taken away
     * @param domains the domains of columns that are not the line
     * @param kinds what the cells of columns are
     * @throws IllegalArgumentException if one is missing, a number is not finite or the tails begin
     *     below 1
     */
    public Preparation {
        Specs.check(Preparation.class, constants, offsets, tails, regression, domains, kinds);
        constants = Collections.unmodifiableMap(new TreeMap<>(constants));
        offsets = Collections.unmodifiableMap(new TreeMap<>(offsets));
        domains = Collections.unmodifiableMap(new TreeMap<>(domains));
        kinds = Collections.unmodifiableMap(new TreeMap<>(kinds));
        requireFinite("constants", constants);
        requireFinite("offsets", offsets);
    }

    /**
     * Returns the preparation with what cells are.
     *
     * @param known what the cells of columns are, by name
     * @return a copy with these kinds
     */
    public Preparation withKinds(Map<String, Column> known) {
        return new Preparation(constants, offsets, tails, regression, domains, known);
    }

    /**
     * Returns the preparation with other domains.
     *
     * @param others the domains of columns that are not the line, by name
     * @return a copy with these domains
     */
    public Preparation withDomains(Map<String, Domain> others) {
        return new Preparation(constants, offsets, tails, regression, others, kinds);
    }

    /**
     * Returns the domain of a column.
     *
     * @param column its name
     * @return the domain, the line where nothing else is said
     */
    public Domain domain(String column) {
        return domains.getOrDefault(column, new Domain.Line());
    }

    /**
     * Returns what the cells of a column are.
     *
     * @param column its name
     * @return the kind, real numbers where nothing else is said
     */
    public Column kind(String column) {
        return kinds.getOrDefault(column, Specs.defaults(Column.Real.class));
    }

    private static void requireFinite(String what, Map<String, Double> numbers) {
        if (!numbers.values().stream().allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    "Preparation: expected "
                            + what
                            + " that are finite, got "
                            + Excerpt.of(numbers));
        }
    }
}
