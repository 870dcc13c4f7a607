package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.model.EncodedTable;
import org.djlflows.model.Encoding;
import org.djlflows.model.FlowModel;
import org.djlflows.model.SplitTable;
import org.djlflows.training.RandomAccessRows;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * The rows of a run, as its flow takes them.
 *
 * @param notes what users should know of the rows
 * @param training the rows for training
 * @param validation the rows for the choice of an epoch
 * @param test the rows for measuring
 * @param newModel makes the flow with fresh weights, fitted to rows for training
 * @param logVolume by how much log-densities of standardised rows are greater
 */
record TrainingRows(
        List<String> notes,
        RandomAccessRows training,
        RandomAccessRows validation,
        RandomAccessRows test,
        Function<NDManager, FlowModel> newModel,
        OptionalDouble logVolume) {

    /** Returns the rows of a table of numbers. */
    static TrainingRows of(SplitTable table, FlowConfig config) {
        Encoding encoding = new Encoding(config);
        return new TrainingRows(
                table.notes(),
                encoding.inPlace(table.training()),
                encoding.inPlace(table.validation()),
                encoding.inPlace(table.test()),
                manager -> table.newModel(config, manager),
                OptionalDouble.of(table.logVolume()));
    }

    /** Returns the rows of a table with columns of any kind. */
    static TrainingRows of(EncodedTable table, Split split) {
        RandomAccessRows training = table.at(split.training());
        return new TrainingRows(
                List.of(),
                training,
                table.at(split.validation()),
                table.at(split.test()),
                manager -> table.newModel(training, manager),
                OptionalDouble.empty());
    }
}
