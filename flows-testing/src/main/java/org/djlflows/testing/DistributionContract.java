package org.djlflows.testing;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.doubles;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.Pair;

import org.djlflows.Distribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Stream;

/**
 * The promises that every distribution keeps, as a JUnit test over the plane, where a density can
 * be integrated: a subclass lists subjects, and each of them goes through all tests. A distribution
 * of one's own is one line in such a list.
 *
 * <pre>{@code
 * class MyDistributionsTest extends DistributionContract {
 *
 *     @Override
 *     protected Stream<DistributionSubject> subjects() {
 *         return Stream.of(
 *                 DistributionSubject.of("mine", MyDistribution::new),
 *                 DistributionSubject.of("mine", MyDistribution::new).given(2));
 *     }
 * }
 * }</pre>
 *
 * <p>Mass and moments are summed over a grid on which 20,000 samples lie, so tails have to be about
 * as light as those of an exponential distribution.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DistributionContract {

    /** What steps of a solver that are the same for all rows may make of other rows. */
    private static final double ROUNDING = 1e-11;

    private static final int SAMPLES = 20_000;
    private static final int SEVERAL_CHUNKS = 9000;

    private NDManager manager;

    /** Creates the test. */
    protected DistributionContract() {}

    /**
     * Returns the distributions that are tested.
     *
     * @return at least one
     */
    protected abstract Stream<DistributionSubject> subjects();

    Stream<DistributionSubject> conditional() {
        return subjects().filter(DistributionSubject::usesContext);
    }

    Stream<DistributionSubject> trainable() {
        return subjects().filter(DistributionSubject::hasParameters);
    }

    Stream<DistributionSubject> fused() {
        return subjects().filter(DistributionSubject::hasKernel);
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
    void handWrittenGradientsAreThoseOfAutograd(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, 5);
        Optional<Kernel> kernel = distribution.kernel(true);
        assertEquals(subject.hasKernel(), kernel.isPresent());
        kernel.ifPresent(
                k ->
                        HandWrittenGradients.assertRightForDistribution(
                                distribution, k, inputs, 1e-9));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void samplesAndDensityAgree(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        NDArray context =
                subject.context() == 0
                        ? null
                        : manager.randomNormal(new Shape(1, subject.context()));
        NDArray drawn = sample(distribution, context, SAMPLES).get(0);
        PlaneDensity density =
                PlaneDensity.around(drawn, x -> logProb(distribution, given(x, context)));
        assertEquals(1, density.mass(), 0.01, "mass");
        double[] mean = {density.mean((x, y) -> x), density.mean((x, y) -> y)};
        DoubleBinaryOperator[] moments = {
            (x, y) -> x,
            (x, y) -> y,
            (x, y) -> (x - mean[0]) * (x - mean[0]),
            (x, y) -> (x - mean[0]) * (y - mean[1]),
            (x, y) -> (y - mean[1]) * (y - mean[1])
        };
        double[] samples = doubles(drawn);
        for (int i = 0; i < moments.length; i++) {
            DoubleBinaryOperator f = moments[i];
            double expected = density.mean(f);
            double variance = density.mean((x, y) -> Math.pow(f.applyAsDouble(x, y) - expected, 2));
            double got = 0;
            for (int row = 0; row < SAMPLES; row++) {
                got += f.applyAsDouble(samples[2 * row], samples[2 * row + 1]) / SAMPLES;
            }
            assertEquals(expected, got, 4 * Math.sqrt(variance / SAMPLES), "moment " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void samplesComeWithTheirDensity(DistributionSubject subject) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            Distribution distribution = subject.make(manager, type);
            NDList inputs = subject.inputs(manager, type, 1000);
            NDList drawn = sample(distribution, inputs);
            NDArray logProb = logProb(distribution, with(drawn.get(0), inputs));
            assertClose(logProb, drawn.get(1), type == DataType.FLOAT32 ? 1e-4 : 1e-9);
            assertEquals(type, drawn.get(0).getDataType());
            assertEquals(type, drawn.get(1).getDataType());
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void manyRowsAreComputedAsFew(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, SEVERAL_CHUNKS);
        int managed = manager.getManagedArrays().size();
        NDArray all = logProb(distribution, inputs);
        NDList drawn = sample(distribution, inputs);
        assertEquals(managed + 3, manager.getManagedArrays().size());
        NDArray drawnLogProb = logProb(distribution, with(drawn.get(0), inputs));
        assertClose(drawnLogProb, drawn.get(1), 1e-9);
        for (int row : new int[] {0, 4095, 4096, 8191, 8192, SEVERAL_CHUNKS - 1}) {
            String slice = row + ":" + (row + 1);
            NDList one = new NDList(inputs.stream().map(array -> array.get(slice)).toList());
            assertClose(logProb(distribution, one), all.get(slice), 1e-9);
        }
        if (subject.context() > 0) {
            NDArray longer = inputs.get(1).concat(inputs.get(1), 0);
            NDList wrong = new NDList(inputs.get(0), longer);
            assertRefused(
                    "expected a context of 9000 rows, got 18000",
                    () -> logProb(distribution, wrong));
        }
        NDArray narrow = inputs.get(0).toType(DataType.FLOAT32, false);
        NDList wrong = with(narrow, inputs);
        assertRefused(
                "expected input type float64, got float32", () -> logProb(distribution, wrong));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void shapesAreAsDeclared(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        assertEquals(new Shape(2), distribution.getEventShape());
        for (int n : new int[] {0, 1, 7}) {
            NDList inputs = subject.inputs(manager, DataType.FLOAT32, n);
            assertEquals(new Shape(n), logProb(distribution, inputs).getShape());
            Shape[] declared = distribution.getOutputShapes(inputs.getShapes());
            assertArrayEquals(new Shape[] {new Shape(n)}, declared);
            NDList drawn = sample(distribution, inputs);
            assertArrayEquals(new Shape[] {new Shape(n, 2), new Shape(n)}, drawn.getShapes());
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void precisionIsThatOfTheParameters(DistributionSubject subject) {
        Distribution wide = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, 20);
        NDArray expected = logProb(wide, inputs);
        assertEquals(DataType.FLOAT64, wide.getDataType());
        assertEquals(DataType.FLOAT64, expected.getDataType());

        // The generator draws other numbers in float32, so the weights are copied.
        Distribution narrow = subject.make(manager, DataType.FLOAT32);
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> to : narrow.getParameters()) {
                NDArray from = wide.getParameters().get(to.getKey()).getArray();
                from.toType(DataType.FLOAT32, true).copyTo(to.getValue().getArray());
            }
        }
        NDList rounded = new NDList();
        inputs.forEach(array -> rounded.add(array.toType(DataType.FLOAT32, true)));
        assertClose(expected, logProb(narrow, rounded), 1e-3);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void theSeedOfTheEngineDecidesTheSamples(DistributionSubject subject) {
        theSeedOfTheEngineDecidesTheSamples(subject, 5);
        theSeedOfTheEngineDecidesTheSamples(subject, SEVERAL_CHUNKS);
    }

    private void theSeedOfTheEngineDecidesTheSamples(DistributionSubject subject, int n) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        NDList inputs = subject.inputs(manager, DataType.FLOAT32, n);
        Fixtures.seed(1);
        NDArray first = sample(distribution, inputs).get(0);
        Fixtures.seed(1);
        assertArrayEquals(first.toFloatArray(), sample(distribution, inputs).get(0).toFloatArray());
        Fixtures.seed(2);
        NDArray other = sample(distribution, inputs).get(0);
        assertTrue(first.sub(other).abs().sum().getFloat() > 0);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("trainable")
    void gradientReachesEveryParameter(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, 50);
        Fixtures.backward(() -> distribution.forward(store(manager), inputs, true).get(0).sum());
        int reached = 0;
        for (Pair<String, Parameter> parameter : distribution.getParameters()) {
            if (parameter.getValue().requiresGradient()) {
                NDArray gradient = parameter.getValue().getArray().getGradient();
                assertTrue(gradient.abs().sum().toDoubleArray()[0] > 0, parameter.getKey());
                reached++;
            }
        }
        assertTrue(reached > 0);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void evaluationRecordsNoGradients(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        NDList inputs = subject.inputs(manager, DataType.FLOAT32, 3);
        // The mode in which a worker thread starts.
        JniUtils.setGradMode(true);
        try {
            assertFalse(Fixtures.isRecorded(logProb(distribution, inputs)));
            sample(distribution, inputs).forEach(a -> assertFalse(Fixtures.isRecorded(a)));
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void rowsAreIndependent(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDList inputs = subject.inputs(manager, DataType.FLOAT64, 4);
        NDArray all = logProb(distribution, inputs);
        for (int i = 0; i < 4; i++) {
            NDList row = new NDList();
            for (NDArray array : inputs) {
                row.add(array.get(i + ":" + (i + 1)));
            }
            assertClose(all.get(i + ":" + (i + 1)), logProb(distribution, row), 1e-12);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("conditional")
    void eachSampleIsThatOfItsContext(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT64);
        NDArray context = subject.inputs(manager, DataType.FLOAT64, 3).get(1);
        NDArray changed = context.duplicate();
        changed.set(new NDIndex("1"), changed.get(1).add(1));
        Fixtures.seed(3);
        double[] before = distribution.sample(context).toDoubleArray();
        Fixtures.seed(3);
        double[] after = distribution.sample(changed).toDoubleArray();
        double[] first = {before[0], before[1]};
        assertArrayEquals(first, new double[] {after[0], after[1]}, ROUNDING);
        assertNotEquals(before[2] + before[3], after[2] + after[3]);
        double[] last = {before[4], before[5]};
        assertArrayEquals(last, new double[] {after[4], after[5]}, ROUNDING);

        NDArray x = manager.zeros(new Shape(3, 2), DataType.FLOAT64);
        double[] density = distribution.logProb(x, context).toDoubleArray();
        double[] other = distribution.logProb(x, changed).toDoubleArray();
        assertEquals(density[0], other[0], ROUNDING);
        assertNotEquals(density[1], other[1]);
        assertEquals(density[2], other[2], ROUNDING);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void nothingStaysOnTheManagerOfTheModel(DistributionSubject subject) {
        NDManager model = manager.newSubManager();
        Distribution distribution = subject.make(model, DataType.FLOAT32);
        int before = model.getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
            try (NDManager batch = manager.newSubManager()) {
                NDList inputs = subject.inputs(batch, DataType.FLOAT32, 4);
                logProb(distribution, inputs);
                sample(distribution, inputs);
                distribution.forward(store(batch), inputs, true);
            }
        }
        assertEquals(before, model.getManagedArrays().size());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("fused")
    void samplingLeavesOnlyTheSamples(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        NDManager own = manager.newSubManager();
        NDList inputs = subject.inputs(own, DataType.FLOAT32, 4);
        sample(distribution, inputs);
        int before = own.getManagedArrays().size();
        NDArray samples =
                subject.context() == 0
                        ? distribution.sample(own, 4)
                        : distribution.sample(inputs.get(1));
        assertEquals(before + 1, own.getManagedArrays().size());
        assertEquals(own, samples.getManager());
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void wrongInputIsRefused(DistributionSubject subject) {
        Distribution distribution = subject.make(manager, DataType.FLOAT32);
        String name = distribution.getClass().getSimpleName();
        NDList inputs = subject.inputs(manager, DataType.FLOAT32, 4);
        NDArray x = inputs.get(0);
        refuses(
                name + ": expected input shape (batch, 2), got (4, 4)",
                distribution,
                with(x.concat(x, 1), inputs));
        refuses(
                name + ": expected input shape (batch, 2), got (4)",
                distribution,
                with(x.get(":, 0"), inputs));
        refuses(
                name + ": expected input type float32, got float64",
                distribution,
                with(x.toType(DataType.FLOAT64, false), inputs));
        long tooWide = subject.context() + 1L;
        NDArray wrong = manager.ones(new Shape(5, tooWide));
        String ofWrong = ", got (5, " + tooWide + ")";
        if (subject.context() == 0) {
            String message = name + ": expected no context";
            refuses(message, distribution, new NDList(x, wrong));
            assertRefused(message, () -> distribution.sample(wrong));
        } else {
            String shape = "(batch, " + subject.context() + ")";
            String message = name + ": expected context shape " + shape;
            refuses(message + ", got none", distribution, new NDList(x));
            refuses(message + ofWrong, distribution, new NDList(x, wrong));
            assertRefused(message + ", got none", () -> distribution.sample(manager, 4));
            assertRefused(message + ofWrong, () -> distribution.sample(wrong));
            NDArray context = inputs.get(1);
            refuses(
                    name + ": expected a context of 4 rows, got 8",
                    distribution,
                    new NDList(x, context.concat(context, 0)));
            refuses(
                    name + ": expected context type float32, got float64",
                    distribution,
                    new NDList(x, context.toType(DataType.FLOAT64, false)));
        }
    }

    private static void refuses(String message, Distribution distribution, NDList inputs) {
        assertRefused(message, () -> logProb(distribution, inputs));
    }

    private static void assertRefused(String message, Executable call) {
        Fixtures.assertRefused(IllegalArgumentException.class, message, call);
    }

    private static NDArray logProb(Distribution distribution, NDList inputs) {
        return inputs.size() == 1
                ? distribution.logProb(inputs.get(0))
                : distribution.logProb(inputs.get(0), inputs.get(1));
    }

    /** Draws as many samples as there are rows, for the context of the rows if they have one. */
    private static NDList sample(Distribution distribution, NDList inputs) {
        NDArray x = inputs.get(0);
        return inputs.size() == 1
                ? distribution.sampleWithLogProb(x.getManager(), x.getShape().get(0))
                : distribution.sampleWithLogProb(inputs.get(1));
    }

    /** Draws samples for one context, or for none. */
    private NDList sample(Distribution distribution, NDArray context, int n) {
        return context == null
                ? distribution.sampleWithLogProb(manager, n)
                : distribution.sampleWithLogProb(context.repeat(0, n));
    }

    /** Returns rows with one context, or with none. */
    private static NDList given(NDArray x, NDArray context) {
        return context == null
                ? new NDList(x)
                : new NDList(x, context.repeat(0, x.getShape().get(0)));
    }

    private static NDList with(NDArray x, NDList inputs) {
        return new NDList(x).addAll(inputs.subNDList(1));
    }
}
