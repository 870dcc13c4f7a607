package org.djlflows.cli;

import org.djlflows.spec.FlowSpec;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The options of a command that say what a flow is made of. {@code --flow} takes the name of one of
 * {@link Presets}, and each field of all records that such flows can be made of is an option that
 * changes it, {@code --map} or {@code --bins}. Names, texts and defaults are those of the records,
 * so that kinds of somebody's own have options too.
 *
 * @param <F> the flows: over vectors, or over images
 */
final class FlowOptions<F extends FlowSpec> {

    private final String usual;
    private final String other;
    private final Map<String, Presets.Named<F>> presets;
    private final Map<String, FieldHelp> fields;
    private final Map<String, OptionSpec> options = new LinkedHashMap<>();
    private OptionSpec flow;
    private String chosen;

    /**
     * Creates the options.
     *
     * @param family the flows
     * @param usual the name of the preset that is taken where none is named
     */
    FlowOptions(Class<F> family, String usual) {
        this(family, usual, "");
    }

    /**
     * Creates the options of a command that takes another flow for some data.
     *
     * @param family the flows
     * @param usual the name of the preset that is taken where none is named
     * @param other which one is taken where, empty for none
     */
    FlowOptions(Class<F> family, String usual, String other) {
        this.usual = usual;
        this.other = other;
        chosen = usual;
        presets = Presets.of(family);
        Map<String, F> flows = new LinkedHashMap<>();
        presets.forEach((name, preset) -> flows.put(name, preset.flow()));
        fields = FieldHelp.of(family, flows);
    }

    /** Adds the options; picocli calls it when it makes the command. */
    @Spec
    void addTo(CommandSpec mixin) {
        List<String> text = new ArrayList<>();
        text.add(
                "The flow, which the options below change (default: "
                        + usual
                        + (other.isEmpty() ? "" : "; " + other)
                        + "):");
        presets.forEach(
                (name, preset) -> text.add(String.format("  %-17s %s", name, preset.about())));
        flow =
                OptionSpec.builder("--flow")
                        .type(String.class)
                        .paramLabel("NAME")
                        .description(text.toArray(String[]::new))
                        .build();
        mixin.addOption(flow);
        fields.forEach((field, help) -> options.put(field, help.option()));
        options.values().forEach(mixin::addOption);
    }

    /**
     * Returns the name of the chosen preset.
     *
     * @return the name
     */
    String name() {
        String given = isNamed() ? flow.getValue() : chosen;
        String name = Specs.hyphened(given.toLowerCase(Locale.ROOT));
        if (!presets.containsKey(name)) {
            throw new WrongArguments(
                    String.format("--flow: expected one of %s, got %s", presets.keySet(), given));
        }
        return name;
    }

    /** Tells whether a preset was named. */
    boolean isNamed() {
        return flow.getValue() != null;
    }

    /**
     * Takes another preset than the usual one, as none was named.
     *
     * @param preset its name
     */
    void choose(String preset) {
        chosen = preset;
    }

    /**
     * Tells whether all options that were given change a preset.
     *
     * @param preset its name
     * @return whether it has the parts that they are of
     */
    boolean fit(String preset) {
        try {
            change(presets.get(preset).flow());
            return true;
        } catch (WrongArguments e) {
            return false;
        }
    }

    /**
     * Returns the chosen preset, and how it usually trains well.
     *
     * @return the preset, without changes
     */
    Presets.Named<F> usual() {
        return presets.get(name());
    }

    /**
     * Returns the chosen preset with all changes.
     *
     * @return the flow
     */
    F flow() {
        return change(presets.get(name()).flow());
    }

    /**
     * Changes a flow as the options say.
     *
     * @param base the flow
     * @return the flow with all changes
     */
    F change(F base) {
        return changes().of(base, name());
    }

    private FieldChanges changes() {
        Map<String, String> texts = new LinkedHashMap<>();
        options.keySet().forEach(field -> given(field).ifPresent(text -> texts.put(field, text)));
        return new FieldChanges(fields, texts);
    }

    /**
     * Tells whether an option was given.
     *
     * @param field the name of the field
     * @return whether it changes the flow
     */
    boolean isGiven(String field) {
        return given(field).isPresent();
    }

    private Optional<String> given(String field) {
        return Optional.ofNullable(options.get(field).getValue()).map(Object::toString);
    }

    /**
     * Refuses the options of a part for which a flow has no use.
     *
     * @param of the flow
     * @param part the field that has the part
     * @param why when that is so, such as "without --context"
     */
    void refuse(F of, String part, String why) {
        Object value = Specs.value(of, part).orElseThrow();
        FieldChanges changes = changes();
        for (String field : options.keySet()) {
            boolean within =
                    value instanceof org.djlflows.spec.Spec inner
                            && Specs.find(inner, field).isPresent();
            if (field.equals(part) || within) {
                given(field)
                        .ifPresent(
                                text -> {
                                    throw FieldChanges.refusal(
                                            field, changes.described(name()) + ' ' + why, text);
                                });
            }
        }
    }
}
