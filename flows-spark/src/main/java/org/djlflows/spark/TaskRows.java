package org.djlflows.spark;

import org.apache.spark.sql.Row;
import org.djlflows.anomaly.Neighbours;
import org.djlflows.data.RowFile;
import org.djlflows.data.Shuffle;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.EncodedTable;
import org.djlflows.model.Encoding;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.training.RandomAccessRows;

import scala.Tuple2;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The rows of a task as the flow takes them, in a temporary file, and what each of them is for. */
final class TaskRows implements AutoCloseable {

    private final Iterator<Tuple2<Long, Row>> source;
    private final TrainingPlan plan;
    private final Shuffle shuffle;
    private final long first;
    private final long end;
    private final Places training = new Places();
    private final Places validation = new Places();
    private final Places test = new Places();
    private final Places neighbours = new Places();
    private final RandomAccessRows all;
    private final Runnable delete;
    private int size;

    /** Places of rows in the file. */
    private static final class Places {

        private int[] places = new int[1024];
        private int count;

        void add(int place) {
            if (count == places.length) {
                places = Arrays.copyOf(places, 2 * count);
            }
            places[count++] = place;
        }

        int[] all() {
            return Arrays.copyOf(places, count);
        }
    }

    /**
     * Reads rows.
     *
     * @param plan what columns are, and what rows are for
     * @param config the configuration of the flow
     * @param task the number of the task
     * @param tasks the number of tasks
     * @param source the rows of the task with their numbers
     * @throws IllegalStateException if these are not all rows of the task in their order
     * @throws IllegalArgumentException if the flow is over numbers and a cell is none
     * @throws java.io.UncheckedIOException if there is no room for the file
     */
    TaskRows(
            TrainingPlan plan,
            FlowConfig config,
            int task,
            int tasks,
            Iterator<Tuple2<Long, Row>> source) {
        this.plan = plan;
        this.source = source;
        shuffle = plan.division().shuffle();
        TaskOfRow ranges = new TaskOfRow(plan.division().rows(), tasks);
        first = ranges.first(task);
        end = ranges.first(task + 1);
        if (config.flow() instanceof TableFlow) {
            EncodedTable table = EncodedTable.of(config, end - first, this::readTables);
            all = table;
            delete = table::close;
        } else {
            int width = plan.columns().names().size();
            RowFile numbers = RowFile.ofDoubles(width, end - first, this::readNumbers);
            all = new Encoding(config).inPlace(numbers);
            delete = numbers::close;
        }
    }

    private void readTables(Consumer<Table> to) {
        List<Row> chunk = new ArrayList<>(EncodedTable.CHUNK);
        for (long number = first; number < end; number++) {
            chunk.add(next(number));
            note(number);
            if (chunk.size() == EncodedTable.CHUNK || number == end - 1) {
                to.accept(plan.columns().table(chunk));
                chunk.clear();
            }
        }
    }

    /** Leaves out rows with a wild value, as training on one machine does. */
    private void readNumbers(Consumer<double[]> to) {
        for (long number = first; number < end; number++) {
            double[] row = plan.columns().finiteNumbers(next(number));
            if (plan.isUsual(row)) {
                to.accept(row);
                note(number);
            }
        }
    }

    private Row next(long number) {
        Tuple2<Long, Row> found = source.hasNext() ? source.next() : null;
        if (found == null || found._1() != number) {
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "FlowEstimator: expected row %,d of the DataFrame, got %s: its rows"
                                    + " differ from one reading to the next; persist() it",
                            number,
                            found == null ? "none" : "another"));
        }
        return found._2();
    }

    /** Notes what a row is for that was written. */
    private void note(long number) {
        Division division = plan.division();
        long place = shuffle.placeOf(number);
        if (division.isValidation(place)) {
            validation.add(size);
        } else if (division.isTest(place)) {
            test.add(size);
        } else {
            training.add(size);
            if (division.isTrainingAmong(place, Neighbours.MOST)) {
                neighbours.add(size);
            }
        }
        size++;
    }

    /** Returns the rows for training. */
    RandomAccessRows training() {
        return all.at(training.all());
    }

    /** Returns the rows for validation. */
    RandomAccessRows validation() {
        return all.at(validation.all());
    }

    /** Returns the rows for test. */
    RandomAccessRows test() {
        return all.at(test.all());
    }

    /** Returns the rows for training with which others are compared. */
    RandomAccessRows neighbours() {
        return all.at(neighbours.all());
    }

    /** Deletes the file. */
    @Override
    public void close() {
        delete.run();
    }
}
