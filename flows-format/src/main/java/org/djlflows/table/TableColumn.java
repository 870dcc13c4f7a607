package org.djlflows.table;

import java.util.Arrays;
import java.util.Objects;

/**
 * A column of a {@link Table}: a name, and a cell for each row, any of which may be missing.
 *
 * <p>There are three kinds, {@link Numbers}, {@link Texts} and {@link Times}. Columns are
 * immutable: arrays are copied on their way in and out. Two columns are equal if kind, name and all
 * cells are.
 */
public sealed interface TableColumn {

    /**
     * Returns the name.
     *
     * @return the name, which is not blank
     */
    String name();

    /**
     * Returns the number of rows.
     *
     * @return the number of cells, missing ones included
     */
    int rows();

    /**
     * Returns whether a cell is missing.
     *
     * @param row the row, from 0
     * @return whether there is no value
     * @throws IndexOutOfBoundsException if there is no such row
     */
    boolean isMissing(int row);

    /**
     * Returns some rows, in the order given.
     *
     * @param rows the rows, from 0, each as often as wanted
     * @return a column of as many rows
     * @throws IndexOutOfBoundsException if there is no such row
     */
    TableColumn take(int[] rows);

    /**
     * Returns consecutive rows.
     *
     * @param from the first row, from 0
     * @param to the row after the last
     * @return a column of {@code to - from} rows
     * @throws IndexOutOfBoundsException if that is no part of the column
     */
    TableColumn slice(int from, int to);

    /** Numbers; NaN stands for a missing one. */
    final class Numbers implements TableColumn {

        private final String name;
        private final double[] values;

        /**
         * Makes a column.
         *
         * @param name the name
         * @param values a number for each row, NaN where it is missing
         * @throws IllegalArgumentException if the name is blank
         */
        public Numbers(String name, double[] values) {
            this(values.clone(), name);
        }

        private Numbers(double[] owned, String name) {
            this.name = checked(name);
            values = owned;
        }

        @Override
        public String name() {
            return name;
        }

        /**
         * Returns all cells.
         *
         * @return a new array with a number for each row, NaN where it is missing
         */
        public double[] values() {
            return values.clone();
        }

        /**
         * Returns a cell.
         *
         * @param row the row, from 0
         * @return the number, or NaN if it is missing
         * @throws IndexOutOfBoundsException if there is no such row
         */
        public double value(int row) {
            return values[row];
        }

        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public boolean isMissing(int row) {
            return Double.isNaN(values[row]);
        }

        @Override
        public Numbers take(int[] rows) {
            return new Numbers(Arrays.stream(rows).mapToDouble(i -> values[i]).toArray(), name);
        }

        @Override
        public Numbers slice(int from, int to) {
            Objects.checkFromToIndex(from, to, values.length);
            return new Numbers(Arrays.copyOfRange(values, from, to), name);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Numbers that
                    && name.equals(that.name)
                    && Arrays.equals(values, that.values);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(values);
        }

        /**
         * Returns the kind, the name and the number of rows.
         *
         * @return a short text
         */
        @Override
        public String toString() {
            return described("Numbers", this);
        }
    }

    /** Texts, such as categories, codes and keys; null stands for a missing one. */
    final class Texts implements TableColumn {

        private final String name;
        private final String[] values;

        /**
         * Makes a column.
         *
         * @param name the name
         * @param values a text for each row, null where it is missing
         * @throws IllegalArgumentException if the name is blank
         */
        public Texts(String name, String[] values) {
            this(values.clone(), name);
        }

        private Texts(String[] owned, String name) {
            this.name = checked(name);
            values = owned;
        }

        @Override
        public String name() {
            return name;
        }

        /**
         * Returns all cells.
         *
         * @return a new array with a text for each row, null where it is missing
         */
        public String[] values() {
            return values.clone();
        }

        /**
         * Returns a cell.
         *
         * @param row the row, from 0
         * @return the text, or null if it is missing
         * @throws IndexOutOfBoundsException if there is no such row
         */
        public String value(int row) {
            return values[row];
        }

        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public boolean isMissing(int row) {
            return values[row] == null;
        }

        @Override
        public Texts take(int[] rows) {
            return new Texts(
                    Arrays.stream(rows).mapToObj(i -> values[i]).toArray(String[]::new), name);
        }

        @Override
        public Texts slice(int from, int to) {
            Objects.checkFromToIndex(from, to, values.length);
            return new Texts(Arrays.copyOfRange(values, from, to), name);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Texts that
                    && name.equals(that.name)
                    && Arrays.equals(values, that.values);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(values);
        }

        /**
         * Returns the kind, the name and the number of rows.
         *
         * @return a short text
         */
        @Override
        public String toString() {
            return described("Texts", this);
        }
    }

    /**
     * Moments, in seconds since 1970-01-01 00:00:00 UTC; NaN stands for a missing one.
     *
     * <p>A double holds the moments from 1902 to 2038 to a quarter of a microsecond.
     */
    final class Times implements TableColumn {

        private final String name;
        private final double[] seconds;

        /**
         * Makes a column.
         *
         * @param name the name
         * @param seconds the seconds since 1970-01-01 00:00:00 UTC for each row, NaN where they are
         *     missing
         * @throws IllegalArgumentException if the name is blank
         */
        public Times(String name, double[] seconds) {
            this(seconds.clone(), name);
        }

        private Times(double[] owned, String name) {
            this.name = checked(name);
            seconds = owned;
        }

        @Override
        public String name() {
            return name;
        }

        /**
         * Returns all cells.
         *
         * @return a new array with the seconds for each row, NaN where they are missing
         */
        public double[] seconds() {
            return seconds.clone();
        }

        /**
         * Returns a cell.
         *
         * @param row the row, from 0
         * @return the seconds, or NaN if they are missing
         * @throws IndexOutOfBoundsException if there is no such row
         */
        public double second(int row) {
            return seconds[row];
        }

        @Override
        public int rows() {
            return seconds.length;
        }

        @Override
        public boolean isMissing(int row) {
            return Double.isNaN(seconds[row]);
        }

        @Override
        public Times take(int[] rows) {
            return new Times(Arrays.stream(rows).mapToDouble(i -> seconds[i]).toArray(), name);
        }

        @Override
        public Times slice(int from, int to) {
            Objects.checkFromToIndex(from, to, seconds.length);
            return new Times(Arrays.copyOfRange(seconds, from, to), name);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Times that
                    && name.equals(that.name)
                    && Arrays.equals(seconds, that.seconds);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(seconds);
        }

        /**
         * Returns the kind, the name and the number of rows.
         *
         * @return a short text
         */
        @Override
        public String toString() {
            return described("Times", this);
        }
    }

    private static String checked(String name) {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException(
                    "TableColumn: expected a name, got "
                            + (name == null ? "null" : '"' + name + '"'));
        }
        return name;
    }

    private static String described(String kind, TableColumn column) {
        return kind + "[" + column.name() + ", " + column.rows() + " rows]";
    }
}
