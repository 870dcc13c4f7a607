package org.djlflows.examples.guide;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;

import org.djlflows.NormalizingFlow;
import org.djlflows.model.Flows;
import org.djlflows.spec.Presets;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.GradientGuard;
import org.djlflows.training.NegativeLogLikelihood;
import org.djlflows.training.NllNats;

import java.io.IOException;

/** A flow trained by DJL's own trainer, as any block is. */
public final class TrainerLoop {

    private TrainerLoop() {}

    /**
     * Trains a Real NVP.
     *
     * @param rows the rows, of shape (rows, features)
     * @param epochs the passes over the rows
     * @return the mean log-density of the rows, in nats
     * @throws IOException never, since rows lie in memory
     * @throws TranslateException never, for the same reason
     */
    public static double fit(NDArray rows, int epochs) throws IOException, TranslateException {
        int features = (int) rows.getShape().get(1);
        NormalizingFlow flow = Flows.of(Presets.realNvp(), features, 0);
        try (Model model = Model.newInstance("trainer", "PyTorch")) {
            model.setBlock(flow);
            ArrayDataset dataset =
                    new ArrayDataset.Builder()
                            .setData(rows)
                            .optLabels(rows) // DJL wants some; the loss does not look at them
                            .setSampling(128, true)
                            .build();
            Optimizer adam = FusedAdam.builder().optLearningRate(Tracker.fixed(0.002f)).build();
            DefaultTrainingConfig config =
                    new DefaultTrainingConfig(new NegativeLogLikelihood())
                            .optOptimizer(adam)
                            .addEvaluator(new NllNats())
                            .addTrainingListeners(new GradientGuard(5, 10));
            try (Trainer trainer = model.newTrainer(config)) {
                trainer.initialize(new Shape(1, features));
                EasyTrain.fit(trainer, epochs, dataset, null);
            }
            return flow.logProb(rows).mean().getFloat();
        }
    }
}
