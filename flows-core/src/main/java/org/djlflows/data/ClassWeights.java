package org.djlflows.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import java.util.Arrays;

/**
 * Classes as the context of a flow: a row of K weights, 1 for the class and 0 for all others, or 1
 * / K each for no class.
 */
public final class ClassWeights {

    /** The label of rows without a class. */
    public static final int NONE = -1;

    private ClassWeights() {}

    /**
     * Returns the rows of labels.
     *
     * @param manager the manager that receives the rows
     * @param classes the number of classes K
     * @param labels the classes, counted from 0, or {@link #NONE}
     * @return the weights, of shape (labels, K) and type float32
     * @throws IllegalArgumentException if there are no classes, or a label is none of them
     */
    public static NDArray of(NDManager manager, int classes, int... labels) {
        if (classes < 1) {
            throw new IllegalArgumentException(
                    "ClassWeights: expected at least 1 class, got " + classes);
        }
        float[] weights = new float[Math.multiplyExact(classes, labels.length)];
        for (int row = 0; row < labels.length; row++) {
            int label = labels[row];
            if (label < NONE || label >= classes) {
                throw new IllegalArgumentException(
                        String.format(
                                "ClassWeights: expected classes from 0 to %d or %d for none, got %d",
                                classes - 1, NONE, label));
            }
            if (label == NONE) {
                Arrays.fill(weights, row * classes, (row + 1) * classes, 1f / classes);
            } else {
                weights[row * classes + label] = 1;
            }
        }
        return manager.create(weights, new Shape(labels.length, classes));
    }

    /**
     * Returns rows of one label.
     *
     * @param manager the manager that receives the rows
     * @param classes the number of classes K
     * @param label the class, counted from 0, or {@link #NONE}
     * @param rows the number of rows
     * @return the weights, of shape (rows, K) and type float32
     * @throws IllegalArgumentException if the label is no class
     */
    public static NDArray repeat(NDManager manager, int classes, int label, int rows) {
        int[] labels = new int[rows];
        Arrays.fill(labels, label);
        return of(manager, classes, labels);
    }

    /**
     * Returns the rows of all classes in turn.
     *
     * @param manager the manager that receives the rows
     * @param classes the number of classes K
     * @param rows the number of rows
     * @return the weights, of shape (rows, K) and type float32
     */
    public static NDArray inTurn(NDManager manager, int classes, int rows) {
        int[] labels = new int[rows];
        Arrays.setAll(labels, row -> row % Math.max(1, classes));
        return of(manager, classes, labels);
    }
}
