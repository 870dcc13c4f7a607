package org.djlflows.examples.guide;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.Distribution;
import org.djlflows.evaluation.Calibration;
import org.djlflows.evaluation.CheckReport;
import org.djlflows.evaluation.ClassifierTest;
import org.djlflows.evaluation.Estimate;
import org.djlflows.evaluation.LayerCheck;
import org.djlflows.evaluation.Likelihood;
import org.djlflows.evaluation.Mass;
import org.djlflows.evaluation.MaximumMeanDiscrepancy;
import org.djlflows.plot.CalibrationPicture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Whether a flow is right, and whether it is that of the data. */
public final class Checking {

    private Checking() {}

    /**
     * Measures a flow.
     *
     * @param flow the flow
     * @param heldOut rows x and, if it has one, their context, on which it was not trained
     * @param names the names of the features
     * @param picture a file for the calibration
     * @return the negative log-likelihood
     * @throws IOException if the picture cannot be written
     */
    public static Estimate measure(
            Distribution flow, NDList heldOut, List<String> names, Path picture)
            throws IOException {
        Estimate nats = Likelihood.nats(flow, heldOut); // 2.4931 [2.4512, 2.5350]
        Estimate mass = Mass.of(flow, heldOut); // holds 1
        ClassifierTest classifier = ClassifierTest.of(flow, heldOut); // accuracy 0.5 is a guess
        double pValue = MaximumMeanDiscrepancy.of(flow, heldOut).pValue();
        Calibration calibration = Calibration.of(flow, heldOut, 99); // of 99 draws a row
        Estimate covered = calibration.highestDensity().coverage(0.9); // holds 0.9
        CalibrationPicture.of(calibration, names).save(picture);
        System.out.printf("NLL %s, mass %s, C2ST %s%n", nats, mass, classifier.accuracy());
        System.out.printf("MMD p %.3f, coverage %s of 90 %%%n", pValue, covered);
        return nats;
    }

    /**
     * Checks a layer over four features.
     *
     * @param layer the layer, initialised in float64, with weights that are not those of a fresh
     *     one
     * @param manager the manager for the rows
     * @return what was found
     */
    public static CheckReport check(Bijection layer, NDManager manager) {
        NDList rows = new NDList(manager.randomNormal(0, 2, new Shape(20, 4), DataType.FLOAT64));
        CheckReport report = LayerCheck.of(layer, rows);
        System.out.println(report); // WRONG  Asinh  ...; Jacobian: expected an error of at most ...
        return report;
    }
}
