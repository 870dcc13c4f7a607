package org.djlflows.kernel;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import ai.djl.util.PairList;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the parameters of a block lie in the list p of its kernel: its own, then those of its
 * parts.
 *
 * <p>A kernel takes them by name, which is resolved when it is linked:
 *
 * <ul>
 *   <li>{@code p.weight} is the parameter of that name
 *   <li>{@code p.weight[i]} and {@code p.layer[i].weight} are, for a number i that the kernel
 *       computes, {@code weight0}, {@code weight1}, ... and {@code layer0_weight}, {@code
 *       layer1_weight}, ...
 *   <li>{@code p.of(conditioner)} is the list of a part
 *   <li>{@code p.conditioner.weight} is a parameter that a part has itself
 * </ul>
 */
public final class ParameterNames {

    private static final Pattern REFERENCE =
            Pattern.compile(
                    "(?<![\\w.])p\\.(?:of\\((\\w+)\\)|(\\w+)(\\[([^\\[\\]]*)\\])?(?:\\.(\\w+))?)");

    private final Map<String, Integer> own = new LinkedHashMap<>();
    private final Map<String, Part> parts = new LinkedHashMap<>();

    /**
     * Creates the names of a kernel that belongs to no block.
     *
     * @param names the names in the order of p
     */
    public ParameterNames(List<String> names) {
        names.forEach(name -> own.put(name, own.size()));
    }

    /**
     * Appends a part.
     *
     * @param part its name
     * @param size how many arrays it has
     * @return names of a longer list
     */
    public ParameterNames and(String part, int size) {
        ParameterNames longer = new ParameterNames(List.copyOf(own.keySet()));
        longer.parts.putAll(parts);
        int begin = own.size() + parts.values().stream().mapToInt(Part::size).sum();
        longer.parts.put(part, new Part(begin, begin + size, List.of()));
        return longer;
    }

    /** The names of a block, which are those of its parameters and of its children. */
    ParameterNames(Block whole) {
        this(whole.getDirectParameters().keys());
        int begin = own.size();
        for (Pair<String, Block> child : whole.getChildren()) {
            Block block = child.getValue();
            int end = begin + block.getParameters().size();
            List<String> names = block.getDirectParameters().keys();
            parts.put(nameOfChild(child.getKey()), new Part(begin, end, names));
            begin = end;
        }
    }

    /**
     * A part of a block.
     *
     * @param begin where its parameters begin
     * @param end where they end
     * @param names the names of those that it has itself, which come first
     */
    private record Part(int begin, int end, List<String> names) {

        int size() {
            return end - begin;
        }
    }

    /**
     * Returns all parameters of a block by their paths: names of children and parameter, joined by
     * dots, without the numbers that DJL puts before the names of children. The blocks of other
     * libraries, whose children may share a name, keep the numbers.
     *
     * @param block the block
     * @return the parameters in the order of {@link Block#getParameters()}
     */
    public static PairList<String, Parameter> paths(Block block) {
        PairList<String, Parameter> paths = new PairList<>();
        paths.addAll(block.getDirectParameters());
        for (Pair<String, Block> child : block.getChildren()) {
            boolean ours = block instanceof KernelBlock;
            String name = ours ? nameOfChild(child.getKey()) : child.getKey();
            for (Pair<String, Parameter> parameter : paths(child.getValue())) {
                paths.add(name + "." + parameter.getKey(), parameter.getValue());
            }
        }
        return paths;
    }

    /** DJL puts a number of two digits or more before the name of a child. */
    private static String nameOfChild(String key) {
        return key.replaceFirst("^\\d{2,}", "");
    }

    /**
     * Replaces names by places. What is not there stays and does not compile, unless it stands in a
     * branch that is left out: {@code if GATED:}, where the hole {@code GATED} is filled by false.
     *
     * @param source the source of a kernel
     * @param holes the holes that other kernels fill; one that is no part takes no parameters
     * @return the source with places in the list
     */
    String resolve(String source, Set<String> holes) {
        return REFERENCE
                .matcher(source)
                .replaceAll(
                        reference -> {
                            String place = place(reference);
                            String part = reference.group(1);
                            if (place == null && part != null && holes.contains(part)) {
                                place = "p[:0]";
                            }
                            return Matcher.quoteReplacement(
                                    place == null ? reference.group() : place);
                        });
    }

    private String place(MatchResult reference) {
        Part part = parts.get(reference.group(1));
        if (part != null) {
            return "p[" + part.begin() + ":" + part.end() + "]";
        }
        String name = reference.group(2);
        String number = reference.group(4);
        String last = reference.group(5);
        String rest = last == null ? "" : "." + last;
        if (own.containsKey(name)) {
            return "p[" + own.get(name) + "]" + (number == null ? "" : reference.group(3)) + rest;
        }
        if (number == null) {
            part = parts.get(name);
            int place = part == null ? -1 : part.names().indexOf(last);
            return place < 0 ? null : "p[" + (part.begin() + place) + "]";
        }
        if (last != null && own.containsKey(name + "0_" + last)) {
            return numbered(name, "_" + last, number);
        }
        return own.containsKey(name + "0") ? numbered(name, "", number) + rest : null;
    }

    /** The parameters of equal layers lie at equal distances. */
    private String numbered(String name, String suffix, String number) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; own.containsKey(name + i + suffix); i++) {
            places.add(own.get(name + i + suffix));
        }
        int first = places.get(0);
        int stride = places.size() > 1 ? places.get(1) - first : 1;
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i) != first + i * stride) {
                throw new IllegalArgumentException(
                        String.format(
                                "Kernel: expected %s0%s, %s1%s, ... at equal distances, got them"
                                        + " at %s",
                                name, suffix, name, suffix, places));
            }
        }
        return "p[" + first + " + " + stride + " * (" + number + ")]";
    }
}
