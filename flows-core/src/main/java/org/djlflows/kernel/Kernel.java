package org.djlflows.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The TorchScript functions of one block: a source with named holes, and what fills them.
 *
 * <p>A source is a file of typed TorchScript functions (plain Python syntax). A name that it uses
 * and does not define is a hole, filled either {@linkplain #with(String, Object) by a constant}
 * ({@code BINS}, {@code BOUND}) or {@linkplain #calling(String, Kernel) by another kernel}, whose
 * functions are called through the name ({@code conditioner.forward(x, c, p)}). Kernels are
 * therefore composed as text, and a whole flow becomes one program without a call back to Java.
 *
 * <p>By convention {@code x} is data, {@code z} noise, {@code c} the optional context and {@code p}
 * the list of parameters of the block, which are taken {@linkplain ParameterNames by name}: {@code
 * p.weight}, and {@code p.of(conditioner)} for those of a part. A kernel that fills a hole and is
 * no block's own takes the parameters of the block that calls it.
 *
 * <p>Kernels are immutable.
 */
public final class Kernel {

    private static final Pattern DEFINITION = Pattern.compile("(?m)^def (\\w+)\\(");

    private static final Pattern COMMENT = Pattern.compile("(?m)^ *#.*$");
    private static final Pattern EMPTY_LINES = Pattern.compile("\\n\\s*(?=\\n)");

    /** Read once; blocks without a kernel ask their parts again at each call. */
    private static final Map<String, String> SOURCES = new ConcurrentHashMap<>();

    private final String name;
    private final String source;
    private final Map<String, String> constants;
    private final Map<String, Kernel> callees;
    private final Optional<ParameterNames> parameters;

    private Kernel(
            String name,
            String source,
            Map<String, String> constants,
            Map<String, Kernel> callees,
            Optional<ParameterNames> parameters) {
        this.name = name;
        this.source = source;
        this.constants = constants;
        this.callees = callees;
        this.parameters = parameters;
    }

    /**
     * Returns the kernel of a source text.
     *
     * @param name the name of the kernel in error messages, an identifier
     * @param source the TorchScript functions
     * @return the kernel, with no hole filled
     */
    public static Kernel of(String name, String source) {
        return new Kernel(name, source, Map.of(), Map.of(), Optional.empty());
    }

    /**
     * Reads the source {@code name.py} that lies beside a class.
     *
     * @param owner the class beside which the resource lies
     * @param name the name of the resource without its ending, an identifier
     * @return the kernel, with no hole filled
     * @throws IllegalArgumentException if there is no such resource
     */
    public static Kernel of(Class<?> owner, String name) {
        String source =
                SOURCES.computeIfAbsent(
                        owner.getPackageName() + ' ' + name, k -> read(owner, name));
        return of(name, source);
    }

    private static String read(Class<?> owner, String name) {
        try (InputStream in = owner.getResourceAsStream(name + ".py")) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "Kernel: expected a resource " + name + ".py beside " + owner.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Fills a hole with a constant.
     *
     * @param hole the name in the source
     * @param constant a number, a boolean, a list of them, or the name of a TorchScript function
     * @return a kernel with that hole filled
     * @throws IllegalArgumentException if the source has no such hole or the constant is not finite
     */
    public Kernel with(String hole, Object constant) {
        requireHole(hole);
        Map<String, String> filled = new LinkedHashMap<>(constants);
        filled.put(hole, literal(constant));
        return new Kernel(name, source, filled, callees, parameters);
    }

    /**
     * Fills a hole with another kernel.
     *
     * @param hole the name through which the source calls the functions of the other kernel
     * @param callee the other kernel
     * @return a kernel with that hole filled
     * @throws IllegalArgumentException if the source has no such hole
     */
    public Kernel calling(String hole, Kernel callee) {
        requireHole(hole);
        Map<String, Kernel> filled = new LinkedHashMap<>(callees);
        filled.put(hole, callee);
        return new Kernel(name, source, constants, filled, parameters);
    }

    /**
     * Says which parameters the list p holds, unless that is known.
     *
     * @param names the names
     * @return a kernel that takes these parameters by name
     */
    public Kernel taking(ParameterNames names) {
        return parameters.isPresent()
                ? this
                : new Kernel(name, source, constants, callees, Optional.of(names));
    }

    /**
     * Adds the functions of another kernel, which may call those of this one, unless this one has
     * functions of its own in their place.
     *
     * @param other the other kernel
     * @param functions those functions of the other kernel that this one may define itself, all or
     *     none
     * @return this kernel or the two in one
     * @throws IllegalArgumentException if this kernel defines some of them, another function of the
     *     same name, or fills a hole of the same name with something else
     */
    public Kernel orElse(Kernel other, String... functions) {
        Set<String> own = functions();
        List<String> together = List.of(functions);
        if (!together.isEmpty() && own.containsAll(together)) {
            return this;
        }
        for (String function : other.functions()) {
            if (own.contains(function)) {
                throw new IllegalArgumentException(
                        together.contains(function)
                                ? String.format(
                                        "Kernel %s: expected all of %s or none, got %s",
                                        name, String.join(", ", functions), function)
                                : String.format(
                                        "Kernel %s: expected no function %s, which %s adds, got"
                                                + " one",
                                        name, function, other.name));
            }
        }
        requireSameFillings(other);
        Map<String, String> allConstants = new LinkedHashMap<>(constants);
        allConstants.putAll(other.constants);
        Map<String, Kernel> allCallees = new LinkedHashMap<>(callees);
        allCallees.putAll(other.callees);
        String both = source + "\n\n" + other.source;
        return new Kernel(name, both, allConstants, allCallees, parameters);
    }

    /** A hole of both would be filled by one of the two fillings in both. */
    private void requireSameFillings(Kernel other) {
        Map<String, Object> own = fillings();
        other.fillings()
                .forEach(
                        (hole, filling) -> {
                            if (!own.getOrDefault(hole, filling).equals(filling)) {
                                throw new IllegalArgumentException(
                                        String.format(
                                                "Kernel %s: expected no hole %s, which %s fills"
                                                        + " otherwise, got one",
                                                name, hole, other.name));
                            }
                        });
    }

    private Map<String, Object> fillings() {
        Map<String, Object> all = new LinkedHashMap<>(constants);
        all.putAll(callees);
        return all;
    }

    /**
     * Tells whether the source defines a function.
     *
     * @param function the name of the function
     * @return whether this kernel can be called by it
     */
    public boolean offers(String function) {
        return functions().contains(function);
    }

    private Set<String> functions() {
        return DEFINITION
                .matcher(source)
                .results()
                .map(definition -> definition.group(1))
                .collect(Collectors.toSet());
    }

    /**
     * Returns the name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Compares by what a program is made of: the linked text.
     *
     * @param other the other kernel
     * @return whether both make the same program
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Kernel kernel && text().equals(kernel.text());
    }

    /**
     * Returns a hash of the linked text, the same in each process.
     *
     * @return the hash
     */
    @Override
    public int hashCode() {
        return text().hashCode();
    }

    private Map<String, String> text() {
        Map<String, String> files = new LinkedHashMap<>();
        link(files);
        files.replaceAll((namespace, text) -> EMPTY_LINES.matcher(text).replaceAll(""));
        return files;
    }

    /**
     * Adds this kernel and all that it calls to the files of a TorchScript archive.
     *
     * @param files the texts of the archive by namespace; equal texts are added once
     * @return the namespace of this kernel in the archive
     */
    String link(Map<String, String> files) {
        return link(files, new ParameterNames(List.of()));
    }

    private String link(Map<String, String> files, ParameterNames ofCaller) {
        ParameterNames names = parameters.orElse(ofCaller);
        String text = COMMENT.matcher(source).replaceAll("");
        for (Map.Entry<String, String> constant : constants.entrySet()) {
            text = replace(text, constant.getKey(), constant.getValue());
        }
        text = names.resolve(text, callees.keySet());
        for (Map.Entry<String, Kernel> callee : callees.entrySet()) {
            String namespace = callee.getValue().link(files, names);
            text = replace(text, callee.getKey() + "(?=\\.)", "__torch__." + namespace);
        }
        for (int i = 0; ; i++) {
            String namespace = name + "_" + i;
            String linked = qualifyOwnCalls(text, namespace);
            String present = files.putIfAbsent(namespace, linked);
            if (present == null || present.equals(linked)) {
                return namespace;
            }
        }
    }

    /** TorchScript resolves functions by their full name only, also inside one file. */
    private static String qualifyOwnCalls(String text, String namespace) {
        String qualified = text;
        Matcher definitions = DEFINITION.matcher(text);
        while (definitions.find()) {
            String call = "(?<!def )" + definitions.group(1) + "(?=\\()";
            String target = "__torch__." + namespace + "." + definitions.group(1);
            qualified = replace(qualified, call, target);
        }
        return qualified;
    }

    private void requireHole(String hole) {
        Predicate<String> has = text -> word(hole).matcher(text).find();
        if (!has.test(source) && constants.values().stream().noneMatch(has)) {
            throw new IllegalArgumentException(
                    "Kernel " + name + ": expected a hole of the source, got " + hole);
        }
    }

    private static Pattern word(String name) {
        return Pattern.compile("(?<![\\w.])" + name + "(?!\\w)");
    }

    private static String replace(String text, String name, String value) {
        return word(name).matcher(text).replaceAll(Matcher.quoteReplacement(value));
    }

    private static String literal(Object constant) {
        if (constant instanceof Boolean truth) {
            return truth ? "True" : "False";
        }
        if (constant instanceof List<?> list) {
            return list.stream().map(Kernel::literal).collect(Collectors.joining(", ", "[", "]"));
        }
        if (constant instanceof Number number && !Double.isFinite(number.doubleValue())) {
            throw new IllegalArgumentException("Kernel: expected a finite constant, got " + number);
        }
        return constant.toString();
    }
}
