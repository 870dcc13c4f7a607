package org.djlflows.cli;

import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;
import org.djlflows.training.MaximumLikelihood;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A flow with settings, one of those that are compared.
 *
 * @param text how it was written
 * @param flow the flow, or nothing for a density of each column alone
 * @param training how it is trained
 * @param options the options of {@code flows train} that train it, by their names
 */
record Candidate(
        String text,
        Optional<ColumnFlow> flow,
        Presets.Training training,
        Map<String, String> options) {

    /** What a density of each column alone is called. */
    static final String INDEPENDENT = "independent";

    /** A spline of one column has little to learn. */
    private static final Presets.Named<ColumnFlow> ALONE =
            new Presets.Named<>(
                    Presets.anyOrder(),
                    "each column alone",
                    new Presets.Training(0.03, 20, 512, 0, 5));

    private static final String EPOCHS = "epochs";
    private static final List<String> OF_TRAINING =
            List.of(EPOCHS, "batch-size", "learning-rate", "weight-decay", "patience");

    /**
     * Reads a candidate.
     *
     * @param text the name of a preset, and settings behind colons: any-order:width=64:epochs=40
     * @param epochs the epochs of those that do not say how many
     * @return the candidate
     * @throws WrongArguments if there is no such preset or setting, or a value is none of its own
     */
    static Candidate parse(String text, Optional<Integer> epochs) {
        String[] parts = text.split(":", -1);
        String name = Specs.hyphened(parts[0].toLowerCase(Locale.ROOT));
        Map<String, Presets.Named<ColumnFlow>> presets = Presets.of(ColumnFlow.class);
        boolean alone = name.equals(INDEPENDENT);
        Presets.Named<ColumnFlow> preset = alone ? ALONE : presets.get(name);
        if (preset == null) {
            throw new WrongArguments(
                    String.format(
                            "--flows: expected %s or one of %s, got %s",
                            INDEPENDENT, presets.keySet(), parts[0]));
        }
        Map<String, String> settings = settings(text, parts);
        if (!alone) {
            epochs.ifPresent(number -> settings.putIfAbsent(EPOCHS, number.toString()));
        }
        Map<String, ColumnFlow> flows = new LinkedHashMap<>();
        presets.forEach((key, value) -> flows.put(key, value.flow()));
        Map<String, FieldHelp> fields = FieldHelp.of(ColumnFlow.class, flows);
        Map<String, String> changes = new LinkedHashMap<>();
        settings.forEach(
                (key, value) -> {
                    Optional<String> field =
                            fields.keySet().stream()
                                    .filter(one -> Specs.hyphened(one).equals(key) && !alone)
                                    .findFirst();
                    field.ifPresent(found -> changes.put(found, value));
                    if (field.isEmpty() && !OF_TRAINING.contains(key)) {
                        throw refusal(text, "a setting of " + known(preset, alone), key);
                    }
                });
        try {
            Presets.Training training = trained(preset.training(), settings);
            // Refuses what is out of range before a long file is read.
            MaximumLikelihood.builder(training, Integer.MAX_VALUE);
            ColumnFlow flow = new FieldChanges(fields, changes).of(preset.flow(), name);
            Map<String, String> options = new LinkedHashMap<>();
            options.put("flow", name);
            options.putAll(settings);
            return new Candidate(
                    text, alone ? Optional.empty() : Optional.of(flow), training, options);
        } catch (IllegalArgumentException | WrongArguments e) {
            throw new WrongArguments("--flows " + text + ": " + e.getMessage());
        }
    }

    private static Map<String, String> settings(String text, String[] parts) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            int end = part.indexOf('=');
            if (end < 0) {
                throw refusal(text, "NAME:SETTING=VALUE", part);
            }
            String key = Specs.hyphened(part.substring(0, end));
            if (settings.put(key, part.substring(end + 1)) != null) {
                throw refusal(text, "one value of " + key, "two");
            }
        }
        return settings;
    }

    private static WrongArguments refusal(String text, String expected, String got) {
        return new WrongArguments(
                String.format("--flows %s: expected %s, got %s", text, expected, got));
    }

    private static List<String> known(Presets.Named<ColumnFlow> preset, boolean alone) {
        Stream<String> fields =
                FieldHelp.of(ColumnFlow.class, Map.of()).keySet().stream()
                        .filter(field -> !alone && Specs.find(preset.flow(), field).isPresent())
                        .map(Specs::hyphened);
        return Stream.concat(fields, OF_TRAINING.stream()).toList();
    }

    private static Presets.Training trained(Presets.Training usual, Map<String, String> settings) {
        return new Presets.Training(
                number(settings, "learning-rate", usual.learningRate()),
                whole(settings, EPOCHS, usual.epochs()),
                whole(settings, "batch-size", usual.batchSize()),
                number(settings, "weight-decay", usual.weightDecay()),
                whole(settings, "patience", usual.patience()));
    }

    private static int whole(Map<String, String> settings, String key, int usual) {
        String text = settings.get(key);
        return text == null ? usual : (Integer) Specs.parse(key, int.class, text);
    }

    private static double number(Map<String, String> settings, String key, double usual) {
        String text = settings.get(key);
        return text == null ? usual : (Double) Specs.parse(key, double.class, text);
    }

    /** Returns the options of {@code flows train}, as words. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        options.forEach((key, value) -> words.addAll(List.of("--" + key, value)));
        return words;
    }
}
