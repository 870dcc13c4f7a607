package org.djlflows.spark;

import org.djlflows.training.MaximumLikelihood;

import java.io.Serializable;

/**
 * What the tasks of a training have in common.
 *
 * @param columns where the columns of the model are in a row
 * @param usual for each column of a flow over numbers the least and the greatest value that is not
 *     wild; none for a flow over columns of any kind
 * @param division what each row is for
 * @param settings how to train
 * @param checkpoint where the state of the run is kept, empty for nowhere
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record TrainingPlan(
        InputColumns columns,
        double[][] usual,
        Division division,
        Settings settings,
        String checkpoint)
        implements Serializable {

    /**
     * Tells whether no number of a row is wild.
     *
     * @param row a number for each column
     * @return whether the row teaches something
     */
    boolean isUsual(double... row) {
        boolean all = true;
        for (int j = 0; j < row.length; j++) {
            all &= row[j] >= usual[j][0] && row[j] <= usual[j][1];
        }
        return all;
    }

    /**
     * How to train, as {@link MaximumLikelihood.Builder} has it.
     *
     * @param epochs the number of epochs
     * @param epochRows the most rows of an epoch
     * @param batchSize the rows of a step, of all tasks together
     * @param learningRate the highest learning rate
     * @param weightDecay the decay of weights
     * @param patience the epochs without improvement after which to stop
     * @param localSteps the steps between two exchanges, 0 to share each gradient
     * @param seed decides the order of rows
     */
    record Settings(
            int epochs,
            int epochRows,
            int batchSize,
            double learningRate,
            double weightDecay,
            int patience,
            int localSteps,
            long seed)
            implements Serializable {

        MaximumLikelihood.Builder builder() {
            return MaximumLikelihood.builder()
                    .optEpochs(epochs)
                    .optEpochRows(epochRows)
                    .optBatchSize(batchSize)
                    .optLearningRate(learningRate)
                    .optWeightDecay(weightDecay)
                    .optPatience(patience)
                    .optLocalSteps(localSteps)
                    .optSeed(seed);
        }
    }
}
