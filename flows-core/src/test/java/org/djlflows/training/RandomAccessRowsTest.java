package org.djlflows.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RandomAccessRowsTest {

    private NDManager manager;
    private RandomAccessRows rows;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        NDArray x = manager.arange(10f).reshape(10, 1);
        rows = RandomAccessRows.of(new NDList(x.concat(x, 1), x.toType(DataType.INT64, true)));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static long[] numbers(NDList taken) {
        return taken.get(1).toLongArray();
    }

    /** Of each array the same rows, on the manager that is asked to hold them, and no more. */
    @Test
    void takesTheRowsOfAllArrays() {
        try (NDManager owner = manager.newSubManager()) {
            NDList taken = rows.take(owner, 7, 0, 7, 3);
            assertEquals(2, owner.getManagedArrays().size());
            assertArrayEquals(new long[] {7, 0, 7, 3}, numbers(taken));
            NDArray left = taken.get(0).get(":, 0").toType(DataType.INT64, true);
            assertArrayEquals(new long[] {7, 0, 7, 3}, left.toLongArray());
            assertEquals(new Shape(4, 2), taken.get(0).getShape());
            assertEquals(owner, taken.get(0).getManager());
        }
    }

    @Test
    void someOrAllOfThem() {
        assertEquals(10, rows.size());
        assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, numbers(rows.all(manager)));
        RandomAccessRows some = rows.at(9, 4, 5);
        assertEquals(3, some.size());
        assertArrayEquals(new long[] {5, 9}, numbers(some.take(manager, 2, 0)));
    }

    @Test
    void enoughRowsAreFewerThanTwiceAsMany() {
        assertArrayEquals(new long[] {0, 3, 6, 9}, numbers(rows.spread(manager, 3)));
        assertEquals(10, numbers(rows.spread(manager, 6)).length);
        assertEquals(5, numbers(rows.spread(manager, 5)).length);
    }
}
