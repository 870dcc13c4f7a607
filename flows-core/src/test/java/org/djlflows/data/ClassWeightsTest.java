package org.djlflows.data;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDManager;

import org.junit.jupiter.api.Test;

class ClassWeightsTest {

    @Test
    void labelsBecomeRowsOfWeights() {
        try (NDManager manager = NDManager.newBaseManager()) {
            assertArrayEquals(
                    new float[] {0, 1, 0.5f, 0.5f, 1, 0},
                    ClassWeights.of(manager, 2, 1, ClassWeights.NONE, 0).toFloatArray());
            assertArrayEquals(
                    new float[] {0, 1, 0, 1}, ClassWeights.repeat(manager, 2, 1, 2).toFloatArray());
            assertArrayEquals(
                    new float[] {1, 0, 0, 1, 1, 0},
                    ClassWeights.inTurn(manager, 2, 3).toFloatArray());
        }
    }

    @Test
    void oneClassIsEnoughAndNoneTooFew() {
        try (NDManager manager = NDManager.newBaseManager()) {
            assertArrayEquals(
                    new float[] {1, 1},
                    ClassWeights.of(manager, 1, 0, ClassWeights.NONE).toFloatArray());
            assertRefused(
                    IllegalArgumentException.class,
                    "ClassWeights: expected at least 1 class, got 0",
                    () -> ClassWeights.inTurn(manager, 0, 3));
        }
    }

    @Test
    void otherLabelsAreRefused() {
        try (NDManager manager = NDManager.newBaseManager()) {
            for (int label : new int[] {-2, 3}) {
                assertRefused(
                        IllegalArgumentException.class,
                        "ClassWeights: expected classes from 0 to 2 or -1 for none, got " + label,
                        () -> ClassWeights.of(manager, 3, label));
            }
        }
    }
}
