package org.djlflows;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;

import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Unbounded;
import org.djlflows.distribution.AnyOrder;
import org.djlflows.distribution.Augmented;
import org.djlflows.distribution.ClassConditionalNormal;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.distribution.FullNormal;
import org.djlflows.distribution.Funnel;
import org.djlflows.distribution.GaussianMixture;
import org.djlflows.distribution.Laplace;
import org.djlflows.distribution.LowRankNormal;
import org.djlflows.distribution.Product;
import org.djlflows.distribution.Resampled;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.StudentT;
import org.djlflows.distribution.TruncatedNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.distribution.VonMises;
import org.djlflows.model.Flows;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.Column;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScalarMap;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.VectorFlow;
import org.djlflows.stochastic.AbsoluteValue;
import org.djlflows.stochastic.Slice;
import org.djlflows.stochastic.StochasticFlow;
import org.djlflows.stochastic.StochasticLayer;
import org.djlflows.testing.DistributionContract;
import org.djlflows.testing.DistributionSubject;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** The distributions of the library. A new one is a line in the table. */
class DistributionContractTest extends DistributionContract {

    @Override
    protected Stream<DistributionSubject> subjects() {
        return Stream.of(
                DistributionSubject.of("standard normal", StandardNormal::new).withoutParameters(),
                DistributionSubject.of("diagonal normal", DiagonalNormal::new),
                DistributionSubject.of("diagonal normal", DiagonalNormal::new).ignoring(2),
                DistributionSubject.of("full normal", FullNormal::new),
                DistributionSubject.of("full normal", FullNormal::new).ignoring(2),
                DistributionSubject.of("low-rank normal", () -> new LowRankNormal(1)),
                DistributionSubject.of("low-rank normal", () -> new LowRankNormal(3)).ignoring(1),
                DistributionSubject.of("Laplace", Laplace::new),
                DistributionSubject.of("Laplace", Laplace::new).ignoring(2),
                DistributionSubject.of("Student", StudentT::ofCommonDegrees),
                DistributionSubject.of("Student", StudentT::new).ignoring(2),
                DistributionSubject.of("truncated normal", () -> new TruncatedNormal(1.5))
                        .withoutParameters(),
                DistributionSubject.of("truncated normal", () -> new TruncatedNormal(7))
                        .ignoring(2)
                        .withoutParameters(),
                DistributionSubject.of("resampled", () -> new Resampled(7, new Mlp(9))),
                DistributionSubject.of("resampled", () -> new Resampled(50, new Mlp(9)))
                        .ignoring(2),
                DistributionSubject.of("von Mises", VonMises::new),
                DistributionSubject.of("von Mises", VonMises::new).ignoring(2),
                DistributionSubject.of("normal of a class", ClassConditionalNormal::new).given(3),
                DistributionSubject.of("uniform box", () -> new UniformBox(-1, 2))
                        .withoutParameters(),
                DistributionSubject.of(
                                "uniform box of a small volume", () -> new UniformBox(0, 0.5))
                        .withoutParameters(),
                DistributionSubject.of("mixture", () -> new GaussianMixture(3)),
                DistributionSubject.of("mixture of clusters", () -> GaussianMixture.fitted(3)),
                DistributionSubject.of("product", DistributionContractTest::product).ignoring(2),
                DistributionSubject.of(
                                "conditional normal", () -> new ConditionalNormal(new Mlp(6)))
                        .given(2),
                DistributionSubject.of(
                                "augmented by nothing",
                                () -> new Augmented(new ConditionalNormal(new Mlp(6)), 0))
                        .given(2),
                DistributionSubject.of("slice", () -> slice(new ConditionalNormal(new Mlp(6)))),
                DistributionSubject.of("slice", () -> slice(new ConditionalNormal(new Mlp(6))))
                        .given(2),
                DistributionSubject.of("slice in parts", () -> slice(flow(foreignSpline())))
                        .withoutKernel()
                        .given(2),
                DistributionSubject.of("fair signs", () -> magnitudes(new AbsoluteValue())),
                DistributionSubject.of(
                        "signs of a network", () -> magnitudes(new AbsoluteValue(new Mlp(6)))),
                DistributionSubject.of("in any order", () -> anyOrder(0)),
                DistributionSubject.of("in any order", () -> anyOrder(2)).given(2),
                DistributionSubject.of("funnel", () -> new Funnel(0.5)).withoutParameters(),
                DistributionSubject.of("spline flow", () -> flow(spline(new Mlp(8)))),
                DistributionSubject.of("spline flow", () -> flow(spline(new Mlp(8)))).given(2),
                DistributionSubject.of("flow without kernel", () -> flow(spline(foreign())))
                        .withoutKernel(),
                DistributionSubject.of(
                                "flow without kernel", () -> flow(spline(foreignConditional())))
                        .withoutKernel()
                        .given(2),
                DistributionSubject.of(
                        "flow over a mixture", DistributionContractTest::overMixture),
                DistributionSubject.of("flow over a flow", DistributionContractTest::overFlow),
                DistributionSubject.of("flow over a flow", DistributionContractTest::overFlow)
                        .given(2),
                DistributionSubject.of("flow with embedding", DistributionContractTest::embedding)
                        .given(3),
                DistributionSubject.of(
                        "cold flow over a flow", () -> overFlow().withTemperature(0.6)),
                DistributionSubject.of(
                                "hot flow with embedding", () -> embedding().withTemperature(1.3))
                        .given(3),
                DistributionSubject.of(
                                "truncated flow with embedding",
                                () -> embedding().withTruncation(1.2))
                        .given(3),
                DistributionSubject.of("Real NVP", () -> realNvp(0)),
                DistributionSubject.of("Real NVP", () -> realNvp(2)).given(2),
                DistributionSubject.of("neural spline flow", () -> neuralSplineFlow(0)),
                DistributionSubject.of("MAF", () -> maf(0)),
                DistributionSubject.of("MAF", () -> maf(2)).given(2),
                DistributionSubject.of("autoregressive splines", () -> autoregressiveSplines(0)),
                DistributionSubject.of("autoregressive splines", () -> autoregressiveSplines(1))
                        .given(1),
                DistributionSubject.of("neural spline flow", () -> neuralSplineFlow(1)).given(1),
                DistributionSubject.of(
                        "BNAF", () -> small(Presets.blockNeuralAutoregressiveFlow(), 0)),
                DistributionSubject.of(
                                "BNAF", () -> small(Presets.blockNeuralAutoregressiveFlow(), 2))
                        .given(2),
                DistributionSubject.of("planar flow", () -> small(Presets.planarFlow(), 0)),
                DistributionSubject.of("planar flow", () -> small(Presets.planarFlow(), 2))
                        .given(2),
                DistributionSubject.of("radial flow", () -> small(Presets.radialFlow(), 0)),
                DistributionSubject.of("radial flow", () -> small(Presets.radialFlow(), 2))
                        .given(2),
                DistributionSubject.of("continuous flow", () -> continuousFlow(0)),
                DistributionSubject.of("continuous flow", () -> continuousFlow(2)).given(2),
                DistributionSubject.of("residual flow", () -> small(Presets.residualFlow(), 0)),
                DistributionSubject.of("residual flow", () -> small(Presets.residualFlow(), 2))
                        .given(2));
    }

    private static Distribution flow(Bijection bijection) {
        return new NormalizingFlow(bijection, new StandardNormal());
    }

    private static Bijection spline(Block conditioner) {
        return new SequentialBijection(
                new LuLinear(),
                new Coupling(
                        Mask.KEEP_FIRST_HALF, new RationalQuadraticSpline(5, 2.5), conditioner));
    }

    /** A conditioner from DJL, which can only be called from Java. */
    private static SequentialBlock foreign() {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(6).build())
                .add(Activation::tanh);
    }

    private static SequentialBlock foreignConditional() {
        SequentialBlock block = new SequentialBlock();
        block.add(new LambdaBlock(l -> new NDList(l.get(0).concat(l.get(1), 1)), "join"));
        return block.add(Linear.builder().setUnits(6).build()).add(Activation::tanh);
    }

    private static Bijection foreignSpline() {
        return new Coupling(
                Mask.KEEP_FIRST_HALF, new RationalQuadraticSpline(5, 2.5), foreignConditional());
    }

    private static Distribution slice(Distribution dropped) {
        return new StochasticFlow(new Slice(1, dropped), new DiagonalNormal());
    }

    /** Magnitudes within a factor of two or so. */
    private static Distribution magnitudes(StochasticLayer signs) {
        Bijection logarithm = new Unbounded(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        return new StochasticFlow(
                signs, new NormalizingFlow(logarithm, new DiagonalNormal()).withTemperature(0.3));
    }

    private static Distribution overMixture() {
        return new NormalizingFlow(affine(), new GaussianMixture(2));
    }

    /** Over columns with a density, as far as they have no atoms. */
    private static Distribution anyOrder(int given) {
        List<Column> columns =
                new ArrayList<>(Collections.nCopies(1 + given, Specs.defaults(Column.Real.class)));
        columns.add(Specs.defaults(Column.Time.class));
        TableFlow small =
                new TableFlow(
                        6, 4, 1, 2, Specs.defaults(ScalarMap.RationalQuadraticSpline.class), 3);
        return new AnyOrder(small, new RationalQuadraticSpline(4, 3), columns, given);
    }

    private static Distribution product() {
        return new Product(new GaussianMixture(2), new DiagonalNormal(), false, true);
    }

    private static NormalizingFlow overFlow() {
        return new NormalizingFlow(
                Permutation.reverse(), new NormalizingFlow(affine(), new DiagonalNormal()));
    }

    private static NormalizingFlow embedding() {
        return new NormalizingFlow(spline(new Mlp(8)), new StandardNormal(), new Mlp(5, 2));
    }

    private static Bijection affine() {
        return new Coupling(Mask.KEEP_SECOND_HALF, new Affine(ScaleMap.SOFT_CLIP), new Mlp(8));
    }

    private static Distribution realNvp(int context) {
        return Flows.of(Presets.realNvp().withTransforms(3).withHidden(8), 2, context);
    }

    private static Distribution maf(int context) {
        return Flows.of(
                Presets.maskedAutoregressiveFlow().withTransforms(3).withHidden(8, 6), 2, context);
    }

    private static Distribution autoregressiveSplines(int context) {
        return Flows.of(
                Presets.autoregressiveSplineFlow().withTransforms(2).withHidden(8), 2, context);
    }

    private static Distribution small(VectorFlow flow, int context) {
        return Flows.of(flow.withTransforms(3).withHidden(6), 2, context);
    }

    private static Distribution continuousFlow(int context) {
        VectorFlow flow = Presets.continuousFlow().with("tolerance", 1e-12);
        return Flows.of(flow.withHidden(6, 5), 2, context);
    }

    private static Distribution neuralSplineFlow(int context) {
        return Flows.of(
                Presets.neuralSplineFlow()
                        .withTransforms(2)
                        .with("bins", 4)
                        .with("bound", 3.0)
                        .withHidden(8),
                2,
                context);
    }
}
