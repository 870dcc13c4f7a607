package org.djlflows.evaluation;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.bijection.Elementwise;
import org.djlflows.evaluation.Finding.Verdict;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelException;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.univariate.Univariate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether a layer is the bijection that it says it is, at some rows: for a layer of one's own while
 * it is written, and for those of a trained model. Fresh layers are the identity, which hides
 * errors, so randomise or train the parameters before. The checks of {@code flows-testing} are
 * stricter, and for tests.
 *
 * <ul>
 *   <li><b>finite</b>: no value or log-determinant is NaN or infinite; names the first row
 *   <li><b>round trip</b>: {@code inverse} undoes {@code forward}; the difference in x, relative to
 *       \(1 + |x|\); that in z where the determinant is below a thousandth, since digits of x are
 *       lost where a map is flat
 *   <li><b>log-dets</b>: those of both directions at one place add up to 0
 *   <li><b>Jacobian</b>: the log-determinant is that of the Jacobian by automatic differentiation,
 *       up to 64 entries a row
 *   <li><b>orientation</b>: the determinant has one sign at all rows: one that changes is 0
 *       somewhere between them
 *   <li><b>rows</b>: a row alone has the result that it has among others
 *   <li><b>backward</b>: a backward pass written by hand has the gradients of autograd, in float64
 *   <li><b>gradients</b>: the gradients of x, parameters and context are those of differences, in
 *       float64
 *   <li><b>monotone</b>: of scalar maps alone, z increases with x
 * </ul>
 *
 * <p>Errors of up to 1e-4 are taken for rounding in float64, of 1e-2 in float32. Take float64: a
 * small error of a formula is far above its rounding.
 */
public final class LayerCheck {

    private static final double LIMIT = 1e-4;
    private static final double LIMIT_32 = 1e-2;
    private static final int MOST_ENTRIES = 64;

    /** Where a map is flatter, x is not compared: digits are lost, but not those of z. */
    private static final double FLATTEST = 1e3;

    private static final double STEP = 1e-7;
    private static final int DIRECTIONS = 3;
    private static final int GRID = 201;
    private static final int MAPS = 8;

    /** So that knots at whole numbers, where slopes jump, are not on the grid. */
    private static final double GRID_END = 10.1;

    private final String subject;
    private final Bijection layer;
    private final NDManager scratch;
    private final ParameterStore store;
    private final double limit;
    private final List<Finding> findings = new ArrayList<>();

    private LayerCheck(String subject, Bijection layer, DataType type, NDManager scratch) {
        this.subject = subject;
        this.layer = layer;
        this.scratch = scratch;
        store = new ParameterStore(scratch, false);
        limit = type == DataType.FLOAT64 ? LIMIT : LIMIT_32;
    }

    /**
     * Checks a bijection. Its parameters are moved a little for the gradients, and are as they were
     * afterwards; gradients that they hold are set to 0.
     *
     * @param layer the layer, initialised
     * @param inputs rows x, some ten, and if it has one their context
     * @return what was found
     * @throws IllegalArgumentException if the rows do not fit the layer
     */
    public static CheckReport of(Bijection layer, NDList inputs) {
        return new CheckReport(findings(layer.getClass().getSimpleName(), layer, inputs));
    }

    /**
     * Checks a family of scalar maps: eight of them with normally distributed parameters, as an
     * {@link Elementwise} layer in float64, on a grid from -10.1 to 10.1.
     *
     * @param map the family, not initialised or so in float64
     * @param manager the manager for what is in work
     * @return what was found
     */
    public static CheckReport of(Univariate map, NDManager manager) {
        String subject = map.getClass().getSimpleName();
        try (NDManager scratch = manager.newSubManager();
                RandomNumbers numbers = RandomNumbers.seeded(0);
                NoGrad noGrad = NoGrad.open()) {
            Elementwise layer = new Elementwise(map);
            layer.initialize(scratch, DataType.FLOAT64, new Shape(GRID, MAPS));
            for (Parameter parameter : layer.getParameters().values()) {
                NDArray array = parameter.getArray();
                if (parameter.requiresGradient()) {
                    array.addi(normal(scratch, array.getShape()));
                }
            }
            double[] grid = new double[GRID * MAPS];
            Arrays.setAll(
                    grid, i -> -GRID_END + 2 * GRID_END * Math.floorDiv(i, MAPS) / (GRID - 1));
            NDList x = new NDList(scratch.create(grid, new Shape(GRID, MAPS)));
            List<Finding> findings = new ArrayList<>(findings(subject, layer, x));
            ParameterStore store = new ParameterStore(scratch, false);
            double[] z = Matrix.doubles(layer.forward(store, x, false).get(0));
            findings.add(monotone(subject, grid, z));
            return new CheckReport(findings);
        }
    }

    private static Finding monotone(String subject, double[] x, double... z) {
        int falls =
                IntStream.range(MAPS, z.length)
                        .filter(i -> !(z[i] > z[i - MAPS]))
                        .findFirst()
                        .orElse(-1);
        return falls < 0
                ? new Finding(subject, "monotone", Verdict.OK, 0, "yes")
                : Finding.wrong(
                        subject,
                        "monotone",
                        x[falls],
                        String.format(
                                "expected z to increase with x, got %s at %s and %s at %s",
                                z[falls - MAPS], x[falls - MAPS], z[falls], x[falls]));
    }

    private static NDArray normal(NDManager manager, Shape shape) {
        return RandomNumbers.draw(() -> manager.randomNormal(0, 1, shape, DataType.FLOAT64));
    }

    /** Checks a bijection under a name. */
    static List<Finding> findings(String subject, Bijection layer, NDList inputs) {
        DataType type = inputs.get(0).getDataType();
        try (NDManager scratch = inputs.get(0).getManager().newSubManager();
                RandomNumbers numbers = RandomNumbers.seeded(0);
                NoGrad noGrad = NoGrad.open()) {
            NDList in = new NDList();
            inputs.forEach(array -> in.add(array.duplicate()));
            in.attach(scratch);
            LayerCheck check = new LayerCheck(subject, layer, type, scratch);
            check.run(in);
            return check.findings;
        }
    }

    private void run(NDList inputs) {
        NDList out = layer.forward(store, inputs, false);
        int[] finite = finite(out);
        int rows = (int) inputs.get(0).getShape().get(0);
        if (finite.length < rows) {
            int first = firstMissing(finite);
            String what = firstRowText(out, first);
            findings.add(
                    Finding.wrong(
                            subject,
                            "finite",
                            first,
                            String.format(
                                    "expected finite values, got %s in row %d, and such in %d of %d"
                                            + " rows",
                                    what, first, rows - finite.length, rows)));
        } else {
            add("finite", Verdict.OK, 0, "yes");
        }
        if (finite.length > 0) {
            NDList some = Matrix.take(scratch, inputs, finite);
            check(some, Matrix.take(scratch, out, finite));
        }
    }

    private void add(String check, Verdict verdict, double value, String text) {
        findings.add(new Finding(subject, check, verdict, value, text));
    }

    private void addError(String check, double error) {
        findings.add(Finding.ofError(subject, check, error, limit));
    }

    private void check(NDList inputs, NDList out) {
        try {
            roundTrip(inputs, out);
        } catch (KernelException e) {
            findings.add(Finding.wrong(subject, "round trip", Double.NaN, e.getMessage()));
        } catch (UnsupportedOperationException e) {
            findings.add(Finding.open(subject, "round trip", e.getMessage()));
        }
        jacobian(inputs, out);
        NDList one = layer.forward(store, Matrix.take(scratch, inputs, 0), false);
        addError(
                "rows",
                Math.max(
                        error(Matrix.take(scratch, out, 0), 0, one),
                        error(Matrix.take(scratch, out, 0), 1, one)));
        if (inputs.get(0).getDataType() == DataType.FLOAT64) {
            backward(inputs);
            gradients(inputs);
        }
    }

    private void roundTrip(NDList inputs, NDList out) {
        NDList back = layer.inverse(store, with(out.get(0), inputs), false);
        NDList again = layer.forward(store, with(back.get(0), inputs), false);
        double[] inX = relative(inputs.get(0), back.get(0));
        double[] inZ = relative(out.get(0), again.get(0));
        double[] logDet = Matrix.doubles(out.get(1));
        addError(
                "round trip",
                IntStream.range(0, inX.length)
                        .mapToDouble(i -> logDet[i] < -Math.log(FLATTEST) ? inZ[i] : inX[i])
                        .reduce(0, Math::max));
        addError(
                "log-dets",
                Arrays.stream(relative(again.get(1), back.get(1).neg())).reduce(0, Math::max));
    }

    private void jacobian(NDList inputs, NDList out) {
        NDArray x = inputs.get(0);
        long entries = x.getShape().slice(1).size();
        if (entries > MOST_ENTRIES) {
            findings.add(
                    Finding.open(
                            subject,
                            "Jacobian",
                            "not computed for more than " + MOST_ENTRIES + " entries a row"));
            return;
        }
        double[][][] jacobians =
                withGradients(
                        false,
                        () ->
                                Jacobians.of(
                                        y -> layer.forward(store, with(y, inputs), false).get(0),
                                        x));
        double[] expected = Stream.of(jacobians).mapToDouble(Jacobians::logAbsDet).toArray();
        double[] got = Matrix.doubles(out.get(1));
        addError(
                "Jacobian",
                IntStream.range(0, got.length)
                        .mapToDouble(
                                i -> Math.abs(got[i] - expected[i]) / (1 + Math.abs(expected[i])))
                        .reduce(0, Math::max));
        double[] signs = Stream.of(jacobians).mapToDouble(Jacobians::sign).distinct().toArray();
        if (signs.length > 1 || signs[0] == 0) {
            findings.add(
                    Finding.wrong(
                            subject,
                            "orientation",
                            signs.length,
                            "expected a determinant of one sign, got " + Arrays.toString(signs)));
        } else {
            add("orientation", Verdict.OK, signs[0], signs[0] > 0 ? "kept" : "reversed");
        }
    }

    private void backward(NDList inputs) {
        Optional<Kernel> kernel = layer.kernel(true).filter(k -> k.offers("backward"));
        if (kernel.isPresent()) {
            addError(
                    "backward",
                    withGradients(
                            true,
                            () -> BackwardPass.ofBijection(layer, kernel.get(), inputs).error()));
        }
    }

    /**
     * Along random directions of x, the context and all parameters. The least error counts: between
     * two points of a difference there can be a kink, but hardly in each direction, and what is
     * missing in a gradient is missing in all.
     */
    private void gradients(NDList inputs) {
        NDList varied = new NDList(inputs);
        varied.forEach(array -> array.setRequiresGradient(true));
        varied.addAll(trained());
        addError(
                "gradients",
                IntStream.range(0, DIRECTIONS)
                        .mapToDouble(i -> errorAlongADirection(inputs, varied))
                        .min()
                        .orElseThrow());
    }

    private double errorAlongADirection(NDList inputs, NDList varied) {
        NDList direction = new NDList();
        varied.forEach(array -> direction.add(normal(scratch, array.getShape())));
        double slope = withGradients(true, () -> slope(inputs, varied, direction));
        double above = lossAt(inputs, varied, direction, STEP);
        double below = lossAt(inputs, varied, direction, -STEP);
        double size = 1 + Math.abs(above) + Math.abs(slope);
        return Math.abs((above - below) / (2 * STEP) - slope) / size;
    }

    private double slope(NDList inputs, NDList varied, NDList direction) {
        clearGradients(varied);
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            collector.backward(loss(inputs));
        }
        double slope = 0;
        for (int i = 0; i < varied.size(); i++) {
            try (NDArray gradient = varied.get(i).getGradient()) {
                slope += direction.get(i).mul(gradient).sum().getDouble();
            }
        }
        clearGradients(varied);
        return slope;
    }

    private static void clearGradients(NDList arrays) {
        for (NDArray array : arrays) {
            try (NDArray gradient = array.getGradient()) {
                gradient.subi(gradient);
            }
        }
    }

    private double lossAt(NDList inputs, NDList varied, NDList direction, double by) {
        NDList kept = new NDList();
        varied.forEach(array -> kept.add(array.duplicate()));
        kept.attach(scratch);
        NDArray length = scratch.create(by);
        for (int i = 0; i < varied.size(); i++) {
            varied.get(i).addi(direction.get(i).mul(length));
        }
        try {
            return loss(inputs).getDouble();
        } finally {
            for (int i = 0; i < varied.size(); i++) {
                kept.get(i).copyTo(varied.get(i));
            }
        }
    }

    /** Not about 0: a rotation would keep the squares. */
    private NDArray loss(NDList inputs) {
        NDList out = layer.forward(store, inputs, false);
        return out.get(0).sub(1).square().mean().add(out.get(1).mean());
    }

    private NDList trained() {
        return new NDList(
                layer.getParameters().values().stream()
                        .filter(parameter -> parameter.getType() != Parameter.Type.RUNNING_MEAN)
                        .filter(parameter -> parameter.getType() != Parameter.Type.RUNNING_VAR)
                        .map(Parameter::getArray)
                        .toList());
    }

    /** Those of a model that was loaded are frozen; one thread at a time collects gradients. */
    private <T> T withGradients(boolean required, Supplier<T> action) {
        List<NDArray> others =
                trained().stream().filter(array -> array.hasGradient() != required).toList();
        others.forEach(array -> array.setRequiresGradient(required));
        try {
            return RandomNumbers.draw(action);
        } finally {
            others.forEach(array -> array.setRequiresGradient(!required));
        }
    }

    private static NDList with(NDArray x, NDList inputs) {
        return new NDList(x).addAll(inputs.subNDList(1));
    }

    /** Returns the rows in which all values are finite. */
    static int[] finite(NDList arrays) {
        double[][][] all = arrays.stream().map(Matrix::of).toArray(double[][][]::new);
        return IntStream.range(0, all[0].length)
                .filter(
                        i ->
                                Stream.of(all)
                                        .allMatch(
                                                m ->
                                                        Arrays.stream(m[i])
                                                                .allMatch(Double::isFinite)))
                .toArray();
    }

    private static int firstMissing(int... places) {
        int first = 0;
        while (first < places.length && places[first] == first) {
            first++;
        }
        return first;
    }

    private static String firstRowText(NDList out, int row) {
        double[] z = Matrix.of(out.get(0))[row];
        return Arrays.stream(z)
                .filter(value -> !Double.isFinite(value))
                .mapToObj(value -> "a value of " + value)
                .findFirst()
                .orElseGet(() -> "a log-determinant of " + Matrix.of(out.get(1))[row][0]);
    }

    private static double error(NDList expected, int i, NDList got) {
        return Arrays.stream(relative(expected.get(i), got.get(i))).reduce(0, Math::max);
    }

    /** For each row the largest difference, relative to 1 + |expected|; NaN stays NaN. */
    private static double[] relative(NDArray expected, NDArray got) {
        double[][] a = Matrix.of(expected);
        double[][] b = Matrix.of(got);
        double[] errors = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                double error = Math.abs(a[i][j] - b[i][j]) / (1 + Math.abs(a[i][j]));
                errors[i] = Math.max(errors[i], error);
            }
        }
        return errors;
    }
}
