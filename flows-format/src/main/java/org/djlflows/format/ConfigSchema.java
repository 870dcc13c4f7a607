package org.djlflows.format;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

import org.djlflows.spec.SpecSchema;

/**
 * The JSON schema of {@code config.json}, made of the fields of {@link FlowConfig} and of all kinds
 * that are known, those of {@link org.djlflows.spec.Kinds} too.
 *
 * <p>What it does not say, since it is between fields: columns have different names, belong to
 * flows over columns and are as many as the flow takes; images belong to flows over images and have
 * sizes that scales and patches divide; heads divide the width of a transformer; layers are no
 * larger than 16,777,216 weights; log-densities and their levels ascend; what is prepared are
 * columns, by numbers that are finite; a table-flow has no tails, regression and domains; csv has
 * the columns of both lists and signs that differ; atoms differ, are between the least and the
 * greatest value and, of whole numbers, whole; levels of a category differ.
 */
public final class ConfigSchema {

    private ConfigSchema() {}

    /**
     * Returns the schema.
     *
     * @return JSON, a schema of the draft 2020-12
     */
    public static String text() {
        SpecSchema schema = new SpecSchema();
        JsonObject config = schema.record(FlowConfig.class);
        JsonObject format = new JsonObject();
        format.addProperty("description", "The version of the format.");
        format.addProperty("const", ConfigJson.FORMAT);
        JsonObject properties = new JsonObject();
        properties.add(ConfigJson.FORMAT_FIELD, format);
        config.getAsJsonObject("properties").asMap().forEach(properties::add);
        properties.add(Checksums.FIELD, Checksums.schema());
        JsonArray required = config.getAsJsonArray("required");
        required.add(ConfigJson.FORMAT_FIELD);

        JsonObject whole = new JsonObject();
        whole.addProperty("$schema", "https://json-schema.org/draft/2020-12/schema");
        whole.addProperty("$id", "urn:djl-flows:config:" + ConfigJson.FORMAT);
        whole.addProperty("title", "config.json of a model folder");
        config.asMap().forEach(whole::add);
        whole.add("properties", properties);
        whole.add("$defs", schema.definitions());
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(whole);
    }
}
