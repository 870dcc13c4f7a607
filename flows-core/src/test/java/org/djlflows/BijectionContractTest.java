package org.djlflows;

import static org.djlflows.spec.Activation.TANH;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;

import org.djlflows.bijection.ActNorm;
import org.djlflows.bijection.BatchNorm;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.bijection.CausalTransformer;
import org.djlflows.bijection.Checkpointed;
import org.djlflows.bijection.ContinuousFlow;
import org.djlflows.bijection.CorrelationCholesky;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.DenseLinear;
import org.djlflows.bijection.DiscreteCosine;
import org.djlflows.bijection.Elementwise;
import org.djlflows.bijection.Guidance;
import org.djlflows.bijection.Householder;
import org.djlflows.bijection.Identity;
import org.djlflows.bijection.LearnedPrior;
import org.djlflows.bijection.Logit;
import org.djlflows.bijection.LowRankLinear;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.MaskedAutoregressive;
import org.djlflows.bijection.MaskedNet;
import org.djlflows.bijection.MultiScale;
import org.djlflows.bijection.Order;
import org.djlflows.bijection.Ordered;
import org.djlflows.bijection.Partial;
import org.djlflows.bijection.Patchify;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Planar;
import org.djlflows.bijection.PluLinear;
import org.djlflows.bijection.Pointwise;
import org.djlflows.bijection.Radial;
import org.djlflows.bijection.RadialCoupling;
import org.djlflows.bijection.Regression;
import org.djlflows.bijection.Rescale;
import org.djlflows.bijection.Reshape;
import org.djlflows.bijection.ResidualFlow;
import org.djlflows.bijection.Rotation;
import org.djlflows.bijection.Simplex;
import org.djlflows.bijection.Squeeze;
import org.djlflows.bijection.Standardize;
import org.djlflows.bijection.Sylvester;
import org.djlflows.bijection.TransformerAutoregressive;
import org.djlflows.bijection.TriangularLinear;
import org.djlflows.bijection.Unbounded;
import org.djlflows.bijection.VisionTransformer;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.Initializers;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.model.Flows;
import org.djlflows.nn.ConvNet;
import org.djlflows.nn.ConvResidualNet;
import org.djlflows.nn.GlowNet;
import org.djlflows.nn.Mlp;
import org.djlflows.nn.PeriodicInputs;
import org.djlflows.nn.RealNvpNet;
import org.djlflows.nn.ResidualNet;
import org.djlflows.nn.ZeroConv;
import org.djlflows.spec.AnalyticFamily;
import org.djlflows.spec.BernsteinTails;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Jet;
import org.djlflows.spec.LipschitzActivation;
import org.djlflows.spec.MixtureForm;
import org.djlflows.spec.MixtureShape;
import org.djlflows.spec.PolynomialBasis;
import org.djlflows.spec.PublishedGlow;
import org.djlflows.spec.PublishedRealNvp;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.Residual;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.SmoothActivation;
import org.djlflows.spec.SolverGradient;
import org.djlflows.spec.Specs;
import org.djlflows.spec.Trace;
import org.djlflows.spec.TrainedBy;
import org.djlflows.spec.Transform;
import org.djlflows.testing.BijectionContract;
import org.djlflows.testing.Subject;
import org.djlflows.univariate.Additive;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.AnalyticMap;
import org.djlflows.univariate.Bernstein;
import org.djlflows.univariate.CircularSpline;
import org.djlflows.univariate.Composition;
import org.djlflows.univariate.CubicSpline;
import org.djlflows.univariate.DeepDenseSigmoidal;
import org.djlflows.univariate.DeepSigmoidal;
import org.djlflows.univariate.IntegratedNetwork;
import org.djlflows.univariate.LinearRationalSpline;
import org.djlflows.univariate.LinearSpline;
import org.djlflows.univariate.MixtureCdf;
import org.djlflows.univariate.MonotonicNetwork;
import org.djlflows.univariate.PerFeature;
import org.djlflows.univariate.QuadraticSpline;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.SinhArcsinh;
import org.djlflows.univariate.SumOfSquares;
import org.djlflows.univariate.UnconstrainedMonotonic;
import org.djlflows.univariate.Univariate;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The layers of the library. A new one is a line in the table. */
class BijectionContractTest extends BijectionContract {

    @Override
    protected Stream<Subject> subjects() {
        return Stream.concat(layers(), smoothMaps());
    }

    private static Stream<Subject> layers() {
        return Stream.of(
                Subject.of("nice", () -> coupling(new Additive()), 5),
                Subject.of("affine, bounded tanh", () -> affine(ScaleMap.BOUNDED_TANH), 5),
                Subject.of("affine, sigmoid", () -> affine(ScaleMap.SHIFTED_SIGMOID), 5).given(2),
                Subject.of("affine, soft clip", () -> affine(ScaleMap.SOFT_CLIP), 5).given(2),
                Subject.of("affine, softplus", () -> affine(ScaleMap.SOFTPLUS), 5).given(2),
                Subject.of("affine, exponential", () -> affine(ScaleMap.EXPONENTIAL), 5).given(2),
                Subject.of("affine, twice a sigmoid", () -> affine(ScaleMap.DOUBLE_SIGMOID), 5),
                Subject.of("direct coupling", () -> direct(new Mlp(TANH, 7, 6)), 5),
                Subject.of("direct coupling, no kernel", () -> direct(linear(6)), 5)
                        .withoutKernel(),
                Subject.of("spline coupling", () -> coupling(spline()), 5),
                Subject.of("spline coupling", () -> coupling(spline()), 5).given(3),
                Subject.of("spline coupling", () -> coupling(spline()), 5).given(3).inverted(),
                Subject.of("spline coupling of one feature", () -> coupling(spline()), 1).given(2),
                Subject.of("linear spline coupling", () -> coupling(linear()), 5).given(2),
                Subject.of("linear spline coupling", () -> coupling(linear()), 5).inverted(),
                Subject.of("masked linear spline", () -> masked(linear()), 5).given(2),
                Subject.of("linear spline of entries", () -> new Elementwise(linear()), 4),
                Subject.of("quadratic spline coupling", () -> coupling(quadratic()), 5).given(2),
                Subject.of("quadratic spline coupling", () -> coupling(quadratic()), 5).inverted(),
                Subject.of("masked quadratic spline", () -> masked(quadratic()), 5).given(2),
                Subject.of("quadratic spline of entries", () -> new Elementwise(quadratic()), 4),
                Subject.of("cubic spline coupling", () -> coupling(cubic()), 5).given(2),
                Subject.of("cubic spline coupling", () -> coupling(cubic()), 5).inverted(),
                Subject.of("masked cubic spline", () -> masked(cubic()), 5).given(2),
                Subject.of("cubic spline of entries", () -> new Elementwise(cubic()), 4),
                Subject.of("linear-rational spline coupling", () -> coupling(linearRational()), 5)
                        .given(2),
                Subject.of("linear-rational spline coupling", () -> coupling(linearRational()), 5)
                        .inverted(),
                Subject.of("masked linear-rational spline", () -> masked(linearRational()), 5)
                        .given(2),
                Subject.of(
                        "linear-rational spline of entries",
                        () -> new Elementwise(linearRational()),
                        4),
                Subject.of("scattered mask", () -> coupling(Mask.KEEP_ODD, new Mlp(8)), 5),
                Subject.of("no kernel", () -> coupling(Mask.KEEP_EVEN, linear(6)), 5)
                        .withoutKernel(),
                Subject.of("residual net", () -> coupling(Mask.KEEP_SECOND_HALF, residual()), 5),
                Subject.of("residual net", () -> coupling(Mask.KEEP_SECOND_HALF, residual()), 5)
                        .given(2),
                Subject.of(
                                "coupling of channels, no kernel",
                                BijectionContractTest::imageCoupling,
                                3,
                                2,
                                2)
                        .withoutKernel(),
                Subject.of("coupling of channels", BijectionContractTest::channels, 3, 2, 2),
                Subject.of("coupling of channels", () -> images(Mask.KEEP_ODD, conv()), 3, 2, 2)
                        .given(2),
                Subject.of(
                        "coupling of pixels", () -> images(Mask.KEEP_ODD_PIXELS, conv()), 2, 4, 2),
                Subject.of(
                                "coupling of pixels",
                                () -> images(Mask.KEEP_ODD_PIXELS, conv()),
                                1,
                                2,
                                4)
                        .given(2, 4, 8)
                        .inverted(),
                Subject.of("spline of pixels", () -> pixels(spline()), 1, 4, 2).given(2),
                Subject.of(
                                "coupling of pixels, no kernel",
                                () -> images(Mask.KEEP_EVEN_PIXELS, foreignConv()),
                                2,
                                2,
                                2)
                        .withoutKernel(),
                Subject.of("scalar map of a user", () -> coupling(new Stretch()), 5),
                Subject.of("masked scalar map of a user", () -> masked(new Stretch()), 5),
                Subject.of("scalar map with a numerical inverse", () -> coupling(new Bend()), 5),
                Subject.of("masked map with a numerical inverse", () -> masked(new Bend()), 4)
                        .given(2),
                Subject.of("spline on the circle", () -> coupling(new CircularSpline(5)), 5)
                        .onUnitInterval(),
                Subject.of(
                                "spline on the circle of zuko",
                                () -> coupling(CircularSpline.clipped(5, 1e-2)),
                                5)
                        .onUnitInterval(),
                Subject.of("one map after another", () -> coupling(composed()), 5).given(2),
                Subject.of("different maps", () -> coupling(different(0, 1, 0)), 5)
                        .given(2)
                        .onUnitInterval(),
                Subject.of("different maps, one unused", () -> coupling(different(1, 1, 1)), 5)
                        .onUnitInterval(),
                Subject.of("different masked maps", () -> masked(different(0, 1, 1, 0, 1)), 5)
                        .onUnitInterval(),
                Subject.of("masked angles", () -> angles(MaskedNet.mlp(TANH, 14)), 5)
                        .given(2)
                        .onUnitInterval(),
                Subject.of("masked angles", () -> angles(MaskedNet.residual(TANH, 9, 1)), 5)
                        .onUnitInterval(),
                Subject.of("different maps of entries", () -> new Elementwise(different(1, 0)), 4)
                        .onUnitInterval(),
                Subject.of("different maps of channels", () -> channels(different(1, 0)), 3, 2, 2)
                        .onUnitInterval(),
                Subject.of("periodic inputs", () -> coupling(Mask.KEEP_SECOND_HALF, angles()), 5)
                        .given(2),
                Subject.of(
                                "periodic inputs, no kernel",
                                () ->
                                        coupling(
                                                Mask.KEEP_EVEN,
                                                new PeriodicInputs(linear(6), true, false)),
                                4)
                        .withoutKernel(),
                Subject.of(
                        "concatenate",
                        () ->
                                Partial.concatenate(
                                        List.of(affine(ScaleMap.SOFT_CLIP), new LuLinear()), 3, 2),
                        5),
                Subject.of("partial", () -> new Partial(affine(ScaleMap.SOFT_CLIP), 4, 0, 2), 5)
                        .given(2),
                Subject.of(
                                "partial, no kernel",
                                () -> new Partial(coupling(Mask.KEEP_EVEN, linear(6)), 1, 3, 0),
                                5)
                        .withoutKernel(),
                Subject.of("half lines and intervals", BijectionContractTest::halfLines, 3)
                        .ignoring(2)
                        .onUnitInterval(),
                Subject.of("half lines and intervals", BijectionContractTest::halfLines, 3)
                        .onUnitInterval()
                        .inverted(),
                Subject.of("residual layer", () -> new Residue(0.9), 4),
                Subject.of("residual layer", () -> new Residue(0.9), 3).given(2).inverted(),
                Subject.of("bijection by Newton's steps", () -> new Residue(30.0), 4).given(2),
                Subject.of("planar", () -> new Planar(Planar.Function.TANH), 5),
                Subject.of("planar", () -> new Planar(Planar.Function.TANH), 5).inverted(),
                Subject.of("planar", () -> new Planar(Planar.Function.TANH), 5).ignoring(2),
                Subject.of("amortised planar", () -> planar(new Mlp(6)), 5).given(3),
                Subject.of("planar, leaky", () -> new Planar(Planar.Function.LEAKY_RELU), 5),
                Subject.of("radial", Radial::new, 5),
                Subject.of("radial", Radial::new, 1).inverted(),
                Subject.of("amortised radial", () -> new Radial(new Mlp(6)), 5).given(3),
                Subject.of("radius by direction", () -> radii(new Mlp(6)), 5),
                Subject.of("radius by direction", () -> radii(new Mlp(6)), 3).given(2).inverted(),
                Subject.of("radius by direction", () -> radii(new Mlp(6)), 1),
                Subject.of("radius", () -> new RadialCoupling(spline()), 4).ignoring(2),
                Subject.of("radius", () -> new RadialCoupling(new Bend()), 4).inverted(),
                Subject.of("sylvester", () -> new Sylvester(3, 3), 5),
                Subject.of("sylvester", () -> new Sylvester(2, 1), 5).inverted(),
                Subject.of("sylvester", () -> new Sylvester(1, 2), 1).ignoring(2),
                Subject.of("sylvester of full rank", () -> new Sylvester(5, 2), 5),
                Subject.of("amortised sylvester", () -> new Sylvester(2, 2, new Mlp(6)), 5)
                        .given(3),
                Subject.of("masked affine", () -> masked(new Affine(ScaleMap.SOFT_CLIP)), 5),
                Subject.of("masked affine", () -> masked(new Affine(ScaleMap.SOFT_CLIP)), 5)
                        .given(2),
                Subject.of("masked affine", () -> masked(new Affine(ScaleMap.SOFT_CLIP)), 5)
                        .given(2)
                        .inverted(),
                Subject.of("masked spline", () -> masked(spline()), 5),
                Subject.of(
                        "clipped spline",
                        () -> coupling(RationalQuadraticSpline.clipped(6, 2.5, 1e-3)),
                        5),
                Subject.of("masked spline of one feature", () -> masked(spline()), 1).given(2),
                Subject.of("masked spline in another order", () -> inOrder(2, 0, 3, 1), 4),
                Subject.of("block autoregressive", () -> new BlockNeuralAutoregressive(4), 5),
                Subject.of("block autoregressive", () -> new BlockNeuralAutoregressive(4, 3), 5)
                        .given(2),
                Subject.of("block autoregressive", () -> new BlockNeuralAutoregressive(4, 3), 4)
                        .inverted(),
                Subject.of("block autoregressive of one feature", () -> blocks(Residual.NONE), 1)
                        .given(2),
                Subject.of("block autoregressive, alone", () -> blocks(Residual.NONE), 5).given(2),
                Subject.of("block autoregressive, normal", () -> blocks(Residual.NORMAL), 5),
                Subject.of("masked residual", BijectionContractTest::maskedResiduals, 5),
                Subject.of("masked residual", BijectionContractTest::maskedResiduals, 5)
                        .given(2)
                        .inverted(),
                Subject.of("masked residual in groups", () -> inGroups(maskedResidual()), 5)
                        .given(2),
                Subject.of("masked in groups", () -> inGroups(maskedMlp()), 5),
                Subject.of("masked in groups", () -> inGroups(maskedMlp()), 5).given(2),
                Subject.of("masked in one group", BijectionContractTest::inOnePass, 5).given(2),
                Subject.of("act norm", ActNorm::new, 4),
                Subject.of("act norm of channels", ActNorm::new, 3, 2, 2),
                Subject.of("reverse", Permutation::reverse, 5),
                Subject.of("random permutation", () -> Permutation.random(3), 7),
                Subject.of("permuted channels", () -> Permutation.of(2, 0, 1), 3, 2, 2),
                Subject.of("lu", LuLinear::new, 5),
                Subject.of("lu of channels", LuLinear::new, 3, 2, 2),
                Subject.of("dense", DenseLinear::new, 5),
                Subject.of("dense", DenseLinear::new, 5).inverted(),
                Subject.of("dense", DenseLinear::new, 5).ignoring(2),
                Subject.of("dense of channels", DenseLinear::new, 3, 2, 2).ignoring(2),
                Subject.of("upper triangular", TriangularLinear::upper, 5),
                Subject.of("lower triangular", TriangularLinear::lower, 5).inverted(),
                Subject.of("lower triangular", TriangularLinear::lower, 5).ignoring(2),
                Subject.of("triangular, channels", TriangularLinear::upper, 3, 2, 2),
                Subject.of("householder", () -> new Householder(3), 5),
                Subject.of("householder", () -> new Householder(7), 5).ignoring(2),
                Subject.of("householder", () -> new Householder(2), 5).inverted(),
                Subject.of("householder of channels", () -> new Householder(2), 3, 2, 2),
                Subject.of("low rank", () -> new LowRankLinear(2), 5),
                Subject.of("low rank", () -> new LowRankLinear(1), 4).inverted().ignoring(2),
                Subject.of("low rank of channels", () -> new LowRankLinear(2), 3, 2, 2),
                Subject.of("discrete cosine", DiscreteCosine::new, 5),
                Subject.of("discrete cosine", DiscreteCosine::new, 3, 2, 4).inverted(),
                Subject.of("discrete cosine", DiscreteCosine::new, 4).ignoring(2),
                Subject.of("wavelets", Squeeze::haar, 2, 4, 2),
                Subject.of("wavelets", Squeeze::haar, 1, 2, 2).ignoring(2),
                Subject.of("exp", Pointwise::exponential, 3),
                Subject.of("logarithm", () -> Pointwise.exponential().inverted(), 2, 3)
                        .onUnitInterval()
                        .ignoring(2),
                Subject.of("softplus", Pointwise::softplus, 3),
                Subject.of("tanh", Pointwise::tanh, 3),
                Subject.of("leaky tanh", () -> Pointwise.leakyTanh(0.7), 3),
                Subject.of("leaky tanh", () -> Pointwise.leakyTanh(0.7), 3).inverted(),
                Subject.of("leaky relu", () -> Pointwise.leakyRelu(0.2), 3).inverted(),
                Subject.of("soft clip", () -> Pointwise.softClip(1.3), 3),
                Subject.of("power", () -> Pointwise.power(1.7), 3).onUnitInterval(),
                Subject.of("increasing vectors", Ordered::new, 4).inverted().onUnitInterval(),
                Subject.of("increasing vectors", Ordered::new, 1).inverted().ignoring(2),
                Subject.of("shares", Simplex::new, 4).inverted(),
                Subject.of("shares", Simplex::new, 1).onUnitInterval().ignoring(2),
                Subject.of("correlations", () -> new CorrelationCholesky(4), 6)
                        .inverted()
                        .onUnitInterval(),
                Subject.of("correlation", () -> new CorrelationCholesky(2), 1)
                        .onUnitInterval()
                        .ignoring(2),
                Subject.of("incompressible", () -> incompressible(new Mlp(6)), 5),
                Subject.of("incompressible", () -> incompressible(new Mlp(6)), 7).given(2),
                Subject.of("incompressible", () -> incompressible(conv()), 3, 2, 2).inverted(),
                Subject.of("incompressible, no kernel", () -> incompressible(linear(6)), 5)
                        .withoutKernel(),
                Subject.of("rotation", Rotation::new, 5),
                Subject.of("rotation", Rotation::new, 5).ignoring(2),
                Subject.of("rotation", Rotation::new, 5).inverted(),
                Subject.of("rotation of channels", Rotation::new, 3, 2, 2),
                Subject.of("fitted rotation", Rotation::fitted, 4),
                Subject.of("fitted rotation of channels", Rotation::fitted, 3, 2, 2),
                Subject.of("step of Glow", BijectionContractTest::glow, 3, 2, 2),
                Subject.of("lu", LuLinear::new, 5).inverted(),
                Subject.of("elementwise spline", () -> new Elementwise(spline()), 4),
                Subject.of(
                                "elementwise spline from a context",
                                () -> new Elementwise(spline(), new Mlp(6)),
                                4)
                        .given(2),
                Subject.of("gaussianization", BijectionContractTest::gaussianization, 3),
                Subject.of("gaussianization", BijectionContractTest::gaussianization, 3).inverted(),
                Subject.of(
                                "normal mixtures from a context",
                                () -> new Elementwise(normals(), new Mlp(6)),
                                3)
                        .given(2),
                Subject.of(
                        "elementwise affine on images",
                        () -> new Elementwise(new Affine(ScaleMap.BOUNDED_TANH)),
                        2,
                        3,
                        2),
                Subject.of("standardize", Standardize::new, 4),
                Subject.of(
                        "standardize, log tails", () -> new Standardize(OptionalDouble.of(0.7)), 3),
                Subject.of("standardize", Standardize::new, 2, 3).ignoring(2),
                Subject.of("regression", Regression::new, 4).given(3),
                Subject.of("regression", Regression::new, 1).given(2).inverted(),
                Subject.of("act norm", ActNorm::new, 4).ignoring(2),
                Subject.of("act norm", ActNorm::new, 4).inverted(),
                Subject.of("lu", LuLinear::new, 5).ignoring(2),
                Subject.of("reverse", Permutation::reverse, 5).ignoring(2),
                Subject.of("elementwise spline", () -> new Elementwise(spline()), 4).ignoring(2),
                Subject.of("logit", () -> new Logit(0.05), 3).onUnitInterval().ignoring(2),
                Subject.of("nice", () -> coupling(new Additive()), 5).given(2),
                Subject.of("affine, bounded tanh", () -> affine(ScaleMap.BOUNDED_TANH), 5).given(2),
                Subject.of("linear spline coupling", () -> coupling(linear()), 5).given(2),
                Subject.of("linear spline coupling", () -> coupling(linear()), 5).inverted(),
                Subject.of("masked linear spline", () -> masked(linear()), 5).given(2),
                Subject.of("linear spline of entries", () -> new Elementwise(linear()), 4),
                Subject.of("quadratic spline coupling", () -> coupling(quadratic()), 5).given(2),
                Subject.of("quadratic spline coupling", () -> coupling(quadratic()), 5).inverted(),
                Subject.of("masked quadratic spline", () -> masked(quadratic()), 5).given(2),
                Subject.of("quadratic spline of entries", () -> new Elementwise(quadratic()), 4),
                Subject.of("cubic spline coupling", () -> coupling(cubic()), 5).given(2),
                Subject.of("cubic spline coupling", () -> coupling(cubic()), 5).inverted(),
                Subject.of("masked cubic spline", () -> masked(cubic()), 5).given(2),
                Subject.of("cubic spline of entries", () -> new Elementwise(cubic()), 4),
                Subject.of("linear-rational spline coupling", () -> coupling(linearRational()), 5)
                        .given(2),
                Subject.of("linear-rational spline coupling", () -> coupling(linearRational()), 5)
                        .inverted(),
                Subject.of("masked linear-rational spline", () -> masked(linearRational()), 5)
                        .given(2),
                Subject.of(
                        "linear-rational spline of entries",
                        () -> new Elementwise(linearRational()),
                        4),
                Subject.of("scattered mask", () -> coupling(Mask.KEEP_ODD, new Mlp(8)), 5).given(2),
                Subject.of("inverted twice", BijectionContractTest::sequence, 5)
                        .inverted()
                        .inverted(),
                Subject.of("logit", () -> new Logit(0.05), 3).onUnitInterval(),
                Subject.of("sequence", BijectionContractTest::sequence, 5),
                Subject.of("sequence", BijectionContractTest::sequence, 5).given(2),
                Subject.of("sequence", BijectionContractTest::sequence, 5).given(2).inverted(),
                Subject.of(
                                "sequence with no kernel",
                                () ->
                                        new SequentialBijection(
                                                sequence(), coupling(Mask.KEEP_ODD, linear(5))),
                                5)
                        .withoutKernel(),
                Subject.of("two scales", () -> twoScales(new ActNorm(), conv()), 1, 4, 4),
                Subject.of("two scales", () -> twoScales(new ActNorm(), conv()), 1, 4, 4).given(2),
                Subject.of("two scales", () -> twoScales(new ActNorm(), conv()), 1, 2, 4)
                        .given(2, 2, 4),
                Subject.of(
                                "two scales, no kernel",
                                () -> twoScales(new ActNorm(), foreignConv()),
                                1,
                                4,
                                4)
                        .withoutKernel(),
                Subject.of("three scales", BijectionContractTest::threeScales, 1, 4, 8),
                Subject.of("coupling of Glow", () -> direct(new GlowNet(6, 4)), 4, 2, 2),
                Subject.of("prior of Glow", () -> direct(new ZeroConv(4)), 4, 2, 2)
                        .given(2)
                        .inverted(),
                Subject.of("coupling of Real NVP", () -> direct(new RealNvpNet(5, 1, 4)), 4, 2, 2)
                        .given(2),
                Subject.of(
                        "coupling of Real NVP, pixels",
                        () ->
                                Coupling.direct(
                                        Mask.KEEP_EVEN_PIXELS,
                                        new Affine(ScaleMap.BOUNDED_TANH),
                                        RealNvpNet.ofPixels(false, 5, 2, 4)),
                        2,
                        2,
                        4),
                Subject.of("coupling of Jet", () -> jet(Mask.keepRandomHalf(3)), 5, 2, 2).given(2),
                Subject.of("coupling of Jet", () -> jet(Mask.KEEP_ODD_PIXELS), 2, 2, 4).inverted(),
                Subject.of("Jet", () -> images(new Jet(2, 8, 5, 1), 2), 1, 4, 4)
                        .onUnitInterval()
                        .given(2),
                Subject.of("learned prior", LearnedPrior::new, 3),
                Subject.of("learned prior", LearnedPrior::new, 3, 2, 2).given(2),
                Subject.of("learned prior", LearnedPrior::new, 2, 1, 3).given(2).inverted(),
                Subject.of("PLU", PluLinear::new, 5).ignoring(2),
                Subject.of("PLU of channels", PluLinear::new, 4, 3, 2),
                Subject.of("PLU of channels", PluLinear::new, 3, 2, 2).inverted(),
                Subject.of("published Real NVP", () -> publishedRealNvp(2), 1, 4, 4)
                        .onUnitInterval()
                        .given(2),
                Subject.of("published Glow", () -> publishedGlow(0), 1, 4, 4).onUnitInterval(),
                Subject.of("published Glow", () -> publishedGlow(2), 1, 4, 4)
                        .onUnitInterval()
                        .given(2),
                Subject.of("Real NVP of images", () -> realNvp(0), 1, 4, 4).onUnitInterval(),
                Subject.of("Glow", () -> glow(2), 1, 4, 4).onUnitInterval().given(2),
                Subject.of("transformer", () -> transformer(Order.ASCENDING), 4, 2),
                Subject.of("transformer", () -> transformer(Order.DESCENDING), 3, 3).given(2),
                Subject.of("transformer", () -> transformer(Order.of(2, 0, 1)), 3, 2).given(3),
                Subject.of("transformer", () -> transformer(Order.ASCENDING), 2, 2)
                        .given(2)
                        .inverted(),
                Subject.of(
                                "transformer that keeps the volume",
                                () ->
                                        TransformerAutoregressive.volumePreserving(
                                                Order.DESCENDING, new CausalTransformer(6, 1)),
                                3,
                                2)
                        .given(2),
                Subject.of("guided transformer", () -> guided(Guidance.Rule.SCALE_AND_SHIFT), 4, 2)
                        .given(2),
                Subject.of("guided transformer", () -> guided(Guidance.Rule.COMBINED), 4, 2),
                Subject.of("transformer of a vector", BijectionContractTest::ofVector, 4).given(2),
                Subject.of("TarFlow", BijectionContractTest::tarFlow, 1, 4, 4)
                        .onUnitInterval()
                        .given(2),
                Subject.of("patches", () -> new Patchify(new Shape(2, 4, 6), 2), 2, 4, 6)
                        .ignoring(2),
                Subject.of("patches", () -> new Patchify(new Shape(1, 2, 4), 2), 2, 4).inverted(),
                Subject.of("reshape", () -> new Reshape(new Shape(2, 3), new Shape(6)), 2, 3)
                        .ignoring(2),
                Subject.of("batch norm", BatchNorm::new, 4),
                Subject.of("batch norm", BatchNorm::new, 4).ignoring(2).inverted(),
                Subject.of("batch norm of channels", () -> norm(Mask.KEEP_ODD), 3, 2, 2),
                Subject.of("batch norm of pixels", () -> norm(Mask.KEEP_ODD_PIXELS), 2, 4, 2),
                Subject.of("rescale", () -> new Rescale(1.7), 2, 3).ignoring(2),
                Subject.of("rescale", () -> new Rescale(0.3, -1), 4).inverted(),
                Subject.of("plain logit", () -> new Logit(0), 3).onUnitInterval(),
                Subject.of(
                                "checkpointed",
                                () -> new Checkpointed(transformer(Order.DESCENDING)),
                                3,
                                2)
                        .given(2),
                Subject.of("checkpointed squeeze", () -> new Checkpointed(new Squeeze()), 8, 1, 2)
                        .inverted(),
                Subject.of("identity", Identity::new, 3),
                Subject.of("identity", Identity::new, 2, 1, 3).ignoring(2),
                Subject.of("squeeze", Squeeze::new, 2, 2, 4),
                Subject.of("squeeze", Squeeze::new, 8, 1, 2).inverted(),
                Subject.of("ordered squeeze", Squeeze::ordered, 2, 2, 4).ignoring(3),
                Subject.of("ordered squeeze", Squeeze::ordered, 8, 1, 2).inverted(),
                Subject.of("sequence that reshapes", BijectionContractTest::reshaping, 1, 4, 2),
                Subject.of("sequence that reshapes", BijectionContractTest::reshaping, 4, 2, 1)
                        .inverted(),
                Subject.of(
                                "logit in a sequence",
                                () ->
                                        new SequentialBijection(
                                                new Logit(0.01), Permutation.reverse()),
                                3)
                        .onUnitInterval(),
                Subject.of("continuous flow", BijectionContractTest::continuous, 3),
                Subject.of("continuous flow", BijectionContractTest::continuous, 2).given(2),
                Subject.of("continuous flow", BijectionContractTest::continuous, 1).inverted(),
                Subject.of("continuous flow of three layers", () -> continuous(4, 5, 3), 3)
                        .given(1),
                Subject.of(
                        "penalised continuous flow",
                        () -> penalised(SolverGradient.CHECKPOINTED),
                        3),
                Subject.of(
                                "penalised continuous flow by its adjoint",
                                () -> penalised(SolverGradient.ADJOINT),
                                2)
                        .given(2),
                Subject.of("continuous flow by its adjoint", BijectionContractTest::byAdjoint, 2)
                        .given(2),
                Subject.of(
                        "residual flow",
                        () -> residual(LipschitzActivation.LIP_SWISH, 0.97, 8, 6),
                        3),
                Subject.of(
                                "residual flow",
                                () -> residual(LipschitzActivation.LIP_SWISH, 0.6, 8, 6),
                                5)
                        .given(2),
                Subject.of(
                                "residual flow",
                                () -> residual(LipschitzActivation.LIP_SWISH, 0.8, 7),
                                1)
                        .given(1)
                        .inverted(),
                Subject.of(
                        "residual flow of three layers",
                        () -> residual(LipschitzActivation.ELU, 0.7, 4, 6, 5),
                        2),
                Subject.of("residual flow that activates x", BijectionContractTest::activating, 3)
                        .given(2));
    }

    private static Bijection incompressible(Block conditioner) {
        return Coupling.volumePreserving(Mask.KEEP_EVEN, conditioner);
    }

    private static Bijection radii(Mlp network) {
        return new RadialCoupling(new AnalyticMap(AnalyticFamily.SINH, 2), network);
    }

    private static Bijection residual(
            LipschitzActivation activation, double coefficient, Integer... hidden) {
        return new ResidualFlow(
                new Transform.ResidualFlow(
                        List.of(hidden), activation, false, coefficient, Trace.EXACT));
    }

    private static Bijection activating() {
        return new ResidualFlow(
                new Transform.ResidualFlow(
                        List.of(6, 5), LipschitzActivation.TANH, true, 0.5, Trace.EXACT));
    }

    private static Bijection continuous() {
        return new ContinuousFlow(exacting(SmoothActivation.TANH, 6, 5));
    }

    private static Bijection continuous(Integer... hidden) {
        return new ContinuousFlow(exacting(SmoothActivation.GELU, hidden));
    }

    private static Bijection byAdjoint() {
        return new ContinuousFlow(
                Specs.with(
                        exacting(SmoothActivation.TANH, 6, 5), "gradient", SolverGradient.ADJOINT));
    }

    private static Bijection penalised(SolverGradient gradient) {
        return new ContinuousFlow(
                new Transform.ContinuousFlow(
                        List.of(6, 5),
                        SmoothActivation.TANH,
                        2,
                        Trace.EXACT,
                        1e-12,
                        gradient,
                        TrainedBy.LIKELIHOOD,
                        0.3,
                        0.2,
                        0.1));
    }

    /** The errors of its steps are so small that those of the whole way pass. */
    private static Transform.ContinuousFlow exacting(
            SmoothActivation activation, Integer... hidden) {
        return new Transform.ContinuousFlow(
                List.of(hidden),
                activation,
                2,
                Trace.EXACT,
                1e-12,
                SolverGradient.CHECKPOINTED,
                TrainedBy.LIKELIHOOD,
                0,
                0,
                0);
    }

    /** Scalar maps without kinks, in the layers that take one. */
    private static Stream<Subject> smoothMaps() {
        return Stream.of(
                        uses("deep sigmoidal", () -> new DeepSigmoidal(6, 2)),
                        uses("deep dense sigmoidal", () -> new DeepDenseSigmoidal(3, 3)),
                        uses("Bernstein", () -> new Bernstein(8, 2.5, BernsteinTails.LINEAR)),
                        uses(
                                "Bernstein on an interval",
                                () -> new Bernstein(9, 2.5, BernsteinTails.IDENTITY)),
                        uses(
                                "sum of squares",
                                () -> new SumOfSquares(3, 3, 4, PolynomialBasis.LEGENDRE)),
                        uses(
                                "sum of squares of powers",
                                () -> new SumOfSquares(3, 2, 4, PolynomialBasis.POWERS)),
                        uses("integrated network", () -> new IntegratedNetwork(4, 7, 20, 2.5)),
                        uses("monotonic network", () -> new MonotonicNetwork(3, 6, 5)),
                        uses(
                                "unconstrained monotonic",
                                () -> new UnconstrainedMonotonic(3, TANH, 32, 2.5, 6, 5)),
                        uses("logistic CDF", () -> new MixtureCdf(5, MixtureShape.LOGISTIC)),
                        uses("normal CDF", () -> new MixtureCdf(4, MixtureShape.NORMAL)),
                        uses(
                                "normal CDF by shifts",
                                () -> new MixtureCdf(4, MixtureShape.NORMAL, MixtureForm.SHIFTS)),
                        uses("sinh-arcsinh", SinhArcsinh::new),
                        uses("sinh", () -> new AnalyticMap(AnalyticFamily.SINH, 3)),
                        uses("cubic", () -> new AnalyticMap(AnalyticFamily.CUBIC, 3)),
                        uses(
                                "cubic-rational",
                                () -> new AnalyticMap(AnalyticFamily.CUBIC_RATIONAL, 3)))
                .flatMap(uses -> uses);
    }

    private static Stream<Subject> uses(String name, Supplier<Univariate> map) {
        return Stream.of(
                Subject.of("coupling, " + name, () -> coupling(map.get()), 5),
                Subject.of("coupling, " + name, () -> coupling(map.get()), 5).given(2).inverted(),
                Subject.of("masked, " + name, () -> masked(map.get()), 4).given(2),
                Subject.of("elementwise, " + name, () -> new Elementwise(map.get()), 3),
                Subject.of("channels, " + name, () -> channels(map.get()), 3, 2, 2));
    }

    private static TransformerAutoregressive transformer(Order order) {
        return new TransformerAutoregressive(order, new CausalTransformer(8, 2, 4, 2, false));
    }

    private static Bijection guided(Guidance.Rule rule) {
        return new Guidance(rule, 0.7, true, 1.5).guide(transformer(Order.DESCENDING));
    }

    private static Bijection ofVector() {
        return new SequentialBijection(
                new Reshape(new Shape(4), new Shape(2, 2)), transformer(Order.DESCENDING));
    }

    private static Bijection tarFlow() {
        return new SequentialBijection(
                new Patchify(new Shape(1, 4, 4), 2),
                transformer(Order.ASCENDING),
                transformer(Order.DESCENDING));
    }

    private static Bijection affine(ScaleMap scaleMap) {
        return coupling(new Affine(scaleMap));
    }

    private static Univariate composed() {
        return new Composition(new Affine(ScaleMap.SOFT_CLIP), spline());
    }

    private static Univariate different(int... choice) {
        return new PerFeature(
                List.of(new CircularSpline(4), new Affine(ScaleMap.SOFTPLUS)), choice);
    }

    private static Block angles() {
        return new PeriodicInputs(new Mlp(6), false, true, true);
    }

    /** In groups of two features, of which the second, the third and the fifth are angles. */
    private static Bijection angles(MaskedNet network) {
        return new MaskedAutoregressive(
                different(1, 0, 0, 1, 0),
                Order.DESCENDING.inPasses(3),
                network.withAngles(false, true, true, false, true));
    }

    private static Bijection halfLines() {
        return new Unbounded(1.5, Double.POSITIVE_INFINITY, 2);
    }

    private static Bijection coupling(Univariate univariate) {
        return new Coupling(Mask.KEEP_FIRST_HALF, univariate, new Mlp(8, 8));
    }

    private static Bijection coupling(Mask mask, Block conditioner) {
        return new Coupling(mask, spline(), conditioner);
    }

    private static Bijection planar(Block network) {
        return new Planar(Planar.Function.TANH, network);
    }

    private static Bijection masked(Univariate univariate) {
        return new MaskedAutoregressive(univariate, 12, 9);
    }

    private static Bijection inOrder(int... order) {
        return new MaskedAutoregressive(spline(), Order.of(order), MaskedNet.mlp(TANH, 7));
    }

    private static Bijection inGroups(MaskedNet network) {
        Order order = Order.ofGroups(new int[] {3, 0}, new int[] {1}, new int[] {4, 2});
        return new MaskedAutoregressive(spline(), order, network);
    }

    private static Bijection inOnePass() {
        return new MaskedAutoregressive(spline(), Order.ASCENDING.inPasses(1), maskedMlp());
    }

    private static Bijection maskedResiduals() {
        return new MaskedAutoregressive(spline(), Order.DESCENDING, maskedResidual());
    }

    private static MaskedNet maskedMlp() {
        return MaskedNet.mlp(org.djlflows.spec.Activation.SILU, 7, 8);
    }

    private static MaskedNet maskedResidual() {
        return MaskedNet.residual(TANH, 9, 2);
    }

    private static Bijection blocks(Residual residual) {
        return new BlockNeuralAutoregressive(residual, 4, 3);
    }

    private static RationalQuadraticSpline spline() {
        return new RationalQuadraticSpline(6, 2.5);
    }

    private static Univariate linear() {
        return new LinearSpline(6, 2.5);
    }

    private static Univariate quadratic() {
        return new QuadraticSpline(6, 2.5);
    }

    private static Univariate cubic() {
        return new CubicSpline(6, 2.5);
    }

    private static Univariate linearRational() {
        return new LinearRationalSpline(6, 2.5);
    }

    private static Block residual() {
        return new ResidualNet(8, 2);
    }

    /** A conditioner from DJL, which can only be called from Java. */
    private static Block linear(int units) {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(units).build())
                .add(Activation::tanh);
    }

    private static Univariate normals() {
        return new MixtureCdf(4, MixtureShape.NORMAL);
    }

    private static Bijection gaussianization() {
        return new SequentialBijection(
                new Elementwise(normals()), Rotation.fitted(), new Elementwise(normals()));
    }

    private static Bijection imageCoupling() {
        return images(Mask.KEEP_FIRST_HALF, foreignConv());
    }

    private static Block foreignConv() {
        return Conv2d.builder()
                .setKernelShape(new Shape(3, 3))
                .optPadding(new Shape(1, 1))
                .setFilters(4)
                .build();
    }

    private static Bijection images(Mask mask, Block conditioner) {
        return new Coupling(mask, new Affine(ScaleMap.BOUNDED_TANH), conditioner);
    }

    private static Bijection twoScales(Bijection first, Block conditioner) {
        return new MultiScale(
                new SequentialBijection(new Squeeze(), first, images(Mask.KEEP_ODD, conditioner)),
                new SequentialBijection(new ActNorm(), Permutation.reverse()));
    }

    private static Bijection threeScales() {
        return new MultiScale(new Squeeze(), twoScales(new ActNorm(), conv()));
    }

    private static Bijection realNvp(int context) {
        return images(new RealNvpImages(2, 4, 1), context);
    }

    private static Bijection glow(int context) {
        return images(new Glow(2, 2, 8), context);
    }

    private static Bijection publishedRealNvp(int context) {
        return images(new PublishedRealNvp(2, 4, 1), context);
    }

    private static Bijection publishedGlow(int context) {
        return images(new PublishedGlow(2, 1, 6), context);
    }

    private static Bijection jet(Mask mask) {
        return new Coupling(
                mask,
                new Affine(ScaleMap.DOUBLE_SIGMOID),
                new VisionTransformer(new CausalTransformer(8, 2, 4, 2, false)));
    }

    private static Bijection direct(Block network) {
        return Coupling.direct(Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.SOFT_CLIP), network);
    }

    private static Bijection images(ImageFlow flow, int context) {
        List<String> names = IntStream.range(0, context).mapToObj(i -> "c" + i).toList();
        FlowConfig config = new FlowConfig(flow, new ImageShape(1, 4, 4), names);
        return Flows.of(config).getBijection();
    }

    private static Bijection norm(Mask mask) {
        return new BatchNorm(mask);
    }

    private static Bijection pixels(Univariate univariate) {
        return new Coupling(Mask.KEEP_EVEN_PIXELS, univariate, new ConvResidualNet(6, 2));
    }

    private static Block conv() {
        return new ConvNet(6, 5);
    }

    private static Bijection channels() {
        return new Coupling(Mask.KEEP_FIRST_HALF, spline(), new Elementary());
    }

    private static Bijection channels(Univariate univariate) {
        return new Coupling(Mask.KEEP_FIRST_HALF, univariate, conv());
    }

    /** A scalar map without a backward pass of its own: z = x exp(theta). */
    private static final class Stretch extends Univariate {

        Stretch() {
            super(1);
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            return Optional.of(
                    Kernel.of(
                            "stretch",
                            """
                            def forward(
                                x: Tensor, theta: Tensor, p: List[Tensor]
                            ) -> Tuple[Tensor, Tensor]:
                                a = theta.squeeze(1)
                                return x * a.exp(), a

                            def inverse(
                                z: Tensor, theta: Tensor, p: List[Tensor]
                            ) -> Tuple[Tensor, Tensor]:
                                return forward(z, -theta, p)
                            """));
        }
    }

    /** A scalar map of which forward alone is known: z = exp(a) x + tanh(x + b) / 2. */
    private static final class Bend extends Univariate {

        Bend() {
            super(2);
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String forward =
                    """
                    def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        a, b = theta.unbind(1)
                        h = torch.tanh(x + b)
                        return a.exp() * x + 0.5 * h, (a.exp() + 0.5 * (1 - h * h)).log()
                    """;
            Kernel kernel = Kernel.of("bend", forward);
            return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
        }
    }

    /**
     * A residual layer of which forward alone is known: z = x + g tanh(W (x, c)). For g below the
     * norm of W it is a contraction beside the identity; for larger ones of a triangular W with a
     * positive diagonal it is a bijection that the steps of a fixed point do not invert.
     */
    private static final class Residue extends AbstractBijection {

        private final double factor;

        Residue(double factor) {
            this.factor = factor;
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String forward =
                    """
                    def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        w = p.weight.tril(-1) + torch.softplus(p.weight.diagonal()).diag()
                        w = w / (1 + torch.linalg_vector_norm(w, 2))
                        h = x.matmul(w.t())
                        if GIVEN and c is not None:
                            h = h + c.matmul(p.of_context.t())
                        t = h.tanh()
                        slopes = FACTOR * (1 - t * t).unsqueeze(2) * w
                        eye = torch.eye(x.size(1), dtype=x.dtype, device=x.device)
                        return x + FACTOR * t, torch.slogdet(eye + slopes)[1]
                    """;
            Kernel kernel =
                    Kernel.of("residual", forward)
                            .with("FACTOR", factor)
                            .with("GIVEN", getContextShape().isPresent());
            return Optional.of(NumericalInverse.ofBijection(kernel, getDataType()));
        }

        @Override
        protected void prepare(Shape[] inputShapes) {
            long n = inputShapes[0].get(1);
            addWeight("weight", new Shape(n, n), Initializers.uniform(n));
            if (inputShapes.length > 1) {
                Shape ofContext = new Shape(n, inputShapes[1].get(1));
                addWeight("of_context", ofContext, Initializers.uniform(n));
            }
        }
    }

    /** A network over images without a backward pass of its own: a 1x1 convolution and a tanh. */
    private static final class Elementary extends KernelBlock {

        Elementary() {
            super("forward");
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            return Optional.of(
                    Kernel.of(
                            "pointwise",
                            """
                            def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                                return torch.tanh(torch.conv2d(x, p.weight))
                            """));
        }

        @Override
        protected void prepare(Shape[] inputShapes) {
            Shape shape = new Shape(4, inputShapes[0].get(1), 1, 1);
            addWeight("weight", shape, Initializers.uniform(1));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            Shape x = inputShapes[0];
            return new Shape[] {new Shape(x.get(0), 4, x.get(2), x.get(3))};
        }
    }

    private static Bijection glow() {
        return new SequentialBijection(new ActNorm(), new LuLinear(), channels());
    }

    private static Bijection sequence() {
        return new SequentialBijection(
                new ActNorm(),
                coupling(spline()),
                new LuLinear(),
                Permutation.random(1),
                new Coupling(
                        Mask.KEEP_SECOND_HALF, new Affine(ScaleMap.SOFT_CLIP), new Mlp(TANH, 8)),
                new Elementwise(new Affine(ScaleMap.SOFTPLUS)).inverted());
    }

    private static Bijection reshaping() {
        return new SequentialBijection(new ActNorm(), new Squeeze(), new ActNorm());
    }
}
