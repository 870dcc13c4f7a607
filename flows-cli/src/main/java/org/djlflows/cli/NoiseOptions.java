package org.djlflows.cli;

import org.djlflows.NormalizingFlow;

import picocli.CommandLine.Option;

import java.util.Optional;

/** The options that change the noise of which samples are made. */
final class NoiseOptions {

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description =
                    "Multiplies the noise at the end of the layers: below 1 samples vary less"
                            + " (default: 1).")
    private Optional<Double> temperature = Optional.empty();

    @Option(
            names = "--truncation",
            paramLabel = "B",
            description =
                    "Noise that is nowhere further out than B deviations, times the temperature: no"
                            + " samples that are rare.")
    private Optional<Double> truncation = Optional.empty();

    /** Tells whether the noise is as it was trained. */
    boolean areIdle() {
        return temperature.isEmpty() && truncation.isEmpty();
    }

    /**
     * Changes a flow as the options say.
     *
     * @param flow the flow, whose samples are made of noise
     * @return a flow on the same parameters
     */
    NormalizingFlow change(NormalizingFlow flow) {
        try {
            NormalizingFlow tempered = temperature.map(flow::withTemperature).orElse(flow);
            return truncation.map(tempered::withTruncation).orElse(tempered);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new WrongArguments(
                    (truncation.isEmpty() ? "--temperature: " : "--temperature, --truncation: ")
                            + e.getMessage());
        }
    }
}
