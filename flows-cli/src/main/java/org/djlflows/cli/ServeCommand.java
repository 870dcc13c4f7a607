package org.djlflows.cli;

import org.djlflows.console.Console;
import org.djlflows.serve.ModelServer;

import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code flows serve}: models over HTTP. */
@Command(
        name = "serve",
        description = {
            "Serves models over HTTP, at the addresses of DJL Serving:",
            "GET /ping, GET /models, GET /metrics (for Prometheus), and POST"
                    + " /predictions/MODEL with rows as JSON for their log-densities, with a count"
                    + " for samples, or with an image. There is no password: whoever reaches the"
                    + " address may ask."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {

    /** Takes sizes such as 500KB and 10MB. */
    static final class SizeConverter implements ITypeConverter<Integer> {

        private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(|B|KB|MB|GB)");
        private static final List<String> UNITS = List.of("B", "KB", "MB", "GB");

        @Override
        public Integer convert(String text) {
            Matcher size = SIZE.matcher(text.toUpperCase(Locale.ROOT));
            if (size.matches()) {
                int power = Math.max(0, UNITS.indexOf(size.group(2)));
                double bytes = Long.parseLong(size.group(1)) * Math.pow(1024, power);
                if (bytes >= 1 && bytes <= 1 << 30) {
                    return (int) bytes;
                }
            }
            throw new TypeConversionException(
                    "expected a size up to 1GB, such as 500KB or 10MB, got " + text);
        }
    }

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "The model folders.")
    private List<Path> folders;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "The port, 0 for any that is free (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "127.0.0.1",
            description =
                    "The address to listen at, 0.0.0.0 for all of this machine (default:"
                            + " ${DEFAULT-VALUE}, which other machines do not reach).")
    private String host;

    @Option(
            names = "--max-request",
            paramLabel = "SIZE",
            defaultValue = "10MB",
            converter = SizeConverter.class,
            description = "The largest request (default: ${DEFAULT-VALUE}).")
    private int maxRequest;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Requests answered at the same time (default: the number of cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--queue",
            paramLabel = "N",
            defaultValue = "500",
            description =
                    "Requests that wait for a thread; more are refused (default:"
                            + " ${DEFAULT-VALUE}).")
    private int queue;

    @Option(
            names = "--receive-seconds",
            paramLabel = "N",
            defaultValue = "60",
            description =
                    "The longest time in which a request must have come (default:"
                            + " ${DEFAULT-VALUE}).")
    private int receiveSeconds;

    @Option(
            names = "--answer-seconds",
            paramLabel = "N",
            defaultValue = "300",
            description = "The longest time until its answer has gone (default: ${DEFAULT-VALUE}).")
    private int answerSeconds;

    @Option(
            names = "--max-samples",
            paramLabel = "N",
            description =
                    "The most samples of a request (default: 10,000, fewer where these are more"
                            + " than 1 million values).")
    private Optional<Integer> maxSamples = Optional.empty();

    @Mixin private DeviceOption device;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ModelServer.Settings settings =
                new ModelServer.Settings(host, port, limits(), maxSamples, device.device());
        ModelServer server = ModelServer.start(folders, settings);
        // A signal ends Java by way of this thread, which ends the server first.
        Thread end = new Thread(() -> close(server), "end of flows serve");
        Runtime.getRuntime().addShutdownHook(end);
        System.out.println("Listening at " + server.address() + " (Ctrl-C ends it)");
        System.out.print(server.description());
        server.join();
        return 0;
    }

    private ModelServer.Limits limits() {
        ModelServer.Limits usual = ModelServer.Limits.of(maxRequest, threads);
        return new ModelServer.Limits(
                maxRequest,
                threads,
                queue,
                usual.memory(),
                usual.connections(),
                Duration.ofSeconds(receiveSeconds),
                Duration.ofSeconds(answerSeconds));
    }

    private static void close(ModelServer server) {
        try {
            server.close();
            System.out.println("Ended");
        } catch (IOException e) {
            System.err.println(Console.printableLines("flows: " + e.getMessage()));
        }
    }
}
