package org.djlflows.cli;

import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.plot.TablePictures;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The values that are given to columns of a model: its context, and of a table-flow any. */
final class GivenOption {

    @Option(
            names = "--given",
            paramLabel = "COL=VALUE,..",
            converter = Names.Converter.class,
            description = {
                "The values of the context columns, and of columns of any kind also of those that"
                        + " are modelled; the last = of each stands before the value.",
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
    private Map<String, String> texts() {
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
     * Returns rows in which these cells are known.
     *
     * @param model the model, of a table-flow any column of which can have a value
     * @param rows the number of rows
     * @return the rows, or nothing if no value is given and none has to be
     */
    Optional<Table> rows(FlowModel model, int rows) {
        List<String> columns = model.config().contextColumns();
        if (!(model.config().flow() instanceof TableFlow)) {
            double[] context = context(columns);
            return columns.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            Table.ofNumbers(columns, new double[][] {context}).take(new int[rows]));
        }
        return use(values -> new TableModel(model).given(values, rows));
    }

    /** Returns pictures in which these cells are known. */
    TablePictures of(TablePictures pictures) {
        return use(pictures::given);
    }

    private <T> T use(Function<Map<String, String>, T> action) {
        Map<String, String> values = texts();
        try {
            return action.apply(values);
        } catch (IllegalArgumentException e) {
            throw new WrongArguments(e.getMessage().replace("TableModel: ", "--given: "));
        }
    }

    private static WrongArguments refused(String expected, Object got) {
        return new WrongArguments("--given: expected " + expected + ", got " + got);
    }
}
