package org.djlflows.spark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.MLReader;
import org.djlflows.files.Excerpt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Loads a stage of this library that was saved.
 *
 * @param <T> the class of the stage
 */
final class StageReader<T extends PipelineStage> extends MLReader<T> {

    private final Class<T> type;
    private final Maker<T> maker;

    /** Makes a stage without its params. */
    interface Maker<T> {
        T make(String uid, String path, Configuration hadoop) throws IOException;
    }

    StageReader(Class<T> type, Maker<T> maker) {
        this.type = type;
        this.maker = maker;
    }

    @Override
    public T load(String path) {
        String text = sc().textFile(new Path(path, "metadata").toString(), 1).first();
        JsonObject metadata = JsonParser.parseString(text).getAsJsonObject();
        String saved = metadata.get("class").getAsString();
        if (!saved.equals(type.getName())) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected a saved %s, got %s",
                            path, type.getName(), Excerpt.of(saved)));
        }
        try {
            String uid = metadata.get("uid").getAsString();
            T stage = maker.make(uid, path, sc().hadoopConfiguration());
            for (Map.Entry<String, JsonElement> entry :
                    metadata.getAsJsonObject("paramMap").entrySet()) {
                set(stage, entry.getKey(), entry.getValue().toString());
            }
            return stage;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void set(PipelineStage stage, String name, String json) {
        Param<Object> param = stage.getParam(name);
        stage.set(param, param.jsonDecode(json));
    }
}
