package org.djlflows.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.evaluation.Finding.Verdict;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.RandomNumbers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether a flow is a distribution: whether each layer is the bijection that it says it is, and the
 * density a number everywhere, with an integral of 1. Whether it is the right one {@link FitCheck}
 * tells.
 *
 * <p>All that is drawn follows fixed seeds, so that a check says the same each time.
 */
public final class FlowCheck {

    /** The most features in which a density is integrated. */
    private static final int MOST_INTEGRATED = 6;

    /** The most rows at which layers are checked. */
    private static final int ROWS_OF_LAYERS = 50;

    private static final int DRAWN = 1000;
    private static final int POINTS = 20_000;
    private static final double SAMPLE_LIMIT = 1e-4;
    private static final double SAMPLE_LIMIT_32 = 1e-2;

    /** By how much a mass can be off beside its interval: rounding, and tails of the proposal. */
    private static final double MASS_LIMIT = 0.01;

    /** An interval that is wider says nothing. */
    private static final double MASS_ERROR = 0.05;

    /** Deviations from the mean of a feature, those where NaN is wrong, then what is beyond. */
    private static final double[] EXTREMES = {10, 1e3, 1e6};

    private static final double[] BEYOND = {1e12, 1e24};

    private FlowCheck() {}

    /**
     * Checks each layer at the values that come to it, by {@link LayerCheck}, and that samples come
     * with their density. Take a flow in float64, in which errors of formulas are above rounding.
     *
     * @param flow the flow, initialised
     * @param rows rows x and, if it has one, their context; up to 50, evenly spread, take part
     * @return what was found
     * @throws IllegalArgumentException if there are no rows, or they do not fit the flow
     */
    public static CheckReport layers(NormalizingFlow flow, NDList rows) {
        List<Finding> findings = new ArrayList<>();
        try (NDManager scratch = rows.get(0).getManager().newSubManager();
                NoGrad noGrad = NoGrad.open();
                RandomNumbers numbers = RandomNumbers.seeded(0)) {
            NDList some = Matrix.spread(scratch, rows, ROWS_OF_LAYERS);
            NDList context = some.subNDList(1);
            if (!context.isEmpty()) {
                context = new NDList(flow.embed(context.get(0)));
                context.attach(scratch);
            }
            ParameterStore store = new ParameterStore(scratch, false);
            NDArray x = some.get(0);
            int number = 1;
            for (Bijection step : flow.getBijection().getSteps()) {
                NDList inputs = new NDList(x).addAll(context);
                findings.addAll(LayerCheck.findings(name(number++, step), step, inputs));
                NDList out = step.forward(store, inputs, false);
                int[] finite = LayerCheck.finite(out);
                if (finite.length == 0) {
                    return new CheckReport(findings);
                }
                x = Matrix.take(scratch, out, finite).get(0);
                context = Matrix.take(scratch, context, finite);
            }
            samples(flow, rows, scratch, findings);
        }
        return new CheckReport(findings);
    }

    private static String name(int number, Bijection step) {
        return "layer " + number + ", " + step.getClass().getSimpleName();
    }

    private static void samples(
            NormalizingFlow flow, NDList rows, NDManager scratch, List<Finding> findings) {
        NDList drawn;
        NDList context = repeated(scratch, rows.subNDList(1), DRAWN);
        try {
            drawn =
                    context.isEmpty()
                            ? flow.sampleWithLogProb(scratch, DRAWN)
                            : flow.sampleWithLogProb(context.get(0));
        } catch (UnsupportedOperationException e) {
            findings.add(Finding.open("samples", "finite", e.getMessage()));
            return;
        }
        int lost = DRAWN - LayerCheck.finite(drawn).length;
        if (lost > 0) {
            findings.add(
                    Finding.wrong(
                            "samples",
                            "finite",
                            lost,
                            "expected finite samples and log-densities, got others in "
                                    + lost
                                    + " of "
                                    + DRAWN));
            return;
        }
        findings.add(new Finding("samples", "finite", Verdict.OK, 0, "yes"));
        double[] expected = logProb(flow, new NDList(drawn.get(0)).addAll(context));
        double[] got = Matrix.doubles(drawn.get(1));
        double error =
                IntStream.range(0, DRAWN)
                        .mapToDouble(
                                i -> Math.abs(got[i] - expected[i]) / (1 + Math.abs(expected[i])))
                        .reduce(0, Math::max);
        boolean wide = flow.getDataType() == DataType.FLOAT64;
        findings.add(
                Finding.ofError(
                        "samples", "density", error, wide ? SAMPLE_LIMIT : SAMPLE_LIMIT_32));
    }

    /**
     * Checks that the density of rows is a number, also of rows that are up to a million deviations
     * away, and that it integrates to 1, where it has up to six features. A log-density of minus
     * infinity is a number here: the row is impossible.
     *
     * @param flow the flow over vectors, as it is used
     * @param rows rows x and, if it has one, their context
     * @param bounds the box in which the density lies; features that are bounded have no rows far
     *     away
     * @return what was found; NaN is named by row, and by the layer from which it came
     * @throws IllegalArgumentException if there are no rows, or they do not fit the flow
     */
    public static CheckReport density(NormalizingFlow flow, NDList rows, Bounds bounds) {
        List<Finding> findings = new ArrayList<>(rows(flow, rows).findings());
        try (NDManager scratch = rows.get(0).getManager().newSubManager();
                RandomNumbers numbers = RandomNumbers.seeded(1)) {
            findings.add(farAway(flow, rows, bounds, scratch));
            findings.add(mass(flow, rows, bounds, scratch));
        }
        return new CheckReport(findings);
    }

    /**
     * Checks that the density of rows is a number, which minus infinity is too.
     *
     * @param flow the flow, as it is used
     * @param rows rows x and, if it has one, their context
     * @return what was found; NaN is named by row, and by the layer from which it came
     * @throws IllegalArgumentException if there are no rows, or they do not fit the flow
     */
    public static CheckReport rows(NormalizingFlow flow, NDList rows) {
        return new CheckReport(List.of(ofRows(flow, rows)));
    }

    private static Finding ofRows(NormalizingFlow flow, NDList rows) {
        double[] found = logProb(flow, rows);
        int[] lost = where(found, FlowCheck::isNone);
        if (lost.length == 0) {
            long impossible =
                    Arrays.stream(found).filter(v -> v == Double.NEGATIVE_INFINITY).count();
            return new Finding(
                    "density",
                    "rows",
                    Verdict.OK,
                    impossible,
                    String.format(
                            Locale.ROOT,
                            "%,d of %,d have a density",
                            found.length - impossible,
                            found.length));
        }
        return Finding.wrong(
                "density",
                "rows",
                lost[0],
                String.format(
                        Locale.ROOT,
                        "expected numbers, got NaN or infinity for %,d of %,d, the first in row %d (from 0), from %s",
                        lost.length,
                        found.length,
                        lost[0],
                        origin(flow, rows, lost[0])));
    }

    /** Minus infinity is a log-density, of what is impossible; infinity is none. */
    private static boolean isNone(double logDensity) {
        return Double.isNaN(logDensity) || logDensity == Double.POSITIVE_INFINITY;
    }

    private static int[] where(double[] values, DoublePredicate holds) {
        return IntStream.range(0, values.length).filter(i -> holds.test(values[i])).toArray();
    }

    /** The layer at which a row is lost. */
    private static String origin(NormalizingFlow flow, NDList rows, int row) {
        try (NDManager scratch = rows.get(0).getManager().newSubManager()) {
            NDList one = Matrix.rows(rows, row, row + 1);
            one.attach(scratch);
            Optional<String> found = flow.locateNonFinite(one);
            return found.map(text -> text.replace(", row 0 of the batch", ""))
                    .orElse("no single layer");
        }
    }

    /** Each feature, and all at once, far away on either side. */
    private static Finding farAway(
            NormalizingFlow flow, NDList rows, Bounds bounds, NDManager scratch) {
        int[] free = IntStream.range(0, bounds.features()).filter(bounds::isFree).toArray();
        if (free.length == 0) {
            return Finding.open("density", "far away", "all features are bounded");
        }
        double[][] x = Matrix.of(rows.get(0));
        for (double[] deviations : new double[][] {EXTREMES, BEYOND}) {
            for (double by : deviations) {
                double[][] extreme = extreme(x, free, by);
                NDList inputs = new NDList(array(scratch, flow, extreme));
                inputs.addAll(repeated(scratch, rows.subNDList(1), extreme.length));
                int[] lost = where(logProb(flow, inputs), FlowCheck::isNone);
                if (lost.length > 0) {
                    boolean wrong = deviations == EXTREMES;
                    String text =
                            String.format(
                                    Locale.ROOT,
                                    "%s NaN for %s%.0e deviations, from %s",
                                    wrong ? "expected numbers, got" : "up to 1e+06 deviations;",
                                    side(lost[0], free),
                                    by,
                                    origin(flow, inputs, lost[0]));
                    return wrong
                            ? Finding.wrong("density", "far away", by, text)
                            : new Finding("density", "far away", Verdict.OK, by, text);
                }
            }
        }
        double most = BEYOND[BEYOND.length - 1];
        return new Finding(
                "density",
                "far away",
                Verdict.OK,
                most,
                String.format(Locale.ROOT, "up to %.0e deviations", most));
    }

    private static double[][] extreme(double[][] x, int[] free, double by) {
        List<double[]> rows = new ArrayList<>();
        double[] scales = new double[x[0].length];
        for (int j : free) {
            double[] column = Arrays.stream(x).mapToDouble(row -> row[j]).toArray();
            Estimate mean = Estimate.ofMean(column);
            double deviation = mean.standardError() * Math.sqrt(column.length);
            scales[j] = by * (deviation > 0 ? deviation : 1);
        }
        for (int sign : new int[] {1, -1}) {
            double[] all = x[0].clone();
            for (int j : free) {
                double[] one = x[0].clone();
                one[j] += sign * scales[j];
                all[j] += sign * scales[j];
                rows.add(one);
            }
            rows.add(all);
        }
        return rows.toArray(double[][]::new);
    }

    private static String side(int row, int... free) {
        int place = row % (free.length + 1);
        String sign = row <= free.length ? "+" : "-";
        return (place == free.length ? "all features" : "feature " + free[place]) + " at " + sign;
    }

    private static Finding mass(
            NormalizingFlow flow, NDList rows, Bounds bounds, NDManager scratch) {
        int features = bounds.features();
        if (features > MOST_INTEGRATED) {
            return Finding.open(
                    "density",
                    "mass",
                    "not integrated over more than " + MOST_INTEGRATED + " features");
        }
        NDList context = rows.subNDList(1);
        NDList at = rows;
        if (!context.isEmpty()) {
            NDArray one = context.get(0).get("0:1").repeat(0, DRAWN);
            one.attach(scratch);
            NDArray drawn = flow.sample(one);
            at = new NDList(drawn, one);
        }
        Estimate mass;
        try {
            mass = Mass.of(flow, at, bounds, POINTS);
        } catch (IllegalArgumentException e) {
            return Finding.open("density", "mass", e.getMessage());
        }
        String given = context.isEmpty() ? "" : " given the first context";
        if (mass.standardError() > MASS_ERROR) {
            return Finding.open("density", "mass", mass + given + ", too uncertain to tell");
        }
        double off = Math.abs(mass.value() - 1);
        if (off <= MASS_LIMIT + 4 * mass.standardError()) {
            return new Finding("density", "mass", Verdict.OK, mass.value(), mass + given);
        }
        return Finding.wrong("density", "mass", mass.value(), "expected 1, got " + mass + given);
    }

    private static double[] logProb(NormalizingFlow flow, NDList rows) {
        try (NDArray logProb =
                rows.size() > 1
                        ? flow.logProb(rows.get(0), rows.get(1))
                        : flow.logProb(rows.get(0))) {
            return Matrix.doubles(logProb);
        }
    }

    private static NDArray array(NDManager manager, NormalizingFlow flow, double[]... rows) {
        double[] values = Stream.of(rows).flatMapToDouble(Arrays::stream).toArray();
        return manager.create(values, new Shape(rows.length, rows[0].length))
                .toType(flow.getDataType(), false);
    }

    /** Returns so many rows, which come again where there are fewer. */
    private static NDList repeated(NDManager scratch, NDList arrays, int count) {
        if (arrays.isEmpty()) {
            return new NDList();
        }
        int rows = Math.toIntExact(arrays.get(0).getShape().get(0));
        return Matrix.take(scratch, arrays, IntStream.range(0, count).map(i -> i % rows).toArray());
    }
}
