package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Brings model folders of earlier formats to the present one. */
final class Migration {

    /**
     * Format 1 named a child block by its place, and in a sequence by its class: {@code 02Logit_}.
     */
    private static final Pattern CHILD = Pattern.compile("(\\d\\d)([A-Za-z]+)_");

    /** Parameters that had other names in format 1. */
    private static final Map<String, String> RENAMED =
            Map.of(
                    "logScale(\\d+)$", "log_scale$1",
                    "(block\\d+)_0_(\\w+)$", "$1_first_$2",
                    "(block\\d+)_1_(\\w+)$", "$1_second_$2");

    private Migration() {}

    /** Gives weights of format 1 the names of the present one; others keep theirs. */
    static void rename(NDList weights) {
        for (NDArray array : weights) {
            String name = array.getName();
            Matcher child = CHILD.matcher(name);
            if (child.lookingAt()) {
                array.setName(renamed(child));
            }
        }
    }

    private static String renamed(Matcher child) {
        String path =
                child.replaceAll(
                        found -> {
                            String name = found.group(2);
                            int place = Integer.parseInt(found.group(1));
                            boolean inSequence = Character.isUpperCase(name.charAt(0));
                            return (inSequence ? "step" + (place - 1) : name) + ".";
                        });
        for (Map.Entry<String, String> other : RENAMED.entrySet()) {
            path = path.replaceFirst(other.getKey(), other.getValue());
        }
        return path;
    }
}
