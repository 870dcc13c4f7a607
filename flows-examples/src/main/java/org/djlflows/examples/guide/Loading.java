package org.djlflows.examples.guide;

import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;

import org.djlflows.model.FlowModel;
import org.djlflows.runtime.OnnxExport;
import org.djlflows.spec.Direction;
import org.djlflows.translate.FlowTranslatorFactory;

import java.io.IOException;
import java.nio.file.Path;

/** What can be done with a model folder. */
public final class Loading {

    private Loading() {}

    /**
     * Scores rows as DJL users load models.
     *
     * @param folder the model folder
     * @param rows the rows
     * @return the log-density of each row, in nats
     * @throws IOException if the folder cannot be read
     * @throws ModelNotFoundException if there is no model
     * @throws MalformedModelException if the folder is corrupt
     * @throws TranslateException if the rows do not fit the model
     */
    public static float[] score(Path folder, float[][] rows)
            throws IOException,
                    ModelNotFoundException,
                    MalformedModelException,
                    TranslateException {
        Criteria<float[][], float[]> criteria =
                Criteria.builder()
                        .setTypes(float[][].class, float[].class)
                        .optModelPath(folder)
                        .optTranslatorFactory(new FlowTranslatorFactory())
                        .build();
        try (ZooModel<float[][], float[]> model = criteria.loadModel();
                Predictor<float[][], float[]> predictor = model.newPredictor()) {
            return predictor.predict(rows);
        }
    }

    /**
     * Scores rows by a model of the zoo.
     *
     * @param rows the rows, of x and y
     * @return the log-density of each row, in nats
     * @throws IOException if DJL's cache cannot be written
     * @throws ModelNotFoundException never, since the model comes with the module flows-zoo
     * @throws MalformedModelException if the cache is corrupt
     * @throws TranslateException if the rows do not fit the model
     */
    public static float[] scoreByZoo(float[][] rows)
            throws IOException,
                    ModelNotFoundException,
                    MalformedModelException,
                    TranslateException {
        Criteria<float[][], float[]> criteria =
                Criteria.builder()
                        .setTypes(float[][].class, float[].class)
                        .optGroupId("org.djlflows")
                        .optArtifactId("two-moons")
                        .build();
        try (ZooModel<float[][], float[]> model = criteria.loadModel();
                Predictor<float[][], float[]> predictor = model.newPredictor()) {
            return predictor.predict(rows);
        }
    }

    /**
     * Writes a file for Python and C++.
     *
     * @param folder the model folder
     * @param file the file to write
     * @throws IOException if the folder cannot be read or the file not be written
     */
    public static void export(Path folder, Path file) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            FlowModel.load(folder, manager).exportTorchScript(file);
        }
    }

    /**
     * Writes a file for ONNX Runtime.
     *
     * @param folder the model folder
     * @param file the file to write
     * @throws IOException if the folder cannot be read or the file not be written
     */
    public static void exportOnnx(Path folder, Path file) throws IOException {
        OnnxExport.write(folder, Direction.DATA_TO_NOISE, file);
    }
}
