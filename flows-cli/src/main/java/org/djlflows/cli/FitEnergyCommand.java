package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import org.djlflows.plot.DensityTable;
import org.djlflows.plot.Picture;
import org.djlflows.training.Energy;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code flows fit-energy}: variational inference in the plane, without any input. */
@Command(
        name = "fit-energy",
        description = "Fits flows to energies in the plane, by variational inference.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class FitEnergyCommand implements Callable<Integer> {

    private static final int CELLS = 200;

    @Option(
            names = "--target",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = "U1",
            description =
                    "Some of ${COMPLETION-CANDIDATES}, a row each (default: ${DEFAULT-VALUE}).")
    private List<Energy> targets;

    @Option(
            names = "--flow",
            paramLabel = "NAME",
            defaultValue = "planar",
            description = "planar, radial or bnaf (default: ${DEFAULT-VALUE}).")
    private EnergyFit.Layers flow;

    @Option(
            names = "--layers",
            paramLabel = "NUMBERS",
            split = ",",
            defaultValue = "32",
            description = "Numbers of layers, a column each (default: ${DEFAULT-VALUE}).")
    private List<Integer> layers;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Training steps, a multiple of 250 (default: ${DEFAULT-VALUE}).")
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
            description = "The picture, .png or .svg (default: runs/TARGETS-FLOW-LAYERS.png).")
    private Path out;

    @Override
    public Integer call() throws IOException {
        String kind = flow.name().toLowerCase(Locale.ROOT);
        List<String> rows = targets.stream().map(Enum::name).toList();
        Path file = out == null ? Path.of("runs", name(rows, kind)) : out;
        Picture.requireWritable(file);
        List<EnergyFit.Settings> settings =
                layers.stream()
                        .map(k -> new EnergyFit.Settings(flow, k, steps, restarts, seed))
                        .toList();
        List<float[]> densities = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (Energy target : targets) {
            try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
                densities.add(EnergyFit.density(target, CELLS, manager));
                notes.add("");
                for (EnergyFit.Settings of : settings) {
                    EnergyFit fit = EnergyFit.run(target, of, System.out, manager);
                    densities.add(fit.density(CELLS, manager));
                    notes.add(String.format(Locale.ROOT, "KL %.3f", fit.kl()));
                }
            }
        }
        List<String> columns = new ArrayList<>(List.of("density"));
        layers.forEach(k -> columns.add(kind + ", K = " + k));
        DensityTable.draw(rows, columns, densities, notes).save(file);
        System.out.println("Picture: " + file);
        return 0;
    }

    private String name(List<String> rows, String kind) {
        String counts = layers.stream().map(String::valueOf).collect(Collectors.joining("+"));
        return String.join("+", rows) + '-' + kind + '-' + counts + ".png";
    }
}
