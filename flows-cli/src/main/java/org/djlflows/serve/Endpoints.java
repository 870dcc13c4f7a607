package org.djlflows.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

import org.djlflows.console.Console;
import org.djlflows.spec.Column;
import org.djlflows.spec.SpecJson;
import org.eclipse.jetty.http.BadMessageException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.URIUtil;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Answers requests; no thread waits in here, so that all of them but predictions are answered at
 * once.
 */
final class Endpoints extends Handler.Abstract.NonBlocking {

    private static final String PREDICTIONS = "/predictions/";
    private static final String NO_MODEL = "none";

    /** The addresses for a GET, and their names in the metrics. */
    private static final Map<String, String> GETS =
            Map.of("/ping", "ping", "/models", "models", "/", "models", "/metrics", "metrics");

    private final Map<String, ServedModel> models;
    private final Set<String> hosts;
    private final Prediction.Shared shared;

    /**
     * Creates the handler.
     *
     * @param models what is served
     * @param hosts the names that requests may call this server, all if there are none
     * @param shared what requests share
     */
    Endpoints(Map<String, ServedModel> models, Set<String> hosts, Prediction.Shared shared) {
        this.models = models;
        this.hosts = hosts;
        this.shared = shared;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        // Models are looked up by name; no path of a request reaches the file system.
        String path = URIUtil.decodePath(Request.getPathInContext(request));
        boolean predicts = path.startsWith(PREDICTIONS);
        String name = predicts ? path.substring(PREDICTIONS.length()) : NO_MODEL;
        ServedModel model = models.get(name);
        Clients clients = shared.clients();
        Exchange exchange =
                new Exchange(
                        request,
                        response,
                        callback,
                        shared,
                        predicts ? "predictions" : GETS.getOrDefault(path, "other"),
                        model == null ? NO_MODEL : name);
        clients.received(exchange.client());
        String method = predicts ? "POST" : "GET";
        String host = Request.getServerName(request);
        if (!hosts.isEmpty() && !hosts.contains(host.toLowerCase(Locale.ROOT))) {
            // A page of the web, whose name its server has given the address of this machine.
            exchange.end(
                    HttpStatus.MISDIRECTED_REQUEST_421,
                    "expected a request to a host of " + hosts + ", got " + host);
        } else if (!predicts && !GETS.containsKey(path)) {
            exchange.end(
                    HttpStatus.NOT_FOUND_404,
                    "expected /ping, /models, /metrics or /predictions/MODEL, got " + path);
        } else if (!request.getMethod().equals(method)) {
            response.getHeaders().put(HttpHeader.ALLOW, method);
            exchange.end(
                    HttpStatus.METHOD_NOT_ALLOWED_405,
                    "expected " + method + " " + path + ", got " + request.getMethod());
        } else if (predicts) {
            predict(name, model, exchange);
        } else if (path.equals("/metrics")) {
            exchange.end("text/plain; version=0.0.4; charset=utf-8", shared.metrics().scrape());
        } else if (path.equals("/ping")) {
            exchange.end(Exchange.JSON, Exchange.GSON.toJson(health()));
        } else {
            String address = "http://" + request.getHttpURI().getAuthority();
            exchange.end(Exchange.JSON, Exchange.GSON.toJson(list(address)));
        }
        return true;
    }

    private void predict(String name, ServedModel model, Exchange exchange) {
        String type = exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE);
        String kind = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (model == null) {
            exchange.end(
                    HttpStatus.NOT_FOUND_404,
                    "expected a model of " + models.keySet() + ", got " + name);
        } else if (!kind.equals(Exchange.JSON) && !kind.startsWith("image/")) {
            // Pages of other sites may send every other type without being asked for leave.
            exchange.end(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE_415,
                    "expected a Content-Type of application/json or image/..., got " + type);
        } else {
            Prediction prediction;
            try {
                prediction = new Prediction(shared, model, exchange);
            } catch (BadMessageException | IllegalArgumentException e) {
                exchange.end(
                        HttpStatus.BAD_REQUEST_400,
                        "expected parameters behind the address, got " + e.getMessage());
                return;
            }
            prediction.start();
        }
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
            about.add("flow", SpecJson.write(model.config().flow()));
            about.add("columns", Exchange.GSON.toJsonTree(model.config().columns()));
            about.add("contextColumns", Exchange.GSON.toJsonTree(model.config().contextColumns()));
            about.addProperty("example", example(address, model));
            list.add(about);
        }
        JsonObject all = new JsonObject();
        all.add("models", list);
        return all;
    }

    /** Returns a command for a shell that asks a model. */
    static String example(String address, ServedModel model) {
        String content =
                model.isOfImages()
                        ? "-H 'Content-Type: image/png' --data-binary @image.png"
                        : "-H 'Content-Type: application/json' -d "
                                + Console.quoted("[" + exampleRow(model) + "]");
        return "curl " + content + " " + Console.quoted(address + path(model.name()));
    }

    /** Returns where a model is asked, without what shells and curl would take for a pattern. */
    static String path(String model) {
        String name = URLEncoder.encode(model, StandardCharsets.UTF_8);
        return PREDICTIONS + name.replace("+", "%20").replace("*", "%2A");
    }

    /** Returns a row of a table as it may be asked for: an object by column name. */
    private static String exampleRow(ServedModel model) {
        return model.columns().stream()
                .map(column -> Exchange.GSON.toJson(column) + ": " + exampleCell(model, column))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String exampleCell(ServedModel model, String name) {
        Column kind = model.config().preparation().kind(name);
        if (kind instanceof Column.Category category) {
            return Exchange.GSON.toJson(category.levels().get(0));
        }
        return kind instanceof Column.Time ? "null" : "0";
    }
}
