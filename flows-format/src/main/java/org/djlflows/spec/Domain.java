package org.djlflows.spec;

import java.lang.reflect.RecordComponent;

/** Which values a column can have, and where it lies on the line or the circle of a flow. */
public sealed interface Domain extends Spec {

    /** All numbers; the column is standardised. */
    record Line() implements Domain {

        /** {@inheritDoc} */
        @Override
        public double origin() {
            return 0;
        }

        /** {@inheritDoc} */
        @Override
        public boolean contains(double x) {
            return true;
        }

        /** {@inheritDoc} */
        @Override
        public double unbounded(double x) {
            return x;
        }

        /** {@inheritDoc} */
        @Override
        public float encode(double x) {
            return (float) x;
        }

        /** {@inheritDoc} */
        @Override
        public double decode(float encoded) {
            return encoded;
        }
    }

    /**
     * Numbers above a bound; their distance from it is positive, and its logarithm is standardised.
     *
     * @param least the bound, which is no value of the column itself
     */
    record HalfLine(
            @Field(
                            value = "The bound, which is no value of the column itself",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "0")
                    double least)
            implements Domain {

        /**
         * Checks the bound.
         *
         * @param least the bound
         * @throws IllegalArgumentException if it is not finite
         */
        public HalfLine {
            Specs.check(HalfLine.class, least);
        }

        /** {@inheritDoc} */
        @Override
        public double origin() {
            return least;
        }

        /** {@inheritDoc} */
        @Override
        public boolean contains(double x) {
            return x > least;
        }

        /** {@inheritDoc} */
        @Override
        public double unbounded(double x) {
            return Math.log(x - least);
        }

        /** {@inheritDoc} */
        @Override
        public float encode(double x) {
            float distance = (float) (x - least);
            return contains(x) ? Math.max(distance, Float.MIN_NORMAL) : distance;
        }

        /** {@inheritDoc} */
        @Override
        public double decode(float encoded) {
            return Math.max(least + encoded, Math.nextUp(least));
        }
    }

    /**
     * Numbers between two bounds; what is standardised is \(\log d - \log(1 - d / w)\) of the
     * distance d from the lower one, with the width w.
     *
     * @param least the lower bound, which is no value of the column itself
     * @param most the upper bound, which is none either
     */
    record Interval(
            @Field(
                            value = "The lower bound, which is no value of the column",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "0")
                    double least,
            @Field(
                            value = "The upper bound, which is no value of the column",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "1")
                    double most)
            implements Domain {

        /**
         * Checks the bounds.
         *
         * @param least the lower bound
         * @param most the upper bound
         * @throws IllegalArgumentException if they are not finite or not in this order
         */
        public Interval {
            Specs.check(Interval.class, least, most);
            requireOrder("Interval", least, most);
        }

        /** {@inheritDoc} */
        @Override
        public double origin() {
            return least;
        }

        /** {@inheritDoc} */
        @Override
        public boolean contains(double x) {
            return x > least && x < most;
        }

        /** {@inheritDoc} */
        @Override
        public double unbounded(double x) {
            double distance = x - least;
            return Math.log(distance) - Math.log1p(-distance / (most - least));
        }

        /** {@inheritDoc} */
        @Override
        public float encode(double x) {
            float distance = (float) (x - least);
            // Just below 1 after a division in float32, so that log(1 - d / w) is finite.
            float furthest = (float) ((most - least) * (1 - 0x1p-22));
            return contains(x)
                    ? Math.min(Math.max(distance, Float.MIN_NORMAL), furthest)
                    : distance;
        }

        /** {@inheritDoc} */
        @Override
        public double decode(float encoded) {
            double x = Math.max(least + encoded, Math.nextUp(least));
            return Math.min(x, Math.nextDown(most));
        }
    }

    /**
     * Angles, times of day and other numbers that come round; the column is not standardised but
     * made an angle between \(-\pi\) and \(\pi\).
     *
     * @param least a number
     * @param most the number that is the same place, one turn further
     */
    record Circle(
            @Field(
                            value = "A number",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "0")
                    double least,
            @Field(
                            value = "The number that is the same place, one turn on",
                            least = -Float.MAX_VALUE,
                            most = Float.MAX_VALUE,
                            byDefault = "360")
                    double most)
            implements Domain {

        /**
         * Checks the two numbers.
         *
         * @param least a number
         * @param most the number that is the same place, one turn further
         * @throws IllegalArgumentException if they are not finite or not in this order
         */
        public Circle {
            Specs.check(Circle.class, least, most);
            requireOrder("Circle", least, most);
        }

        /** {@inheritDoc} */
        @Override
        public double origin() {
            return least + (most - least) / 2;
        }

        /** {@inheritDoc} */
        @Override
        public boolean contains(double x) {
            return true;
        }

        /** {@inheritDoc} */
        @Override
        public double unbounded(double x) {
            return Math.IEEEremainder(x - origin(), most - least);
        }

        /** {@inheritDoc} */
        @Override
        public float encode(double x) {
            return (float) unbounded(x);
        }

        /** {@inheritDoc} */
        @Override
        public double decode(float encoded) {
            return Math.min(Math.max(origin() + encoded, least), most);
        }

        /**
         * Returns by how much an angle of 1 changes the column.
         *
         * @return the radius, a turn by \(2 \pi\)
         */
        public double radius() {
            return (most - least) / (2 * Math.PI);
        }
    }

    /**
     * Returns what is subtracted in double precision, before values become float32.
     *
     * @return the bound of a half line, the lower one of an interval, the middle of a circle, 0 for
     *     the line
     */
    double origin();

    /**
     * Tells whether a column can have a value.
     *
     * @param x a value
     * @return whether it lies in this domain
     */
    boolean contains(double x);

    /**
     * Returns where a value lies on the line.
     *
     * @param x a value of this domain
     * @return its place; on a circle the distance from the middle, the way round that is shorter
     */
    double unbounded(double x);

    /**
     * Returns what a flow takes for a value: its distance from the origin, in float32.
     *
     * @param x a value; one outside the domain comes out outside
     * @return the distance, which no rounding takes out of the domain; on a circle the way round
     *     that is shorter
     */
    float encode(double x);

    /**
     * Returns the value for a sample of a flow.
     *
     * @param encoded a distance from the origin
     * @return the value, which no rounding takes out of the domain
     */
    double decode(float encoded);

    private static void requireOrder(String name, double least, double most) {
        if (!(most - least >= Float.MIN_NORMAL)) {
            throw new IllegalArgumentException(
                    name + ": expected least below most, got " + least + " and " + most);
        }
    }

    /**
     * Reads a domain as it is written on the command line.
     *
     * @param text {@code line}, {@code half-line:0}, {@code interval:0:1} or {@code circle:0:360};
     *     numbers that are left out take their defaults
     * @return the domain
     * @throws IllegalArgumentException if the text is none
     */
    static Domain parse(String text) {
        String[] words = text.split(":", -1);
        Record kind = (Record) Specs.parse("domain", Domain.class, words[0]);
        RecordComponent[] numbers = kind.getClass().getRecordComponents();
        if (words.length > numbers.length + 1) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected no more numbers of %s than %d, got %s",
                            Specs.name(kind.getClass()), numbers.length, text));
        }
        Object[] values = new Object[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    i + 1 < words.length
                            ? Specs.parse(numbers[i].getName(), double.class, words[i + 1])
                            : Specs.get(kind, numbers[i]);
        }
        return (Domain) Specs.make(kind.getClass(), values);
    }
}
