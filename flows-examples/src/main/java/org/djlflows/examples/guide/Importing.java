package org.djlflows.examples.guide;

import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.interchange.FoundFlow;
import org.djlflows.interchange.NflowsWeights;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Activation;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A flow that was trained with nflows, as a model folder. */
public final class Importing {

    private Importing() {}

    /**
     * Imports a spline flow over two columns.
     *
     * @param file the safetensors file of its {@code state_dict}
     * @param folder the model folder to write
     * @throws IOException if the file cannot be read, or is not of such a flow
     */
    public static void nflows(Path file, Path folder) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            StateDict weights = StateDict.read(file);
            FoundFlow found = NflowsWeights.find(weights, Activation.RELU, 3); // tail_bound=3
            FlowConfig config = found.config(List.of("height", "weight"), List.of());
            double[] means = {170, 65}; // by which the data was standardised
            double[] deviations = {9, 12};
            FlowModel model = FlowModel.create(config, means, deviations, manager);
            System.out.print(NflowsWeights.importInto(model.flow(), found, weights));
            model.save(folder, report -> {});
        }
    }
}
