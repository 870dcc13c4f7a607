package org.djlflows.spec;

import java.util.List;

/** The layers of a flow over vectors. */
public sealed interface Transform extends Spec {

    /**
     * A coupling: some features pass and decide how the others are moved.
     *
     * @param map the scalar maps
     * @param network the network that makes their parameters
     * @param masks which features the layers keep, in turn
     * @param unconditional whether the features that are kept are moved then, each by a map of its
     *     own, as the paper on neural spline flows has it
     * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
     *     estimation using Real NVP, 2017</a>
     */
    record Coupling(
            @Field(
                            value = "The scalar maps that move features",
                            byDefault = "rational-quadratic-spline")
                    ScalarMap map,
            @Field(value = "The networks that make their parameters", byDefault = "mlp")
                    Network network,
            @Field(
                            value = "Which features the couplings keep, in turn",
                            size = {1, 1000},
                            byDefault = "first-half,second-half")
                    List<Kept> masks,
            @Field(
                            value = "Whether features that are kept are moved by maps of their own",
                            byDefault = "false")
                    boolean unconditional)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param map the scalar maps
         * @param network the network that makes their parameters
         * @param masks which features the layers keep, in turn
         * @param unconditional whether the features that are kept are moved then, too
         * @throws IllegalArgumentException if one is missing
         */
        public Coupling {
            Specs.check(Coupling.class, map, network, masks, unconditional);
            masks = List.copyOf(masks);
        }

        /**
         * Describes couplings after which the features that are kept are what they were.
         *
         * @param map the scalar maps
         * @param network the network that makes their parameters
         * @param masks which features the layers keep, in turn
         * @throws IllegalArgumentException if one is missing
         */
        public Coupling(ScalarMap map, Network network, List<Kept> masks) {
            this(map, network, masks, false);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(features + context, 1, network.widths());
        }
    }

    /**
     * An autoregressive layer: each feature is moved by those before it, by a masked network.
     *
     * @param map the scalar maps
     * @param network the masked network that makes their parameters
     * @param orders in which order the features of the layers see each other, in turn
     * @param passes into how many groups these orders are divided, which are the steps of the
     *     inverse; 0 for single features
     * @see <a href="https://arxiv.org/abs/1705.07057">Papamakarios, Pavlakou and Murray, Masked
     *     Autoregressive Flow for Density Estimation, 2017</a>
     */
    record Autoregressive(
            @Field(value = "The scalar maps that move features", byDefault = "affine")
                    ScalarMap map,
            @Field(value = "The networks that make their parameters", byDefault = "mlp")
                    Network network,
            @Field(
                            value = "In which order features see each other, in turn",
                            size = {1, 1000},
                            byDefault = "ascending,descending")
                    List<FeatureOrder> orders,
            @Field(
                            value =
                                    "Into how many groups the orders are divided, which are the"
                                            + " steps of sampling; 0 for single features",
                            least = 0,
                            most = 65_536,
                            byDefault = "0")
                    int passes)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param map the scalar maps
         * @param network the masked network that makes their parameters
         * @param orders in which order the features of the layers see each other, in turn
         * @param passes into how many groups these orders are divided; 0 for single features
         * @throws IllegalArgumentException if one is missing or out of its range
         */
        public Autoregressive {
            Specs.check(Autoregressive.class, map, network, orders, passes);
            if (network instanceof Network.Own) {
                throw new IllegalArgumentException(
                        "Autoregressive: expected a network that can be masked, mlp or"
                                + " residual-net, got "
                                + Specs.name(network.getClass()));
            }
            orders = List.copyOf(orders);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            if (passes > features) {
                throw new IllegalArgumentException(
                        "Autoregressive: expected passes of at most "
                                + features
                                + ", the number of features, got "
                                + passes);
            }
            Specs.requireWeights(features + context, 1, network.widths());
        }
    }

    /**
     * A scalar map on each feature by itself, of free parameters or with a context by a network;
     * what mixes the features has to stand between such layers. Normal mixtures begin fitted to
     * data.
     *
     * @param map the scalar maps
     * @param network the network from the context
     * @see <a href="https://arxiv.org/abs/2003.01941">Meng, Song, Song and Ermon, Gaussianization
     *     Flows, 2020</a>
     */
    record Elementwise(
            @Field(value = "The scalar maps that move features", byDefault = "mixture-cdf")
                    ScalarMap map,
            @Field(value = "The networks from the context", byDefault = "mlp") Network network)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param map the scalar maps
         * @param network the network from the context
         * @throws IllegalArgumentException if one is missing
         */
        public Elementwise {
            Specs.check(Elementwise.class, map, network);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(context, 1, network.widths());
        }
    }

    /**
     * A block neural autoregressive layer: a network that increases in each feature.
     *
     * @param hidden the widths of its hidden layers, in units of each feature
     * @param residual what all layers but the last add to their network
     * @param lastResidual what the last layer adds to its network; {@code NONE} as published, which
     *     maps onto a bounded box
     * @see <a href="https://arxiv.org/abs/1904.04676">De Cao, Titov and Aziz, Block Neural
     *     Autoregressive Flow, 2020</a>
     */
    record BlockNeuralAutoregressive(
            @Field(
                            value = "The widths of the hidden layers, in units of each feature",
                            least = 1,
                            most = 65_536,
                            size = {1, 100},
                            byDefault = "10,10")
                    List<Integer> hidden,
            @Field(value = "What all layers but the last add to their network", byDefault = "gated")
                    Residual residual,
            @Field(value = "What the last layer adds to its network", byDefault = "gated")
                    Residual lastResidual)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param hidden the widths of its hidden layers, in units of each feature
         * @param residual what all layers but the last add to their network
         * @param lastResidual what the last layer adds to its network
         * @throws IllegalArgumentException if one is missing or out of its range
         */
        public BlockNeuralAutoregressive {
            Specs.check(BlockNeuralAutoregressive.class, hidden, residual, lastResidual);
            hidden = List.copyOf(hidden);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(features + context, features, hidden);
        }
    }

    /**
     * A planar map; with a context a network makes its parameters.
     *
     * @param network the network from the context
     * @param direction where the closed form leads
     * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference
     *     with Normalizing Flows, 2015, equations 10 to 13</a>
     */
    record Planar(
            @Field(value = "The networks from the context", byDefault = "mlp") Network network,
            @Field(value = "Where the closed form leads", byDefault = "data-to-noise")
                    Direction direction)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param network the network from the context
         * @param direction where the closed form leads
         * @throws IllegalArgumentException if one is missing
         */
        public Planar {
            Specs.check(Planar.class, network, direction);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(context, 1, network.widths());
        }
    }

    /**
     * A radial map; with a context a network makes its parameters.
     *
     * @param network the network from the context
     * @param direction where the closed form leads
     * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference
     *     with Normalizing Flows, 2015, equation 14</a>
     */
    record Radial(
            @Field(value = "The networks from the context", byDefault = "mlp") Network network,
            @Field(value = "Where the closed form leads", byDefault = "data-to-noise")
                    Direction direction)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param network the network from the context
         * @param direction where the closed form leads
         * @throws IllegalArgumentException if one is missing
         */
        public Radial {
            Specs.check(Radial.class, network, direction);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(context, 1, network.widths());
        }
    }

    /**
     * A radial flow: the direction from a centre passes and decides how the radius is moved.
     *
     * @param map the scalar map of the radius
     * @param directional whether the direction and the context decide, by a network; if not, the
     *     map is the same for all
     * @param network that network
     * @see <a href="https://arxiv.org/abs/2601.10774">Gerdes and Cheng, Analytic Bijections for
     *     Smooth and Interpretable Normalizing Flows, 2026</a>
     */
    record RadialCoupling(
            @Field(value = "The scalar maps that move features", byDefault = "analytic-map")
                    ScalarMap map,
            @Field(
                            value = "Whether the direction and the context decide, by a network",
                            byDefault = "true")
                    boolean directional,
            @Field(value = "The networks that make their parameters", byDefault = "mlp")
                    Network network)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param map the scalar map of the radius
         * @param directional whether the direction and the context decide
         * @param network the network that sees them
         * @throws IllegalArgumentException if one is missing
         */
        public RadialCoupling {
            Specs.check(RadialCoupling.class, map, directional, network);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(features + context, 1, network.widths());
        }
    }

    /**
     * A continuous flow: features move along the solution of a differential equation, whose
     * velocity is a network.
     *
     * @param hidden the widths of the hidden layers of the network
     * @param activation its non-linearity: tanh, GELU or ELU
     * @param frequencies as how many cosines and sines it sees the time
     * @param trace how the trace of its Jacobian is computed in training
     * @param tolerance the error of a step of the solver, relative to 1 and the size of a value
     * @param gradient how training steps take gradients through the solver
     * @param trainedBy what it is trained by
     * @param kineticEnergy the weight of the squared velocity in training
     * @param jacobianNorm the weight of the squared Frobenius norm of its Jacobian in training
     * @param acceleration the weight of the squared acceleration along paths in training
     * @see <a href="https://arxiv.org/abs/1810.01367">Grathwohl et al., FFJORD, 2019</a>
     */
    record ContinuousFlow(
            @Field(
                            value = "The widths of the hidden layers",
                            least = 1,
                            most = 65_536,
                            size = {1, 100},
                            byDefault = "64,64")
                    List<Integer> hidden,
            @Field(value = "The non-linearity of the network", byDefault = "tanh")
                    SmoothActivation activation,
            @Field(
                            value = "As how many cosines and sines the network sees the time",
                            least = 1,
                            most = 1000,
                            byDefault = "3")
                    int frequencies,
            @Field(value = "How training computes the trace of the Jacobian", byDefault = "exact")
                    Trace trace,
            @Field(
                            value =
                                    "The error of a step of the solver, relative to 1 and the value",
                            least = 1e-14,
                            most = 0.1,
                            byDefault = "1e-5")
                    double tolerance,
            @Field(
                            value = "How training takes gradients through the solver",
                            byDefault = "checkpointed")
                    SolverGradient gradient,
            @Field(value = "What the flow is trained by", byDefault = "likelihood")
                    TrainedBy trainedBy,
            @Field(
                            value = "The weight of the squared velocity in training",
                            least = 0,
                            most = 1e6,
                            byDefault = "0")
                    double kineticEnergy,
            @Field(
                            value =
                                    "The weight of the squared norm of the velocity's Jacobian in"
                                            + " training",
                            least = 0,
                            most = 1e6,
                            byDefault = "0")
                    double jacobianNorm,
            @Field(
                            value =
                                    "The weight of the squared acceleration along paths in training",
                            least = 0,
                            most = 1e6,
                            byDefault = "0")
                    double acceleration)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param hidden the widths of the hidden layers of the network
         * @param activation its non-linearity: tanh, GELU or ELU
         * @param frequencies as how many cosines and sines it sees the time
         * @param trace how the trace of its Jacobian is computed in training
         * @param tolerance the error of a step of the solver
         * @param gradient how training steps take gradients through the solver
         * @param trainedBy what it is trained by
         * @param kineticEnergy the weight of the squared velocity in training
         * @param jacobianNorm the weight of the squared norm of its Jacobian in training
         * @param acceleration the weight of the squared acceleration along paths in training
         * @throws IllegalArgumentException if one is missing or out of its range, or there is a
         *     penalty where flow matching, which solves no equation, trains it
         */
        public ContinuousFlow {
            Specs.check(
                    ContinuousFlow.class,
                    hidden,
                    activation,
                    frequencies,
                    trace,
                    tolerance,
                    gradient,
                    trainedBy,
                    kineticEnergy,
                    jacobianNorm,
                    acceleration);
            if (trainedBy == TrainedBy.FLOW_MATCHING
                    && kineticEnergy + jacobianNorm + acceleration > 0) {
                throw new IllegalArgumentException(
                        String.format(
                                "ContinuousFlow: expected a kinetic energy, a Jacobian norm and an"
                                        + " acceleration of weight 0 where flow matching trains"
                                        + " it, got %s, %s and %s",
                                kineticEnergy, jacobianNorm, acceleration));
            }
            hidden = List.copyOf(hidden);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights(features + 2L * frequencies + context, hidden, features);
        }
    }

    /**
     * A layer of a residual flow: features are moved by a network that contracts.
     *
     * @param hidden the widths of the hidden layers of the network
     * @param activation its non-linearity
     * @param activatesInput whether the network begins with the non-linearity
     * @param coefficient the largest spectral norm of each of its matrices
     * @param trace how the log-determinant is computed in training
     * @see <a href="https://arxiv.org/abs/1906.02735">Chen, Behrmann, Duvenaud and Jacobsen,
     *     Residual Flows for Invertible Generative Modeling, 2019</a>
     */
    record ResidualFlow(
            @Field(
                            value = "The widths of the hidden layers",
                            least = 1,
                            most = 65_536,
                            size = {1, 100},
                            byDefault = "64,64")
                    List<Integer> hidden,
            @Field(value = "The non-linearity of the networks", byDefault = "tanh")
                    LipschitzActivation activation,
            @Field(value = "Whether the networks begin with the non-linearity", byDefault = "false")
                    boolean activatesInput,
            @Field(
                            value = "The largest spectral norm of each matrix of the networks",
                            least = 0.01,
                            most = 0.999,
                            byDefault = "0.97")
                    double coefficient,
            @Field(value = "How training computes the log-determinant", byDefault = "exact")
                    Trace trace)
            implements Transform {

        /**
         * Checks the fields.
         *
         * @param hidden the widths of the hidden layers of the network
         * @param activation its non-linearity
         * @param activatesInput whether the network begins with the non-linearity
         * @param coefficient the largest spectral norm of each of its matrices
         * @param trace how the log-determinant is computed in training
         * @throws IllegalArgumentException if one is missing or out of its range
         */
        public ResidualFlow {
            Specs.check(ResidualFlow.class, hidden, activation, activatesInput, coefficient, trace);
            hidden = List.copyOf(hidden);
        }

        /** {@inheritDoc} */
        @Override
        public void requireFits(int features, int context) {
            Specs.requireWeights((long) features + context, hidden, features);
        }
    }

    /** Layers of somebody's own, see {@link Kinds}. */
    non-sealed interface Own extends Transform {

        /** {@inheritDoc} */
        @Override
        default void requireFits(int features, int context) {}
    }

    /**
     * Checks that layers can be made for so many features.
     *
     * @param features the number of features
     * @param context the number of features of the context, 0 for none
     * @throws IllegalArgumentException if not
     */
    void requireFits(int features, int context);
}
