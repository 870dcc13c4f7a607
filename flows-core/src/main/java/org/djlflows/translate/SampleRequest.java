package org.djlflows.translate;

import java.util.Map;
import java.util.Optional;

/**
 * Asks a model for samples.
 *
 * @param count the number of samples
 * @param given the value of each column of the context by its name, nothing for a flow without; of
 *     a flow over images of classes the weight of each class, where classes that are not named have
 *     none, and nothing asks for the classes in turn
 * @param seed makes the samples repeatable, on the same machine and for the same count
 */
public record SampleRequest(int count, Map<String, Double> given, Optional<Integer> seed) {

    /**
     * Checks the request.
     *
     * @param count the number of samples
     * @param given the context by its names
     * @param seed makes the samples repeatable
     * @throws IllegalArgumentException if the count is negative
     */
    public SampleRequest {
        if (count < 0) {
            throw new IllegalArgumentException(
                    "SampleRequest: expected 0 samples or more, got " + count);
        }
        given = Map.copyOf(given);
    }

    /**
     * Asks for samples without a context.
     *
     * @param count the number of samples
     * @return the request
     * @throws IllegalArgumentException if the count is negative
     */
    public static SampleRequest of(int count) {
        return new SampleRequest(count, Map.of(), Optional.empty());
    }
}
