package org.djlflows.cli;

import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.Arrays;
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
        texts().forEach((name, text) -> values.put(name, number(name, text)));
        return values;
    }

    private static double number(String name, String text) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw refused("a number for " + name, text);
        }
        if (!Float.isFinite((float) value)) {
            throw refused("a finite value of " + name, text);
        }
        return value;
    }

    /** Returns the values as they were written, by the names of columns. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String given : Names.all(options)) {
            int end = given.lastIndexOf('=');
            if (end < 0) {
                throw refused("COL=VALUE", given);
            }
            String name = given.substring(0, end);
            if (texts.put(name, given.substring(end + 1)) != null) {
                throw refused("one value for " + name, "two");
            }
        }
        return texts;
    }

    /**
     * Returns a table in which each row has these values.
     *
     * @param values texts by the names of columns
     * @param rows the number of rows
     * @return the table
     */
    static Table table(Map<String, String> values, int rows) {
        WrongArguments.require(
                !values.isEmpty(),
                "--given: expected values of the columns that are given",
                "none");
        return Table.of(
                values.entrySet().stream()
                        .map(
                                value -> {
                                    String[] cells = new String[rows];
                                    Arrays.fill(cells, value.getValue());
                                    return new TableColumn.Texts(value.getKey(), cells);
                                })
                        .toList());
    }

    private static WrongArguments refused(String expected, Object got) {
        return new WrongArguments("--given: expected " + expected + ", got " + got);
    }
}
