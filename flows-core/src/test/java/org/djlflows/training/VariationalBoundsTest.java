package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Additive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bounds that are known without noise: the flow is a standard normal distribution, whatever the
 * context, and the target is that times \(e^c\), so each bound given c is c.
 */
class VariationalBoundsTest {

    private static final String TARGET =
            """
            def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                log_p = -0.5 * (x.square() + 1.8378770664093453).sum([1])
                return log_p if c is None else log_p + c.squeeze(1)
            """;

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

    /** The same target in Java, with which a step runs in parts. */
    private static Block inParts() {
        return new LambdaBlock(
                in -> {
                    NDArray constant = in.get(0).getManager().create((float) Math.log(2 * Math.PI));
                    NDArray half = in.get(0).getManager().create(-0.5f);
                    NDArray logP = in.get(0).square().add(constant).sum(new int[] {1}).mul(half);
                    return new NDList(logP.add(in.get(1).squeeze(1)));
                });
    }

    /** A step without a length, so that the flow stays as it is. */
    private static VariationalInference.Builder standing() {
        return VariationalInference.builder().optEpochs(1).optLearningRate(1e-30);
    }

    private NormalizingFlow flow() {
        NormalizingFlow flow =
                new NormalizingFlow(
                        new Coupling(Mask.KEEP_FIRST_HALF, new Additive(), new Mlp(3)),
                        new DiagonalNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2), new Shape(1, 1));
        return flow;
    }

    /**
     * The samples of a bound share their context: a mean of exponentials over different ones would
     * be nearer to the largest. Of five contexts the last batch holds one, which counts as one.
     */
    @ParameterizedTest
    @CsvSource({"0, 2, false", "0, 3, true", "0.5, 2, true", "-1, 2, false", "1, 1, false"})
    void eachBoundHasItsOwnContext(double order, int samples, boolean parts) {
        NDArray training = manager.create(new float[] {0, 5, 11}).reshape(3, 1);
        NDArray validation = manager.create(new float[] {1, 2, 4, 8, 32}).reshape(5, 1);
        History history =
                standing()
                        .optDivergence(Divergence.renyi(order, samples))
                        .optBatchSize(3)
                        .build()
                        .fit(
                                flow(),
                                parts ? inParts() : LogDensity.of(TARGET),
                                training,
                                validation);
        double sign = order < 0 ? 1 : -1;
        assertEquals(sign * 16 / 3, history.training().get(0), 1e-4);
        assertEquals(sign * 47 / 5, history.bestValidation(), 1e-4);
    }

    /** In step t the power of the target is min(1, 0.2 + t / 10), in evaluation it is 1. */
    @Test
    void annealingRaisesThePowerFromStepToStep() {
        // The flow is the target, so the bound is the power less 1, times the mean of log p.
        NDArray contexts = manager.zeros(new Shape(400, 1));
        int batches = 4;
        History history =
                standing()
                        .optEpochs(3)
                        .optBatchSize(400 / batches)
                        .optAnnealing(0.2, 10)
                        .build()
                        .fit(flow(), LogDensity.of(TARGET), contexts, contexts);
        double entropy = 1 + Math.log(2 * Math.PI);
        for (int epoch = 0; epoch < 3; epoch++) {
            double rest = 0;
            for (int i = 0; i < batches; i++) {
                rest += (1 - Math.min(1, 0.2 + (epoch * batches + i) / 10.0)) / batches;
            }
            // log p has variance 1, and 400 samples make a standard error of 0.05.
            assertEquals(-rest * entropy, history.training().get(epoch), 0.2 * rest + 1e-5);
            assertEquals(0, history.validation().get(epoch), 1e-5);
        }
    }

    /** Evaluation sees the same noise after each epoch. */
    @Test
    void evaluationIsRepeatable() {
        LogDensity target =
                LogDensity.of(
                        """
                        def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            return x.sum([1])
                        """);
        DiagonalNormal flow = new DiagonalNormal();
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        History history =
                standing()
                        .optEpochs(2)
                        .optStepsPerEpoch(1)
                        .optBatchSize(30)
                        .optEvaluation(100)
                        .build()
                        .fit(flow, target);
        assertEquals(history.validation().get(0), history.validation().get(1));
    }
}
