package org.djlflows.spec;

import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Records whose components are {@link Field}s: checks them, finds their kinds and defaults. */
public final class Specs {

    /** The most numbers in a matrix between hidden layers, as of 4096 units squared. */
    private static final long MOST_WEIGHTS = 1 << 24;

    private Specs() {}

    /**
     * Checks the components of a record, for its constructor.
     *
     * @param type the record
     * @param values the values of all components
     * @throws IllegalArgumentException if one is missing, not finite or out of its range
     */
    public static void check(Class<? extends Record> type, Object... values) {
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            Field field = field(components[i]);
            String what = type.getSimpleName() + ": expected " + components[i].getName();
            if (values[i] == null) {
                throw new IllegalArgumentException(what + ", got null");
            }
            if (values[i] instanceof List<?> list) {
                int[] size = field.size();
                if (list.size() < size[0] || list.size() > size[1]) {
                    throw new IllegalArgumentException(
                            String.format(
                                    size[1] < Integer.MAX_VALUE
                                            ? "%s of %d to %d values, got %d"
                                            : "%s, at least %d of them, got %4$d",
                                    what,
                                    size[0],
                                    size[1],
                                    list.size()));
                }
                list.forEach(element -> check(what, field, element));
            } else if (values[i] instanceof Map<?, ?> map) {
                map.values().forEach(element -> requirePresent(what, element));
            } else if (values[i] instanceof OptionalDouble number) {
                number.ifPresent(present -> check(what, field, present));
            } else {
                check(what, field, values[i]);
            }
        }
    }

    private static void requirePresent(String what, Object element) {
        if (element == null) {
            throw new IllegalArgumentException(what + " without null, got one");
        }
    }

    private static void check(String what, Field field, Object value) {
        requirePresent(what, value);
        if (value instanceof Number number) {
            double x = number.doubleValue();
            if (!(x >= field.least()
                    && x > field.above()
                    && x <= field.most()
                    && Double.isFinite(x))) {
                throw new IllegalArgumentException(what + " " + range(field) + ", got " + value);
            }
        }
    }

    /**
     * Says in words which numbers a field takes.
     *
     * @param field the field
     * @return the range
     */
    public static String range(Field field) {
        List<String> bounds = new ArrayList<>();
        if (field.above() > Double.NEGATIVE_INFINITY) {
            bounds.add("above " + number(field.above()));
        } else if (field.least() > Double.NEGATIVE_INFINITY) {
            bounds.add("of at least " + number(field.least()));
        }
        if (field.most() < Float.MAX_VALUE) {
            bounds.add((bounds.isEmpty() ? "of at most " : "at most ") + number(field.most()));
        } else if (field.most() == Float.MAX_VALUE) {
            bounds.add((bounds.isEmpty() ? "that is " : "") + "finite in float32");
        }
        return bounds.isEmpty() ? "that is finite" : String.join(" and ", bounds);
    }

    /**
     * Writes a number, a whole one without its fraction.
     *
     * @param x the number
     * @return the digits
     */
    public static String number(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e9
                ? Long.toString((long) x)
                : Double.toString(x);
    }

    /**
     * Checks that no layer of a network is so large that it is a mistake.
     *
     * @param inputs the number of inputs
     * @param groups by how much widths are multiplied
     * @param widths the widths of the layers
     * @throws IllegalArgumentException if a layer has more than 16,777,216 weights
     */
    public static void requireWeights(long inputs, long groups, List<Integer> widths) {
        long in = inputs;
        for (int width : widths) {
            long out = groups * width;
            if (in * out > MOST_WEIGHTS) {
                throw new IllegalArgumentException(
                        String.format(
                                "FlowSpec: expected layers of at most %d weights, got one of %d"
                                        + " inputs and %d units",
                                MOST_WEIGHTS, in, out));
            }
            in = out;
        }
    }

    /**
     * Refuses a network one of whose layers is so large that it is a mistake.
     *
     * @param inputs the number of inputs
     * @param hidden the widths of the hidden layers
     * @param outputs the number of outputs
     * @throws IllegalArgumentException if a layer has more than 16,777,216 weights
     */
    static void requireWeights(long inputs, List<Integer> hidden, int outputs) {
        List<Integer> widths = new ArrayList<>(hidden);
        widths.add(outputs);
        requireWeights(inputs, 1, widths);
    }

    /**
     * Returns what is known of a component.
     *
     * @param component a component of a record
     * @return its annotation
     * @throws IllegalArgumentException if it has none
     */
    public static Field field(RecordComponent component) {
        Field field = component.getAnnotation(Field.class);
        if (field == null) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s: expected @Field at %s, got none",
                            component.getDeclaringRecord().getSimpleName(), component.getName()));
        }
        return field;
    }

    /**
     * Returns the name of a kind in JSON and on the command line.
     *
     * @param kind the record
     * @return the name of the class in lower case with hyphens
     */
    public static String name(Class<?> kind) {
        return hyphened(kind.getSimpleName());
    }

    /**
     * Writes a name in lower case with hyphens.
     *
     * @param name a name in camel case, or that of a constant
     * @return the name, such as {@code last-residual}
     */
    public static String hyphened(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|_", "-").toLowerCase(Locale.ROOT);
    }

    /**
     * Returns all kinds of a family, those of {@link Kinds} too.
     *
     * @param family a sealed interface
     * @return the records by their names
     * @throws IllegalStateException if two have the same name
     */
    public static SortedMap<String, Class<? extends Record>> kinds(Class<?> family) {
        SortedMap<String, Class<? extends Record>> kinds = new TreeMap<>();
        Stream<Class<? extends Record>> provided =
                ServiceLoader.load(Kinds.class).stream()
                        .flatMap(provider -> provider.get().kinds().stream());
        Stream.concat(permitted(family), provided.filter(family::isAssignableFrom))
                .forEach(
                        kind -> {
                            Class<?> other = kinds.put(name(kind), kind);
                            if (other != null && other != kind) {
                                throw new IllegalStateException(
                                        String.format(
                                                "expected kinds of different names, got two %s: %s"
                                                        + " and %s",
                                                name(kind), kind.getName(), other.getName()));
                            }
                        });
        return kinds;
    }

    private static Stream<Class<? extends Record>> permitted(Class<?> type) {
        if (type.isRecord()) {
            return Stream.of(type.asSubclass(Record.class));
        }
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(Specs::permitted)
                : Stream.empty();
    }

    /**
     * Returns a kind with the default of each field.
     *
     * @param kind the record
     * @param <T> its type
     * @return the value
     * @throws IllegalArgumentException if a field has no default
     */
    public static <T> T defaults(Class<T> kind) {
        RecordComponent[] components = kind.getRecordComponents();
        Object[] values = Arrays.stream(components).map(Specs::defaultOf).toArray();
        return make(kind, values);
    }

    /**
     * Returns the default of a field.
     *
     * @param component the component of a record
     * @return the value
     * @throws IllegalArgumentException if it has none
     */
    static Object defaultOf(RecordComponent component) {
        Type type = component.getGenericType();
        if (isOptional(type)) {
            return empty(type);
        }
        if (!hasDefault(component)) {
            throw new IllegalArgumentException("expected " + component.getName() + ", got none");
        }
        return parse(component.getName(), type, field(component).byDefault());
    }

    /** Tells whether a field need not be given. */
    static boolean hasDefault(RecordComponent component) {
        return isOptional(component.getGenericType())
                || !field(component).byDefault().equals(Field.NONE);
    }

    static boolean isOptional(Type type) {
        return type == OptionalDouble.class || raw(type) == Optional.class;
    }

    private static Object empty(Type type) {
        return type == OptionalDouble.class ? OptionalDouble.empty() : Optional.empty();
    }

    /**
     * Returns a type without its arguments.
     *
     * @param type the type of a component, or its {@link #element}
     * @return the class
     */
    public static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType p ? p.getRawType() : type);
    }

    /**
     * Returns the type of what is in a list, in a map or perhaps in an optional.
     *
     * @param container the type of the container
     * @return its last argument
     */
    public static Type element(Type container) {
        Type[] arguments = ((ParameterizedType) container).getActualTypeArguments();
        return arguments[arguments.length - 1];
    }

    /**
     * Reads a value as it is written on the command line.
     *
     * @param name the name of the field
     * @param type the type of the field
     * @param text a number, true or false, the name of a constant or of a kind, a list with commas
     * @return the value
     * @throws IllegalArgumentException if the text is none
     */
    public static Object parse(String name, Type type, String text) {
        try {
            if (type == int.class || type == Integer.class) {
                return Integer.valueOf(text);
            }
            if (type == double.class || type == Double.class) {
                return Double.valueOf(text);
            }
            if (type == OptionalDouble.class) {
                return OptionalDouble.of(Double.parseDouble(text));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    String.format("expected a number for %s, got %s", name, text), e);
        }
        if (type == boolean.class || type == Boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException(
                        String.format("expected true or false for %s, got %s", name, text));
            }
            return Boolean.valueOf(text);
        }
        Class<?> raw = raw(type);
        if (raw == String.class) {
            return text;
        }
        if (raw == List.class) {
            return text.isEmpty()
                    ? List.of()
                    : Arrays.stream(text.split(",", -1))
                            .map(part -> parse(name, element(type), part))
                            .toList();
        }
        if (raw == Map.class && text.isEmpty()) {
            return Map.of();
        }
        Map<String, ?> choices =
                raw.isEnum()
                        ? Arrays.stream(raw.getEnumConstants())
                                .collect(
                                        Collectors.toMap(
                                                c -> hyphened(c.toString()),
                                                c -> c,
                                                (a, b) -> a,
                                                TreeMap::new))
                        : kinds(raw);
        Object chosen = choices.get(hyphened(text));
        if (chosen == null) {
            throw new IllegalArgumentException(
                    String.format("expected %s of %s, got %s", name, choices.keySet(), text));
        }
        return chosen instanceof Class<?> kind ? defaults(kind) : chosen;
    }

    /**
     * Returns a value in which the field that {@link #find} finds has another value.
     *
     * @param spec the value
     * @param name the name of the field
     * @param value the new value
     * @param <T> the type of the value
     * @return a copy
     * @throws IllegalArgumentException if there is no such field, or the value is none of its own
     */
    public static <T extends Spec> T with(T spec, String name, Object value) {
        List<RecordComponent> path =
                path(spec, name)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                String.format(
                                                        "expected a field of %s, got %s",
                                                        spec, name)));
        RecordComponent field = path.get(path.size() - 1);
        if (!isOf(field.getGenericType(), value)) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected %s to be of %s, got %s",
                            name, field.getGenericType().getTypeName(), value));
        }
        return changed(spec, path, value);
    }

    /**
     * Tells whether a field can have a value, with the elements of a list, into which reflection
     * does not look. For null the constructor of the record has the message.
     */
    private static boolean isOf(Type type, Object value) {
        if (value == null) {
            return !raw(type).isPrimitive();
        }
        Class<?> raw = MethodType.methodType(raw(type)).wrap().returnType();
        if (value instanceof List<?> list) {
            return raw == List.class
                    && list.stream().allMatch(element -> isOf(element(type), element));
        }
        return raw.isInstance(value) || (type == double.class && value instanceof Integer);
    }

    /**
     * Finds a field of a value or of one of its parts. Of several with the same name it is the
     * value's own, or else that of the first part which has one.
     *
     * @param spec the value
     * @param name the name of the field
     * @return the component, or empty if there is none
     */
    public static Optional<RecordComponent> find(Spec spec, String name) {
        return path(spec, name).map(path -> path.get(path.size() - 1));
    }

    /**
     * Returns the value of the field that {@link #find} finds.
     *
     * @param spec the value
     * @param name the name of the field
     * @return the value of the field, or empty if there is none
     */
    public static Optional<Object> value(Spec spec, String name) {
        return path(spec, name)
                .map(
                        path -> {
                            Object value = spec;
                            for (RecordComponent component : path) {
                                value = get(value, component);
                            }
                            return value;
                        });
    }

    /** Returns the components that lead to a field, the last of which is the field itself. */
    private static Optional<List<RecordComponent>> path(Spec spec, String name) {
        RecordComponent[] components = spec.getClass().getRecordComponents();
        for (RecordComponent component : components) {
            if (component.getName().equals(name)) {
                return Optional.of(List.of(component));
            }
        }
        for (RecordComponent component : components) {
            if (get(spec, component) instanceof Spec part) {
                Optional<List<RecordComponent>> rest = path(part, name);
                if (rest.isPresent()) {
                    return rest.map(
                            path -> Stream.concat(Stream.of(component), path.stream()).toList());
                }
            }
        }
        return Optional.empty();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Spec> T changed(T spec, List<RecordComponent> path, Object value) {
        String first = path.get(0).getName();
        List<RecordComponent> rest = path.subList(1, path.size());
        Object[] values =
                Arrays.stream(spec.getClass().getRecordComponents())
                        .map(
                                component -> {
                                    Object old = get(spec, component);
                                    if (!component.getName().equals(first)) {
                                        return old;
                                    }
                                    return rest.isEmpty()
                                            ? value
                                            : changed((Spec) old, rest, value);
                                })
                        .toArray();
        return (T) make(spec.getClass(), values);
    }

    static Object get(Object record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a component that cannot be read: " + component, e);
        }
    }

    /** Calls the constructor of a record. */
    static <T> T make(Class<T> type, Object... values) {
        Class<?>[] types =
                Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getType)
                        .toArray(Class<?>[]::new);
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw refusal;
            }
            throw new IllegalStateException("a record that cannot be made: " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record that cannot be made: " + type, e);
        }
    }
}
