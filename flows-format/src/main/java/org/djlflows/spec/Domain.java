package org.djlflows.spec;

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
    }

    /**
     * Numbers above a bound; their distance from it is positive, and its logarithm is standardised.
     *
     * @param least the bound, which is no value of the column itself
     */
    record HalfLine(
            @Field(value = "The bound, which is no value of the column itself", byDefault = "0")
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
    }

    /**
     * Numbers between two bounds; what is standardised is \(\log d - \log(1 - d / w)\) of the
     * distance d from the lower one, with the width w.
     *
     * @param least the lower bound, which is no value of the column itself
     * @param most the upper bound, which is none either
     */
    record Interval(
            @Field(value = "The lower bound, which is no value of the column", byDefault = "0")
                    double least,
            @Field(value = "The upper bound, which is no value of the column", byDefault = "1")
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
    }

    /**
     * Angles, times of day and other numbers that come round; the column is not standardised but
     * made an angle between \(-\pi\) and \(\pi\).
     *
     * @param least a number
     * @param most the number that is the same place, one turn further
     */
    record Circle(
            @Field(value = "A number", byDefault = "0") double least,
            @Field(value = "The number that is the same place, one turn on", byDefault = "360")
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

    private static void requireOrder(String name, double least, double most) {
        if (least >= most) {
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
        Domain domain = (Domain) Specs.parse("domain", Domain.class, words[0]);
        String[] fields = {"least", "most"};
        for (int i = 1; i < words.length; i++) {
            String field = i <= fields.length ? fields[i - 1] : "more numbers";
            domain = Specs.with(domain, field, Specs.parse(field, double.class, words[i]));
        }
        return domain;
    }
}
