package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
