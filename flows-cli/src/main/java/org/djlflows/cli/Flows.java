package org.djlflows.cli;

import org.djlflows.console.Console;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** The {@code flows} command line: train a normalizing flow on a table, score rows, draw rows. */
@Command(
        name = "flows",
        description = "Trains normalizing flows on tables and uses them.",
        mixinStandardHelpOptions = true,
        version = "djl-flows 0.1.0",
        subcommands = {
            TrainCommand.class,
            CompareCommand.class,
            CheckCommand.class,
            ScoreCommand.class,
            ExplainCommand.class,
            DriftCommand.class,
            SampleCommand.class,
            ImputeCommand.class,
            PredictCommand.class,
            PlotCommand.class,
            ServeCommand.class,
            InfoCommand.class,
            SchemaCommand.class,
            ExportCommand.class,
            DemoCommand.class,
            FitEnergyCommand.class,
            ImportCommand.class,
            ImagesCommand.class,
            HelpCommand.class
        })
public final class Flows implements Runnable {

    private Flows() {}

    @Override
    public void run() {
        throw new WrongArguments("Missing command");
    }

    /**
     * Runs the command line and exits.
     *
     * @param args the arguments; {@code --help} lists them
     */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /**
     * Runs the command line.
     *
     * @param args the arguments
     * @return 0, or 1 where the input was bad, or 2 where the arguments were; with {@code
     *     -Dflows.trace=true} an error is shown with its stack
     */
    static int run(String... args) {
        stayOffline();
        return new CommandLine(new Flows())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler(
                        (e, commandLine, parsed) -> {
                            if (e instanceof WrongArguments) {
                                String message = e.getMessage();
                                return sayWrong(new ParameterException(commandLine, message));
                            }
                            PrintWriter err = commandLine.getErr();
                            err.println(Console.printableLines("flows: " + message(e)));
                            if (Boolean.getBoolean("flows.trace")) {
                                err.println(trace(e));
                            }
                            return 1;
                        })
                .setParameterExceptionHandler((e, unparsed) -> sayWrong(e))
                .execute(args);
    }

    /** DJL otherwise reports its use to its makers, and looks for libraries online. */
    private static void stayOffline() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("java.awt.headless", "true");
    }

    /** Does what picocli does, but messages may have names from files. */
    private static int sayWrong(ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        String message = Console.printableLines(String.valueOf(e.getMessage()));
        err.println(command.getColorScheme().errorText(message));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println(usage(command.getCommandSpec()));
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** One line: the help can be longer than a screen, and would hide the message. */
    private static String usage(CommandSpec command) {
        String name = command.qualifiedName();
        List<String> words = new ArrayList<>(List.of(name));
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            String label = parameter.paramLabel();
            words.add(parameter.required() ? label : '[' + label + ']');
        }
        for (OptionSpec option : command.options()) {
            if (option.required()) {
                words.add(option.longestName() + ' ' + option.paramLabel());
            }
        }
        words.add(command.subcommands().isEmpty() ? "[OPTIONS]" : "COMMAND");
        return "Usage: " + String.join(" ", words) + "   (" + name + " --help lists them)";
    }

    private static String trace(Exception e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        return Console.printableLines(trace.toString().replace("\t", "    "));
    }

    /** What a user reads of an error: a reader of rows that is gone is a broken pipe, no class. */
    static String message(Exception e) {
        if (e instanceof UncheckedIOException && e.getMessage().equals(e.getCause().toString())) {
            return message((IOException) e.getCause());
        }
        if (e instanceof NoSuchFileException) {
            return e.getMessage() + ": no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return e.getMessage() + ": access denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return e.getMessage() + ": is no folder";
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
