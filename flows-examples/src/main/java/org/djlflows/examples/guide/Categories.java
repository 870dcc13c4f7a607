package org.djlflows.examples.guide;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.model.Flows;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.Presets;
import org.djlflows.stochastic.Argmax;
import org.djlflows.stochastic.ImportanceWeighted;
import org.djlflows.stochastic.StochasticFlow;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;

/** A flow over categories. */
public final class Categories {

    private Categories() {}

    /** Columns of the categories 0 to K - 1, which depend on each other. */
    private static StochasticFlow newFlow(int columns, int categories) {
        NormalizingFlow density =
                Flows.of(
                        Presets.neuralSplineFlow().withTransforms(4).withHidden(32),
                        columns * categories,
                        0);
        Distribution noise = new ConditionalNormal(new Mlp(32));
        return new StochasticFlow(new Argmax(categories, noise).inverted(), density);
    }

    /**
     * Learns the probabilities of rows of categories.
     *
     * @param rows whole numbers from 0 on as float32, of shape (rows, columns)
     * @param categories the number K of categories of each column
     * @param epochs the passes over the rows
     * @return a lower bound of the mean log-probability of the last tenth of the rows, in nats
     * @throws IOException never, since no checkpoint is written
     */
    public static double fit(NDArray rows, int categories, int epochs) throws IOException {
        long most = rows.getShape().get(0) * 9 / 10;
        NDList training = new NDList(rows.get(":" + most));
        NDList validation = new NDList(rows.get(most + ":"));
        int columns = Math.toIntExact(rows.getShape().get(1));
        StochasticFlow flow = newFlow(columns, categories);
        Distribution closer = new ImportanceWeighted(flow, 64);
        try (Model model = Model.newInstance("categories", "PyTorch")) {
            closer.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, columns));
            model.setBlock(flow);
            MaximumLikelihood.builder().optEpochs(epochs).build().fit(model, training, validation);
            return closer.logProb(validation.get(0)).mean().getFloat();
        }
    }
}
