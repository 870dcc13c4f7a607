package org.djlflows.testing;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.Bijection;
import org.djlflows.evaluation.CheckReport;
import org.djlflows.evaluation.Jacobians;
import org.djlflows.evaluation.LayerCheck;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The promises that every bijection keeps, as a JUnit test: a subclass lists subjects, and each of
 * them goes through all tests. A layer of one's own is one line in such a list.
 *
 * <pre>{@code
 * class MyLayersTest extends BijectionContract {
 *
 *     @Override
 *     protected Stream<Subject> subjects() {
 *         return Stream.of(Subject.of("my layer", MyLayer::new, 5), Subject.of("given", MyLayer::new, 5).given(2));
 *     }
 * }
 * }</pre>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BijectionContract {

    private static final double TOLERANCE = 1e-4;
    private static final double TOLERANCE_64 = 1e-9;

    /** The largest factor of rounding by which x is compared. */
    private static final double FLATTEST = 1e3;

    private NDManager manager;

    /** Creates the test. */
    protected BijectionContract() {}

    /**
     * Returns the layers that are tested.
     *
     * @return at least one
     */
    protected abstract Stream<Subject> subjects();

    /** Those whose data can be any numbers. */
    Stream<Subject> unbounded() {
        return subjects().filter(subject -> !subject.unitInterval());
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void inverseUndoesForward(Subject subject) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double tolerance = type == DataType.FLOAT32 ? TOLERANCE : TOLERANCE_64;
            Bijection bijection = subject.make(manager, type);
            NDList inputs = subject.input(manager, type);
            NDList forward = forward(bijection, inputs);
            NDList inverse = inverse(bijection, forward.get(0), inputs);
            assertClose(inputs.get(0), inverse.get(0), tolerance);
            assertClose(forward.get(1).neg(), inverse.get(1), 10 * tolerance);
        }
    }

    /**
     * Ten standard deviations out; where a map is flat, as saturated units are, digits of x are
     * lost, but those of z are not.
     */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("unbounded")
    void inverseUndoesForwardFarOut(Subject subject) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            double tolerance = type == DataType.FLOAT32 ? TOLERANCE : TOLERANCE_64;
            Bijection bijection = subject.make(manager, type);
            NDList inputs = subject.input(manager, type);
            NDArray ten = manager.create(10.0).toType(type, false);
            NDArray x = inputs.get(0).add(inputs.get(0).sign().mul(ten));
            NDList forward = forward(bijection, with(x, inputs));
            NDArray back = inverse(bijection, forward.get(0), inputs).get(0);
            NDArray again = forward(bijection, with(back, inputs)).get(0);
            double[] logDet = Fixtures.doubles(forward.get(1));
            for (int row = 0; row < logDet.length; row++) {
                double flat = Math.exp(-Math.min(0, logDet[row]));
                if (flat <= FLATTEST) {
                    assertClose(x.get(row), back.get(row), tolerance * flat);
                } else {
                    NDArray z = forward.get(0).get(row);
                    double size = 1 + Fixtures.doubles(z.abs().max())[0];
                    assertClose(z, again.get(row), 10 * tolerance * size);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void logDetIsThatOfTheJacobian(Subject subject) {
        Bijection bijection = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.input(manager, DataType.FLOAT64);
        NDList forward = forward(bijection, inputs);
        double[] expected = logDets(x -> forward(bijection, with(x, inputs)).get(0), inputs.get(0));
        assertArrayEquals(expected, forward.get(1).toDoubleArray(), TOLERANCE_64);

        NDArray z = forward.get(0).duplicate();
        double[] inverted = logDets(x -> inverse(bijection, x, inputs).get(0), z);
        NDArray logDet = inverse(bijection, z, inputs).get(1);
        assertArrayEquals(inverted, logDet.toDoubleArray(), TOLERANCE_64);
    }

    private static double[] logDets(UnaryOperator<NDArray> map, NDArray x) {
        return Stream.of(Jacobians.of(map, x)).mapToDouble(Jacobians::logAbsDet).toArray();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void shapesAreAsDeclared(Subject subject) {
        Bijection bijection = subject.make(manager, DataType.FLOAT32);
        NDList inputs = subject.input(manager, DataType.FLOAT32);
        NDList forward = forward(bijection, inputs);
        assertArrayEquals(bijection.getOutputShapes(subject.shapes()), forward.getShapes());
        NDList inverse = inverse(bijection, forward.get(0), inputs);
        Shape[] back = {subject.shapes()[0], new Shape(Subject.ROWS)};
        assertArrayEquals(back, inverse.getShapes());
        NDList none = forward(bijection, rows(inputs, 0));
        assertEquals(0, none.get(1).size());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void rowsAreIndependent(Subject subject) {
        Bijection bijection = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.input(manager, DataType.FLOAT64);
        NDList all = forward(bijection, inputs);
        NDList first = forward(bijection, rows(inputs, 1));
        assertClose(all.get(0).get("0:1"), first.get(0), TOLERANCE_64);
        assertClose(all.get(1).get("0:1"), first.get(1), TOLERANCE_64);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void gradientReachesEveryParameter(Subject subject) {
        for (boolean inverse : new boolean[] {false, true}) {
            Bijection bijection = subject.make(manager, DataType.FLOAT64);
            NDList inputs = subject.input(manager, DataType.FLOAT64);
            NDArray value = inverse ? forward(bijection, inputs).get(0) : inputs.get(0);
            NDList in = with(value.duplicate(), inputs);
            in.get(0).setRequiresGradient(true);
            Fixtures.backward(() -> loss(bijection, in, inverse));
            assertTrue(in.get(0).getGradient().abs().min().toDoubleArray()[0] > 0);
            for (Pair<String, Parameter> parameter : bijection.getParameters()) {
                if (parameter.getValue().getArray().hasGradient()) {
                    NDArray gradient = parameter.getValue().getArray().getGradient();
                    assertTrue(gradient.abs().sum().toDoubleArray()[0] > 0, parameter.getKey());
                }
            }
        }
    }

    private NDArray loss(Bijection bijection, NDList in, boolean inverse) {
        NDList out = inverse ? inverse(bijection, in.get(0), in) : forward(bijection, in);
        // Not about 0: a rotation would keep the squares.
        return out.get(0).sub(1).square().sum().add(out.get(1).sum());
    }

    /** Along one random direction of all parameters and the context; also of numerical inverses. */
    @ParameterizedTest
    @MethodSource("subjects")
    void gradientsAreThoseOfDifferences(Subject subject) {
        for (boolean inverse : new boolean[] {false, true}) {
            Bijection bijection = subject.make(manager, DataType.FLOAT64);
            NDList inputs = subject.input(manager, DataType.FLOAT64);
            NDArray value = inverse ? forward(bijection, inputs).get(0) : inputs.get(0);
            NDList in = with(value.duplicate(), inputs);
            in.forEach(array -> array.setRequiresGradient(true));
            NDList varied = in.subNDList(1);
            for (Parameter parameter : bijection.getParameters().values()) {
                if (parameter.getArray().hasGradient()) {
                    varied.add(parameter.getArray());
                }
            }
            Fixtures.backward(() -> loss(bijection, in, inverse));
            NDList direction = new NDList();
            double slope = 0;
            for (NDArray array : varied) {
                NDArray along = manager.randomNormal(0, 1, array.getShape(), DataType.FLOAT64);
                direction.add(along);
                slope += array.getGradient().mul(along).sum().getDouble();
            }
            try (NoGrad noGrad = NoGrad.open()) {
                move(varied, direction, 1e-7);
                double above = loss(bijection, in, inverse).getDouble();
                move(varied, direction, -2e-7);
                double below = loss(bijection, in, inverse).getDouble();
                double size = 1 + Math.abs(above) + Math.abs(slope);
                assertEquals((above - below) / 2e-7, slope, 1e-5 * size);
            }
        }
    }

    private void move(NDList arrays, NDList direction, double length) {
        for (int i = 0; i < arrays.size(); i++) {
            arrays.get(i).addi(direction.get(i).mul(manager.create(length)));
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void handWrittenGradientsAreThoseOfAutograd(Subject subject) {
        Bijection bijection = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.input(manager, DataType.FLOAT64);
        // Fits what is fitted to the first batch.
        forwardInTraining(bijection, inputs);
        Optional<Kernel> kernel = bijection.kernel(true);
        assertEquals(subject.hasKernel(), kernel.isPresent());
        kernel.ifPresent(
                k ->
                        HandWrittenGradients.assertRightForBijection(
                                bijection, k, inputs, TOLERANCE_64));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void aLayerCheckFindsNothingWrong(Subject subject) {
        Bijection bijection = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.input(manager, DataType.FLOAT64);
        CheckReport report = LayerCheck.of(bijection, inputs);
        assertTrue(report.isRight(), report::toString);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void contextMattersWhereALayerUsesIt(Subject subject) {
        if (subject.usesContext()) {
            Bijection bijection = subject.make(manager, DataType.FLOAT32);
            NDList inputs = subject.input(manager, DataType.FLOAT32);
            NDList other = new NDList(inputs.get(0), inputs.get(1).add(1));
            NDArray difference =
                    forward(bijection, inputs).get(0).sub(forward(bijection, other).get(0));
            assertTrue(difference.abs().sum().getFloat() > 1e-3);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void savedParametersGiveTheSameOutput(Subject subject) throws Exception {
        savedParametersGiveTheSameOutput(subject, DataType.FLOAT32);
        savedParametersGiveTheSameOutput(subject, DataType.FLOAT64);
    }

    private void savedParametersGiveTheSameOutput(Subject subject, DataType type)
            throws IOException, MalformedModelException {
        Bijection bijection = subject.make(manager, type);
        NDList inputs = subject.input(manager, type);
        // A training call, so that what is fitted to the first batch is fitted.
        forwardInTraining(bijection, inputs);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bijection.saveParameters(new DataOutputStream(bytes));
        Bijection loaded = subject.maker().get();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        loaded.loadParameters(manager, in);
        assertEquals(-1, in.read());
        // As a trainer does.
        loaded.initialize(manager, type, subject.shapes());
        for (Pair<String, Parameter> parameter : loaded.getParameters()) {
            boolean trained = parameter.getValue().getType() != Parameter.Type.RUNNING_MEAN;
            assertEquals(trained, parameter.getValue().getArray().hasGradient());
        }
        NDList expected = forwardInTraining(bijection, inputs);
        NDList got = forwardInTraining(loaded, inputs);
        assertClose(expected.get(0), got.get(0), 0);
        assertClose(expected.get(1), got.get(1), 0);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void nothingStaysOnTheManagerOfTheModel(Subject subject) {
        NDManager model = manager.newSubManager();
        Bijection bijection = subject.maker().get();
        bijection.initialize(model, DataType.FLOAT32, subject.shapes());
        int before = model.getManagedArrays().size();
        // At most one number of a view, such as the weight of a guidance, is not the model's.
        long own =
                bijection.getParameters().values().stream()
                        .filter(parameter -> parameter.getArray().getManager() == model)
                        .count();
        assertEquals(own, before);
        assertTrue(own >= bijection.getParameters().size() - 1);
        for (int i = 0; i < 3; i++) {
            try (NDManager batch = manager.newSubManager()) {
                NDList inputs = subject.input(batch, DataType.FLOAT32);
                forwardInTraining(bijection, inputs);
                inverse(bijection, forward(bijection, inputs).get(0), inputs);
            }
        }
        assertEquals(before, model.getManagedArrays().size());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void wrongInputIsRefused(Subject subject) {
        Bijection bijection = subject.make(manager, DataType.FLOAT32);
        NDList inputs = subject.input(manager, DataType.FLOAT32);
        NDArray x = inputs.get(0);
        String name = bijection.getClass().getSimpleName();
        assertRefused(
                () -> forward(bijection, with(x.concat(x, 1), inputs)), name + ": expected input");
        assertRefused(
                () -> inverse(bijection, x.concat(x, 1), inputs), name + ": expected input shape");
        assertRefused(
                () -> forward(bijection, with(x.toType(DataType.FLOAT64, false), inputs)),
                name + ": expected input type float32, got float64");
        NDArray context = manager.ones(new Shape(Subject.ROWS + 1, 9));
        assertRefused(() -> forward(bijection, new NDList(x, context)), "context");
        if (subject.context() != null) {
            assertRefused(() -> forward(bijection, new NDList(x)), "expected context shape");
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void viewsAndRefusalsKeepTypeAndShapes(Subject subject) {
        Bijection bijection = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.input(manager, DataType.FLOAT64);
        NDList expected = forward(bijection, inputs);
        Shape[] other = subject.shapes();
        other[0] = other[0].add(2);
        assertRefused(
                () -> bijection.initialize(manager, DataType.FLOAT64, other),
                "expected the shapes");
        // A trainer asks for float32 whatever the weights are.
        bijection.initialize(manager, DataType.FLOAT32, subject.shapes());
        NDList again = inverse(bijection.inverted(), inputs.get(0), inputs);
        assertClose(expected.get(0), again.get(0), 0);
        assertClose(expected.get(1), again.get(1), 0);
    }

    private static void assertRefused(Executable call, String message) {
        Fixtures.assertRefused(IllegalArgumentException.class, message, call);
    }

    private NDList forward(Bijection bijection, NDList inputs) {
        return bijection.forward(Fixtures.store(manager), inputs, false);
    }

    private NDList forwardInTraining(Bijection bijection, NDList inputs) {
        try (NoGrad noGrad = NoGrad.open()) {
            return bijection.forward(Fixtures.store(manager), inputs, true);
        }
    }

    private NDList inverse(Bijection bijection, NDArray z, NDList inputs) {
        return bijection.inverse(Fixtures.store(manager), with(z, inputs), false);
    }

    private static NDList with(NDArray x, NDList inputs) {
        return new NDList(x).addAll(inputs.subNDList(1));
    }

    private static NDList rows(NDList inputs, int rows) {
        NDList some = new NDList();
        inputs.forEach(array -> some.add(array.get("0:" + rows)));
        return some;
    }
}
