package org.djlflows.table;

import java.util.Arrays;
import java.util.Objects;

/**
 * A column of a {@link Table}: a name, and a cell for each row, any of which may be missing.
 *
 * <p>There are three kinds, {@link Numbers}, {@link Times} and {@link Texts}. Columns are
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

    /** Numbers or times: a double for each row, NaN where it is missing. */
    abstract sealed class Doubles implements TableColumn {

        private final String name;
        private final double[] values;

        private Doubles(double[] owned, String name) {
            this.name = checked(name);
            values = owned;
        }

        /** Makes a column of this kind, which keeps the array. */
        abstract Doubles owning(double[] owned, String name);

        @Override
        public final String name() {
            return name;
        }

        /**
         * Returns all cells.
         *
         * @return a new array with a number or seconds for each row, NaN where they are missing
         */
        public final double[] values() {
            return values.clone();
        }

        /**
         * Returns a cell.
         *
         * @param row the row, from 0
         * @return the number, or the seconds of a time; NaN if it is missing
         * @throws IndexOutOfBoundsException if there is no such row
         */
        public final double value(int row) {
            return values[row];
        }

        /**
         * Returns another column of the same kind.
         *
         * @param name its name
         * @param values a number or seconds for each row, NaN where they are missing
         * @return the column
         * @throws IllegalArgumentException if the name is blank
         */
        public final Doubles with(String name, double[] values) {
            return owning(values.clone(), name);
        }

        @Override
        public final int rows() {
            return values.length;
        }

        @Override
        public final boolean isMissing(int row) {
            return Double.isNaN(values[row]);
        }

        @Override
        public final Doubles take(int[] rows) {
            return owning(Arrays.stream(rows).mapToDouble(i -> values[i]).toArray(), name);
        }

        @Override
        public final Doubles slice(int from, int to) {
            Objects.checkFromToIndex(from, to, values.length);
            return owning(Arrays.copyOfRange(values, from, to), name);
        }

        @Override
        public final boolean equals(Object other) {
            return other instanceof Doubles that
                    && getClass() == that.getClass()
                    && name.equals(that.name)
                    && Arrays.equals(values, that.values);
        }

        @Override
        public final int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(values);
        }

        /**
         * Returns the kind, the name and the number of rows.
         *
         * @return a short text
         */
        @Override
        public final String toString() {
            return described(getClass().getSimpleName(), this);
        }
    }

    /** Numbers; NaN stands for a missing one. */
    final class Numbers extends Doubles {

        /**
         * Makes a column.
         *
         * @param name the name
         * @param values a number for each row, NaN where it is missing
         * @throws IllegalArgumentException if the name is blank
         */
        public Numbers(String name, double[] values) {
            super(values.clone(), name);
        }

        private Numbers(double[] owned, String name) {
            super(owned, name);
        }

        @Override
        Numbers owning(double[] owned, String name) {
            return new Numbers(owned, name);
        }
    }

    /**
     * Moments, in seconds since 1970-01-01 00:00:00 UTC; NaN stands for a missing one.
     *
     * <p>A double holds the moments from 1902 to 2038 to a quarter of a microsecond.
     */
    final class Times extends Doubles {

        /**
         * Makes a column.
         *
         * @param name the name
         * @param seconds the seconds since 1970-01-01 00:00:00 UTC for each row, NaN where they are
         *     missing
         * @throws IllegalArgumentException if the name is blank
         */
        public Times(String name, double[] seconds) {
            super(seconds.clone(), name);
        }

        private Times(double[] owned, String name) {
            super(owned, name);
        }

        @Override
        Times owning(double[] owned, String name) {
            return new Times(owned, name);
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
