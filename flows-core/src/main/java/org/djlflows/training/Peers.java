package org.djlflows.training;

/**
 * The processes that train one model together, each on rows of its own: how they exchange numbers.
 * All call the same methods in the same order, and each call returns when all have made it.
 */
public interface Peers {

    /** A process on its own. */
    Peers ALONE =
            new Peers() {
                @Override
                public int rank() {
                    return 0;
                }

                @Override
                public int count() {
                    return 1;
                }

                @Override
                public void sum(float[] values) {
                    // Of one.
                }

                @Override
                public double[][] gather(double... own) {
                    return new double[][] {own};
                }
            };

    /**
     * Returns which one this is.
     *
     * @return a number from 0 to {@link #count} less 1
     */
    int rank();

    /**
     * Returns how many there are.
     *
     * @return the number of processes
     */
    int count();

    /**
     * Adds up arrays, place by place; all get the same sums, to the last bit.
     *
     * @param values the array of this process, as long as that of each other, which receives the
     *     sums
     * @throws java.io.UncheckedIOException if another one cannot be reached or has ended
     */
    void sum(float[] values);

    /**
     * Gives the numbers of each to all.
     *
     * @param own the numbers of this process, as many as it likes
     * @return the numbers of each, by their rank
     * @throws java.io.UncheckedIOException if another one cannot be reached or has ended
     */
    double[][] gather(double... own);
}
