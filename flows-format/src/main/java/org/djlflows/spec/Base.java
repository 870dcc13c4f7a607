package org.djlflows.spec;

import java.util.List;

/**
 * The distribution of the noise of a flow over vectors. All but the first have parameters that are
 * learned; one is for a context of classes, and one for columns on a circle.
 */
public sealed interface Base extends Spec {

    /**
     * Checks that it can be made for so many features.
     *
     * @param features the number of features
     * @param context the number of features of the context, 0 for none
     * @throws IllegalArgumentException if not
     */
    default void requireFits(int features, int context) {}

    /** The standard normal distribution; over columns on a circle, with a uniform one of these. */
    record StandardNormal() implements Base {}

    /** A normal distribution with a mean and a deviation of each feature. */
    record DiagonalNormal() implements Base {}

    /** A normal distribution with any covariance. */
    record FullNormal() implements Base {

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(features, 1, List.of(features));
        }
    }

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

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(features, 1, List.of(rank));
        }
    }

    /**
     * A normal distribution for each class, of a context of weights of classes: of columns that are
     * 1 for the class of the row and 0 for the others. Mean and logarithm of the deviation are
     * linear in the context.
     *
     * @see <a href="https://arxiv.org/abs/1912.13025">Izmailov, Kirichenko, Finzi and Wilson,
     *     Semi-Supervised Learning with Normalizing Flows, 2020</a>
     */
    record ClassConditionalNormal() implements Base {

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            if (context == 0) {
                throw new IllegalArgumentException(
                        "ClassConditionalNormal: expected a context with a column for each class,"
                                + " got none");
            }
            Specs.requireWeights(context, 1, List.of(features));
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

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(features, 1, List.of(clusters));
        }
    }

    /**
     * A standard normal distribution of which a network rejects samples, for data with holes or in
     * several parts.
     *
     * @param acceptance the widths of the hidden layers of that network
     * @param proposals how many samples are proposed at most
     * @see <a href="https://arxiv.org/abs/2110.15828">Stimper, Schölkopf and Hernández-Lobato,
     *     Resampling Base Distributions of Normalizing Flows, 2022</a>
     */
    record Resampled(
            @Field(
                            value = "The widths of the hidden layers that accept or reject noise",
                            least = 1,
                            most = 65_536,
                            size = {1, 100},
                            byDefault = "64,64")
                    List<Integer> acceptance,
            @Field(
                            value =
                                    "How often noise is proposed at most: the last proposal is taken"
                                            + " in any case",
                            least = 2,
                            most = 10_000,
                            byDefault = "100")
                    int proposals)
            implements Base {

        /**
         * Checks the fields.
         *
         * @param acceptance the widths of the hidden layers of that network
         * @param proposals how many samples are proposed at most
         * @throws IllegalArgumentException if one is out of its range
         */
        public Resampled {
            Specs.check(Resampled.class, acceptance, proposals);
            acceptance = List.copyOf(acceptance);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(features, 1, acceptance);
        }
    }

    /** A von Mises distribution of each column on a circle, a normal one of the others. */
    record VonMises() implements Base {}
}
