package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;

import org.djlflows.NormalizingFlow;
import org.djlflows.data.Toys;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.kernel.NoGrad;
import org.djlflows.spec.SmoothActivation;
import org.djlflows.spec.SolverGradient;
import org.djlflows.spec.Specs;
import org.djlflows.spec.Trace;
import org.djlflows.spec.TrainedBy;
import org.djlflows.spec.Transform;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.PlaneDensity;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.List;

/** The solver beside closed forms, what it cannot solve, and training through it. */
class ContinuousFlowTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(3);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Transform.ContinuousFlow settings(int... hidden) {
        Transform.ContinuousFlow usual = Specs.defaults(Transform.ContinuousFlow.class);
        return Specs.with(usual, "hidden", Arrays.stream(hidden).boxed().toList());
    }

    private ContinuousFlow initialized(Transform.ContinuousFlow settings, NDArray x) {
        ContinuousFlow flow = new ContinuousFlow(settings);
        flow.initialize(manager, x.getDataType(), x.getShape());
        return flow;
    }

    private NDList forward(ContinuousFlow flow, NDArray x, boolean training) {
        try (NoGrad noGrad = NoGrad.open()) {
            return flow.forward(Fixtures.store(manager), new NDList(x), training);
        }
    }

    /** One unit that does not see the time: dx/dt = a tanh(w x). */
    private ContinuousFlow ofOneUnit(double tolerance, double w, double a, NDArray x) {
        Transform.ContinuousFlow one = Specs.with(settings(1), "frequencies", 1);
        ContinuousFlow flow = initialized(Specs.with(one, "tolerance", tolerance), x);
        set(flow, "layer0_weight", w, 0, 0);
        set(flow, "layer0_bias", 0);
        set(flow, "last_weight", a);
        set(flow, "last_bias", 0);
        return flow;
    }

    private static void set(ContinuousFlow flow, String name, double... values) {
        flow.getParameters().get(name).getArray().set(values);
    }

    @Test
    void aFreshLayerIsTheIdentity() {
        NDArray x = manager.randomNormal(0, 10, new Shape(5, 3), DataType.FLOAT64);
        NDList z = forward(initialized(settings(8, 8), x), x, false);
        assertClose(x, z.get(0), 0);
        assertEquals(0, z.get(1).abs().max().getDouble());
    }

    /** Of dx/dt = a tanh(x): sinh z = e^a sinh x. */
    @Test
    void errorsAreOfTheSizeOfTheTolerance() {
        double[] x = {-2, -0.3, 0, 0.8, 3};
        double a = 1.7;
        NDArray in = manager.create(x, new Shape(5, 1));
        for (double tolerance : new double[] {1e-4, 1e-7, 1e-10, 1e-13}) {
            NDList out = forward(ofOneUnit(tolerance, 1, a, in), in, false);
            double worst = 0;
            for (int i = 0; i < x.length; i++) {
                double sinh = Math.exp(a) * Math.sinh(x[i]);
                double z = Math.signum(sinh) * Math.log(Math.abs(sinh) + Math.hypot(1, sinh));
                double logDet = a + Math.log(Math.cosh(x[i]) / Math.cosh(z));
                worst = Math.max(worst, Math.abs(z - doubles(out.get(0))[i]));
                worst = Math.max(worst, Math.abs(logDet - doubles(out.get(1))[i]));
            }
            assertTrue(worst < 30 * tolerance, tolerance + ": " + worst);
            assertTrue(worst > 1e-4 * tolerance, tolerance + ": " + worst);
        }
    }

    /** The first row follows a slope of -1e9, which takes steps of a billionth. */
    @Test
    void aRowThatCannotBeFollowedIsNaN() {
        NDArray x = manager.create(new double[] {0.5, 0, 0, Double.NaN}, new Shape(4, 1));
        double[] z = doubles(forward(ofOneUnit(1e-5, 1e6, -1e3, x), x, false).get(0));
        assertEquals(Double.NaN, z[0]);
        assertEquals(0, z[1]);
        assertEquals(0, z[2]);
        assertEquals(Double.NaN, z[3]);
    }

    @Test
    void rowsFarOutAndLostOnesDoNotDisturbOthers() {
        NDArray x = manager.randomNormal(0, 1, new Shape(6, 2), DataType.FLOAT64);
        ContinuousFlow flow = initialized(Specs.with(settings(9, 7), "tolerance", 1e-9), x);
        Fixtures.randomise(flow);
        NDList alone = forward(flow, x, false);
        double[] far = {1e30, -1e12, Double.NaN, 0, 1, Double.POSITIVE_INFINITY};
        NDList beside = forward(flow, x.concat(manager.create(far, new Shape(3, 2))), false);
        assertClose(alone.get(0), beside.get(0).get("0:6"), 1e-8);
        assertClose(alone.get(1), beside.get(1).get("0:6"), 1e-8);
        assertTrue(Double.isFinite(doubles(beside.get(1))[6]));
        assertEquals(Double.NaN, doubles(beside.get(1))[7]);
        assertEquals(Double.POSITIVE_INFINITY, doubles(beside.get(0).get(8))[1]);
    }

    /** The slope of ELU has kinks, at which steps are small for a while. */
    @Test
    void kinksOfTheVelocityAreGoneThrough() {
        NDArray x = manager.randomNormal(0, 2, new Shape(200, 2), DataType.FLOAT64);
        Transform.ContinuousFlow elu =
                Specs.with(settings(9, 7), "activation", SmoothActivation.ELU);
        ContinuousFlow flow = initialized(Specs.with(elu, "tolerance", 1e-8), x);
        Fixtures.randomise(flow);
        NDList there = forward(flow, x, false);
        NDList back = flow.inverse(Fixtures.store(manager), new NDList(there.get(0)), false);
        assertClose(x, back.get(0), 1e-6);
        assertClose(there.get(1).neg(), back.get(1), 1e-5);
    }

    /** Of two hidden layers the trace has a form of its own where nothing is estimated. */
    @Test
    void tracesAreTheSameInEachForm() {
        NDArray x = manager.randomNormal(0, 1, new Shape(7, 3), DataType.FLOAT64);
        ContinuousFlow closed = initialized(settings(6, 5), x);
        Fixtures.randomise(closed);
        ContinuousFlow other =
                initialized(Specs.with(settings(6, 5), "trace", Trace.HUTCHINSON), x);
        for (Pair<String, Parameter> parameter : other.getParameters()) {
            NDArray value = closed.getParameters().get(parameter.getKey()).getArray();
            value.copyTo(parameter.getValue().getArray());
        }
        NDList expected = forward(closed, x, false);
        assertClose(expected.get(0), forward(other, x, false).get(0), 1e-13);
        assertClose(expected.get(1), forward(other, x, false).get(1), 1e-13);
    }

    /** The same row 20,000 times, each with directions of its own. */
    @Test
    void hutchinsonsEstimateIsUnbiasedAndOfTrainingAlone() {
        NDArray one = manager.randomNormal(0, 1, new Shape(1, 3), DataType.FLOAT64);
        NDArray x = one.repeat(0, 20_000);
        ContinuousFlow flow = initialized(Specs.with(settings(6, 5), "trace", Trace.HUTCHINSON), x);
        Fixtures.randomise(flow);
        double exact = doubles(forward(flow, one, false).get(1))[0];
        double[] estimates = doubles(forward(flow, x, true).get(1));
        double mean = 0;
        double square = 0;
        for (double estimate : estimates) {
            mean += estimate / estimates.length;
            square += estimate * estimate / estimates.length;
        }
        double deviation = Math.sqrt(square - mean * mean);
        assertTrue(deviation > 0.01, "it varies by " + deviation);
        assertEquals(exact, mean, 4 * deviation / Math.sqrt(estimates.length));
        assertNotEquals(estimates[0], doubles(forward(flow, x, true).get(1))[0]);
    }

    /** A velocity that is A x + (b, -b) cos(pi t) but for a millionth: of units nearly linear. */
    private ContinuousFlow linear(Transform.ContinuousFlow settings, double[] a, double b) {
        double small = 1e-4;
        NDArray x = manager.zeros(new Shape(1, 2), DataType.FLOAT64);
        Transform.ContinuousFlow two = Specs.with(settings, "frequencies", 1);
        ContinuousFlow flow =
                initialized(
                        Specs.with(Specs.with(two, "hidden", List.of(3)), "tolerance", 1e-9), x);
        // Two units see a feature each, one the cosine.
        set(flow, "layer0_weight", small, 0, 0, 0, 0, small, 0, 0, 0, 0, small, 0);
        set(flow, "layer0_bias", 0, 0, 0);
        double[] last = {a[0], a[1], b, a[2], a[3], -b};
        set(flow, "last_weight", Arrays.stream(last).map(v -> v / small).toArray());
        set(flow, "last_bias", 0, 0);
        return flow;
    }

    private static Transform.ContinuousFlow penalised(
            Trace trace, double energy, double norm, double acceleration) {
        Transform.ContinuousFlow free = Specs.with(settings(3), "trace", trace);
        Transform.ContinuousFlow shorter = Specs.with(free, "kineticEnergy", energy);
        return Specs.with(Specs.with(shorter, "jacobianNorm", norm), "acceleration", acceleration);
    }

    /** What training takes off the log-determinant of each row. */
    private double[] penalties(ContinuousFlow flow, NDArray x) {
        NDArray without = forward(flow, x, false).get(1);
        return doubles(without.sub(forward(flow, x, true).get(1)));
    }

    /** A matrix that turns and stretches multiplies the length of whatever it is applied to. */
    @Test
    void penaltiesAreThoseOfALinearField() {
        double s = 0.4;
        double turn = 0.9;
        double square = s * s + turn * turn;
        double growth = Math.expm1(2 * s) / (2 * s);
        double k = 0.8;
        NDArray x = manager.create(new double[] {0.3, -0.2, 1.1, 0.7}, new Shape(2, 2));
        double[] norms = {0.13, 1.7};
        double[] seconds = {-0.2, 0.7};
        double[] turning = {s, -turn, turn, s};
        double[] shearing = {0, k, 0, 0};
        ContinuousFlow energy = linear(penalised(Trace.EXACT, 0.7, 0, 0), turning, 0);
        ContinuousFlow norm = linear(penalised(Trace.EXACT, 0, 0.3, 0), turning, 0);
        ContinuousFlow bend = linear(penalised(Trace.EXACT, 0, 0, 0.2), turning, 0);
        ContinuousFlow all = linear(penalised(Trace.EXACT, 0.7, 0.3, 0.2), shearing, 0);
        for (int i = 0; i < 2; i++) {
            double energyOfRow = square * norms[i] * growth;
            assertEquals(0.7 * energyOfRow, penalties(energy, x)[i], 1e-6);
            assertEquals(0.3 * 2 * square, penalties(norm, x)[i], 1e-6);
            assertEquals(0.2 * square * energyOfRow, penalties(bend, x)[i], 1e-6);
            // A sheared row moves along the first feature at a speed that stays.
            double speed = k * seconds[i];
            assertEquals(0.7 * speed * speed + 0.3 * k * k, penalties(all, x)[i], 1e-6);
        }
    }

    /** Of f = (b, -b) cos(pi t) energy and acceleration are b^2 and (pi b)^2. */
    @Test
    void penaltiesAreThoseOfAFieldOfTimeAlone() {
        NDArray x = manager.create(new double[] {0.3, -0.2}, new Shape(1, 2));
        double b = 0.6;
        ContinuousFlow flow = linear(penalised(Trace.EXACT, 0.7, 5, 0.2), new double[4], b);
        double expected = 0.7 * b * b + 0.2 * Math.PI * Math.PI * b * b;
        assertEquals(expected, penalties(flow, x)[0], 1e-6);
    }

    /** The mean of |A' v|^2 over random signs v is the squared norm. */
    @Test
    void theNormIsEstimatedBySigns() {
        NDArray x = manager.ones(new Shape(4_000, 2), DataType.FLOAT64);
        double[] a = {0.5, 0.2, -0.3, 0.4};
        double norm = Arrays.stream(a).map(v -> v * v).sum();
        ContinuousFlow flow = linear(penalised(Trace.HUTCHINSON, 0, 1, 0), a, 0);
        double mean = Arrays.stream(penalties(flow, x)).average().orElseThrow();
        // Where signs are alike it is 0.5 with the error of the trace, where they are not 0.58.
        assertEquals(norm, mean, 0.003);
    }

    @Test
    void penaltiesAreOfForwardInTrainingAlone() {
        NDArray x = manager.randomNormal(0, 1, new Shape(7, 3), DataType.FLOAT64);
        ContinuousFlow flow = initialized(penalised(Trace.EXACT, 0.7, 0.3, 0.2), x);
        Fixtures.randomise(flow);
        NDList there = forward(flow, x, false);
        NDList in = new NDList(there.get(0));
        try (NoGrad noGrad = NoGrad.open()) {
            NDList outside = flow.inverse(Fixtures.store(manager), in, false);
            NDList back = flow.inverse(Fixtures.store(manager), in, true);
            assertClose(outside.get(1), back.get(1), 0);
            assertClose(there.get(1).neg(), back.get(1), 1e-3);
        }
        assertTrue(Arrays.stream(penalties(flow, x)).min().orElseThrow() > 0.01);
        ContinuousFlow free = initialized(penalised(Trace.EXACT, 0, 0, 0), x);
        Fixtures.randomise(free);
        assertClose(forward(free, x, false).get(1), forward(free, x, true).get(1), 0);
    }

    @Test
    void flowMatchingHasNoPenalties() {
        Transform.ContinuousFlow shorter = penalised(Trace.EXACT, 0.5, 0, 0);
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Specs.with(shorter, "trainedBy", TrainedBy.FLOW_MATCHING))
                        .getMessage();
        assertTrue(message.contains("of weight 0 where flow matching trains it, got 0.5"), message);
    }

    /**
     * Two moons, by each way to take gradients; a density of mass 1 that fits better and better.
     */
    @ParameterizedTest
    @EnumSource
    void likelihoodTrainsIt(SolverGradient gradient) {
        NDArray x = manager.create(Toys.twoMoons(300, 1), new Shape(300, 2));
        ContinuousFlow bijection =
                new ContinuousFlow(Specs.with(settings(16, 16), "gradient", gradient));
        NormalizingFlow flow = new NormalizingFlow(bijection, new StandardNormal());
        flow.initialize(manager, DataType.FLOAT32, x.getShape());
        flow.getParameters().values().forEach(p -> p.getArray().setRequiresGradient(true));
        float before = flow.logProb(x).mean().getFloat();
        try (FusedAdam adam = FusedAdam.builder().optLearningRate(Tracker.fixed(0.01f)).build()) {
            TrainingStep step = TrainingStep.of(flow, adam, 5).orElseThrow();
            for (int i = 0; i < 40; i++) {
                step.take(new NDList(x));
            }
        }
        float after = flow.logProb(x).mean().getFloat();
        assertTrue(after > before + 0.5, before + " to " + after);
        double mass = PlaneDensity.around(flow.sample(manager, 5_000), flow::logProb).mass();
        assertEquals(1, mass, 0.01);
    }
}
