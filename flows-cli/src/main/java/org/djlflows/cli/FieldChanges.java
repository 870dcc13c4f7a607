package org.djlflows.cli;

import org.djlflows.spec.FlowSpec;
import org.djlflows.spec.Specs;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Fields of a flow that get other values, as they were written on the command line.
 *
 * @param fields the fields that flows can have, those of outer records first
 * @param texts the values by the names of fields
 */
record FieldChanges(Map<String, FieldHelp> fields, Map<String, String> texts) {

    /**
     * Changes a flow: first the kinds of its parts, outer ones before those within them, then their
     * numbers.
     *
     * @param base the flow
     * @param name what it is called
     * @return the flow with all changes
     * @throws WrongArguments if it has no such field, or the value is none of its own
     */
    <F extends FlowSpec> F of(F base, String name) {
        F changed = base;
        for (boolean kinds : new boolean[] {true, false}) {
            for (String field : fields.keySet()) {
                if (texts.containsKey(field) && fields.get(field).isOfKinds() == kinds) {
                    changed = with(changed, field, name);
                }
            }
        }
        return changed;
    }

    private <F extends FlowSpec> F with(F flowSoFar, String field, String name) {
        String text = texts.get(field);
        RecordComponent component =
                Specs.find(flowSoFar, field)
                        .orElseThrow(() -> refusal(field, described(name), text));
        try {
            Object value = Specs.parse(field, component.getGenericType(), text);
            Object old = Specs.value(flowSoFar, field).orElseThrow();
            // A kind that the flow has already keeps its fields.
            boolean same = fields.get(field).isOfKinds() && old.getClass() == value.getClass();
            return same ? flowSoFar : Specs.with(flowSoFar, field, value);
        } catch (IllegalArgumentException e) {
            throw new WrongArguments(FieldHelp.option(field) + ": " + e.getMessage());
        }
    }

    /** Says which flow it is: the preset, and the kinds of its parts that were given. */
    String described(String name) {
        List<String> kinds = new ArrayList<>();
        for (String field : fields.keySet()) {
            if (texts.containsKey(field) && fields.get(field).isOfKinds()) {
                kinds.add(FieldHelp.option(field) + ' ' + texts.get(field));
            }
        }
        return name + (kinds.isEmpty() ? "" : " with " + String.join(" and ", kinds));
    }

    /** Refuses a value of a field that a flow does not have. */
    static WrongArguments refusal(String field, String flow, String got) {
        return new WrongArguments(
                String.format("expected no %s for %s, got %s", FieldHelp.option(field), flow, got));
    }
}
