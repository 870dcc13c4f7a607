package org.djlflows.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.djlflows.spec.Presets;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a native image must know of the values of a configuration, which are read by their record
 * components. After a change of them, write what the test prints to the file.
 */
class NativeImageTest {

    private static final String FILE =
            "/META-INF/native-image/org.djlflows/flows-format/reflect-config.json";

    private static final Set<String> FLAGS =
            Set.of(
                    "allDeclaredConstructors",
                    "allDeclaredMethods",
                    "allRecordComponents",
                    "allPermittedSubclasses");

    @Test
    void allValuesOfAConfigurationAreDescribed() throws IOException {
        Set<String> wanted = new TreeSet<>();
        Set<Class<?>> seen = new HashSet<>();
        visit(FlowConfig.class, seen, wanted);
        visit(Presets.class, seen, wanted);
        String text;
        try (InputStream in = NativeImageTest.class.getResourceAsStream(FILE)) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        TreeMap<String, JsonObject> found = new TreeMap<>();
        for (JsonElement entry : JsonParser.parseString(text).getAsJsonArray()) {
            found.put(entry.getAsJsonObject().get("name").getAsString(), entry.getAsJsonObject());
        }
        assertEquals(wanted, found.keySet(), () -> "expected\n" + file(wanted));
        for (JsonObject entry : found.values()) {
            for (String flag : FLAGS) {
                assertEquals(true, entry.get(flag).getAsBoolean(), entry + " " + flag);
            }
        }
    }

    private static String file(Set<String> names) {
        StringBuilder text = new StringBuilder("[\n");
        for (String name : names) {
            text.append(text.length() > 2 ? ",\n" : "").append("  {\"name\": \"").append(name);
            text.append('"');
            new TreeSet<>(FLAGS)
                    .forEach(flag -> text.append(", \"").append(flag).append("\": true"));
            text.append('}');
        }
        return text.append("\n]\n").toString();
    }

    private static void visit(Type type, Set<Class<?>> seen, Set<String> wanted) {
        if (type instanceof ParameterizedType parameterized) {
            for (Type argument : parameterized.getActualTypeArguments()) {
                visit(argument, seen, wanted);
            }
            return;
        }
        if (!(type instanceof Class<?> kind)
                || !kind.getName().startsWith("org.djlflows.")
                || !seen.add(kind)) {
            return;
        }
        wanted.add(kind.getName());
        if (kind.isRecord()) {
            for (RecordComponent component : kind.getRecordComponents()) {
                visit(component.getGenericType(), seen, wanted);
            }
        }
        if (kind.isSealed()) {
            Arrays.stream(kind.getPermittedSubclasses())
                    .forEach(permitted -> visit(permitted, seen, wanted));
        }
    }
}
