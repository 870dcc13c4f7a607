package org.djlflows.model;

import org.djlflows.bijection.BlockNeuralAutoregressive.Residual;
import org.djlflows.nn.Activation;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Every preset, small, without and with a context. */
final class SmallPresets {

    private SmallPresets() {}

    static Stream<Preset> all() {
        return Stream.of(0, 3).flatMap(SmallPresets::given);
    }

    private static Stream<Preset> given(int context) {
        return Stream.of(
                of(RealNvp.builder(), context),
                of(NeuralSplineFlow.builder(), context),
                of(MaskedAutoregressiveFlow.builder(), context),
                of(AutoregressiveSplineFlow.builder(), context),
                of(
                        BlockNeuralAutoregressiveFlow.builder()
                                .optResidual(Residual.NORMAL)
                                .optLastResidual(Residual.GATED),
                        context),
                of(PlanarFlow.builder(), context),
                of(RadialFlow.builder().optActivation(Activation.TANH), context),
                RealNvpImages.builder()
                        .setImages(2, 4, 8)
                        .optContext(context)
                        .optFilters(4)
                        .optBlocks(1)
                        .build(),
                Glow.builder()
                        .setImages(2, 4, 8)
                        .optContext(context)
                        .optFilters(5)
                        .optSteps(2)
                        .build(),
                // One keeps the volume and so has a base with parameters.
                TarFlow.builder()
                        .setImages(2, 4, 8)
                        .optClasses(context)
                        .optPatch(2)
                        .optHidden(12)
                        .optHeadWidth(6)
                        .optBlocks(2)
                        .optLayers(1)
                        .optVolumePreserving(context > 0)
                        .build());
    }

    private static Preset of(VectorPresetBuilder<?> builder, int context) {
        return builder.setFeatures(2).optContext(context).optTransforms(3).optHidden(4, 6).build();
    }

    /** Makes a configuration with names of columns where there are any. */
    static FlowConfig config(Preset preset) {
        boolean images = preset instanceof ImagePreset;
        return new FlowConfig(
                        preset,
                        names("x", images ? 0 : preset.features()),
                        names("c", preset.context()))
                .withMetrics(Map.of("nll", 1.25));
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }
}
