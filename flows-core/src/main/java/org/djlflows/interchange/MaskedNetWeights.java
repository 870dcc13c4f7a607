package org.djlflows.interchange;

import org.djlflows.interchange.WeightImport.Tensor;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights of a masked network of another library. There the hidden units lie as 1, 2, ... D -
 * 1, 1, 2, ... by the number of features that they see, here sorted; there the rows of the output
 * map lie by feature, here by parameter. The masks have to be those that the layer here has.
 */
final class MaskedNetWeights {

    private final StateDict weights;
    private final List<String> linears;
    private final int[] features;
    private final Outputs parameters;

    /**
     * Describes a network.
     *
     * @param weights the tensors
     * @param linears the names of the linear layers, to which weight, bias and mask are appended
     * @param features for each feature here, which it is there
     * @param parameters how the parameters of a scalar map differ
     */
    MaskedNetWeights(StateDict weights, List<String> linears, int[] features, Outputs parameters) {
        this.weights = weights;
        this.linears = linears;
        this.features = features;
        this.parameters = parameters;
    }

    /** Takes the network for a layer. */
    void take(WeightImport copy, Layers layers, int layer) throws IOException {
        int inputs = Math.toIntExact(layers.shape(layer, "weight0").get(1));
        int[] columns =
                IntStream.range(0, inputs)
                        .map(i -> i < features.length ? features[i] : i)
                        .toArray();
        double[] degrees = new double[inputs];
        for (int i = 0; i < linears.size(); i++) {
            String name = linears.get(i);
            String mask = "mask" + i;
            int[] seen = columns;
            Outputs outputs;
            if (i < linears.size() - 1) {
                degrees = degrees(name + ".mask", i == 0, degrees);
                columns = sorted(degrees);
                outputs = Outputs.of(columns);
            } else {
                outputs = parameters.ofFeatures(features);
            }
            outputs.take(copy, name, layers, layer, "weight" + i, "bias" + i, seen);
            copy.expect(
                    layers.path(layer, mask),
                    values -> outputs.matrix(values.get(0), seen),
                    new Tensor(name + ".mask", layers.shape(layer, mask)));
        }
    }

    /** How many inputs a unit of the first layer sees, and which degree a unit of another sees. */
    private double[] degrees(String mask, boolean first, double... before) throws IOException {
        int rows = Tensors.size(weights, mask, 0);
        int columns = Tensors.size(weights, mask, 1);
        double[] values = Tensors.values(weights, mask);
        if (columns != before.length) {
            throw Tensors.refusal(
                    weights, mask + " to have " + before.length + " columns", columns);
        }
        double[] degrees = new double[rows];
        for (int place = 0; place < values.length; place++) {
            int row = place / columns;
            if (values[place] != 0) {
                degrees[row] =
                        first ? degrees[row] + 1 : Math.max(degrees[row], before[place % columns]);
            }
        }
        return degrees;
    }

    private static int[] sorted(double... degrees) {
        return IntStream.range(0, degrees.length)
                .boxed()
                .sorted(Comparator.comparingDouble(unit -> degrees[unit]))
                .mapToInt(unit -> unit)
                .toArray();
    }
}
