package org.djlflows.bijection;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;

class PermutationTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void takesEachPlaceFromTheOneGiven() {
        assertArrayEquals(new float[] {30, 10, 20}, permuted(Permutation.of(2, 0, 1), 10, 20, 30));
        assertArrayEquals(new float[] {30, 20, 10}, permuted(Permutation.reverse(), 10, 20, 30));
        assertArrayEquals(new float[] {10}, permuted(Permutation.reverse(), 10));
    }

    @Test
    void inverseIsNotThePermutationAgain() {
        Permutation cycle = initialised(Permutation.of(2, 0, 1), 3);
        NDList z = new NDList(manager.create(new float[] {30, 10, 20}, new Shape(1, 3)));
        float[] x = cycle.inverse(store(manager), z, false).get(0).toFloatArray();
        assertArrayEquals(new float[] {10, 20, 30}, x);
    }

    @Test
    void theSeedDecidesTheRandomOrder() {
        float[] features = new float[20];
        for (int i = 0; i < features.length; i++) {
            features[i] = i;
        }
        float[] first = permuted(Permutation.random(1), features);
        assertArrayEquals(first, permuted(Permutation.random(1), features));
        assertFalse(Arrays.equals(first, permuted(Permutation.random(2), features)));
        assertFalse(Arrays.equals(first, features));
        Arrays.sort(first);
        assertArrayEquals(features, first);
    }

    /** Of java.util.Random, neighbouring seeds draw nearly the same. */
    @Test
    void ordersOfNeighbouringSeedsAreIndependent() {
        float[] features = {0, 1, 2, 3, 4, 5, 6, 7};
        int[] firsts = new int[8];
        int crossing = 0;
        for (int seed = 0; seed < 80; seed++) {
            float[] order = permuted(Permutation.random(seed), features);
            firsts[(int) order[0]]++;
            for (int i = 0; i < 4; i++) {
                crossing += order[i] >= 4 ? 1 : 0;
            }
        }
        // Ten of each are expected, and that half of a half crosses.
        for (int first : firsts) {
            assertEquals(10, first, 8);
        }
        assertEquals(160, crossing, 24);
    }

    @Test
    void theOrderIsSavedWithTheWeights() {
        Permutation saved = initialised(Permutation.random(1), 20);
        Permutation loaded = initialised(Permutation.random(2), 20);
        Weights.restore(loaded, Weights.copy(saved, manager));
        NDList x = new NDList(manager.arange(20f).reshape(1, 20));
        float[] expected = saved.forward(store(manager), x, false).get(0).toFloatArray();
        assertArrayEquals(expected, loaded.forward(store(manager), x, false).get(0).toFloatArray());
        NDList z = new NDList(manager.create(expected, new Shape(1, 20)));
        assertArrayEquals(
                x.get(0).toFloatArray(),
                loaded.inverse(store(manager), z, false).get(0).toFloatArray());
    }

    @Test
    void placesThatAreNoPermutationAreRefused() {
        for (int[] places : new int[][] {{0, 0}, {1, 2}, {-1, 0}, {0, 2, 3}}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "once, got " + Arrays.toString(places),
                    () -> Permutation.of(places));
        }
        assertRefused(
                IllegalArgumentException.class,
                "Permutation: expected 3 features, got 4",
                () -> initialised(Permutation.of(2, 0, 1), 4));
    }

    private float[] permuted(Permutation permutation, float... x) {
        initialised(permutation, x.length);
        NDList inputs = new NDList(manager.create(x, new Shape(1, x.length)));
        NDList z = permutation.forward(store(manager), inputs, false);
        assertArrayEquals(new float[] {0}, z.get(1).toFloatArray());
        return z.get(0).toFloatArray();
    }

    private Permutation initialised(Permutation permutation, int features) {
        permutation.initialize(manager, DataType.FLOAT32, new Shape(1, features));
        return permutation;
    }
}
