package org.djlflows.examples.serve;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.translate.TranslateException;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.URIUtil;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Answers requests; blocks its thread meanwhile. */
final class Endpoints extends Handler.Abstract {

    private static final String PREDICTIONS = "/predictions/";
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private final Map<String, ServedModel> models;
    private final int maxRequest;

    Endpoints(Map<String, ServedModel> models, int maxRequest) {
        this.models = models;
        this.maxRequest = maxRequest;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        // Models are looked up by name; no path of a request reaches the file system.
        String path = URIUtil.decodePath(Request.getPathInContext(request));
        String method = path.startsWith(PREDICTIONS) ? "POST" : "GET";
        boolean known = path.equals("/") || path.equals("/models") || path.equals("/ping");
        if (method.equals("GET") && !known) {
            refuse(
                    response,
                    callback,
                    HttpStatus.NOT_FOUND_404,
                    "expected /ping, /models or /predictions/MODEL, got " + path);
        } else if (!request.getMethod().equals(method)) {
            response.getHeaders().put(HttpHeader.ALLOW, method);
            refuse(
                    response,
                    callback,
                    HttpStatus.METHOD_NOT_ALLOWED_405,
                    "expected " + method + " " + path + ", got " + request.getMethod());
        } else if (path.equals("/ping")) {
            write(response, callback, HttpStatus.OK_200, GSON.toJson(health()));
        } else if (method.equals("GET")) {
            String address = "http://" + request.getHttpURI().getAuthority();
            write(response, callback, HttpStatus.OK_200, GSON.toJson(list(address)));
        } else {
            predict(path.substring(PREDICTIONS.length()), request, response, callback);
        }
        return true;
    }

    private void predict(String name, Request request, Response response, Callback callback)
            throws IOException, InterruptedException {
        ServedModel model = models.get(name);
        if (model == null) {
            refuse(
                    response,
                    callback,
                    HttpStatus.NOT_FOUND_404,
                    "expected a model of " + models.keySet() + ", got " + name);
            return;
        }
        Optional<byte[]> content = content(request);
        if (content.isEmpty()) {
            // What is left of the request is not read.
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            refuse(
                    response,
                    callback,
                    HttpStatus.PAYLOAD_TOO_LARGE_413,
                    "expected at most " + maxRequest + " bytes, got more");
            return;
        }
        try {
            Output output = model.answer(input(request, content.get()));
            String text = output.getData().getAsString();
            write(response, callback, output.getCode(), text);
        } catch (TranslateException e) {
            System.err.println("flows serve: " + name + ": " + e);
            refuse(
                    response,
                    callback,
                    HttpStatus.INTERNAL_SERVER_ERROR_500,
                    "expected an answer of " + name + ", got an error; see the server's output");
        }
    }

    /** Returns the content, or nothing if that is longer than a request may be. */
    private Optional<byte[]> content(Request request) throws IOException {
        if (request.getLength() > maxRequest) {
            return Optional.empty();
        }
        try (InputStream stream = Request.asInputStream(request)) {
            byte[] bytes = stream.readNBytes(maxRequest + 1);
            return bytes.length > maxRequest ? Optional.empty() : Optional.of(bytes);
        }
    }

    private static Input input(Request request, byte[] content) {
        Input input = new Input();
        String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (type != null) {
            input.addProperty("Content-Type", type);
        }
        input.add("data", content);
        for (Fields.Field field : Request.extractQueryParameters(request)) {
            input.add(field.getName(), field.getValue());
        }
        return input;
    }

    private JsonObject health() {
        JsonObject health = new JsonObject();
        JsonObject healthy = new JsonObject();
        healthy.addProperty("status", "Healthy");
        models.keySet().forEach(name -> health.add(name, healthy));
        return health;
    }

    private JsonObject list(String address) {
        JsonArray list = new JsonArray();
        for (ServedModel model : models.values()) {
            JsonObject about = new JsonObject();
            about.addProperty("modelName", model.name());
            about.addProperty("flow", model.config().preset().getClass().getSimpleName());
            about.add("columns", GSON.toJsonTree(model.config().columns()));
            about.add("contextColumns", GSON.toJsonTree(model.config().contextColumns()));
            about.addProperty("example", example(address, model));
            list.add(about);
        }
        JsonObject all = new JsonObject();
        all.add("models", list);
        return all;
    }

    /** Returns a command that asks a model. */
    static String example(String address, ServedModel model) {
        String content =
                model.isOfImages()
                        ? "-H 'Content-Type: image/png' --data-binary @image.png"
                        : "-H 'Content-Type: application/json' -d '["
                                + model.exampleRow().replace("'", "'\\''")
                                + "]'";
        String name = URIUtil.encodePath(model.name());
        return "curl " + content + " " + address + PREDICTIONS + name.replace("'", "%27");
    }

    private static void refuse(Response response, Callback callback, int code, String message) {
        write(response, callback, code, error(code, message));
    }

    /** Returns an error in the form of DJL Serving. */
    static String error(int code, String message) {
        JsonObject error = new JsonObject();
        error.addProperty("code", code);
        error.addProperty("type", HttpStatus.getMessage(code).replace(" ", "") + "Exception");
        error.addProperty("message", "flows serve: " + message);
        return GSON.toJson(error);
    }

    private static void write(Response response, Callback callback, int code, String json) {
        response.setStatus(code);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        response.write(true, ByteBuffer.wrap(bytes), callback);
    }
}
