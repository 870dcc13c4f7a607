package org.djlflows.cli;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;

import org.djlflows.console.Console;
import org.djlflows.files.Excerpt;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.Column;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** {@code flows info}: what a model folder holds. */
@Command(name = "info", description = "Describes a model.", mixinStandardHelpOptions = true)
final class InfoCommand implements Callable<Integer> {

    private static final int LONGEST = 160;

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Override
    public Integer call() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            FlowConfig config = model.config();
            Preparation preparation = config.preparation();
            print("flow", config.flow());
            print("columns", config.columns());
            print("given", config.contextColumns());
            print("constant", preparation.constants());
            print("subtracted", preparation.offsets());
            print("domains", preparation.domains());
            preparation
                    .kinds()
                    .forEach((name, kind) -> print("kind", name + ": " + described(kind)));
            print("weights", String.format(Locale.ROOT, "%,d", weights(model)));
            new TreeMap<>(config.metrics())
                    .forEach(
                            (name, value) ->
                                    print(name, String.format(Locale.ROOT, "%.4f", value)));
        }
        return 0;
    }

    /** A category can have a thousand levels. */
    private static String described(Column kind) {
        return Excerpt.of(kind, LONGEST);
    }

    /** Prints what there is. */
    private static void print(String name, Object value) {
        String text = String.valueOf(value);
        if (!text.equals("[]") && !text.equals("{}")) {
            System.out.println(
                    Console.printable(String.format(Locale.ROOT, "%-19s %s", name, text)));
        }
    }

    private static long weights(FlowModel model) {
        return model.flow().getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .mapToLong(parameter -> parameter.getArray().size())
                .sum();
    }
}
