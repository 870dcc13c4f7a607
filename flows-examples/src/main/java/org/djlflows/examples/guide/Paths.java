package org.djlflows.examples.guide;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

import org.djlflows.Distribution;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.evaluation.ImportanceWeights;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.stochastic.Annealed;
import org.djlflows.stochastic.MarkovChain;
import org.djlflows.stochastic.StochasticFlow;
import org.djlflows.training.VariationalInference;
import org.djlflows.univariate.Affine;

import java.util.ArrayList;
import java.util.List;

/** A stochastic normalizing flow towards a log-density of several modes. */
public final class Paths {

    private Paths() {}

    /** The first step is next to the samples: a chain towards the target itself. */
    private static Distribution newFlow(Block target, int chains) {
        Distribution base = new StandardNormal();
        List<Block> steps = new ArrayList<>();
        for (int i = chains; i >= 1; i--) {
            Block between = new Annealed(base, target, (double) i / chains);
            steps.add(MarkovChain.adjustedLangevin(between, 3, 0.4));
            steps.add(coupling(Mask.KEEP_FIRST_HALF));
            steps.add(coupling(Mask.KEEP_SECOND_HALF));
        }
        return StochasticFlow.of(steps, base);
    }

    private static Coupling coupling(Mask mask) {
        return new Coupling(mask, new Affine(ScaleMap.SOFT_CLIP), new Mlp(16));
    }

    /**
     * Fits such a flow and weighs samples of it.
     *
     * @param target a block with a kernel from x, of shape (batch, 2), to a log-density up to a
     *     constant
     * @param manager the manager that receives the weights of the flow
     * @param chains the number of chains
     * @param epochs the passes of 50 steps
     * @return the weights of 10,000 samples
     */
    public static ImportanceWeights weigh(Block target, NDManager manager, int chains, int epochs) {
        Distribution flow = newFlow(target, chains);
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        VariationalInference.builder()
                .optEpochs(epochs)
                .optStepsPerEpoch(50)
                .optBatchSize(128)
                .optLearningRate(0.005)
                .build()
                .fit(flow, target);
        return ImportanceWeights.draw(flow, target, manager, 10_000);
    }
}
