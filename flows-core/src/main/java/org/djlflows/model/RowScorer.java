package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.anomaly.RowScore;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.runtime.Explainer;
import org.djlflows.runtime.RowDensity;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.runtime.Scorer;
import org.djlflows.runtime.UnsupportedFlowException;
import org.djlflows.spec.FlowSpec;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.tensors.SavedArray;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scores rows of a table by a model that is not trained any further.
 *
 * <p>Where the weights are float32 on a CPU, a {@link Scorer} of them, as they are when this is
 * made, computes in Java alone, which is faster than PyTorch: a few rows, and where Java {@link
 * Scorer#hasVectors has vectors} any number of most flows. PyTorch computes all else: models on a
 * GPU, layers of somebody's own, and a model that DJL loaded, once a trainer has unfrozen its
 * weights. The system property {@value #PROPERTY} chooses: {@code auto} (the default), {@code
 * runtime} or {@code pytorch}. The two agree to the rounding of float32.
 *
 * <p>Several threads can share one.
 */
public final class RowScorer {

    /** The name of the system property that says what computes log-densities. */
    public static final String PROPERTY = "flows.scoring";

    /** So many rows are faster in Java without vectors than as arrays of PyTorch. */
    private static final int FEW_ROWS = 16;

    /** So many rows are, with vectors, of flows whose time is not that of matrix products. */
    private static final int MORE_ROWS = 64;

    private final FlowModel model;
    private final RowEncoding encoding;
    private final RowDensity density;

    private RowScorer(FlowModel model, RowDensity density) {
        this.model = model;
        this.density = density;
        encoding = new RowEncoding(model.config());
    }

    /**
     * Creates what scores rows by the weights that a model has now.
     *
     * @param model a model over columns, which stays open as long as this is used
     * @return the scorer
     * @throws IllegalArgumentException if the property has none of its values, or asks for what
     *     cannot compute this model
     */
    public static RowScorer of(FlowModel model) {
        return switch (choice()) {
            case "runtime" ->
                    new RowScorer(
                            model, new FasterDensity(inJava(model), Integer.MAX_VALUE, model));
            case "pytorch" -> live(model);
            default -> new RowScorer(model, faster(model));
        };
    }

    /** Returns the model whose rows this scores. */
    FlowModel model() {
        return model;
    }

    /** Returns what computes densities of rows as the flow takes them. */
    RowDensity density() {
        return density;
    }

    /** Creates what has PyTorch score rows by the weights that a model has at each call. */
    static RowScorer live(FlowModel model) {
        return new RowScorer(model, new FlowDensity(model));
    }

    /**
     * Checks the system property, before work that ends with a scorer.
     *
     * @throws IllegalArgumentException if it has none of its values
     */
    public static void requireChoice() {
        choice();
    }

    private static String choice() {
        String choice = System.getProperty(PROPERTY, "auto");
        if (!List.of("auto", "runtime", "pytorch").contains(choice)) {
            throw new IllegalArgumentException(
                    String.format(
                            "RowScorer: expected -D%s=auto, runtime or pytorch, got %s",
                            PROPERTY, choice));
        }
        return choice;
    }

    private static RowDensity faster(FlowModel model) {
        boolean suits =
                model.flow().getParameters().values().stream()
                        .map(Parameter::getArray)
                        .allMatch(
                                array ->
                                        array.getDataType() == DataType.FLOAT32
                                                && !array.getDevice().isGpu());
        try {
            return suits
                    ? new FasterDensity(inJava(model), mostRows(model), model)
                    : new FlowDensity(model);
        } catch (UnsupportedFlowException e) {
            return new FlowDensity(model);
        }
    }

    private static int mostRows(FlowModel model) {
        if (!Scorer.hasVectors() || hasMapWithoutLoops(model.config().flow())) {
            return FEW_ROWS;
        }
        boolean ofProducts =
                model.config().flow() instanceof VectorFlow flow
                        && !(flow.transform() instanceof Transform.BlockNeuralAutoregressive);
        return ofProducts ? Integer.MAX_VALUE : MORE_ROWS;
    }

    /** Vectors are in the loops of three maps; the others are formulas over arrays. */
    private static boolean hasMapWithoutLoops(FlowSpec flow) {
        return Specs.value(flow, "map")
                .filter(
                        map ->
                                !(map instanceof ScalarMap.Additive
                                        || map instanceof ScalarMap.Affine
                                        || map instanceof ScalarMap.RationalQuadraticSpline))
                .isPresent();
    }

    private static RowDensity inJava(FlowModel model) {
        List<SavedArray> arrays = new ArrayList<>();
        for (Pair<String, Parameter> path : ParameterNames.paths(model.flow())) {
            NDArray array = path.getValue().getArray();
            if (array.getDataType() != DataType.FLOAT32) {
                throw new IllegalArgumentException(
                        String.format(
                                "RowScorer: expected float32 for -D%s=runtime, got %s of %s",
                                PROPERTY, path.getKey(), array.getDataType()));
            }
            FloatBuffer values = FloatBuffer.wrap(array.toFloatArray());
            arrays.add(new SavedArray(path.getKey(), array.getShape().getShape(), values));
        }
        return Scorer.of(model.config(), arrays).density();
    }

    /**
     * Returns the log-density of rows of numbers, in nats in the units of the columns.
     *
     * @param rows the rows, as {@link FlowModel#score(double[][])} takes them
     * @return the log-density of each row, as there
     * @throws IllegalArgumentException as there
     */
    public double[] score(double[][] rows) {
        return encoding.logDensities(density, rows);
    }

    /**
     * Says how odd rows of numbers are.
     *
     * @param rows the rows, as {@link FlowModel#score(double[][])} takes them
     * @return for each row its log-density and, where the model compares rows, its score
     * @throws IllegalArgumentException as there
     */
    public List<RowScore> rowScores(double[][] rows) {
        return model.rowScores(score(rows), () -> encoding.cells(Arrays.asList(rows)));
    }

    /**
     * Returns what says why rows are odd.
     *
     * @return the explainer
     * @throws IllegalArgumentException if the model does not compare rows
     */
    public Explainer explainer() {
        return new Explainer(model.config(), density, model.anomalies());
    }

    /** Returns the log-density of rows as the flow takes them, one after the other. */
    double[] score(float[] x, float[] given, int n) {
        return density.logDensities(x, given, n);
    }

    /** Says how odd rows are, given as the flow takes them. */
    List<RowScore> rowScores(float[] x, float[] given, int n) {
        return model.rowScores(score(x, given, n), () -> cells(x, given, n));
    }

    /** Returns what the flow sees of rows, features and context, one row after the other. */
    static float[] cells(float[] x, float[] given, int n) {
        return RowEncoding.joined(x, x.length / n, given, given.length / n, n);
    }
}
