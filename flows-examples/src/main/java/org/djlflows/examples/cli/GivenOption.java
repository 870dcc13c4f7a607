package org.djlflows.examples.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The values that are given to the context columns of a model. */
final class GivenOption {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--given",
            split = ",",
            paramLabel = "COL=VALUE",
            description = "The values of the context columns.")
    private Map<String, Double> values = new LinkedHashMap<>();

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** Returns the context; refuses values of other columns, and values that are not finite. */
    double[] context(List<String> columns) {
        if (!values.keySet().equals(Set.copyOf(columns))) {
            throw refused("a value for each of " + columns, values.keySet());
        }
        double[] context = new double[columns.size()];
        for (int i = 0; i < context.length; i++) {
            context[i] = values.get(columns.get(i));
            if (!Float.isFinite((float) context[i])) {
                throw refused("a finite value of " + columns.get(i), context[i]);
            }
        }
        return context;
    }

    private ParameterException refused(String expected, Object got) {
        return new ParameterException(
                spec.commandLine(), "--given: expected " + expected + ", got " + got);
    }
}
