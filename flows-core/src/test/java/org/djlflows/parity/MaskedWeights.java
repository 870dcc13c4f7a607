package org.djlflows.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Fixtures;

import java.util.Comparator;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * The weights of a masked network of another library. There the hidden units lie as 1, 2, ... D -
 * 1, 1, 2, ... by degree, here sorted; there the rows of the output map by feature, here by
 * parameter.
 */
final class MaskedWeights {

    private MaskedWeights() {}

    /**
     * Returns the weights of a layer.
     *
     * @param layers the number of linear layers, the output map among them
     * @param state gives weight, bias and mask of each
     * @param order for each parameter of a scalar map here, which it is there
     * @param offset what is 0 there for each of them, here
     */
    static NDList of(
            int layers, BiFunction<Integer, String, NDArray> state, int[] order, double[] offset) {
        NDArray units = byDegree(state.apply(0, "mask"));
        NDList weights = new NDList();
        for (int i = 0; i < layers; i++) {
            for (String part : new String[] {"weight", "bias", "mask"}) {
                NDArray array = state.apply(i, part);
                if (i > 0 && !part.equals("bias")) {
                    array = array.get(new NDIndex(":, {}", units));
                }
                array =
                        i < layers - 1
                                ? array.get(new NDIndex("{}", units))
                                : byParameter(array, order, part.equals("bias") ? offset : null);
                array.setName(part + i);
                weights.add(array);
            }
        }
        return weights;
    }

    private static NDArray byParameter(NDArray array, int[] order, double[] offset) {
        Shape shape = array.getShape();
        NDArray rows = array.reshape(shape.get(0) / order.length, order.length, -1).swapAxes(0, 1);
        rows = rows.get(new NDIndex("{}", rows.getManager().create(order)));
        if (offset != null) {
            rows = rows.sub(rows.getManager().create(offset, new Shape(order.length, 1, 1)));
        }
        return rows.reshape(shape);
    }

    /** Returns the hidden units sorted by the number of features that they see. */
    private static NDArray byDegree(NDArray mask) {
        double[] degrees = Fixtures.doubles(mask.sum(new int[] {1}));
        long[] sorted =
                IntStream.range(0, degrees.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(unit -> degrees[unit]))
                        .mapToLong(unit -> unit)
                        .toArray();
        return mask.getManager().create(sorted);
    }
}
