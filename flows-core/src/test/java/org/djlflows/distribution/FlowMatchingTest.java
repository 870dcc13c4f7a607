package org.djlflows.distribution;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.tracker.Tracker;

import org.djlflows.NormalizingFlow;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.FlowModel;
import org.djlflows.model.Flows;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Presets;
import org.djlflows.spec.TrainedBy;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.TrainingStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** The regression that trains a continuous flow leads to its log-density. */
class FlowMatchingTest {

    private static final int ROWS = 1000;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static VectorFlow matched() {
        return Presets.continuousFlow()
                .withHidden(16, 16)
                .with("trainedBy", TrainedBy.FLOW_MATCHING);
    }

    private NDArray logProb(NormalizingFlow flow, NDList inputs, boolean training) {
        try (NoGrad noGrad = NoGrad.open()) {
            return flow.forward(Fixtures.store(manager), inputs, training).get(0);
        }
    }

    /** Normal rows about a mean that the context decides. */
    @Test
    void trainedItHasTheDensityOfTheData() {
        NDArray c = manager.randomNormal(0, 1, new Shape(ROWS, 1), DataType.FLOAT32);
        NDArray noise = manager.randomNormal(0, 0.5f, new Shape(ROWS, 1), DataType.FLOAT32);
        NDList rows = new NDList(c.add(noise), c);
        NormalizingFlow flow = Flows.of(matched(), 1, 1);
        flow.initialize(manager, DataType.FLOAT32, rows.getShapes());
        NormalizingFlow trained = FlowMatching.of(flow);
        trained.initialize(manager, DataType.FLOAT32, rows.getShapes());
        for (Parameter parameter : flow.getParameters().values()) {
            parameter.getArray().setRequiresGradient(true);
        }
        try (FusedAdam adam = FusedAdam.builder().optLearningRate(Tracker.fixed(0.01f)).build()) {
            TrainingStep step = TrainingStep.of(trained, adam, 5).orElseThrow();
            for (int i = 0; i < 500; i++) {
                step.take(rows);
            }
        }
        double ofData = -2 * noise.square().mean().getFloat() - Math.log(0.5);
        double expected = ofData - 0.5 * Math.log(2 * Math.PI);
        assertEquals(expected, flow.logProb(rows.get(0), c).mean().getFloat(), 0.03);
    }

    @Test
    void outsideOfTrainingItIsTheFlow() {
        NDList rows = new NDList(manager.randomNormal(new Shape(20, 2)));
        NormalizingFlow flow = Flows.of(matched(), 2, 0);
        flow.initialize(manager, DataType.FLOAT32, rows.getShapes());
        Fixtures.randomise(flow);
        NormalizingFlow trained = FlowMatching.of(flow);
        trained.initialize(manager, DataType.FLOAT32, rows.getShapes());
        NDArray logProb = logProb(trained, rows, false);
        Fixtures.assertClose(flow.logProb(rows.get(0)), logProb, 1e-6);
        NDArray loss = logProb(trained, rows, true);
        assertNotEquals(loss.sum().getFloat(), logProb(trained, rows, true).sum().getFloat());
        NDList samples = trained.sampleWithLogProb(manager, 20);
        Fixtures.assertClose(flow.logProb(samples.get(0)), samples.get(1), 1e-3);
    }

    @Test
    void aModelIsTrainedAsItsConfigurationSays() {
        NDList rows = new NDList(manager.randomNormal(3, 2, new Shape(50, 2), DataType.FLOAT32));
        List<String> columns = List.of("a", "b");
        FlowConfig config = new FlowConfig(matched(), columns, List.of());
        FlowModel model = FlowModel.create(config, rows, manager);
        NormalizingFlow objective = assertInstanceOf(NormalizingFlow.class, model.objective());
        assertInstanceOf(FlowMatching.class, objective.getBase());
        for (Parameter parameter : objective.getBijection().getParameters().values()) {
            assertFalse(parameter.requiresGradient());
        }
        FlowConfig other = new FlowConfig(Presets.continuousFlow(), columns, List.of());
        FlowModel byLikelihood = FlowModel.create(other, rows, manager);
        assertSame(byLikelihood.flow(), byLikelihood.objective());
    }

    @Test
    void whatItCannotTrainIsRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "expected a flow whose last layer is a ContinuousFlow, got Coupling",
                () -> FlowMatching.of(Flows.of(Presets.realNvp(), 2, 0)));
        assertRefused(
                IllegalArgumentException.class,
                "expected one layer, no mixing and a standard normal base where flow matching"
                        + " trains it, got 2",
                () -> matched().withTransforms(2));
        assertRefused(
                IllegalArgumentException.class,
                "got 1, LU_LINEAR and StandardNormal",
                () -> matched().withMixing(Mixing.LU_LINEAR));
    }
}
