package org.djlflows.examples.cli;

import org.djlflows.model.TarFlow;

import picocli.CommandLine.Option;

import java.util.Optional;

/** The options of {@code flows images train} that only {@code --flow tarflow} has. */
final class TarFlowOptions {

    /** Published configurations. */
    enum Config {
        MNIST,
        IMAGENET64,
        AFHQ256;

        /** What options replace. */
        private TarFlow.Builder builder() {
            return switch (this) {
                case MNIST -> TarFlow.builder();
                case IMAGENET64 -> large(2);
                case AFHQ256 -> large(8);
            };
        }

        private double noise() {
            return switch (this) {
                case MNIST -> 0.1;
                case IMAGENET64 -> 0.05;
                case AFHQ256 -> 0.07;
            };
        }

        private static TarFlow.Builder large(int patch) {
            return TarFlow.builder().optPatch(patch).optHidden(768).optBlocks(8).optLayers(8);
        }

        int epochs() {
            return switch (this) {
                case MNIST -> 100;
                case IMAGENET64 -> 200;
                case AFHQ256 -> 4000;
            };
        }

        double learningRate() {
            return this == MNIST ? 2e-3 : 1e-4;
        }
    }

    @Option(
            names = "--config",
            paramLabel = "NAME",
            description =
                    "tarflow: a published configuration, which other options "
                            + "change: mnist (default), imagenet64 or afhq256.")
    private Optional<Config> config = Optional.empty();

    @Option(
            names = "--patch",
            paramLabel = "N",
            description = "tarflow: the side of a patch in pixels (mnist: 4).")
    private Optional<Integer> patch = Optional.empty();

    @Option(
            names = "--width",
            paramLabel = "N",
            description = "tarflow: the width of the transformers (mnist: 128).")
    private Optional<Integer> width = Optional.empty();

    @Option(names = "--blocks", paramLabel = "N", description = "tarflow: blocks (mnist: 4).")
    private Optional<Integer> blocks = Optional.empty();

    @Option(
            names = "--noise",
            paramLabel = "X",
            description =
                    "tarflow: deviation of the Gaussian noise on training images, "
                            + "on pixels in [-1, 1] (mnist: 0.1); 0 for dequantisation "
                            + "instead.")
    private Optional<Double> noise = Optional.empty();

    @Option(
            names = "--class-dropout",
            paramLabel = "P",
            description = "tarflow: how often an image is shown without its class (default: 0.1).")
    private Optional<Double> classDropout = Optional.empty();

    @Option(
            names = "--unconditional",
            description = "tarflow: leaves the classes of the images aside.")
    private boolean unconditional;

    @Option(names = "--volume-preserving", description = "tarflow: blocks that only shift.")
    private boolean volumePreserving;

    @Option(
            names = "--bfloat16",
            description = "tarflow: computes in bfloat16; faster where the device has it.")
    private boolean bfloat16;

    @Option(
            names = "--checkpointing",
            description =
                    "tarflow: keeps what gradients need of one block at a time: "
                            + "less memory, a third more time.")
    private boolean checkpointing;

    Config config() {
        return config.orElse(Config.MNIST);
    }

    double noise() {
        return noise.orElse(config().noise());
    }

    boolean unconditional() {
        return unconditional;
    }

    double classDropout() {
        return classDropout.orElse(0.1);
    }

    boolean checkpointing() {
        return checkpointing;
    }

    /**
     * Returns the preset.
     *
     * @param channels the channels of the images
     * @param height the height of the images
     * @param ofWidth the width of the images
     * @param classes the number of classes of the images, 0 for none
     * @param layers the layers of each block
     */
    TarFlow preset(int channels, int height, int ofWidth, int classes, Optional<Integer> layers) {
        TarFlow.Builder builder = config().builder();
        patch.ifPresent(builder::optPatch);
        width.ifPresent(builder::optHidden);
        blocks.ifPresent(builder::optBlocks);
        layers.ifPresent(builder::optLayers);
        return builder.setImages(channels, height, ofWidth)
                .optClasses(unconditional ? 0 : classes)
                .optNoise(noise())
                .optVolumePreserving(volumePreserving)
                .optBfloat16(bfloat16)
                .build();
    }
}
