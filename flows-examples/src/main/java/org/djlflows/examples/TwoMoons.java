package org.djlflows.examples;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.data.Toys;
import org.djlflows.model.Flows;
import org.djlflows.spec.Presets;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;

/** A flow as a block of DJL: built from a preset, trained, scored and sampled. */
public final class TwoMoons {

    private TwoMoons() {}

    /**
     * Trains a flow on two moons, scores points and draws new ones.
     *
     * @param args ignored
     * @throws IOException never, since no checkpoint is written
     */
    public static void main(String[] args) throws IOException {
        // DJL otherwise reports its use to its makers, and may look for native libraries online.
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        try (Model model = Model.newInstance("moons", "PyTorch");
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            NDArray train = manager.create(Toys.twoMoons(4000, 1), new Shape(4000, 2));
            NDArray valid = manager.create(Toys.twoMoons(1000, 2), new Shape(1000, 2));

            NormalizingFlow flow = Flows.of(Presets.neuralSplineFlow(), 2, 0);
            flow.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 2));
            model.setBlock(flow);

            MaximumLikelihood.builder()
                    .optEpochs(15)
                    .optProgress(System.out, false)
                    .build()
                    .fit(model, new NDList(train), new NDList(valid));

            NDArray logDensity = flow.logProb(valid); // nats, shape (1000)
            NDArray samples = flow.sample(manager, 5); // shape (5, 2)
            System.out.println("mean log-density " + logDensity.mean().getFloat());
            System.out.println("samples " + samples);
        }
    }
}
