package org.djlflows.interchange;

import org.djlflows.NormalizingFlow;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.Flows;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Domain;
import org.djlflows.spec.Network;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.VectorFlow;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The flow that tensors of another library are those of.
 *
 * @param flow the flow
 * @param features the number of features
 * @param context the number of features of the context, 0 for none
 * @param circles whether the features are angles from \(-\pi\) to \(\pi\) and not numbers of the
 *     line
 */
public record FoundFlow(VectorFlow flow, int features, int context, boolean circles) {

    /** A turn. */
    private static final Domain CIRCLE = new Domain.Circle(-Math.PI, Math.PI);

    /** What {@link #parameters} expects of a network. */
    static final String PARAMETERS =
            "2 outputs for each feature that is moved, of an affine map, or 3 K - 1, of a"
                    + " rational-quadratic spline with linear tails,";

    /**
     * Describes a flow over numbers of the line.
     *
     * @param flow the flow
     * @param features the number of features
     * @param context the number of features of the context, 0 for none
     */
    public FoundFlow(VectorFlow flow, int features, int context) {
        this(flow, features, context, false);
    }

    /**
     * Makes the blocks.
     *
     * @return a flow that is not initialised yet
     */
    public NormalizingFlow newFlow() {
        boolean[] turning = new boolean[features];
        Arrays.fill(turning, circles);
        return Flows.of(flow, turning, context);
    }

    /**
     * Returns the configuration of a model folder, in which angles are columns on circles.
     *
     * @param columns the names of the features
     * @param contextColumns the names of those of the context
     * @return the configuration
     * @throws IllegalArgumentException if they are not as many or names are not different
     */
    public FlowConfig config(List<String> columns, List<String> contextColumns) {
        if (columns.size() != features || contextColumns.size() != context) {
            throw new IllegalArgumentException(
                    String.format(
                            "FoundFlow: expected %d columns and %d of the context, got %s and %s",
                            features, context, columns, contextColumns));
        }
        FlowConfig config = new FlowConfig(flow, columns, contextColumns);
        Map<String, Domain> domains =
                columns.stream().collect(Collectors.toMap(column -> column, column -> CIRCLE));
        return circles ? config.withPreparation(config.preparation().withDomains(domains)) : config;
    }

    /** Returns the non-linearity, which no tensor tells, of a flow that has one. */
    Activation activation() {
        return (Activation) Specs.value(flow, "activation").orElse(Activation.RELU);
    }

    /** Returns the scalar maps of a flow that has them. */
    ScalarMap map() {
        ScalarMap usual = Specs.defaults(ScalarMap.RationalQuadraticSpline.class);
        return (ScalarMap) Specs.value(flow, "map").orElse(usual);
    }

    /** Returns the bound of splines, which no tensor tells, of a flow that has one. */
    double bound() {
        return (double) Specs.value(flow, "bound").orElse(1.0);
    }

    /** Describes hidden layers, of which residual blocks are of one width. */
    static Network network(boolean residual, Activation activation, int... hidden) {
        return residual
                ? new Network.ResidualNet(hidden[0], hidden.length, activation)
                : new Network.Mlp(Arrays.stream(hidden).boxed().toList(), activation);
    }

    /** Returns the number of parameters of a scalar map, of which a network makes so many. */
    static Optional<Integer> parameters(int outputs, int features) {
        if (features == 0 || outputs % features != 0) {
            return Optional.empty();
        }
        int count = outputs / features;
        boolean affineOrSpline = count == 2 || (count >= 5 && count % 3 == 2);
        return affineOrSpline ? Optional.of(count) : Optional.empty();
    }

    /** Returns the number of bins of a spline of so many parameters. */
    static int bins(int parameters) {
        return (parameters + 1) / 3;
    }

    /** Checks that other tensors are those of this flow too. */
    void requireEqual(StateDict weights, FoundFlow found) throws IOException {
        if (!equals(found)) {
            throw Tensors.refusal(weights, "the tensors of " + this, "those of " + found);
        }
    }

    /** Returns the fewest values that give all of them where they are repeated. */
    static <T> List<T> period(List<T> values) {
        int length =
                IntStream.rangeClosed(1, values.size())
                        .filter(n -> repeats(values, n))
                        .findFirst()
                        .orElseThrow();
        return List.copyOf(values.subList(0, length));
    }

    private static boolean repeats(List<?> values, int length) {
        return IntStream.range(length, values.size())
                .allMatch(i -> values.get(i).equals(values.get(i - length)));
    }
}
