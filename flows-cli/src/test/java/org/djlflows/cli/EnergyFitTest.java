package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnergyFitTest {

    @ParameterizedTest
    @CsvSource({
        "0, 250, 1, at least 1 layer, 0",
        "2, 0, 1, a positive multiple of 250 steps, 0",
        "2, 300, 1, a positive multiple of 250 steps, 300",
        "2, 250, 0, at least 1 restart, 0"
    })
    void refusesSettings(int count, int steps, int restarts, String expected, int got) {
        EnergyFit.Layers layers = EnergyFit.Layers.PLANAR;
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new EnergyFit.Settings(layers, count, steps, restarts, 0));
        assertEquals("EnergyFit: expected " + expected + ", got " + got, e.getMessage());
    }
}
