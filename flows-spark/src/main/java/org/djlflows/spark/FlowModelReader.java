package org.djlflows.spark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.util.MLReader;
import org.djlflows.files.Excerpt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Loads a stage that {@link FlowModelWriter} saved. */
final class FlowModelReader extends MLReader<FlowModel> {

    @Override
    public FlowModel load(String path) {
        String text = sc().textFile(new Path(path, "metadata").toString(), 1).first();
        JsonObject metadata = JsonParser.parseString(text).getAsJsonObject();
        String type = metadata.get("class").getAsString();
        if (!type.equals(FlowModel.class.getName())) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected a saved %s, got %s",
                            path, FlowModel.class.getName(), Excerpt.of(type)));
        }
        try {
            FlowModel model =
                    new FlowModel(
                            metadata.get("uid").getAsString(),
                            ModelFiles.read(
                                    new Path(path, FlowModelWriter.MODEL),
                                    sc().hadoopConfiguration()));
            for (Map.Entry<String, JsonElement> entry :
                    metadata.getAsJsonObject("paramMap").entrySet()) {
                set(model, entry.getKey(), entry.getValue().toString());
            }
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void set(FlowModel model, String name, String json) {
        Param<Object> param = model.getParam(name);
        model.set(param, param.jsonDecode(json));
    }
}
