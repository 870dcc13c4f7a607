package org.djlflows.spec;

import org.djlflows.spec.ScalarMap.Affine;
import org.djlflows.spec.ScalarMap.AnalyticMap;
import org.djlflows.spec.ScalarMap.Bernstein;
import org.djlflows.spec.ScalarMap.DeepSigmoidal;
import org.djlflows.spec.ScalarMap.IntegratedNetwork;
import org.djlflows.spec.ScalarMap.MixtureCdf;
import org.djlflows.spec.ScalarMap.RationalQuadraticSpline;
import org.djlflows.spec.ScalarMap.SumOfSquares;
import org.djlflows.spec.Transform.Autoregressive;
import org.djlflows.spec.Transform.BlockNeuralAutoregressive;
import org.djlflows.spec.Transform.ContinuousFlow;
import org.djlflows.spec.Transform.Coupling;
import org.djlflows.spec.Transform.Elementwise;
import org.djlflows.spec.Transform.Planar;
import org.djlflows.spec.Transform.Radial;
import org.djlflows.spec.Transform.RadialCoupling;
import org.djlflows.spec.Transform.ResidualFlow;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The flows of the literature, with defaults that were tried on tables. */
public final class Presets {

    private static final Network NETWORK = Specs.defaults(Network.Mlp.class);
    private static final RationalQuadraticSpline SPLINE =
            Specs.defaults(RationalQuadraticSpline.class);
    private static final List<Kept> HALVES = List.of(Kept.FIRST_HALF, Kept.SECOND_HALF);
    private static final List<FeatureOrder> ORDERS =
            List.of(FeatureOrder.ASCENDING, FeatureOrder.DESCENDING);

    private Presets() {}

    /**
     * Real NVP over vectors: affine couplings that keep the halves in turn, with a learned linear
     * map between them. Over one feature it is a normal distribution, given a context one whose
     * mean and deviation follow the context.
     *
     * @return 8 couplings, each of two hidden layers of 64
     * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
     *     estimation using Real NVP, 2017</a>
     */
    @Preset(value = "realnvp", about = "affine couplings")
    public static VectorFlow realNvp() {
        Affine affine = new Affine(ScaleMap.BOUNDED_TANH);
        return new VectorFlow(new Coupling(affine, NETWORK, HALVES), 8, Mixing.LU_LINEAR);
    }

    /**
     * Neural spline flow (NSF) with couplings that keep the halves in turn, with a learned linear
     * map between them.
     *
     * @return 8 couplings, each of two hidden layers of 64 and 8 bins on [-5, 5]
     * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios,
     *     Neural Spline Flows, 2019</a>
     */
    @Preset(value = "nsf", about = "spline couplings")
    public static VectorFlow neuralSplineFlow() {
        return new VectorFlow(new Coupling(SPLINE, NETWORK, HALVES), 8, Mixing.LU_LINEAR);
    }

    /**
     * Couplings of smooth maps with a closed inverse: densities without edges, and samples as fast
     * as densities.
     *
     * @return 8 couplings, each of two hidden layers of 64 and 6 cubic-rational maps
     * @see <a href="https://arxiv.org/abs/2601.10774">Gerdes and Cheng, Analytic Bijections for
     *     Smooth and Interpretable Normalizing Flows, 2026</a>
     */
    @Preset(value = "analytic", about = "couplings of smooth maps")
    public static VectorFlow analyticFlow() {
        AnalyticMap map = Specs.defaults(AnalyticMap.class);
        return new VectorFlow(new Coupling(map, NETWORK, HALVES), 8, Mixing.LU_LINEAR);
    }

    /**
     * Masked autoregressive flow (MAF): densities take one pass, samples one step for each feature.
     * Over one feature it is a normal distribution.
     *
     * @return 8 layers, each of two hidden layers of 64
     * @see <a href="https://arxiv.org/abs/1705.07057">Papamakarios, Pavlakou and Murray, Masked
     *     Autoregressive Flow for Density Estimation, 2017</a>
     */
    @Preset(value = "maf", about = "affine autoregressive")
    public static VectorFlow maskedAutoregressiveFlow() {
        Affine affine = new Affine(ScaleMap.SOFT_CLIP);
        return new VectorFlow(new Autoregressive(affine, NETWORK, ORDERS, 0), 8, Mixing.LU_LINEAR);
    }

    /**
     * Autoregressive neural spline flow (NSF-AR).
     *
     * @return 8 layers, each of two hidden layers of 64 and 8 bins on [-5, 5]
     * @see <a href="https://arxiv.org/abs/1906.04032">Durkan, Bekasov, Murray and Papamakarios,
     *     Neural Spline Flows, 2019</a>
     */
    @Preset(value = "nsf-ar", about = "autoregressive splines")
    public static VectorFlow autoregressiveSplineFlow() {
        return new VectorFlow(new Autoregressive(SPLINE, NETWORK, ORDERS, 0), 8, Mixing.LU_LINEAR);
    }

    /**
     * Gaussianization flow (GF): mixtures of normal distributions on each feature by itself, with
     * rotations between them. It begins fitted to data, layer by layer, and is a density before any
     * training. Densities take no network, samples a numerical solve for each layer.
     *
     * @return 16 layers of 8 components
     * @see <a href="https://arxiv.org/abs/2003.01941">Meng, Song, Song and Ermon, Gaussianization
     *     Flows, 2020</a>
     */
    @Preset(value = "gf", about = "Gaussianization, mixtures and rotations", learningRate = 0.02)
    public static VectorFlow gaussianizationFlow() {
        MixtureCdf mixture = new MixtureCdf(8, MixtureShape.NORMAL);
        return new VectorFlow(new Elementwise(mixture, NETWORK), 16, Mixing.ROTATION);
    }

    /**
     * Block neural autoregressive flow (BNAF): networks that increase in each feature, with a
     * reversal between them. Densities take one pass, samples a numerical solve for each feature of
     * each layer. Its weights are logarithms, which have a longer way to go.
     *
     * @return 5 layers of two hidden layers of 10 units a feature, all gated
     * @see <a href="https://arxiv.org/abs/1904.04676">De Cao, Titov and Aziz, Block Neural
     *     Autoregressive Flow, 2020</a>
     */
    @Preset(value = "bnaf", about = "block neural autoregressive", learningRate = 0.05)
    public static VectorFlow blockNeuralAutoregressiveFlow() {
        return new VectorFlow(Specs.defaults(BlockNeuralAutoregressive.class), 5, Mixing.REVERSAL);
    }

    /**
     * Planar flow, whose closed form leads from data to noise, so that samples take a bracketed
     * solve for each layer. Small layers, of which many are needed: the classic of variational
     * inference, seldom the best estimator of a density.
     *
     * @return 32 layers
     * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference
     *     with Normalizing Flows, 2015</a>
     */
    @Preset(value = "planar", about = "planar maps")
    public static VectorFlow planarFlow() {
        return new VectorFlow(Specs.defaults(Planar.class), 32, Mixing.NONE);
    }

    /**
     * Radial flow, whose closed form leads from data to noise; else as {@link #planarFlow()}.
     *
     * @return 32 layers
     * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, Variational Inference
     *     with Normalizing Flows, 2015</a>
     */
    @Preset(value = "radial", about = "radial maps")
    public static VectorFlow radialFlow() {
        return new VectorFlow(Specs.defaults(Radial.class), 32, Mixing.NONE);
    }

    /**
     * Radial flow of smooth maps: each layer moves the radius around a centre of its own, by as
     * much as the direction says.
     *
     * @return 8 layers, each of two hidden layers of 64 and 6 cubic-rational maps
     * @see <a href="https://arxiv.org/abs/2601.10774">Gerdes and Cheng, Analytic Bijections for
     *     Smooth and Interpretable Normalizing Flows, 2026</a>
     */
    @Preset(value = "radial-coupling", about = "smooth maps of the radius, by direction")
    public static VectorFlow radialCouplingFlow() {
        return new VectorFlow(Specs.defaults(RadialCoupling.class), 8, Mixing.LU_LINEAR);
    }

    /**
     * Free-form continuous flow (FFJORD): one differential equation takes data to noise. Densities
     * and samples are solved for in some 100 passes of a network; with {@link
     * TrainedBy#FLOW_MATCHING} training takes one a step.
     *
     * @return a network of two hidden layers of 64
     * @see <a href="https://arxiv.org/abs/1810.01367">Grathwohl et al., FFJORD, 2019</a>
     */
    @Preset(value = "ffjord", about = "a differential equation", learningRate = 0.03)
    public static VectorFlow continuousFlow() {
        return new VectorFlow(Specs.defaults(ContinuousFlow.class), 1, Mixing.NONE);
    }

    /**
     * Residual flow: layers that add a contraction, with a learned linear map between them.
     * Densities take one pass and the Jacobian, samples some 20 passes.
     *
     * @return 12 layers, each of two hidden layers of 64
     * @see <a href="https://arxiv.org/abs/1906.02735">Chen, Behrmann, Duvenaud and Jacobsen,
     *     Residual Flows for Invertible Generative Modeling, 2019</a>
     */
    @Preset(value = "residual", about = "contractions added", learningRate = 0.02)
    public static VectorFlow residualFlow() {
        return new VectorFlow(Specs.defaults(ResidualFlow.class), 12, Mixing.LU_LINEAR);
    }

    /**
     * Neural autoregressive flow (NAF) of deep sigmoidal maps. Densities take one pass, samples a
     * numerical solve for each feature of each layer.
     *
     * @return 5 layers, each of two hidden layers of 64 and 16 sigmoids
     * @see <a href="https://arxiv.org/abs/1804.00779">Huang, Krueger, Lacoste and Courville, Neural
     *     Autoregressive Flows, 2018</a>
     */
    @Preset(value = "naf", about = "neural autoregressive, sums of sigmoids", learningRate = 0.01)
    public static VectorFlow neuralAutoregressiveFlow() {
        return autoregressive(Specs.defaults(DeepSigmoidal.class), Activation.TANH);
    }

    /**
     * Unconstrained neural autoregressive flow (UNAF), integrals of positive networks. Densities
     * take one pass and as many of the small network as there are points of quadrature, samples a
     * numerical solve for each feature of each layer.
     *
     * @return 5 layers, each of two hidden layers of 64, 16 signals and 20 points
     * @see <a href="https://arxiv.org/abs/1908.05164">Wehenkel and Louppe, Unconstrained Monotonic
     *     Neural Networks, 2019</a>
     */
    @Preset(
            value = "unaf",
            about = "neural autoregressive, integrated networks",
            learningRate = 0.01)
    public static VectorFlow unconstrainedNeuralAutoregressiveFlow() {
        return autoregressive(Specs.defaults(IntegratedNetwork.class), Activation.TANH);
    }

    /**
     * Sum-of-squares polynomial flow (SOSPF). Densities take one pass, samples a numerical solve
     * for each feature of each layer.
     *
     * @return 5 layers, each of two hidden layers of 64 and 3 squares of degree 8 on [-3, 3]
     * @see <a href="https://arxiv.org/abs/1905.02325">Jaini, Selby and Yu, Sum-of-Squares
     *     Polynomial Flow, 2019</a>
     */
    @Preset(value = "sospf", about = "autoregressive sums of squares", learningRate = 0.01)
    public static VectorFlow sumOfSquaresFlow() {
        return autoregressive(
                Specs.with(Specs.defaults(SumOfSquares.class), "basis", PolynomialBasis.LEGENDRE),
                Activation.TANH);
    }

    /**
     * Bernstein polynomial flow (BPF). Densities take one pass, samples a numerical solve for each
     * feature of each layer.
     *
     * @return 5 layers, each of two hidden layers of 64 and polynomials of degree 32 on [-3, 3]
     * @see <a href="https://arxiv.org/abs/2102.03509">Ramasinghe, Fernando, Khan and Barnes, Robust
     *     normalizing flows using Bernstein-type polynomials, 2021</a>
     */
    @Preset(value = "bpf", about = "autoregressive Bernstein polynomials", learningRate = 0.01)
    public static VectorFlow bernsteinFlow() {
        return autoregressive(Specs.defaults(Bernstein.class), Activation.SILU);
    }

    /** Of smooth maps by smooth networks: where a network has kinks, so has the density. */
    private static VectorFlow autoregressive(ScalarMap map, Activation activation) {
        Network network = new Network.Mlp(List.of(64, 64), activation);
        return new VectorFlow(new Autoregressive(map, network, ORDERS, 0), 5, Mixing.LU_LINEAR);
    }

    /**
     * An autoregressive density over columns of any kind, by one network for any order of them; the
     * mean over a few orders.
     *
     * @return a network of two residual blocks of width 192, splines of 16 bins, 4 orders
     * @see <a href="https://arxiv.org/abs/1310.1757">Uria, Murray and Larochelle, A Deep and
     *     Tractable Density Estimator, 2014</a>
     */
    @Preset(
            value = "any-order",
            about = "autoregressive in any order, for columns of any kind",
            learningRate = 0.003,
            epochs = 200,
            batchSize = 512,
            weightDecay = 0.02,
            patience = 40)
    public static TableFlow anyOrder() {
        return Specs.with(Specs.defaults(TableFlow.class), "bins", 16);
    }

    /**
     * Real NVP over images.
     *
     * @return 2 scales, 32 filters and 2 residual blocks
     */
    @Preset(
            value = "realnvp-images",
            about = "couplings of pixels and of channels",
            learningRate = 0.001)
    public static RealNvpImages realNvpImages() {
        return Specs.defaults(RealNvpImages.class);
    }

    /**
     * Glow.
     *
     * @return 2 scales of 8 steps and 64 filters
     */
    @Preset(
            value = "glow",
            about = "1 x 1 convolutions and couplings of channels",
            learningRate = 0.001)
    public static Glow glow() {
        return Specs.defaults(Glow.class);
    }

    /**
     * Real NVP over images as published, in the configuration for CIFAR-10.
     *
     * @return 2 scales, 64 filters and 8 residual blocks
     */
    @Preset(
            value = "realnvp-published",
            about = "Real NVP of Dinh et al., 2017, large",
            learningRate = 0.001)
    public static PublishedRealNvp publishedRealNvp() {
        return Specs.defaults(PublishedRealNvp.class);
    }

    /**
     * Glow as published, in the configuration for CIFAR-10.
     *
     * @return 3 scales of 32 steps and 512 filters
     */
    @Preset(
            value = "glow-published",
            about = "Glow of Kingma and Dhariwal, 2018, large",
            learningRate = 0.001)
    public static PublishedGlow publishedGlow() {
        return Specs.defaults(PublishedGlow.class);
    }

    /**
     * Jet, couplings by vision transformers.
     *
     * @return patches of 2, 16 couplings of 2 layers of width 128
     */
    @Preset(value = "jet", about = "couplings by vision transformers", learningRate = 0.001)
    public static Jet jet() {
        return Specs.defaults(Jet.class);
    }

    /**
     * The transformer autoregressive flow, in the configuration for MNIST.
     *
     * @return patches of 4, 4 blocks of 4 layers of width 128, noise of 0.1
     */
    @Preset(value = "tarflow", about = "transformers over patches", learningRate = 0.002)
    public static TarFlow tarFlow() {
        return Specs.defaults(TarFlow.class);
    }

    /**
     * A flow and what is known of it.
     *
     * @param flow the flow
     * @param about what it is, in a few words
     * @param training how it usually trains well
     * @param <T> the kind of flow
     */
    public record Named<T extends FlowSpec>(T flow, String about, Training training) {}

    /**
     * How a flow usually trains well.
     *
     * @param learningRate the highest learning rate
     * @param epochs the passes over the training rows, at most
     * @param batchSize the rows of a step
     * @param weightDecay the decay of matrices, decoupled
     * @param patience the epochs without improvement after which to stop
     */
    public record Training(
            double learningRate, int epochs, int batchSize, double weightDecay, int patience) {}

    /**
     * Returns the flows of one kind.
     *
     * @param kind such as {@code VectorFlow}, {@code ColumnFlow} or {@code ImageFlow}
     * @param <T> the kind
     * @return the flows by their names on the command line, in order of these
     */
    public static <T extends FlowSpec> SortedMap<String, Named<T>> of(Class<T> kind) {
        SortedMap<String, Named<T>> presets = new TreeMap<>();
        for (Method method : Presets.class.getMethods()) {
            Preset preset = method.getAnnotation(Preset.class);
            if (preset != null && kind.isAssignableFrom(method.getReturnType())) {
                T flow = kind.cast(made(method));
                presets.put(
                        preset.value(),
                        new Named<>(
                                flow,
                                preset.about(),
                                new Training(
                                        preset.learningRate(),
                                        preset.epochs(),
                                        preset.batchSize(),
                                        preset.weightDecay(),
                                        preset.patience())));
            }
        }
        return presets;
    }

    private static Object made(Method method) {
        try {
            return method.invoke(null);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("a preset that cannot be made: " + method, e);
        }
    }

    /**
     * Returns the flow of a name.
     *
     * @param name the name on the command line
     * @param kind such as {@code VectorFlow}, {@code ColumnFlow} or {@code ImageFlow}
     * @param <T> the kind
     * @return the flow
     * @throws IllegalArgumentException if there is none
     */
    public static <T extends FlowSpec> T named(String name, Class<T> kind) {
        Map<String, Named<T>> presets = of(kind);
        if (!presets.containsKey(name)) {
            throw new IllegalArgumentException(
                    String.format("expected a flow of %s, got %s", presets.keySet(), name));
        }
        return presets.get(name).flow();
    }
}
