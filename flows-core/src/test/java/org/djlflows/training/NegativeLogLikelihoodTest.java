package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.Fixtures;
import org.junit.jupiter.api.Test;

class NegativeLogLikelihoodTest {

    @Test
    void isTheNegatedMeanWithItsGradient() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray logProb = manager.create(new float[] {-1, -2.5f, 0, 8});
            logProb.setRequiresGradient(true);
            NegativeLogLikelihood loss = new NegativeLogLikelihood();
            Fixtures.backward(
                    () -> {
                        NDArray value = loss.evaluate(new NDList(), new NDList(logProb));
                        assertEquals(-4.5f / 4, value.getFloat(), 1e-6);
                        assertEquals(0, value.getShape().dimension());
                        return value;
                    });
            float[] expected = {-0.25f, -0.25f, -0.25f, -0.25f};
            assertArrayEquals(expected, logProb.getGradient().toFloatArray());
        }
    }
}
