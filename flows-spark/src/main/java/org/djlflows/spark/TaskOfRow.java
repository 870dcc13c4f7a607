package org.djlflows.spark;

import org.apache.spark.Partitioner;

import java.util.Objects;

/** Which task has which rows: those that follow each other, about as many in each. */
final class TaskOfRow extends Partitioner {

    private static final long serialVersionUID = 1L;

    private final long rows;
    private final int tasks;

    TaskOfRow(long rows, int tasks) {
        this.rows = rows;
        this.tasks = tasks;
    }

    @Override
    public int numPartitions() {
        return tasks;
    }

    @Override
    public int getPartition(Object row) {
        int task = (int) ((double) (Long) row / rows * tasks);
        // Rounded, it can be one off.
        while ((Long) row < first(task)) {
            task--;
        }
        while ((Long) row >= first(task + 1)) {
            task++;
        }
        return task;
    }

    /** Returns the number of the first row of a task, and of all rows behind the last task. */
    long first(int task) {
        return rows / tasks * task + Math.min(task, rows % tasks);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TaskOfRow that && that.rows == rows && that.tasks == tasks;
    }

    @Override
    public int hashCode() {
        return Objects.hash(rows, tasks);
    }
}
