package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.RowFile;
import org.djlflows.data.Split;
import org.djlflows.distribution.AnyOrder;
import org.djlflows.format.FlowConfig;
import org.djlflows.runtime.TableCells;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableEncoding;
import org.djlflows.training.RandomAccessRows;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The rows of a table with columns of any kind as a {@link TableFlow} takes them, encoded once into
 * a temporary file of four bytes a cell: a table for training, as large as the disk allows.
 */
public final class EncodedTable implements RandomAccessRows, AutoCloseable {

    /** How many rows of a large table are read and encoded at a time. */
    public static final int CHUNK = 16_384;

    private final FlowConfig config;
    private final RowFile rows;

    private EncodedTable(FlowConfig config, RowFile rows) {
        this.config = config;
        this.rows = rows;
    }

    /**
     * Encodes a table.
     *
     * @param config the configuration of the flow
     * @param rows the number of rows, for which there has to be room
     * @param table hands the table to the consumer that it is given, some rows at a time; cells
     *     that cannot be in their column count as not known
     * @return the rows, to be closed
     * @throws java.io.UncheckedIOException if the file cannot be written; the message says what to
     *     do
     * @throws IllegalArgumentException if the table has none of the columns
     */
    public static EncodedTable of(FlowConfig config, long rows, Consumer<Consumer<Table>> table) {
        List<String> columns =
                Stream.concat(config.columns().stream(), config.contextColumns().stream()).toList();
        TableEncoding encoding = TableCells.encoding(config, columns);
        double[] row = new double[columns.size()];
        RowFile file =
                RowFile.ofFloats(
                        row.length,
                        rows,
                        written ->
                                table.accept(
                                        chunk -> {
                                            float[] cells = encoding.encode(chunk, cell -> {});
                                            for (int at = 0; at < cells.length; ) {
                                                for (int j = 0; j < row.length; j++) {
                                                    row[j] = cells[at++];
                                                }
                                                written.accept(row);
                                            }
                                        }));
        return new EncodedTable(config, file);
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public NDList take(NDManager manager, int... places) {
        List<double[]> taken = Split.take(rows, places);
        int features = config.columns().size();
        NDList arrays = new NDList(part(manager, taken, 0, features));
        if (!config.contextColumns().isEmpty()) {
            arrays.add(part(manager, taken, features, config.contextColumns().size()));
        }
        return arrays;
    }

    private static NDArray part(NDManager manager, List<double[]> rows, int from, int width) {
        float[] values = new float[Math.multiplyExact(rows.size(), width)];
        int next = 0;
        for (double[] row : rows) {
            for (int j = 0; j < width; j++) {
                values[next++] = (float) row[from + j];
            }
        }
        return manager.create(values, new Shape(rows.size(), width));
    }

    /**
     * Makes the flow with fresh weights, fitted to some rows.
     *
     * @param training the rows for training, of which enough are looked at
     * @param manager the manager that receives the weights
     * @return the model, ready to be trained
     */
    public FlowModel newModel(RandomAccessRows training, NDManager manager) {
        try (NDManager scratch = manager.newSubManager()) {
            NDList some = training.spread(scratch, AnyOrder.FITTED_ROWS);
            return FlowModel.create(config, some, manager);
        }
    }

    /** Deletes the file; no row may be taken any more. */
    @Override
    public void close() {
        rows.close();
    }
}
