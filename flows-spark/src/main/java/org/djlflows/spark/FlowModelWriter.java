package org.djlflows.spark;

import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.MLWriter;
import org.djlflows.runtime.ModelFiles;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Saves a stage: its params as Spark does, and the model folder beside them. */
final class FlowModelWriter extends MLWriter {

    /** The model folder within the folder of the stage. */
    static final String MODEL = "model";

    private final ModelFiles files;
    private final MLWriter params;

    FlowModelWriter(ModelFiles files, MLWriter params) {
        this.files = files;
        this.params = params;
    }

    @Override
    public void saveImpl(String path) {
        try {
            new HadoopFolder(new Path(path, MODEL), sc().hadoopConfiguration()).write(files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Last, since a folder without it is not loaded.
        params.session(sparkSession()).saveImpl(path);
    }
}
