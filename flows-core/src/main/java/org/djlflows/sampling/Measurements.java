package org.djlflows.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

import org.djlflows.Bijection;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Gathers what the layers of one inversion report. */
final class Measurements {

    private final List<Inversion.Layer> layers = new ArrayList<>();
    private final BitSet notFinite = new BitSet();

    /**
     * Adds a layer.
     *
     * @param layer the layer
     * @param residuals the residual of each row
     * @param counts for each chunk of rows the number of steps and that of rows that fell back
     */
    void add(Bijection layer, NDArray residuals, NDArray counts) {
        double largest = 0;
        Number[] ofRows = residuals.toArray();
        for (int row = 0; row < ofRows.length; row++) {
            double residual = ofRows[row].doubleValue();
            if (Double.isFinite(residual)) {
                largest = Math.max(largest, residual);
            } else {
                notFinite.set(row);
            }
        }
        long[] ofChunks = counts.toLongArray();
        long iterations = 0;
        long fallbacks = 0;
        for (int i = 0; i < ofChunks.length; i += 2) {
            iterations = Math.max(iterations, ofChunks[i]);
            fallbacks += ofChunks[i + 1];
        }
        String name = layer.getClass().getSimpleName();
        layers.add(new Inversion.Layer(name, (int) iterations, fallbacks, largest));
    }

    Inversion of(NDList output) {
        return new Inversion(output, List.copyOf(layers), notFinite.cardinality());
    }
}
