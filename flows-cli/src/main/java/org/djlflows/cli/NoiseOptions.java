package org.djlflows.cli;

import org.djlflows.NormalizingFlow;

import picocli.CommandLine.Option;

import java.util.Optional;
import java.util.function.Function;

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
                    "Draws only noise within B deviations, times the temperature, in each number: no"
                            + " samples that are rare. Of standard normal noise.")
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
        NormalizingFlow tempered =
                change("--temperature", temperature, flow::withTemperature, flow);
        return change("--truncation", truncation, tempered::withTruncation, tempered);
    }

    private static NormalizingFlow change(
            String option,
            Optional<Double> value,
            Function<Double, NormalizingFlow> change,
            NormalizingFlow otherwise) {
        try {
            return value.map(change).orElse(otherwise);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new WrongArguments(option + ": " + e.getMessage());
        }
    }
}
