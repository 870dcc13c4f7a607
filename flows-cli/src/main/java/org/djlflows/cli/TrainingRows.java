package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.io.TableFile;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.model.SplitTable;
import org.djlflows.model.TableModel;
import org.djlflows.table.BadCell;
import org.djlflows.table.TableEncoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntFunction;

/** The rows of a run, as its flow takes them. */
interface TrainingRows {

    /** The rows that are read at a time. */
    int CHUNK = 16_384;

    /**
     * Rows for training, for the choice of an epoch, and for measuring.
     *
     * @param training x and, if there is one, the context
     * @param validation the same
     * @param test the same
     */
    record Parts(NDList training, NDList validation, NDList test) {}

    /** Returns what users should know of the rows. */
    List<String> notes();

    /** Reads the rows. */
    Parts parts(NDManager manager);

    /** Makes the flow with fresh weights, fitted to rows for training. */
    FlowModel newModel(NDList training, NDManager manager);

    /** By how much log-densities of standardised rows are greater. */
    OptionalDouble logVolume();

    /** Returns the rows of a table of numbers. */
    static TrainingRows of(SplitTable table, FlowConfig config) {
        return new TrainingRows() {
            @Override
            public List<String> notes() {
                return table.notes();
            }

            @Override
            public Parts parts(NDManager manager) {
                Encoding encoding = new Encoding(config);
                return new Parts(
                        encoding.arrays(manager, table.training()),
                        encoding.arrays(manager, table.validation()),
                        encoding.arrays(manager, table.test()));
            }

            @Override
            public FlowModel newModel(NDList training, NDManager manager) {
                return table.newModel(config, manager);
            }

            @Override
            public OptionalDouble logVolume() {
                return OptionalDouble.of(table.logVolume());
            }
        };
    }

    /**
     * Returns the rows of a table with columns of any kind. The file is read chunk by chunk, once
     * for the columns that are modelled and once for those that are given; what is held are the
     * rows in float32, and twice those of one part while they go to the engine.
     */
    static TrainingRows of(TableFile file, FlowConfig config, IntFunction<Split> split) {
        return new TrainingRows() {

            @Override
            public List<String> notes() {
                return List.of();
            }

            @Override
            public Parts parts(NDManager manager) {
                Split rows = split.apply(Math.toIntExact(file.rows()));
                List<int[]> chosen = List.of(rows.training(), rows.validation(), rows.test());
                List<NDList> parts = List.of(new NDList(), new NDList(), new NDList());
                List<List<String>> groups = new ArrayList<>(List.of(config.columns()));
                if (!config.contextColumns().isEmpty()) {
                    groups.add(config.contextColumns());
                }
                for (List<String> columns : groups) {
                    float[][] values = encode(columns, chosen);
                    for (int i = 0; i < values.length; i++) {
                        Shape shape = new Shape(chosen.get(i).length, columns.size());
                        parts.get(i).add(manager.create(values[i], shape));
                        // Now there are two of them, of one part at a time.
                        values[i] = new float[0];
                    }
                }
                return new Parts(parts.get(0), parts.get(1), parts.get(2));
            }

            /** Reads the file once, each row to its place. */
            private float[][] encode(List<String> columns, List<int[]> chosen) {
                int width = columns.size();
                float[][] values = new float[chosen.size()][];
                int[] part = new int[Math.toIntExact(file.rows())];
                int[] place = new int[part.length];
                Arrays.fill(part, -1);
                for (int i = 0; i < values.length; i++) {
                    int[] rows = chosen.get(i);
                    values[i] = new float[Math.multiplyExact(rows.length, width)];
                    for (int k = 0; k < rows.length; k++) {
                        part[rows[k]] = i;
                        place[rows[k]] = k;
                    }
                }
                TableEncoding encoding = TableModel.encoding(config, columns);
                int[] next = {0};
                file.forEachChunk(
                        columns,
                        CHUNK,
                        table -> {
                            float[] chunk = encoding.encode(table, TrainingRows::ignore);
                            for (int i = 0; i < table.rows(); i++, next[0]++) {
                                if (part[next[0]] >= 0) {
                                    float[] to = values[part[next[0]]];
                                    System.arraycopy(
                                            chunk, i * width, to, place[next[0]] * width, width);
                                }
                            }
                        });
                return values;
            }

            @Override
            public FlowModel newModel(NDList training, NDManager manager) {
                return FlowModel.create(config, training, manager);
            }

            @Override
            public OptionalDouble logVolume() {
                return OptionalDouble.empty();
            }
        };
    }

    /** A cell that cannot be counts as not known; the profile of the table has told of it. */
    private static void ignore(BadCell cell) {}

    /** Returns how many rows a list of arrays has. */
    static long count(NDList rows) {
        NDArray x = rows.get(0);
        return x.getShape().get(0);
    }
}
