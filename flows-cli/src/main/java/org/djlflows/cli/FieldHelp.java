package org.djlflows.cli;

import org.djlflows.spec.Field;
import org.djlflows.spec.FlowSpec;
import org.djlflows.spec.Spec;
import org.djlflows.spec.Specs;

import picocli.CommandLine.Model.OptionSpec;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the help says of one field of flows, which several kinds can have. */
final class FieldHelp {

    private static final Set<Class<?>> NUMBERS =
            Set.of(double.class, Double.class, OptionalDouble.class);

    private final String name;
    private final List<RecordComponent> components;
    private final Map<String, ? extends FlowSpec> presets;
    private final boolean ofAll;

    private FieldHelp(
            String name,
            List<RecordComponent> components,
            Map<String, ? extends FlowSpec> presets,
            boolean ofAll) {
        this.name = name;
        this.components = components;
        this.presets = presets;
        this.ofAll = ofAll;
    }

    /**
     * Finds the fields of flows and of all that they can be made of.
     *
     * @param family the flows
     * @param presets some of them by name, from which defaults come
     * @return the fields by name, those of outer records first
     */
    static Map<String, FieldHelp> of(
            Class<? extends FlowSpec> family, Map<String, ? extends FlowSpec> presets) {
        Collection<Class<? extends Record>> flows = Specs.kinds(family).values();
        Map<String, List<RecordComponent>> found = new LinkedHashMap<>();
        Set<Class<?>> seen = new HashSet<>(flows);
        Queue<Class<?>> queue = new ArrayDeque<>(flows);
        while (!queue.isEmpty()) {
            for (RecordComponent component : queue.remove().getRecordComponents()) {
                found.computeIfAbsent(component.getName(), key -> new ArrayList<>()).add(component);
                if (isKind(component.getType())) {
                    Specs.kinds(component.getType()).values().stream()
                            .filter(seen::add)
                            .forEach(queue::add);
                }
            }
        }
        Map<String, FieldHelp> all = new LinkedHashMap<>();
        found.forEach(
                (name, components) -> {
                    Class<?> kind = components.get(0).getDeclaringRecord();
                    boolean ofAll = flows.size() == 1 && flows.contains(kind);
                    all.put(name, new FieldHelp(name, components, presets, ofAll));
                });
        return all;
    }

    /**
     * Returns the option of a field.
     *
     * @param field the name of the field
     * @return the name in lower case with hyphens, after two more
     */
    static String option(String field) {
        return "--" + Specs.hyphened(field);
    }

    /**
     * Makes the option.
     *
     * @return an option whose value is a text
     */
    OptionSpec option() {
        Type type = components.get(0).getGenericType();
        OptionSpec.Builder option =
                OptionSpec.builder(option(name)).type(String.class).paramLabel(label(type));
        if (isTruth(type)) {
            // Without a value it is true.
            option.type(Boolean.class).arity("0..1").fallbackValue("true");
        }
        return option.description(text()).build();
    }

    /** Tells whether the option takes the name of a kind. */
    boolean isOfKinds() {
        return isKind(components.get(0).getType());
    }

    private static boolean isKind(Class<?> type) {
        return Spec.class.isAssignableFrom(type);
    }

    private static boolean isList(Type type) {
        return Specs.raw(type) == List.class;
    }

    private static Class<?> element(Type type) {
        return Specs.raw(isList(type) ? Specs.element(type) : type);
    }

    private static boolean isTruth(Type type) {
        return type == boolean.class || type == Boolean.class;
    }

    private static String label(Type type) {
        Class<?> element = element(type);
        String label = "NAME";
        if (isTruth(element)) {
            label = "true|false";
        } else if (element == int.class || element == Integer.class) {
            label = "N";
        } else if (NUMBERS.contains(element)) {
            label = "X";
        }
        return isList(type) ? label + ",.." : label;
    }

    /** Says what the field is, a line for each meaning that it has, and which defaults it has. */
    private String[] text() {
        Map<String, Set<String>> kinds = new LinkedHashMap<>();
        for (RecordComponent component : components) {
            kinds.computeIfAbsent(sentence(component), key -> new TreeSet<>())
                    .add(nameOf(component.getDeclaringRecord()));
        }
        List<String> lines = new ArrayList<>();
        kinds.forEach(
                (sentence, of) ->
                        lines.add(
                                ofAll
                                        ? sentence
                                        : String.join(", ", of) + ": " + uncapitalised(sentence)));
        int last = lines.size() - 1;
        lines.set(last, lines.get(last) + defaults(values()));
        // Descriptions are formats.
        return lines.stream().map(line -> line.replace("%", "%%") + ".").toArray(String[]::new);
    }

    /** Returns the name of a kind; a kind that is a whole flow goes by those of its presets. */
    private String nameOf(Class<?> kind) {
        Map<Boolean, List<String>> names =
                presets.keySet().stream()
                        .collect(
                                Collectors.partitioningBy(
                                        preset -> presets.get(preset).getClass() == kind));
        if (names.get(true).isEmpty()) {
            return Specs.name(kind);
        }
        boolean most = names.get(false).size() < names.get(true).size();
        return (most ? "all but " : "") + String.join(", ", names.get(!most));
    }

    private static String uncapitalised(String text) {
        boolean word = text.length() > 1 && Character.isLowerCase(text.charAt(1));
        return word ? Character.toLowerCase(text.charAt(0)) + text.substring(1) : text;
    }

    private static String sentence(RecordComponent component) {
        Field field = Specs.field(component);
        Type type = component.getGenericType();
        Class<?> element = element(type);
        String values = "";
        if (isKind(element)) {
            values = "one of " + String.join(", ", Specs.kinds(element).keySet());
        } else if (element.isEnum()) {
            values =
                    Arrays.stream(element.getEnumConstants())
                            .map(FieldHelp::write)
                            .collect(Collectors.joining(", ", "one of ", ""));
        } else if (isBounded(field)) {
            values = Specs.range(field).replaceFirst("^of ", "");
        }
        if (values.isEmpty()) {
            return field.value();
        }
        String each = isList(type) ? "each " + values : values;
        return field.value() + ". " + Character.toUpperCase(each.charAt(0)) + each.substring(1);
    }

    private static boolean isBounded(Field field) {
        return field.least() > Double.NEGATIVE_INFINITY || field.above() > Double.NEGATIVE_INFINITY;
    }

    /** Returns what presets have, and the defaults of kinds that no preset has. */
    private Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        Set<Class<?>> known = new HashSet<>();
        presets.forEach(
                (preset, flow) ->
                        Specs.find(flow, name)
                                .ifPresent(
                                        component -> {
                                            known.add(component.getDeclaringRecord());
                                            Object value = Specs.value(flow, name).orElseThrow();
                                            values.put(preset, write(value));
                                        }));
        for (RecordComponent component : components) {
            String text = Specs.field(component).byDefault();
            Class<?> kind = component.getDeclaringRecord();
            if (!known.contains(kind) && !text.equals(Field.NONE)) {
                values.put(nameOf(kind), text);
            }
        }
        return values;
    }

    /**
     * Says which values things have: the value that most of them have, then the exceptions.
     *
     * @param values the values by the names of the things
     * @return such as {@code " (default: 8; bnaf: 5; planar, radial: 32)"}, or nothing
     */
    static String defaults(Map<String, String> values) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        values.forEach(
                (name, value) -> names.computeIfAbsent(value, key -> new ArrayList<>()).add(name));
        if (names.isEmpty()) {
            return "";
        }
        int most = names.values().stream().mapToInt(List::size).max().orElseThrow();
        String usual =
                names.keySet().stream()
                        .filter(value -> names.get(value).size() == most)
                        .findFirst()
                        .orElseThrow();
        Stream<String> others =
                names.keySet().stream()
                        .filter(value -> !value.equals(usual))
                        .map(value -> "; " + String.join(", ", names.get(value)) + ": " + value);
        return " (default: " + usual + others.collect(Collectors.joining()) + ")";
    }

    /** Writes a value as it is given on the command line. */
    private static String write(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(FieldHelp::write).collect(Collectors.joining(","));
        }
        if (value instanceof Enum<?> constant) {
            return Specs.hyphened(constant.name());
        }
        if (value instanceof Double number) {
            return Specs.number(number);
        }
        return value instanceof Spec ? Specs.name(value.getClass()) : value.toString();
    }
}
