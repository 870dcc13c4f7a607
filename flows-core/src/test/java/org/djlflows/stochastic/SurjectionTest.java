package org.djlflows.stochastic;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;

import org.djlflows.AbstractDistribution;
import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Logit;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Unbounded;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.GaussianMixture;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.evaluation.Estimate;
import org.djlflows.evaluation.ImportanceWeights;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.training.Divergence;
import org.djlflows.training.FusedAdam;
import org.djlflows.training.LogDensity;
import org.djlflows.training.TrainingStep;
import org.djlflows.training.VariationalInference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Surjections against log-densities that can be summed or integrated. */
class SurjectionTest {

    private static final int DRAWS = 20_000;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(21);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Each layer with z of two entries, some of which have an x. */
    enum Layer {
        SLICE(5, -0.7, 0.4),
        SIGNS(2, 0.7, 0.4),
        SORT(2, -0.7, 0.4),
        ROUNDING(2, 4, 1),
        ARGMAX(6, 2, 0);

        private final int features;
        private final double first;
        private final double second;

        Layer(int features, double first, double second) {
            this.features = features;
            this.first = first;
            this.second = second;
        }

        Surjection make(UnaryOperator<Distribution> hide) {
            return switch (this) {
                case SLICE -> new Slice(3, hide.apply(normal()));
                case SIGNS -> new AbsoluteValue(new Mlp(5));
                case SORT -> new Sort();
                case ROUNDING -> new Rounding(5, hide.apply(inUnitBox()));
                case ARGMAX -> new Argmax(3, hide.apply(normal()));
            };
        }

        NDArray z(NDManager manager, int rows) {
            double[] z = {first, second};
            return manager.create(z, new Shape(1, 2)).repeat(0, rows);
        }
    }

    private static Distribution normal() {
        return new ConditionalNormal(new Mlp(5));
    }

    private static Distribution inUnitBox() {
        return new NormalizingFlow(new Logit(0), normal());
    }

    /** What is drawn for z has that z, and the same contribution in both directions. */
    @ParameterizedTest
    @EnumSource
    void whatIsDrawnHasItsImageAndItsContribution(Layer layer) {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            Surjection surjection = layer.make(q -> q);
            Shape context = new Shape(1, 2);
            surjection.initialize(manager, type, new Shape(1, layer.features), context);
            Fixtures.randomise(surjection);
            NDArray z = layer.z(manager, 200);
            NDArray c = manager.randomNormal(0, 1, new Shape(200, 2), type);
            NDList drawn = surjection.inverse(store(), new NDList(z.toType(type, false), c), false);
            assertEquals(new Shape(200, layer.features), drawn.get(0).getShape());
            NDList back = surjection.forward(store(), new NDList(drawn.get(0), c), false);
            double tolerance = type == DataType.FLOAT32 ? 2e-3 : 1e-9;
            assertClose(z, back.get(0), tolerance);
            assertClose(drawn.get(1), back.get(1), tolerance);
            assertArrayEquals(
                    new Shape[] {new Shape(200, 2), new Shape(200)},
                    surjection.getOutputShapes(new Shape[] {drawn.get(0).getShape()}));
            assertTrue(surjection.isExact());
        }
    }

    /** With a distribution that can only be called from Java. */
    @ParameterizedTest
    @EnumSource(names = {"SLICE", "ROUNDING", "ARGMAX"})
    void partsGiveWhatTheProgramGives(Layer layer) {
        Surjection fused = layer.make(q -> q);
        Surjection parts = layer.make(Foreign::new);
        Shape[] shapes = {new Shape(1, layer.features), new Shape(1, 2)};
        for (Surjection surjection : List.of(fused, parts)) {
            surjection.initialize(manager, DataType.FLOAT64, shapes);
        }
        Fixtures.randomise(fused);
        copy(fused, parts);
        NDArray c = manager.randomNormal(0, 1, new Shape(40, 2), DataType.FLOAT64);
        NDList z = new NDList(layer.z(manager, 40), c);
        NDList x =
                agree(
                        () -> fused.inverse(store(), z, false),
                        () -> parts.inverse(store(), z, false));
        NDList in = new NDList(x.get(0), c);
        agree(() -> fused.forward(store(), in, false), () -> parts.forward(store(), in, false));
        StochasticLayer fusedInverse = fused.inverted();
        StochasticLayer partsInverse = parts.inverted();
        agree(
                () -> fusedInverse.forward(store(), z, false),
                () -> partsInverse.forward(store(), z, false));
        agree(
                () -> fusedInverse.inverse(store(), in, false),
                () -> partsInverse.inverse(store(), in, false));
    }

    private static NDList agree(Supplier<NDList> first, Supplier<NDList> second) {
        Fixtures.seed(4);
        NDList one = first.get();
        Fixtures.seed(4);
        NDList two = second.get();
        for (int i = 0; i < one.size(); i++) {
            assertClose(one.get(i), two.get(i), 1e-12);
        }
        return one;
    }

    /** Hides the kernel of a distribution. */
    private static final class Foreign extends AbstractDistribution {

        private final Distribution hidden;

        Foreign(Distribution hidden) {
            this.hidden = addChildBlock("hidden", hidden);
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            return Optional.empty();
        }

        @Override
        protected NDList logProbInParts(ParameterStore store, NDList inputs, boolean training) {
            return hidden.forward(store, inputs, training);
        }

        @Override
        protected NDList sampleInParts(ParameterStore store, NDList inputs, boolean training) {
            return hidden.sample(store, inputs, training);
        }
    }

    /** The two branches of a sign make the density of the magnitude. */
    @Test
    void signsShareTheDensityOfTheMagnitude() {
        NormalizingFlow magnitude =
                new NormalizingFlow(new Unbounded(Double.POSITIVE_INFINITY), new DiagonalNormal());
        Distribution fair = initialised(new StochasticFlow(new AbsoluteValue(), magnitude), 1);
        Distribution odd =
                initialised(new StochasticFlow(new AbsoluteValue(new Mlp(6)), magnitude), 1);
        assertFalse(fair.isBound());
        NDArray x = manager.create(new double[] {0.3, 1.25, 2.4}, new Shape(3, 1));
        double[] log = doubles(magnitude.logProb(x));
        double[] right = doubles(fair.logProb(x));
        double[] left = doubles(fair.logProb(x.neg()));
        double[] oddRight = doubles(odd.logProb(x));
        double[] oddLeft = doubles(odd.logProb(x.neg()));
        for (int i = 0; i < 3; i++) {
            assertEquals(log[i] - Math.log(2), right[i], 1e-12);
            assertEquals(right[i], left[i], 1e-12);
            assertEquals(Math.exp(log[i]), Math.exp(oddRight[i]) + Math.exp(oddLeft[i]), 1e-12);
            assertTrue(Math.abs(oddRight[i] - oddLeft[i]) > 0.01);
        }
        double p = Math.exp(oddRight[1] - log[1]);
        NDArray z = manager.full(new Shape(DRAWS, 1), 1.25f, DataType.FLOAT64);
        NDArray drawn =
                ((Surjection) odd.getChildren().get(0).getValue())
                        .inverse(store(), new NDList(z), false)
                        .get(0);
        double share = Arrays.stream(doubles(drawn)).filter(v -> v > 0).count() / (double) DRAWS;
        assertEquals(p, share, 4 * Math.sqrt(p * (1 - p) / DRAWS));
    }

    /** Against the sum over the four branches: each draw is exact where p is symmetric. */
    @Test
    void theBoundOfMagnitudesIsTightForSymmetricDensities() {
        NDArray x = manager.create(new double[] {0.4, 1.3}, new Shape(1, 2));
        for (Distribution p : List.of(new StandardNormal(), new DiagonalNormal())) {
            Distribution folded =
                    initialised(new StochasticFlow(new AbsoluteValue().inverted(), p), 2);
            double exact = 0;
            for (double[] s : new double[][] {{1, 1}, {1, -1}, {-1, 1}, {-1, -1}}) {
                exact += Math.exp(doubles(p.logProb(x.mul(manager.create(s))))[0]);
            }
            assertBound(folded, x, null, Math.log(exact), p instanceof StandardNormal);
        }
        Distribution folded =
                initialised(
                        new StochasticFlow(new AbsoluteValue().inverted(), new StandardNormal()),
                        2);
        assertTrue(Double.isNaN(doubles(folded.logProb(x.neg()))[0]));
    }

    @Test
    void theBoundOfSortedVectorsIsTightForExchangeableDensities() {
        double[][] orders = {
            {-0.6, 0.4, 1.3}, {-0.6, 1.3, 0.4}, {0.4, -0.6, 1.3},
            {0.4, 1.3, -0.6}, {1.3, -0.6, 0.4}, {1.3, 0.4, -0.6}
        };
        NDArray x = manager.create(orders[0], new Shape(1, 3));
        for (Distribution p : List.of(new StandardNormal(), new DiagonalNormal())) {
            Distribution sorted = initialised(new StochasticFlow(new Sort().inverted(), p), 3);
            double exact = 0;
            for (double[] order : orders) {
                NDArray row = manager.create(order, new Shape(1, 3));
                exact += Math.exp(doubles(p.logProb(row))[0]);
            }
            assertBound(sorted, x, null, Math.log(exact), p instanceof StandardNormal);
            assertTrue(Double.isNaN(doubles(sorted.logProb(x.neg()))[0]));
        }
        Distribution ofSets = initialised(new StochasticFlow(new Sort(), new DiagonalNormal()), 3);
        NDArray all = manager.create(orders);
        double[] same = doubles(ofSets.logProb(all));
        Arrays.stream(same).forEach(l -> assertEquals(same[0], l, 1e-12));
        NDArray drawn = ofSets.sample(manager, 6000);
        NDArray places = drawn.argSort(1).toType(DataType.FLOAT64, false);
        double first = places.get(":, 0").eq(1).toType(DataType.FLOAT64, false).mean().getDouble();
        assertEquals(1 / 3.0, first, 4 * Math.sqrt(2 / 9.0 / 6000));
    }

    /**
     * A joint normal density of (x, u): the posterior of u, which is linear in x, gives the
     * marginal at each draw, another q a bound.
     */
    @Test
    void thePosteriorOfAddedFeaturesMakesTheirBoundExact() {
        NormalizingFlow joint = new NormalizingFlow(new LuLinear(), new StandardNormal());
        ConditionalNormal posterior = new ConditionalNormal(new Mlp(2));
        Distribution augmented =
                initialised(new StochasticFlow(new Slice(1, posterior).inverted(), joint), 1);
        double[] w =
                doubles(joint.toNoise(manager.create(new double[][] {{0, 0}, {1, 0}, {0, 1}})));
        double[] b = {w[0], w[1]};
        double[] ofX = {w[2] - b[0], w[3] - b[1]};
        double[] ofU = {w[4] - b[0], w[5] - b[1]};
        double x = 0.8;
        double precision = dot(ofU, ofU);
        double slope = -dot(ofU, ofX) / precision;
        double shift = -dot(ofU, b) / precision;
        // The marginal is what the mode of u has, times the width.
        double mode = slope * x + shift;
        double height = doubles(joint.logProb(manager.create(new double[][] {{x, mode}})))[0];
        double exact = height + 0.5 * Math.log(2 * Math.PI / precision);

        NDArray row = manager.create(new double[] {x}, new Shape(1, 1));
        assertBound(augmented, row, null, exact, false);
        // relu(x) - relu(-x) is x.
        set(posterior, "layer0_weight", 1, -1);
        set(posterior, "layer0_bias", 0, 0);
        set(posterior, "parameters_weight", slope, -slope, 0, 0);
        set(posterior, "parameters_bias", shift, -0.5 * Math.log(precision));
        assertBound(augmented, row, null, exact, true);
    }

    private static double dot(double[] a, double[] b) {
        return a[0] * b[0] + a[1] * b[1];
    }

    /** Probabilities of three categories, on a grid. */
    @Test
    void boundsOfCategoriesLieBelowTheirProbabilities() {
        GaussianMixture p = new GaussianMixture(2);
        // Hot, since the ratio to a q of light tails has no variance.
        Distribution q = new NormalizingFlow(Permutation.reverse(), normal()).withTemperature(1.7);
        Argmax argmax = new Argmax(3, q);
        StochasticFlow categories = new StochasticFlow(argmax.inverted(), p);
        categories.initialize(manager, DataType.FLOAT64, new Shape(1, 1), new Shape(1, 2));
        Fixtures.randomise(categories);
        double[] truth = probabilities(p);
        assertEquals(1, Arrays.stream(truth).sum(), 1e-3);
        NDArray c = manager.create(new double[] {0.5, -1}, new Shape(1, 2));
        for (int k = 0; k < 3; k++) {
            NDArray row = manager.full(new Shape(1, 1), k, DataType.FLOAT64);
            assertBound(categories, row, c, Math.log(truth[k]), false);
        }
        NDArray drawn = categories.sample(c.repeat(0, DRAWS));
        for (int k = 0; k < 3; k++) {
            double share = drawn.eq(k).toType(DataType.FLOAT64, false).mean().getDouble();
            double error = Math.sqrt(truth[k] * (1 - truth[k]) / DRAWS);
            assertEquals(truth[k], share, 4 * error + 1e-3);
        }
        NDArray none = manager.full(new Shape(1, 1), 3, DataType.FLOAT64);
        assertTrue(Double.isNaN(doubles(categories.logProb(none, c))[0]));
        NDArray between = manager.full(new Shape(1, 1), 0.5f, DataType.FLOAT64);
        assertTrue(Double.isNaN(doubles(categories.logProb(between, c))[0]));
    }

    private double[] probabilities(Distribution p) {
        int n = 120;
        double step = 12.0 / n;
        double[] points = new double[3 * n * n * n];
        for (int i = 0; i < points.length; i++) {
            int cell = i / 3;
            int axis = i % 3;
            int place = axis == 0 ? cell / (n * n) : axis == 1 ? cell / n % n : cell % n;
            // Shifted against each other, so that no cell has two largest coordinates.
            points[i] = -6 + (place + 0.5 + 0.3 * (axis - 1)) * step;
        }
        NDArray grid = manager.create(points, new Shape((long) n * n * n, 3));
        double[] log =
                doubles(
                        p.logProb(
                                grid,
                                manager.zeros(new Shape((long) n * n * n, 2), DataType.FLOAT64)));
        double[] sums = new double[3];
        for (int i = 0; i < log.length; i++) {
            int largest = 0;
            for (int axis = 1; axis < 3; axis++) {
                largest = points[3 * i + axis] > points[3 * i + largest] ? axis : largest;
            }
            sums[largest] += Math.exp(log[i]) * step * step * step;
        }
        return sums;
    }

    /** The mean of a bound lies below, of its exponential at, the truth; k draws lie between. */
    private void assertBound(
            Distribution bound, NDArray row, NDArray context, double exact, boolean tight) {
        assertTrue(bound.isBound());
        double[] draws = draws(bound, row, context);
        if (tight) {
            Arrays.stream(draws).forEach(d -> assertEquals(exact, d, 1e-9));
            return;
        }
        double mean = Arrays.stream(draws).average().orElseThrow();
        ImportanceWeights ratios =
                ImportanceWeights.of(Arrays.stream(draws).map(d -> d - exact).toArray());
        Estimate one = ratios.logNormalizer();
        assertEquals(0, one.value(), 4 * one.standardError() + 2e-3);
        Distribution tighter = new ImportanceWeighted(bound, 8);
        Shape[] shapes =
                context == null
                        ? new Shape[] {row.getShape()}
                        : new Shape[] {row.getShape(), context.getShape()};
        tighter.initialize(manager, DataType.FLOAT64, shapes);
        double closer = Arrays.stream(draws(tighter, row, context)).average().orElseThrow();
        assertTrue(mean < exact - 0.005, mean + " " + exact);
        assertTrue(closer < exact + 0.002 && exact - closer < 0.5 * (exact - mean));
    }

    private double[] draws(Distribution bound, NDArray row, NDArray context) {
        NDArray rows = row.repeat(0, DRAWS);
        return doubles(
                context == null
                        ? bound.logProb(rows)
                        : bound.logProb(rows, context.repeat(0, DRAWS)));
    }

    /** Weights of samples estimate constants and means, whether or not the density is a bound. */
    @Test
    void weightsOfSamplesHaveTheRightMean() {
        Distribution folded =
                initialised(
                        new StochasticFlow(new AbsoluteValue().inverted(), new DiagonalNormal()),
                        1);
        for (Distribution q : List.of(folded, initialised(new ImportanceWeighted(folded, 4), 1))) {
            // e^(1.5 - 2 x^2) on the half line.
            LogDensity target =
                    LogDensity.of(
                            """
                            def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                                return 1.5 - 2 * x[:, 0].square()
                            """);
            NDList drawn = q.sampleWithLogProb(manager, DRAWS);
            target.initialize(manager, DataType.FLOAT64, drawn.get(0).getShape());
            ImportanceWeights weights = ImportanceWeights.of(target, drawn);
            double[] x = doubles(drawn.get(0));
            assertTrue(Arrays.stream(x).min().orElseThrow() >= 0);
            Estimate constant = weights.logNormalizer();
            double logNormalizer = 1.5 + 0.5 * Math.log(Math.PI / 8);
            assertEquals(logNormalizer, constant.value(), 4 * constant.standardError());
            Estimate mean = weights.expectation(x);
            assertEquals(0.5 * Math.sqrt(2 / Math.PI), mean.value(), 4 * mean.standardError());
        }
    }

    @Test
    void tighterBoundsInPartsAreThoseOfTheProgram() {
        Distribution[] both = new Distribution[2];
        for (int i = 0; i < 2; i++) {
            Distribution p = i == 0 ? new DiagonalNormal() : new Foreign(new DiagonalNormal());
            both[i] =
                    initialised(
                            new ImportanceWeighted(
                                    new StochasticFlow(new AbsoluteValue().inverted(), p), 5),
                            2);
        }
        copy(both[0], both[1]);
        NDList x = new NDList(both[0].sample(manager, 30));
        agree(() -> both[0].forward(store(), x, true), () -> both[1].forward(store(), x, true));
        NDList rows = new NDList(manager.create(new Shape(30, 0), DataType.FLOAT64));
        agree(() -> both[0].sample(store(), rows, true), () -> both[1].sample(store(), rows, true));
    }

    /** A ring, which one flow with linear layers cannot be, with two more features. */
    @Test
    void aSequenceOfLayersIsTrained() {
        Distribution flow =
                StochasticFlow.of(
                        List.of(
                                new AbsoluteValue(),
                                new Unbounded(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY),
                                new Slice(1, new ConditionalNormal(new Mlp(8))).inverted(),
                                new Slice(2, new ConditionalNormal(new Mlp(8))),
                                Permutation.reverse()),
                        new DiagonalNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        assertTrue(flow.isBound());
        NDArray x = manager.randomNormal(new Shape(512, 2)).abs().add(0.5);
        x = x.mul(manager.randomUniform(0, 1, x.getShape()).sub(0.5).sign());
        try (FusedAdam optimizer =
                FusedAdam.builder().optLearningRate(Tracker.fixed(0.02f)).build()) {
            TrainingStep step = TrainingStep.of(flow, optimizer, 10).orElseThrow();
            double before = step.take(new NDList(x)).meanLogProb();
            double after = 0;
            for (int i = 0; i < 150; i++) {
                after = step.take(new NDList(x)).meanLogProb();
            }
            // The entropy of each |x| is log sqrt(pi e / 2), and that of its sign log 2.
            double best = -2 * (0.5 * Math.log(Math.PI * Math.E / 2) + Math.log(2));
            assertTrue(after > before + 0.3 && after < best + 0.15, before + " " + after);
            assertTrue(after > best - 0.3, after + " of " + best);
        }
        double[] drawn = doubles(flow.sample(manager, 1000));
        double negative = Arrays.stream(drawn).filter(v -> v < 0).count() / 2000.0;
        assertEquals(0.5, negative, 4 * Math.sqrt(0.25 / 2000));
    }

    @Test
    void whatCannotBeIsRefused() {
        StochasticFlow bound = new StochasticFlow(new Sort().inverted(), new StandardNormal());
        assertTrue(new NormalizingFlow(Permutation.reverse(), bound).isBound());
        refuses(
                "Slice: expected a distribution of what is dropped with an exact log-density, got a"
                        + " bound from StochasticFlow",
                () -> new Slice(1, bound));
        refuses(
                "Slice: expected to drop 1 feature or more, got 0",
                () -> new Slice(0, new StandardNormal()));
        refuses(
                "Argmax: expected 2 categories or more, got 1",
                () -> new Argmax(1, new StandardNormal()));
        assertRefused(
                UnsupportedOperationException.class,
                "AbsoluteValue: expected fair signs to be inverted",
                () -> new AbsoluteValue(new Mlp(2)).inverted());
        refuses(
                "ImportanceWeighted: expected a density that is a bound and 1 draw or more, got an"
                        + " exact one and 3",
                () -> new ImportanceWeighted(new StandardNormal(), 3));
        refuses("got one and 0", () -> new ImportanceWeighted(bound, 0));
        refuses(
                "StochasticFlow: expected bijections and stochastic layers, got a Linear",
                () ->
                        StochasticFlow.of(
                                List.of(Linear.builder().setUnits(2).build()),
                                new StandardNormal()));
        refuses("expected steps, got none", () -> StochasticFlow.of(List.of(), bound));
        VariationalInference byPath =
                VariationalInference.builder()
                        .optDivergence(Divergence.reverseKl().withPathGradient())
                        .build();
        Distribution trainable =
                initialised(new StochasticFlow(new Sort().inverted(), new DiagonalNormal()), 2);
        refuses(
                "VariationalInference: expected a flow with an exact log-density for the path"
                        + " gradient, got a bound from StochasticFlow",
                () -> byPath.fit(trainable, new StandardNormal()));
        refuses(
                "Slice: expected more than the 2 features that it drops, got shape (1, 2)",
                () ->
                        new Slice(2, new StandardNormal())
                                .initialize(manager, DataType.FLOAT32, new Shape(1, 2)));
        refuses(
                "Argmax: expected features in groups of 3, got shape (1, 4)",
                () ->
                        new Argmax(3, new StandardNormal())
                                .initialize(manager, DataType.FLOAT32, new Shape(1, 4)));
        Sort sort = new Sort();
        sort.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        refuses(
                "Sort: expected input shape (batch, 2), got (1, 3)",
                () -> sort.inverse(store(), new NDList(manager.zeros(new Shape(1, 3))), false));
    }

    private static void refuses(String message, Executable call) {
        assertRefused(IllegalArgumentException.class, message, call);
    }

    private <T extends Distribution> T initialised(T distribution, long features) {
        distribution.initialize(manager, DataType.FLOAT64, new Shape(1, features));
        Fixtures.randomise(distribution);
        return distribution;
    }

    private ParameterStore store() {
        return Fixtures.store(manager);
    }

    private static void copy(Block from, Block to) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (int i = 0; i < from.getParameters().size(); i++) {
                NDArray array = from.getParameters().valueAt(i).getArray();
                array.copyTo(to.getParameters().valueAt(i).getArray());
            }
        }
    }

    private void set(Block block, String name, double... values) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> entry : block.getParameters()) {
                if (entry.getKey().endsWith(name)) {
                    NDArray array = entry.getValue().getArray();
                    manager.create(values, array.getShape()).copyTo(array);
                    return;
                }
            }
        }
        throw new IllegalArgumentException(block.getParameters().keys().toString());
    }
}
