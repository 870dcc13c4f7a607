package org.djlflows.cli;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The values that are given to the context columns of a model. */
final class GivenOption {

    @Option(
            names = "--given",
            paramLabel = "COL=VALUE,..",
            converter = Names.Converter.class,
            description = {
                "The values of the context columns; the last = of each stands before the value.",
                "As in CSV one with a comma in its name is put in double quotes: '\"a,b=1\",c=2'."
                        + " The option can be repeated."
            })
    private List<Names> options = new ArrayList<>();

    boolean isEmpty() {
        return options.isEmpty();
    }

    /** Returns the context; refuses values of other columns, and values that are not finite. */
    double[] context(List<String> columns) {
        Map<String, Double> values = values();
        if (!values.keySet().equals(Set.copyOf(columns))) {
            throw refused("a value for each of " + columns, values.keySet());
        }
        double[] context = new double[columns.size()];
        for (int i = 0; i < context.length; i++) {
            context[i] = values.get(columns.get(i));
        }
        return context;
    }

    private Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        for (String given : Names.all(options)) {
            int end = given.lastIndexOf('=');
            if (end < 0) {
                throw refused("COL=VALUE", given);
            }
            String name = given.substring(0, end);
            double value;
            try {
                value = Double.parseDouble(given.substring(end + 1));
            } catch (NumberFormatException e) {
                throw refused("a number for " + name, given.substring(end + 1));
            }
            if (!Float.isFinite((float) value)) {
                throw refused("a finite value of " + name, given.substring(end + 1));
            }
            if (values.put(name, value) != null) {
                throw refused("one value for " + name, "two");
            }
        }
        return values;
    }

    private static WrongArguments refused(String expected, Object got) {
        return new WrongArguments("--given: expected " + expected + ", got " + got);
    }
}
