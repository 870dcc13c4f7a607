package org.djlflows.examples.cli;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;

import org.djlflows.model.FlowConfig;
import org.djlflows.model.FlowModel;

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

    @Parameters(paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Override
    public Integer call() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel model = FlowModel.load(folder, manager);
            FlowConfig config = model.config();
            System.out.println("flow        " + config.preset());
            System.out.println("columns     " + config.columns());
            if (!config.contextColumns().isEmpty()) {
                System.out.println("given       " + config.contextColumns());
            }
            System.out.printf(Locale.ROOT, "weights     %,d%n", weights(model));
            new TreeMap<>(config.metrics())
                    .forEach(
                            (name, value) ->
                                    System.out.printf(Locale.ROOT, "%-19s %.4f%n", name, value));
        }
        return 0;
    }

    private static long weights(FlowModel model) {
        return model.flow().getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .mapToLong(parameter -> parameter.getArray().size())
                .sum();
    }
}
