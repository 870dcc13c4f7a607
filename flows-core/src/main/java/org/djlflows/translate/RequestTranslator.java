package org.djlflows.translate;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.ArgumentsUtil;
import ai.djl.translate.Batchifier;
import ai.djl.translate.ServingTranslator;
import ai.djl.translate.TranslatorContext;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.Strictness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Answers each request by itself, without the block: what is asked is known when it is read. */
abstract class RequestTranslator implements ServingTranslator {

    private static final String REQUEST = "request";
    private static final int MOST_SAMPLES = 10_000;
    private static final int MOST_VALUES = 1 << 20;

    static final Gson STRICT =
            new GsonBuilder().setStrictness(Strictness.STRICT).disableHtmlEscaping().create();

    private final int valuesOfSample;
    private int maxSamples;

    /**
     * Creates the translator.
     *
     * @param valuesOfSample how many values a sample has
     */
    RequestTranslator(int valuesOfSample) {
        this.valuesOfSample = valuesOfSample;
        setArguments(Map.of());
    }

    /**
     * Answers a request.
     *
     * @param manager the manager of the call
     * @param request the request
     * @param output the answer, which receives properties
     * @return the content of the answer, JSON
     * @throws IOException if the request cannot be read
     * @throws IllegalArgumentException if it is none that can be answered
     */
    abstract String answer(NDManager manager, Input request, Output output) throws IOException;

    /** Returns the most samples that a request may ask for. */
    final int maxSamples() {
        return maxSamples;
    }

    /**
     * Takes the argument {@code maxSamples}, the most samples that a request may ask for: 10,000 if
     * it is missing, or fewer where these were more than a million values.
     *
     * @param arguments those of {@code serving.properties} and {@code Criteria}
     * @throws IllegalArgumentException if it is not positive
     */
    @Override
    public final void setArguments(Map<String, ?> arguments) {
        int usual = Math.max(1, Math.min(MOST_SAMPLES, MOST_VALUES / valuesOfSample));
        maxSamples = ArgumentsUtil.intValue(arguments, "maxSamples", usual);
        if (maxSamples < 1) {
            throw Rows.refusal("a maxSamples of 1 or more", maxSamples);
        }
    }

    /** Returns nothing: each request is an array of rows already, and is refused on its own. */
    @Override
    public final Batchifier getBatchifier() {
        return null;
    }

    /**
     * Keeps the request for {@link #processOutput}, where all work is done.
     *
     * @param ctx the context of the call
     * @param input the request
     * @return no arrays, so that the block is not called
     */
    @Override
    public final NDList processInput(TranslatorContext ctx, Input input) {
        ctx.setAttachment(REQUEST, input);
        return new NDList();
    }

    /**
     * Answers the request.
     *
     * @param ctx the context of the call
     * @param none no arrays
     * @return the answer, or the code 400
     */
    @Override
    public final Output processOutput(TranslatorContext ctx, NDList none) {
        Input request = (Input) ctx.getAttachment(REQUEST);
        try {
            Output output = new Output();
            return json(output, answer(ctx.getNDManager(), request, output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            return refused(e);
        }
    }

    /** Says what is wrong with a request. */
    static Output refused(IllegalArgumentException e) {
        JsonObject error = new JsonObject();
        error.addProperty("code", 400);
        error.addProperty("type", "BadRequestException");
        error.addProperty("message", e.getMessage());
        return json(new Output(400, "Bad Request"), STRICT.toJson(error));
    }

    static Output json(Output output, String content) {
        output.addProperty("Content-Type", "application/json");
        output.add(content);
        return output;
    }
}
