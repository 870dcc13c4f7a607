package org.djlflows.translate;

import ai.djl.Model;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowBlockFactory;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.TableFlow;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Gives the translators of a model folder, which its {@code serving.properties} name.
 *
 * <pre>{@code
 * Criteria<float[], Float> criteria =
 *         Criteria.builder()
 *                 .setTypes(float[].class, Float.class)
 *                 .optModelPath(folder)
 *                 .optTranslatorFactory(new FlowTranslatorFactory())
 *                 .build();
 * }</pre>
 *
 * <table>
 *   <caption>What a predictor of which types does</caption>
 *   <tr><th>from</th><th>to</th><th>meaning</th></tr>
 *   <tr><td>float[]</td><td>Float</td><td>the log-density of a row, in nats</td></tr>
 *   <tr><td>float[][]</td><td>float[]</td><td>of rows</td></tr>
 *   <tr><td>Map</td><td>Double</td><td>of a row, numbers by column name</td></tr>
 *   <tr><td>float[]</td><td>float[]</td><td>the noise z of a row</td></tr>
 *   <tr><td>float[][]</td><td>float[][]</td><td>of rows</td></tr>
 *   <tr><td>Integer</td><td>float[][]</td><td>so many samples</td></tr>
 *   <tr><td>SampleRequest</td><td>float[][]</td><td>samples, given a context</td></tr>
 *   <tr><td>SampleRequest</td><td>Map[]</td><td>the same, by column name</td></tr>
 *   <tr><td>Image</td><td>Float</td><td>the log-density of an image</td></tr>
 *   <tr><td>Integer</td><td>Image[]</td><td>so many images</td></tr>
 *   <tr><td>SampleRequest</td><td>Image[]</td><td>images, of classes</td></tr>
 *   <tr><td>Input</td><td>Output</td><td>see {@link FlowServingTranslator}</td></tr>
 * </table>
 *
 * <p>A model of a {@link TableFlow}, whose cells are more than numbers, has the last one alone, see
 * {@link TableServingTranslator}; a program takes {@link org.djlflows.model.TableModel}.
 *
 * <p>A row holds the features and then the context, in the order of the configuration; of images
 * the pixels from 0 to 1 of shape (channels, height, width) and then the weights of classes. What
 * number a pixel of an {@code Image} becomes is said at {@link FlowServingTranslator}; of a flow
 * with classes its log-density is the log of the mean of the densities given each class. Images are
 * samples without the noise of the training images, if the model has some, and of the classes in
 * turn if none is asked for; samples as numbers are as the density has them.
 *
 * <p>Rows so far away that a layer overflows have the log-density minus infinity, never NaN.
 *
 * <p>Translators have no state: a loaded model serves many threads, a predictor each. They compute
 * batches ({@code batchPredict}) as one, record no gradients, and refuse a row of another width, or
 * with values that are not finite, by an {@code IllegalArgumentException} as the cause of the
 * predictor's {@code TranslateException}. Large batches are spread over the cores.
 */
public final class FlowTranslatorFactory implements TranslatorFactory {

    /** What a model has to be for a task. */
    private enum Kind {
        ANY,
        TABLE,
        IMAGES
    }

    private record Task(Kind kind, Function<Answers, Translator<?, ?>> translator) {}

    /** What is answered to one input, or to a whole batch. */
    @FunctionalInterface
    private interface Work<I, O> {

        O answer(Answers answers, NDManager manager, I input);
    }

    private static final Map<Pair<Type, Type>, Task> TASKS =
            Map.ofEntries(
                    batch(Kind.ANY, float[].class, Float.class, FlowTranslatorFactory::scored),
                    each(Kind.ANY, float[][].class, float[].class, Answers::logDensities),
                    batch(Kind.TABLE, Map.class, Double.class, FlowTranslatorFactory::scoredByName),
                    batch(
                            Kind.ANY,
                            float[].class,
                            float[].class,
                            (a, m, in) -> List.of(a.noise(m, in.toArray(float[][]::new)))),
                    each(Kind.ANY, float[][].class, float[][].class, Answers::noise),
                    each(
                            Kind.ANY,
                            Integer.class,
                            float[][].class,
                            (a, m, n) -> Rows.floats(a.samples(m, SampleRequest.of(n)))),
                    each(
                            Kind.ANY,
                            SampleRequest.class,
                            float[][].class,
                            (a, m, request) -> Rows.floats(a.samples(m, request))),
                    each(Kind.TABLE, SampleRequest.class, Map[].class, Answers::named),
                    batch(
                            Kind.IMAGES,
                            Image.class,
                            Float.class,
                            (a, m, in) -> boxed(a.logDensities(m, in, Optional.empty()))),
                    each(
                            Kind.IMAGES,
                            Integer.class,
                            Image[].class,
                            (a, m, n) -> a.images(m, SampleRequest.of(n))),
                    each(Kind.IMAGES, SampleRequest.class, Image[].class, Answers::images),
                    Map.entry(
                            new Pair<>(Input.class, Output.class),
                            new Task(Kind.ANY, FlowServingTranslator::new)));

    /** Creates the factory; DJL calls this too. */
    public FlowTranslatorFactory() {}

    private static <I, O> Map.Entry<Pair<Type, Type>, Task> batch(
            Kind kind, Class<I> input, Class<O> output, Work<List<I>, List<O>> work) {
        return Map.entry(
                new Pair<>(input, output),
                new Task(
                        kind,
                        answers ->
                                new FlowTranslator<I, O>(
                                        (manager, in) -> work.answer(answers, manager, in))));
    }

    private static <I, O> Map.Entry<Pair<Type, Type>, Task> each(
            Kind kind, Class<I> input, Class<O> output, Work<I, O> work) {
        return batch(
                kind,
                input,
                output,
                (answers, manager, inputs) ->
                        inputs.stream().map(in -> work.answer(answers, manager, in)).toList());
    }

    private static List<Float> scored(Answers answers, NDManager manager, List<float[]> rows) {
        return boxed(answers.logDensities(manager, rows.toArray(float[][]::new)));
    }

    @SuppressWarnings("rawtypes") // The class of a map has no type arguments.
    private static List<Double> scoredByName(Answers answers, NDManager manager, List<Map> maps) {
        double[][] rows = new double[maps.size()][];
        Arrays.setAll(rows, i -> answers.rows().row(maps.get(i)));
        return boxed(answers.logDensities(manager, rows)).stream().map(Float::doubleValue).toList();
    }

    private static List<Float> boxed(float[] values) {
        List<Float> boxed = new ArrayList<>(values.length);
        for (float value : values) {
            boxed.add(value);
        }
        return boxed;
    }

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        return TASKS.keySet();
    }

    /**
     * Returns a translator.
     *
     * @param input the type of inputs
     * @param output the type of answers
     * @param model the model, whose block came of {@link FlowBlockFactory}
     * @param arguments those of {@code serving.properties} and {@code Criteria}
     * @return the translator, which threads may share
     * @throws TranslateException if the types are not supported, or not for this model
     */
    @Override
    @SuppressWarnings("unchecked")
    public <I, O> Translator<I, O> newInstance(
            Class<I> input, Class<O> output, Model model, Map<String, ?> arguments)
            throws TranslateException {
        Task task = TASKS.get(new Pair<Type, Type>(input, output));
        if (task == null) {
            throw refusal("types of " + TASKS.keySet(), input + " and " + output);
        }
        Optional<FlowModel> loaded = FlowBlockFactory.loaded(model);
        if (loaded.isEmpty()) {
            throw refusal("a model of FlowBlockFactory", String.valueOf(model));
        }
        FlowModel flow = loaded.get();
        FlowConfig config = flow.config();
        if (config.flow() instanceof TableFlow) {
            boolean serving = input == Input.class && output == Output.class;
            return (Translator<I, O>) ofTable(flow, serving, arguments);
        }
        boolean images = config.columns().isEmpty();
        if (task.kind() == (images ? Kind.TABLE : Kind.IMAGES)) {
            throw refusal(
                    (images ? "types for images" : "types for a table") + ", as the model is one",
                    input + " and " + output);
        }
        boolean numbers = task.kind() == Kind.ANY && input != Input.class;
        try {
            Answers answers = new Answers(flow, images && !numbers);
            Translator<?, ?> translator = task.translator().apply(answers);
            if (translator instanceof FlowServingTranslator serving) {
                serving.setArguments(arguments);
            }
            return (Translator<I, O>) translator;
        } catch (IllegalArgumentException e) {
            throw new TranslateException(e.getMessage(), e);
        }
    }

    private static Translator<?, ?> ofTable(
            FlowModel model, boolean serving, Map<String, ?> arguments) throws TranslateException {
        if (!serving) {
            throw refusal(
                    "Input and Output for columns of any kind, or a TableModel",
                    "types of numbers or images");
        }
        try {
            TableServingTranslator translator = new TableServingTranslator(model);
            translator.setArguments(arguments);
            return translator;
        } catch (IllegalArgumentException e) {
            throw new TranslateException(e.getMessage(), e);
        }
    }

    private static TranslateException refusal(String expected, String got) {
        return new TranslateException(
                "FlowTranslatorFactory: expected " + expected + ", got " + got);
    }
}
