package org.djlflows.cli;

import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TarFlow;

import picocli.CommandLine.Option;

/** The options of {@code flows images train} for a tarflow that are no fields of it. */
final class TarFlowOptions {

    /** Published configurations. */
    enum Config {
        MNIST(
                Presets.tarFlow(),
                100,
                Presets.of(TarFlow.class).get("tarflow").training().learningRate()),
        IMAGENET64(new TarFlow(2, 768, 8, 8, 0, false, 0.05, false), 200, 1e-4),
        AFHQ256(new TarFlow(8, 768, 8, 8, 0, false, 0.07, false), 4000, 1e-4);

        // A record of numbers, which Error Prone does not see.
        @SuppressWarnings("ImmutableEnumChecker")
        private final TarFlow flow;

        private final int epochs;
        private final double learningRate;

        Config(TarFlow flow, int epochs, double learningRate) {
            this.flow = flow;
            this.epochs = epochs;
            this.learningRate = learningRate;
        }

        int epochs() {
            return epochs;
        }

        double learningRate() {
            return learningRate;
        }
    }

    @Option(
            names = "--config",
            paramLabel = "NAME",
            defaultValue = "mnist",
            description =
                    "tarflow: a published configuration, which the options of its fields change:"
                            + " mnist, imagenet64 or afhq256 (default: ${DEFAULT-VALUE}).")
    private Config config;

    @Option(
            names = "--class-dropout",
            paramLabel = "P",
            defaultValue = "0.1",
            description =
                    "tarflow: how often an image is shown without its class (default:"
                            + " ${DEFAULT-VALUE}).")
    private double classDropout;

    @Option(
            names = "--checkpointing",
            description =
                    "tarflow: keeps what gradients need of one block at a time: "
                            + "less memory, a third more time.")
    private boolean checkpointing;

    Config config() {
        return config;
    }

    double classDropout() {
        return classDropout;
    }

    boolean checkpointing() {
        return checkpointing;
    }

    /** Returns the configuration with the fields that were given. */
    ImageFlow flow(FlowOptions<ImageFlow> options) {
        // Heads of width 1 fit all widths on the way to the one that is given.
        return options.change(
                options.isGiven("headWidth")
                        ? Specs.with(config.flow, "headWidth", 1)
                        : config.flow);
    }
}
