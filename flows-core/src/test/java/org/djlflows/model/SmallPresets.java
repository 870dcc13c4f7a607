package org.djlflows.model;

import org.djlflows.format.Calibration;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Activation;
import org.djlflows.spec.AnalyticFamily;
import org.djlflows.spec.FlowSpec;
import org.djlflows.spec.Glow;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Jet;
import org.djlflows.spec.Presets;
import org.djlflows.spec.PublishedGlow;
import org.djlflows.spec.PublishedRealNvp;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.Residual;
import org.djlflows.spec.TarFlow;
import org.djlflows.spec.VectorFlow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Configurations of every preset, small, without and with a context. */
public final class SmallPresets {

    /** Those of tables whose layers Java alone does not evaluate. */
    public static final Set<String> OF_PYTORCH = Set.of("ffjord", "gf", "residual");

    private static final ImageShape IMAGES = new ImageShape(2, 4, 8);

    private SmallPresets() {}

    static Stream<FlowConfig> all() {
        return Stream.of(0, 3).flatMap(SmallPresets::given);
    }

    private static Stream<FlowConfig> given(int context) {
        Stream<FlowSpec> flows =
                Stream.of(
                        small(Presets.realNvp()),
                        small(Presets.neuralSplineFlow()),
                        small(Presets.maskedAutoregressiveFlow()),
                        small(Presets.autoregressiveSplineFlow()),
                        small(Presets.gaussianizationFlow()).with("components", 3),
                        small(Presets.blockNeuralAutoregressiveFlow())
                                .with("residual", Residual.NORMAL)
                                .with("lastResidual", Residual.GATED),
                        small(Presets.planarFlow()),
                        small(Presets.radialFlow()).with("activation", Activation.TANH),
                        small(Presets.radialCouplingFlow()).with("layers", 2),
                        small(Presets.analyticFlow()).with("family", AnalyticFamily.SINH),
                        small(Presets.continuousFlow()).with("frequencies", 2),
                        small(Presets.residualFlow()).with("coefficient", 0.5),
                        small(Presets.neuralAutoregressiveFlow()).with("units", 3),
                        small(Presets.unconstrainedNeuralAutoregressiveFlow()).with("units", 3),
                        small(Presets.sumOfSquaresFlow()).with("degree", 2),
                        small(Presets.bernsteinFlow()).with("degree", 6),
                        new RealNvpImages(2, 4, 1),
                        new Glow(2, 2, 5),
                        new PublishedRealNvp(2, 4, 1),
                        new PublishedGlow(1, 1, 6),
                        new Jet(2, 8, 5, 1),
                        // One keeps the volume and so has a base with parameters.
                        new TarFlow(2, 12, 2, 1, 6, context > 0, 0.1, false));
        return flows.map(flow -> config(flow, context));
    }

    private static VectorFlow small(VectorFlow flow) {
        return flow.withTransforms(3).withHidden(4, 6);
    }

    private static FlowConfig config(FlowSpec flow, int context) {
        boolean images = flow instanceof ImageFlow;
        return new FlowConfig(
                flow,
                names("x", images ? 0 : 2),
                names("c", context),
                images ? Optional.of(IMAGES) : Optional.empty(),
                Preparation.NONE,
                Map.of("nll", 1.25),
                Calibration.NONE,
                Optional.empty());
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }
}
