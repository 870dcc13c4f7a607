package org.djlflows.estimator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.training.History;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

class HintsTest {

    private static Optional<String> hint(double... validation) {
        List<Double> losses = Arrays.stream(validation).boxed().toList();
        int best =
                IntStream.range(0, validation.length)
                        .reduce((a, b) -> validation[b] < validation[a] ? b : a)
                        .orElseThrow();
        return Hints.stillImproving(
                new History(Collections.nCopies(validation.length, 0.0), losses, best + 1, 0));
    }

    /** Losses that fall by the same amount in each epoch. */
    private static double[] falling(int epochs, double step) {
        return IntStream.range(0, epochs).mapToDouble(i -> 3 - step * i).toArray();
    }

    @Test
    void tellsOfARunThatEndedEarly() {
        assertEquals(
                Optional.of(
                        "The validation loss was still falling, by 0.25 nats in the last 5 epochs of"
                                + " 20: more epochs would make a better model"),
                hint(falling(20, 0.05)));
        assertEquals(Optional.empty(), hint(falling(20, 0.003)));
        assertTrue(hint(3, 2).orElseThrow().contains("in the last epoch of 2"));
        assertEquals(Optional.empty(), hint(3));
    }

    @Test
    void whatGotWorseAgainIsDone() {
        double[] losses = falling(20, 0.05);
        losses[18] = 4;
        losses[19] = 4;
        // Epoch 18 is not of the last tenth.
        assertEquals(Optional.empty(), hint(Arrays.copyOf(losses, 20)));
        losses[18] = 1.9;
        assertTrue(hint(losses).isPresent());
    }

    @Test
    void lossesThatWereNotFiniteDoNotCount() {
        assertEquals(Optional.empty(), hint(Double.POSITIVE_INFINITY, Double.NaN, 2.5));
        assertEquals(
                Optional.empty(),
                Hints.stillImproving(
                        new History(List.of(0.0, 0.0), List.of(Double.NaN, Double.NaN), 0, 0)));
    }

    @Test
    void fewRowsAreFewForTheirColumns() {
        assertEquals(
                Optional.of(
                        "1,199 rows are few for 12 columns: whether a flow is better than"
                                + " independent columns shows in a cross-validation (flows compare)"),
                Hints.fewRows(1199, 12));
        assertEquals(Optional.empty(), Hints.fewRows(1200, 12));
    }
}
