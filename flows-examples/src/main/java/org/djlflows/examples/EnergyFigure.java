package org.djlflows.examples;

import ai.djl.ndarray.NDManager;

import org.djlflows.distribution.Energy;
import org.djlflows.examples.plot.DensityTable;
import org.djlflows.examples.plot.Plots;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Figure 3 of Rezende and Mohamed: the four energies, and what 2, 8 and 32 layers make of them. */
public final class EnergyFigure {

    private static final int[] COUNTS = {2, 8, 32};
    private static final int CELLS = 200;

    private EnergyFigure() {}

    /**
     * Fits all and draws the table.
     *
     * @param args the picture to write, planar or radial, the number of steps, that of restarts,
     *     and the energies, all if there is none
     * @throws IOException if the picture cannot be written
     */
    public static void main(String[] args) throws IOException {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("java.awt.headless", "true");
        Path file = Path.of(args.length > 0 ? args[0] : "runs/energies.png");
        String kind = args.length > 1 ? args[1] : "planar";
        int steps = args.length > 2 ? Integer.parseInt(args[2]) : 4000;
        int restarts = args.length > 3 ? Integer.parseInt(args[3]) : 1;
        EnergyFit.Layers layers = EnergyFit.Layers.valueOf(kind.toUpperCase(Locale.ROOT));
        List<Energy> energies =
                args.length > 4
                        ? Arrays.stream(args).skip(4).map(Energy::valueOf).toList()
                        : List.of(Energy.values());
        List<float[]> densities = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            for (Energy energy : energies) {
                densities.add(EnergyFit.density(energy, CELLS, manager));
                notes.add("");
                for (int count : COUNTS) {
                    EnergyFit fit =
                            EnergyFit.run(
                                    energy, layers, count, steps, restarts, 0, System.out, manager);
                    densities.add(fit.density(CELLS, manager));
                    notes.add(String.format(Locale.ROOT, "KL %.3f", fit.kl()));
                }
            }
        }
        List<String> rows = energies.stream().map(Enum::name).toList();
        List<String> columns = new ArrayList<>(List.of("density"));
        Arrays.stream(COUNTS).mapToObj(k -> kind + ", K = " + k).forEach(columns::add);
        Plots.save(DensityTable.draw(rows, columns, densities, notes), file);
        System.out.println("Picture: " + file);
    }
}
