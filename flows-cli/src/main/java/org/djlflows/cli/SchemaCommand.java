package org.djlflows.cli;

import org.djlflows.format.ConfigSchema;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** {@code flows schema}: what the configuration of a model folder may hold. */
@Command(
        name = "schema",
        description = "Prints the JSON schema of config.json, the configuration of a model folder.",
        mixinStandardHelpOptions = true)
final class SchemaCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        System.out.println(ConfigSchema.text());
        return 0;
    }
}
