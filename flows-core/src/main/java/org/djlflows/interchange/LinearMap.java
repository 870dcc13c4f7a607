package org.djlflows.interchange;

import org.djlflows.interchange.WeightImport.Tensor;

import java.util.Arrays;
import java.util.stream.IntStream;

/** How a linear map is made of one of another library, whose units lie in another order. */
final class LinearMap {

    private final int[] rows;
    private final int[] columns;
    private final double[] scale;
    private final double[] offset;

    /**
     * Describes the map.
     *
     * @param rows for each output here, which it is there
     * @param columns for each input here, which it is there
     * @param scale by what the outputs there are multiplied
     * @param offset what is subtracted from them then
     */
    LinearMap(int[] rows, int[] columns, double[] scale, double[] offset) {
        this.rows = rows;
        this.columns = columns;
        this.scale = scale;
        this.offset = offset;
    }

    /** Only the order of units differs. */
    static LinearMap of(int[] rows, int... columns) {
        double[] ones = new double[rows.length];
        Arrays.fill(ones, 1);
        return new LinearMap(rows, columns, ones, new double[rows.length]);
    }

    static int[] inOrder(int n) {
        return IntStream.range(0, n).toArray();
    }

    /** Takes the weight and the bias of a layer, of which the name there is given. */
    void take(
            WeightImport copy,
            String theirs,
            Layers layers,
            int layer,
            String weight,
            String bias) {
        copy.compute(
                layers.path(layer, weight),
                values -> weight(values.get(0)),
                new Tensor(theirs + ".weight", layers.shape(layer, weight)));
        copy.compute(
                layers.path(layer, bias),
                values -> bias(values.get(0)),
                new Tensor(theirs + ".bias", layers.shape(layer, bias)));
    }

    /** Rearranges the entries of a matrix, such as a mask. */
    double[] matrix(double... theirs) {
        double[] ours = new double[theirs.length];
        for (int i = 0; i < ours.length; i++) {
            int row = rows[i / columns.length];
            ours[i] = theirs[row * columns.length + columns[i % columns.length]];
        }
        return ours;
    }

    private double[] weight(double... theirs) {
        double[] ours = matrix(theirs);
        Arrays.setAll(ours, i -> ours[i] * scale[i / columns.length]);
        return ours;
    }

    private double[] bias(double... theirs) {
        double[] ours = new double[theirs.length];
        Arrays.setAll(ours, i -> theirs[rows[i]] * scale[i] - offset[i]);
        return ours;
    }
}
