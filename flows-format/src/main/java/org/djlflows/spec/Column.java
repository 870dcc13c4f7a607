package org.djlflows.spec;

import org.djlflows.files.Excerpt;

import java.util.List;
import java.util.stream.DoubleStream;

/** What the cells of a column are, and so whether they have a density or a probability. */
public sealed interface Column extends Spec {

    /**
     * Tells whether cells have a density and nothing else: real numbers none of which is an atom,
     * without missing ones.
     *
     * @return whether a flow over numbers describes the column
     */
    default boolean isContinuous() {
        return this instanceof Real real && real.atoms().isEmpty() && !real.missing();
    }

    /** A column of numbers, of which some can come back exactly. */
    @SuppressWarnings("JavaLangClash") // A kind of column; written Column.Number elsewhere.
    sealed interface Number extends Column {

        /**
         * Returns the numbers that have a probability of their own.
         *
         * @return the atoms
         */
        List<Double> atoms();

        /**
         * Returns the least value seen, below which there are no samples.
         *
         * @return the value
         */
        double least();

        /**
         * Returns the greatest value seen, above which there are no samples.
         *
         * @return the value
         */
        double most();

        /**
         * Returns the step of which nearly all values are multiples, as samples are. The density
         * does not know of it.
         *
         * @return the step, such as 0.01 for two decimals; 0 for none
         */
        double step();

        /** {@inheritDoc} */
        @Override
        default int classes() {
            return 1 + atoms().size();
        }
    }

    /**
     * Numbers with a density, and some that come back exactly and have a probability, such as the 0
     * of an amount that is mostly none.
     *
     * @param atoms the numbers that have a probability
     * @param least the least value seen; samples are not below it
     * @param most the greatest value seen; samples are not above it
     * @param missing whether cells can be missing
     * @param step the step of which samples are multiples, such as 0.01; 0 for none
     */
    record Real(
            @Field(
                            value = "The numbers that have a probability",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "")
                    List<Double> atoms,
            @Field(
                            value = "The least value seen, below which there are no samples",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "-3.4028234663852886e38")
                    double least,
            @Field(
                            value = "The greatest value seen, above which there are no samples",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "3.4028234663852886e38")
                    double most,
            @Field(value = "Whether cells can be missing", byDefault = "false") boolean missing,
            @Field(
                            value =
                                    "The step of which samples are multiples, such as 0.01 for two"
                                            + " decimals; 0 for none",
                            least = 0,
                            most = Float.MAX_VALUE,
                            byDefault = "0")
                    double step)
            implements Number {

        /**
         * Checks the fields.
         *
         * @param atoms the numbers that have a probability
         * @param least the least value seen
         * @param most the greatest value seen
         * @param missing whether cells can be missing
         * @param step the step of which samples are multiples
         * @throws IllegalArgumentException if one is out of its range, the greatest value is below
         *     the least one, or an atom occurs twice or is not between them
         */
        public Real {
            Specs.check(Real.class, atoms, least, most, missing, step);
            atoms = List.copyOf(atoms);
            requireOrder("Real", least, most);
            requireAtoms("Real", atoms, least, most);
        }

        /**
         * Creates a column whose samples have any decimals.
         *
         * @param atoms the numbers that have a probability
         * @param least the least value seen
         * @param most the greatest value seen
         * @param missing whether cells can be missing
         * @throws IllegalArgumentException as of the other constructor
         */
        public Real(List<Double> atoms, double least, double most, boolean missing) {
            this(atoms, least, most, missing, 0);
        }
    }

    /**
     * Whole numbers, each with a probability; for some, which come often, it is one of their own.
     *
     * @param atoms the numbers that have a probability of their own
     * @param least the least value seen; samples are not below it
     * @param most the greatest value seen; samples are not above it
     * @param missing whether cells can be missing
     * @param step the step of which samples are multiples, such as 1 or 25
     */
    record Whole(
            @Field(
                            value = "The numbers that have a probability of their own",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "")
                    List<Double> atoms,
            @Field(
                            value = "The least value seen, below which there are no samples",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "-3.4028234663852886e38")
                    double least,
            @Field(
                            value = "The greatest value seen, above which there are no samples",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "3.4028234663852886e38")
                    double most,
            @Field(value = "Whether cells can be missing", byDefault = "false") boolean missing,
            @Field(
                            value = "The step of which samples are multiples, such as 25",
                            least = 1,
                            most = Float.MAX_VALUE,
                            byDefault = "1")
                    double step)
            implements Number {

        /**
         * Checks the fields.
         *
         * @param atoms the numbers that have a probability of their own
         * @param least the least value seen
         * @param most the greatest value seen
         * @param missing whether cells can be missing
         * @param step the step of which samples are multiples
         * @throws IllegalArgumentException if one is out of its range or not whole, the greatest
         *     value is below the least one, or an atom occurs twice or is not between them
         */
        public Whole {
            Specs.check(Whole.class, atoms, least, most, missing, step);
            atoms = List.copyOf(atoms);
            requireOrder("Whole", least, most);
            requireAtoms("Whole", atoms, least, most);
            requireWhole(atoms, least, most, step);
        }

        /**
         * Creates a column whose samples are any whole numbers.
         *
         * @param atoms the numbers that have a probability of their own
         * @param least the least value seen
         * @param most the greatest value seen
         * @param missing whether cells can be missing
         * @throws IllegalArgumentException as of the other constructor
         */
        public Whole(List<Double> atoms, double least, double most, boolean missing) {
            this(atoms, least, most, missing, 1);
        }
    }

    /**
     * Times, as seconds, with a density.
     *
     * @param format the pattern by which they are written, of {@code DateTimeFormatter}; empty for
     *     seconds and {@code epoch-milliseconds} for milliseconds since 1970; whether it is one is
     *     checked where times are read
     * @param least the earliest time seen, in seconds since 1970; samples are not before it
     * @param most the latest time seen, in seconds since 1970; samples are not after it
     * @param missing whether cells can be missing
     */
    record Time(
            @Field(
                            value =
                                    "The pattern of DateTimeFormatter by which times are written;"
                                            + " empty for seconds and epoch-milliseconds for"
                                            + " milliseconds since 1970",
                            byDefault = "")
                    String format,
            @Field(
                            value =
                                    "The earliest time seen, in seconds since 1970, before which there"
                                            + " are no samples",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "-3.4028234663852886e38")
                    double least,
            @Field(
                            value =
                                    "The latest time seen, in seconds since 1970, after which there are"
                                            + " no samples",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "3.4028234663852886e38")
                    double most,
            @Field(value = "Whether cells can be missing", byDefault = "false") boolean missing)
            implements Number {

        /**
         * Checks the fields.
         *
         * @param format the pattern by which times are written
         * @param least the earliest time seen
         * @param most the latest time seen
         * @param missing whether cells can be missing
         * @throws IllegalArgumentException if one is out of its range, or the latest time is before
         *     the earliest one
         */
        public Time {
            Specs.check(Time.class, format, least, most, missing);
            requireOrder("Time", least, most);
        }

        /** {@inheritDoc} */
        @Override
        public List<Double> atoms() {
            return List.of();
        }

        /** {@inheritDoc} The format alone says what times are rounded to. */
        @Override
        public double step() {
            return 0;
        }
    }

    /**
     * Levels, each with a probability, which all that were never seen share one of.
     *
     * @param levels the levels, as they are written, at least one
     * @param unseen the probability of a level that was never seen
     * @param missing whether cells can be missing
     */
    record Category(
            @Field(
                            value = "The levels, as they are written",
                            size = {1, Integer.MAX_VALUE})
                    List<String> levels,
            @Field(
                            value = "The probability of a level that was never seen",
                            above = 0,
                            most = 0.5,
                            byDefault = "0.0001")
                    double unseen,
            @Field(value = "Whether cells can be missing", byDefault = "false") boolean missing)
            implements Column {

        /**
         * Checks the fields.
         *
         * @param levels the levels, as they are written
         * @param unseen the probability of a level that was never seen
         * @param missing whether cells can be missing
         * @throws IllegalArgumentException if there is no level, one occurs twice, or the
         *     probability is out of its range
         */
        public Category {
            Specs.check(Category.class, levels, unseen, missing);
            levels = List.copyOf(levels);
            if (levels.stream().distinct().count() < levels.size()) {
                throw new IllegalArgumentException(
                        "Category: expected different levels, got " + Excerpt.of(levels));
            }
        }

        /** {@inheritDoc} */
        @Override
        public int classes() {
            return levels.size() + 1;
        }
    }

    /**
     * Returns between how many things a cell that is there decides at first.
     *
     * @return 1 and the number of atoms, or of levels, of which the last is for what was not seen
     */
    int classes();

    /**
     * Tells whether cells can be missing.
     *
     * @return whether that has a probability too
     */
    boolean missing();

    private static void requireOrder(String kind, double least, double most) {
        if (!(least <= most)) {
            throw new IllegalArgumentException(
                    kind + ": expected least not above most, got " + least + " and " + most);
        }
    }

    private static void requireAtoms(String kind, List<Double> atoms, double least, double most) {
        // 0.0 and -0.0 are one number.
        boolean differ = atoms.stream().map(x -> x + 0.0).distinct().count() == atoms.size();
        if (!(differ && atoms.stream().allMatch(x -> x >= least && x <= most))) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected different atoms from least to most, %s to %s, got %s",
                            kind, least, most, Excerpt.of(atoms)));
        }
    }

    private static void requireWhole(List<Double> atoms, double least, double most, double step) {
        DoubleStream all =
                DoubleStream.concat(
                        DoubleStream.of(least, most, step),
                        atoms.stream().mapToDouble(Double::doubleValue));
        if (!all.allMatch(x -> x == Math.rint(x))) {
            throw new IllegalArgumentException(
                    String.format(
                            "Whole: expected whole numbers, got atoms %s, least %s, most %s and"
                                    + " step %s",
                            Excerpt.of(atoms), least, most, step));
        }
    }
}
