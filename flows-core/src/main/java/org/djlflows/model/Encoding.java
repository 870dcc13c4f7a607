package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.training.RandomAccessRows;

import java.util.Arrays;
import java.util.List;

/**
 * How rows of a table become the arrays of a flow.
 *
 * @param cells how they become its cells
 */
public record Encoding(RowEncoding cells) {

    /**
     * Creates the encoding of a table.
     *
     * @param config a configuration over columns
     */
    public Encoding(FlowConfig config) {
        this(new RowEncoding(config));
    }

    /**
     * Returns rows as the flow takes them.
     *
     * @param manager the manager that receives the arrays
     * @param rows the rows, each of {@link RowEncoding#width} values; those that are not finite or
     *     do not fit float32 are passed on as such
     * @return x and, if the flow has one, its context
     */
    public NDList arrays(NDManager manager, double[][] rows) {
        return arrays(manager, Arrays.asList(rows));
    }

    /**
     * Returns rows as the flow takes them.
     *
     * @param manager the manager that receives the arrays
     * @param rows the rows, as those of {@link #arrays(NDManager, double[][])}
     * @return x and, if the flow has one, its context
     */
    public NDList arrays(NDManager manager, List<double[]> rows) {
        int features = cells.varyingFeatures().size();
        NDList arrays = new NDList(array(manager, cells.features(rows), rows.size(), features));
        arrays.addAll(context(manager, cells.context(rows), rows.size()));
        return arrays;
    }

    private static NDArray array(NDManager manager, float[] values, int rows, int width) {
        return manager.create(values, new Shape(rows, width));
    }

    private NDList context(NDManager manager, float[] context, int rows) {
        int width = cells.varying().size() - cells.varyingFeatures().size();
        return width > 0 ? new NDList(array(manager, context, rows, width)) : new NDList();
    }

    /**
     * Returns rows as the flow takes them, each encoded when it is taken.
     *
     * @param rows the rows, in memory or in a {@link org.djlflows.data.RowFile}, as those of {@link
     *     #arrays(NDManager, double[][])}
     * @return a view of the rows
     */
    public RandomAccessRows inPlace(List<double[]> rows) {
        return new RandomAccessRows() {
            @Override
            public int size() {
                return rows.size();
            }

            @Override
            public NDList take(NDManager manager, int... places) {
                return arrays(manager, Split.take(rows, places));
            }
        };
    }

    /**
     * Returns values of the columns that are given as the flow takes them.
     *
     * @param manager the manager that receives the array
     * @param given for each sample a value of each of these columns
     * @return the context, or an empty list if the flow has none
     */
    public NDList context(NDManager manager, double[][] given) {
        return context(manager, cells.given(given), given.length);
    }
}
