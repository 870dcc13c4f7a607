package org.djlflows.translate;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;

import java.util.List;
import java.util.function.BiFunction;

/**
 * Answers a whole batch at a time.
 *
 * <p>A predictor would call {@code forward}, which is one task of several, with all rows at once
 * and in the grad mode of its thread, which is on in new threads. It leaves the block alone where
 * it is handed no arrays: so the input goes past it, and the work is done by the flow's own
 * methods, which take large batches in chunks and record no gradients. (In DJL's metrics all time
 * is that of postprocessing.) What is made in between is freed with the manager of the call.
 *
 * @param <I> the type of an input
 * @param <O> the type of an answer
 */
final class FlowTranslator<I, O> implements Translator<I, O> {

    private static final String INPUTS = "inputs";

    private final BiFunction<NDManager, List<I>, List<O>> task;

    FlowTranslator(BiFunction<NDManager, List<I>, List<O>> task) {
        this.task = task;
    }

    /** Has batches handed over as a whole; nothing is stacked. */
    @Override
    public Batchifier getBatchifier() {
        return Batchifier.STACK;
    }

    @Override
    public NDList batchProcessInput(TranslatorContext ctx, List<I> inputs) {
        ctx.setAttachment(INPUTS, inputs);
        return new NDList();
    }

    @Override
    @SuppressWarnings("unchecked")
    public List<O> batchProcessOutput(TranslatorContext ctx, NDList none) {
        return task.apply(ctx.getNDManager(), (List<I>) ctx.getAttachment(INPUTS));
    }

    @Override
    public NDList processInput(TranslatorContext ctx, I input) {
        return batchProcessInput(ctx, List.of(input));
    }

    @Override
    public O processOutput(TranslatorContext ctx, NDList none) {
        return batchProcessOutput(ctx, none).get(0);
    }
}
