package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Rows of which those of a batch are taken at a time, by their places: arrays, or what is larger
 * than memory, such as a table in a file. All rows are of one shape and type.
 */
public interface RandomAccessRows {

    /**
     * Returns the number of rows.
     *
     * @return the number of rows
     */
    int size();

    /**
     * Returns some rows.
     *
     * @param manager the manager that receives the arrays, and on whose device they lie
     * @param places the places of the rows, from 0, in the order that is wanted
     * @return x and optionally the context, each with a row for each place
     */
    NDList take(NDManager manager, int... places);

    /**
     * Returns rows of all parts of these, for statistics.
     *
     * @param manager the manager that receives the arrays
     * @param enough so many are enough
     * @return all rows if they are fewer than twice as many, and otherwise every second, third or
     *     so on, such that this is so
     */
    default NDList spread(NDManager manager, int enough) {
        int step = Math.max(1, size() / enough);
        return take(manager, IntStream.iterate(0, i -> i < size(), i -> i + step).toArray());
    }

    /**
     * Returns all rows.
     *
     * @param manager the manager that receives the arrays
     * @return x and optionally the context
     */
    default NDList all(NDManager manager) {
        return take(manager, IntStream.range(0, size()).toArray());
    }

    /**
     * Returns some of these rows, which stay where they are.
     *
     * @param chosen their places, in the order that is wanted
     * @return a view
     */
    default RandomAccessRows at(int... chosen) {
        RandomAccessRows all = this;
        return new RandomAccessRows() {
            @Override
            public int size() {
                return chosen.length;
            }

            @Override
            public NDList take(NDManager manager, int... places) {
                return all.take(manager, Arrays.stream(places).map(i -> chosen[i]).toArray());
            }
        };
    }

    /**
     * Returns the rows of arrays.
     *
     * @param arrays x and optionally the context, which stay open as long as the rows are used;
     *     those that do not fit a GPU stay where they are, and go there batch by batch
     * @return the rows
     */
    static RandomAccessRows of(NDList arrays) {
        return new RandomAccessRows() {
            @Override
            public int size() {
                return Math.toIntExact(arrays.head().getShape().get(0));
            }

            @Override
            public NDList take(NDManager manager, int... places) {
                try (NDManager scratch = manager.newSubManager()) {
                    NDList taken = new NDList();
                    // Indices of int32 would leave a copy behind in DJL.
                    NDArray index = scratch.create(Arrays.stream(places).asLongStream().toArray());
                    NDArray there = index.toDevice(arrays.head().getDevice(), false);
                    for (NDArray array : arrays) {
                        NDArray rows = array.get(scratch, new NDIndex("{}", there));
                        taken.add(rows.toDevice(manager.getDevice(), false));
                    }
                    taken.attach(manager);
                    return taken;
                }
            }
        };
    }
}
