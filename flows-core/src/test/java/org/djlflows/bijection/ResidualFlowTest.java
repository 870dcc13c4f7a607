package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.tracker.Tracker;

import org.djlflows.NormalizingFlow;
import org.djlflows.data.Toys;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.model.Flows;
import org.djlflows.spec.LipschitzActivation;
import org.djlflows.spec.Presets;
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
import java.util.List;

/** The bound, the estimates of training, and inverses where the network hardly contracts. */
class ResidualFlowTest {

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

    private static Transform.ResidualFlow settings(Integer... hidden) {
        Transform.ResidualFlow usual = Specs.defaults(Transform.ResidualFlow.class);
        return Specs.with(usual, "hidden", List.of(hidden));
    }

    private ResidualFlow initialized(Transform.ResidualFlow settings, NDArray... inputs) {
        ResidualFlow flow = new ResidualFlow(settings);
        Shape[] shapes = Arrays.stream(inputs).map(NDArray::getShape).toArray(Shape[]::new);
        flow.initialize(manager, inputs[0].getDataType(), shapes);
        return flow;
    }

    private NDList forward(ResidualFlow flow, boolean training, NDArray... inputs) {
        try (NoGrad noGrad = NoGrad.open()) {
            return flow.forward(Fixtures.store(manager), new NDList(inputs), training);
        }
    }

    private NDArray normal(int rows, int features) {
        return manager.randomNormal(0, 1, new Shape(rows, features), DataType.FLOAT64);
    }

    @Test
    void aFreshLayerIsTheIdentity() {
        NDArray x = normal(5, 3);
        NDList z = forward(initialized(settings(8, 8), x), false, x);
        assertClose(x, z.get(0), 0);
        assertEquals(0, z.get(1).abs().max().getDouble());
    }

    /** Near 0 tanh has the slope 1, so that the network is the product of its two matrices. */
    @Test
    void matricesAreDividedByTheirNormWhereItIsTooLarge() {
        NDArray x = normal(20, 4).mul(manager.create(1e-5));
        Transform.ResidualFlow linear =
                Specs.with(settings(4), "activation", LipschitzActivation.TANH);
        ResidualFlow flow = initialized(Specs.with(linear, "coefficient", 0.8), x);
        set(flow, "layer0_bias", new double[4]);
        set(flow, "layer0_weight", diagonal(7, -7, 7, 3.5));
        set(flow, "layer1_weight", diagonal(0.5, 0.25, -0.5, 0.5));
        double[] added = doubles(forward(flow, false, x).get(0).sub(x).div(x));
        double[] expected = {0.8 * 0.5, -0.8 * 0.25, -0.8 * 0.5, 0.4 * 0.5};
        for (int i = 0; i < added.length; i++) {
            // Three equal values: 3^(1/1026), which makes the bound so much smaller.
            assertEquals(expected[i % 4] / Math.pow(3, 1 / 1026.0), added[i], 1e-4);
        }
    }

    private static double[] diagonal(double... values) {
        double[] matrix = new double[values.length * values.length];
        for (int i = 0; i < values.length; i++) {
            matrix[i * (values.length + 1)] = values[i];
        }
        return matrix;
    }

    private static void set(ResidualFlow flow, String name, double... values) {
        try (NoGrad noGrad = NoGrad.open()) {
            flow.getParameters().get(name).getArray().set(values);
        }
    }

    /** Whatever the weights, in both types; what the context adds is not bounded. */
    @ParameterizedTest
    @EnumSource
    void differencesGrowByLessThanTheBound(LipschitzActivation activation) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            NDArray x = normal(4000, 3).toType(type, false);
            NDArray c = normal(4000, 2).toType(type, false);
            ResidualFlow flow =
                    initialized(Specs.with(settings(30, 20), "activation", activation), x, c);
            try (NoGrad noGrad = NoGrad.open()) {
                for (Parameter parameter : flow.getParameters().values()) {
                    NDArray array = parameter.getArray();
                    array.addi(manager.randomNormal(0, 3, array.getShape(), type));
                }
            }
            NDArray y = x.add(manager.randomNormal(0, 0.1f, x.getShape(), type));
            NDArray moved = forward(flow, false, x, c).get(0).sub(x);
            NDArray otherwise = forward(flow, false, y, c).get(0).sub(y);
            double[] ratios = doubles(norm(moved.sub(otherwise)).div(norm(x.sub(y))));
            double largest = Arrays.stream(ratios).max().orElseThrow();
            assertTrue(largest < Math.pow(0.97, 3) + 1e-4, activation + ": " + largest);
            assertTrue(largest > 0.05, activation + ": " + largest);
            NDArray other = forward(flow, false, x, c.mul(c).sub(1)).get(0).sub(x);
            double ofContext = Arrays.stream(doubles(norm(moved.sub(other)))).max().orElseThrow();
            assertTrue(ofContext > 0.3, "it matters by " + ofContext);
        }
    }

    private static NDArray norm(NDArray x) {
        return x.square().sum(new int[] {1}).sqrt();
    }

    /** The map is nearly \(x - 0.998 x\) around 0, where steps of a fixed point take thousands. */
    @Test
    void inversesAreFoundWhereTheNetworkHardlyContracts() {
        NDArray x = normal(50, 2);
        Transform.ResidualFlow steep =
                Specs.with(settings(2), "activation", LipschitzActivation.TANH);
        ResidualFlow flow = initialized(Specs.with(steep, "coefficient", 0.999), x);
        set(flow, "layer0_bias", new double[2]);
        set(flow, "layer0_weight", diagonal(9, 9));
        set(flow, "layer1_weight", diagonal(-9, -9));
        NDList there = forward(flow, false, x);
        NDList back = flow.inverse(Fixtures.store(manager), new NDList(there.get(0)), false);
        assertClose(x, back.get(0), 1e-10);
        assertClose(there.get(1).neg(), back.get(1), 1e-8);
    }

    /** What is not finite stays in its row. */
    @Test
    void rowsThatAreLostDoNotDisturbOthers() {
        NDArray x = normal(4, 2);
        ResidualFlow flow = initialized(settings(9, 7), x);
        Fixtures.randomise(flow);
        NDArray lost = manager.create(new double[] {Double.NaN, 0, 1e6, -1}, new Shape(2, 2));
        NDArray z = forward(flow, false, x).get(0);
        NDList back = flow.inverse(Fixtures.store(manager), new NDList(z.concat(lost)), false);
        assertClose(x, back.get(0).get("0:4"), 1e-12);
        assertEquals(Double.NaN, doubles(back.get(0))[8]);
        NDArray far = back.get(0).get("5:6");
        assertClose(lost.get("1:2"), forward(flow, false, far).get(0), 1e-9);
    }

    /** The same row 20,000 times, each with a direction of its own, and 1,000 numbers of terms. */
    @Test
    void theEstimatedLogDetIsUnbiasedAndOfTrainingAlone() {
        NDArray one = normal(1, 3).mul(manager.create(0.3));
        ResidualFlow flow = steep(Trace.HUTCHINSON, one);
        double exact = doubles(forward(flow, false, one).get(1))[0];
        assertTrue(exact < -1, "the series is long: " + exact);
        NDArray x = one.repeat(0, 20);
        double[] means = new double[1000];
        for (int i = 0; i < means.length; i++) {
            means[i] = forward(flow, true, x).get(1).mean().getDouble();
        }
        assertUnbiased(exact, means);
        double[] estimates = doubles(forward(flow, true, x).get(1));
        assertTrue(Arrays.stream(estimates).distinct().count() > 2);
    }

    /** Along one direction of each parameter; z has no part in it. */
    @Test
    void theGradientOfTheEstimateIsUnbiased() {
        NDArray one = normal(1, 3).mul(manager.create(0.3));
        ResidualFlow flow = steep(Trace.HUTCHINSON, one);
        NDList directions = new NDList();
        for (Parameter parameter : flow.getParameters().values()) {
            Shape shape = parameter.getArray().getShape();
            directions.add(manager.randomNormal(0, 1, shape, DataType.FLOAT64));
        }
        double[] expected = slopes(steep(Trace.EXACT, one), one, directions);
        NDArray x = one.repeat(0, 20);
        double[][] estimates = new double[400][];
        for (int i = 0; i < estimates.length; i++) {
            estimates[i] = slopes(flow, x, directions);
        }
        List<String> names = flow.getParameters().keys();
        for (int j = 0; j < expected.length; j++) {
            int parameter = j;
            // It moves z alone.
            if (!names.get(j).equals("layer1_bias")) {
                assertUnbiased(
                        expected[j],
                        Arrays.stream(estimates).mapToDouble(e -> e[parameter]).toArray());
            }
        }
    }

    /** The slope of the mean log-determinant along the direction of each parameter. */
    private double[] slopes(ResidualFlow flow, NDArray x, NDList directions) {
        Kernel gradients =
                Kernel.of(
                                "gradients",
                                """
                                def gradients(x: Tensor, p: List[Tensor]) -> List[Tensor]:
                                    tape: List[Tensor] = []
                                    z, log_det = layer.record(x, None, p, tape)
                                    gl = torch.full_like(log_det, 1.0 / x.size(0))
                                    return layer.backward(torch.zeros_like(z), gl, None, p, tape, [])[1]
                                """)
                        .calling("layer", flow.kernel(true).orElseThrow());
        NDList parameters = new NDList();
        flow.getParameters().values().forEach(p -> parameters.add(p.getArray()));
        try (NoGrad noGrad = NoGrad.open()) {
            NDList found =
                    Program.of(gradients, parameters.size(), "gradients")
                            .call("gradients", new NDList(x), new NDList(), parameters);
            double[] slopes = new double[found.size()];
            for (int i = 0; i < slopes.length; i++) {
                slopes[i] = found.get(i).mul(directions.get(i)).sum().getDouble();
            }
            return slopes;
        }
    }

    /** Moves x to about a fifth, so that it takes many terms. */
    private ResidualFlow steep(Trace trace, NDArray x) {
        Transform.ResidualFlow settings =
                Specs.with(settings(3), "activation", LipschitzActivation.TANH);
        ResidualFlow flow =
                initialized(
                        Specs.with(Specs.with(settings, "coefficient", 0.9), "trace", trace), x);
        set(flow, "layer0_weight", 9, 2, -1, -2, 8, 1, 1, 0, 9);
        set(flow, "layer0_bias", 0.1, -0.2, 0.1);
        set(flow, "layer1_weight", -9, 1, 0, -1, -8, 2, 1, -2, -9);
        set(flow, "layer1_bias", 0.3, 0.2, 0.1);
        return flow;
    }

    private static void assertUnbiased(double expected, double[] estimates) {
        double mean = Arrays.stream(estimates).average().orElseThrow();
        double square = Arrays.stream(estimates).map(e -> (e - mean) * (e - mean)).sum();
        double error = Math.sqrt(square) / estimates.length;
        assertTrue(error > 1e-7, "it varies by " + error);
        assertEquals(expected, mean, 4 * error);
    }

    /** Two moons, either way; a density of mass 1 that fits better and better. */
    @ParameterizedTest
    @EnumSource
    void likelihoodTrainsIt(Trace trace) {
        NDArray x = manager.create(Toys.twoMoons(500, 1), new Shape(500, 2));
        NormalizingFlow flow =
                Flows.of(
                        Presets.residualFlow()
                                .withTransforms(3)
                                .withHidden(16, 16)
                                .with("trace", trace),
                        2,
                        0);
        flow.initialize(manager, DataType.FLOAT32, x.getShape());
        flow.getParameters().values().forEach(p -> p.getArray().setRequiresGradient(true));
        float before = flow.logProb(x).mean().getFloat();
        try (FusedAdam adam = FusedAdam.builder().optLearningRate(Tracker.fixed(0.01f)).build()) {
            TrainingStep step = TrainingStep.of(flow, adam, 5).orElseThrow();
            for (int i = 0; i < 100; i++) {
                step.take(new NDList(x));
            }
        }
        float after = flow.logProb(x).mean().getFloat();
        assertTrue(after > before + 0.5, before + " to " + after);
        double mass = PlaneDensity.around(flow.sample(manager, 5_000), flow::logProb).mass();
        assertEquals(1, mass, 0.01);
    }
}
