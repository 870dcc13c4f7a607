package org.djlflows.spec;

/**
 * The distribution of the noise of a flow over vectors, with learned parameters but for the first.
 */
public sealed interface Base extends Spec {

    /** The standard normal distribution; over columns on a circle, with a uniform one of these. */
    record StandardNormal() implements Base {}

    /** A normal distribution with a mean and a deviation of each feature. */
    record DiagonalNormal() implements Base {}

    /** A normal distribution with any covariance. */
    record FullNormal() implements Base {}

    /**
     * A normal distribution whose covariance is that of common factors and of noise in each
     * feature.
     *
     * @param rank the number of common factors
     */
    record LowRankNormal(
            @Field(
                            value = "The number of common factors",
                            least = 1,
                            most = 65_536,
                            byDefault = "4")
                    int rank)
            implements Base {

        /**
         * Checks the fields.
         *
         * @param rank the number of common factors
         * @throws IllegalArgumentException if it is out of its range
         */
        public LowRankNormal {
            Specs.check(LowRankNormal.class, rank);
        }
    }

    /** A Laplace distribution of each feature. */
    record Laplace() implements Base {}

    /**
     * A Student distribution of each feature, for data with heavy tails.
     *
     * @param ownDegrees whether each feature has degrees of freedom of its own
     * @see <a href="https://arxiv.org/abs/1907.04481">Jaini, Kobyzev, Yu and Brubaker, Tails of
     *     Lipschitz Triangular Flows, 2020</a>
     */
    record StudentT(
            @Field(
                            value = "Whether each feature has degrees of freedom of its own",
                            byDefault = "true")
                    boolean ownDegrees)
            implements Base {

        /**
         * Checks the fields.
         *
         * @param ownDegrees whether each feature has degrees of freedom of its own
         */
        public StudentT {
            Specs.check(StudentT.class, ownDegrees);
        }
    }

    /**
     * A mixture of normal distributions, which begin at clusters of the data.
     *
     * @param clusters the number of normal distributions
     */
    record GaussianMixture(
            @Field(
                            value = "The number of normal distributions",
                            least = 1,
                            most = 65_536,
                            byDefault = "8")
                    int clusters)
            implements Base {

        /**
         * Checks the fields.
         *
         * @param clusters the number of normal distributions
         * @throws IllegalArgumentException if it is out of its range
         */
        public GaussianMixture {
            Specs.check(GaussianMixture.class, clusters);
        }
    }

    /** A von Mises distribution of each column on a circle, a normal one of the others. */
    record VonMises() implements Base {}
}
