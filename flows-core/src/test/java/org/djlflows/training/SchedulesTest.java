package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.training.tracker.Tracker;

import org.junit.jupiter.api.Test;

class SchedulesTest {

    private static final float HIGHEST = 0.08f;
    private static final double LOWEST = 0.01 * HIGHEST;

    /** Of 40 steps a quarter for the warm-up, in equal parts from the first on. */
    @Test
    void risesLinearly() {
        Tracker rate = Schedules.cosine(HIGHEST, 0.25, 40);
        for (int step = 0; step <= 10; step++) {
            double expected = HIGHEST * (0.1 + 0.09 * step);
            assertEquals(expected, rate.getNewValue(step), 1e-6, "step " + step);
        }
    }

    /** The cosine takes what the warm-up leaves, and ends with the last step. */
    @Test
    void fallsAsACosine() {
        Tracker rate = Schedules.cosine(HIGHEST, 0.25, 40);
        for (int step = 10; step <= 40; step++) {
            double way = (step - 10) / 30.0;
            double expected = LOWEST + (HIGHEST - LOWEST) * (1 + Math.cos(Math.PI * way)) / 2;
            assertEquals(expected, rate.getNewValue(step), 1e-6, "step " + step);
        }
        assertEquals((HIGHEST + LOWEST) / 2, rate.getNewValue(25), 1e-6);
        assertEquals(LOWEST, rate.getNewValue(40), 1e-6);
        assertEquals(LOWEST, rate.getNewValue(1000), 1e-6);
    }

    @Test
    void withoutAWarmUpItBeginsAtTheHighest() {
        Tracker rate = Schedules.cosine(HIGHEST, 0, 8);
        assertEquals(HIGHEST, rate.getNewValue(0), 1e-6);
        assertEquals((HIGHEST + LOWEST) / 2, rate.getNewValue(4), 1e-6);
    }

    /** All steps for the warm-up leave one for the cosine. */
    @Test
    void aWarmUpOfAllStepsRisesToTheEnd() {
        Tracker rate = Schedules.cosine(HIGHEST, 1, 8);
        assertEquals(HIGHEST / 8, rate.getNewValue(0), 1e-6);
        assertEquals(HIGHEST, rate.getNewValue(8), 1e-6);
        assertEquals(LOWEST, rate.getNewValue(9), 1e-6);
    }

    /** More steps than an int counts are as many as it can. */
    @Test
    void stepsBeyondAnIntDoNotOverflow() {
        Tracker rate = Schedules.cosine(HIGHEST, 0.5, 1L << 40);
        assertEquals(HIGHEST / 2, rate.getNewValue(1 << 29), 1e-6);
        assertEquals(HIGHEST, rate.getNewValue(1 << 30), 1e-6);
    }
}
