package org.djlflows.examples.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.distribution.Energy;
import org.djlflows.examples.EnergyFit;
import org.djlflows.examples.plot.DensityTable;
import org.djlflows.examples.plot.Plots;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code flows fit-energy}: variational inference in the plane, without any input. */
@Command(
        name = "fit-energy",
        description = "Fits a flow to an energy in the plane, by variational inference.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class FitEnergyCommand implements Callable<Integer> {

    private static final int CELLS = 200;

    @Option(
            names = "--target",
            paramLabel = "NAME",
            defaultValue = "U1",
            description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Energy target;

    @Option(
            names = "--flow",
            paramLabel = "NAME",
            defaultValue = "planar",
            description = "planar, radial or bnaf (default: ${DEFAULT-VALUE}).")
    private EnergyFit.Layers flow;

    @Option(
            names = "--layers",
            paramLabel = "N",
            defaultValue = "32",
            description = "The number of layers (default: ${DEFAULT-VALUE}).")
    private int layers;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Training steps, in epochs of 250 (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--restarts",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs of which the best is kept (default: ${DEFAULT-VALUE}).")
    private int restarts;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "The seed of weights and samples (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The picture (default: runs/TARGET-FLOW-LAYERS.png).")
    private Path out;

    @Override
    public Integer call() throws IOException {
        String kind = flow.name().toLowerCase(Locale.ROOT);
        Path file =
                out == null
                        ? Path.of("runs", String.format("%s-%s-%d.png", target, kind, layers))
                        : out;
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            EnergyFit fit =
                    EnergyFit.run(target, flow, layers, steps, restarts, seed, System.out, manager);
            List<float[]> densities =
                    List.of(EnergyFit.density(target, CELLS, manager), fit.density(CELLS, manager));
            List<String> columns = List.of("density", kind + ", K = " + layers);
            String note = String.format(Locale.ROOT, "KL %.3f", fit.kl());
            Plots.save(
                    DensityTable.draw(
                            List.of(target.name()), columns, densities, List.of("", note)),
                    file);
        }
        System.out.println("Picture: " + file);
        return 0;
    }
}
