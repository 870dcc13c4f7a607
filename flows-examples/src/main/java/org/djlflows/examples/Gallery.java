package org.djlflows.examples;

import org.djlflows.data.Toys;
import org.djlflows.estimator.DensityEstimator;
import org.djlflows.plot.DensityTable;
import org.djlflows.plot.Window;
import org.djlflows.spec.Base;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;
import org.djlflows.spec.VectorFlow;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws what the presets make of four densities in the plane, and tells how well: {@code
 * docs/images/gallery-*.png} and a table of {@code docs/results.md}.
 *
 * <p>A flow that was trained already, whose folder is there, is loaded: what was interrupted goes
 * on, and single flows can be trained beside each other.
 */
public final class Gallery {

    private static final int ROWS = 5_000;
    private static final int TEST_ROWS = 10_000;
    private static final int ACROSS = 6;
    private static final int POINTS = 150;

    /** Those that need more passes than the others: their steps are small. */
    private static final Map<String, Integer> EPOCHS =
            Map.of("planar", 150, "radial", 150, "bnaf", 150);

    /** Draws points. */
    @FunctionalInterface
    private interface Toy {
        float[] draw(int rows, long seed);
    }

    private static final Map<String, Toy> TOYS = new LinkedHashMap<>();

    static {
        TOYS.put("two moons", Toys::twoMoons);
        TOYS.put("eight Gaussians", Toys::eightGaussians);
        TOYS.put("pinwheel", Toys::pinwheel);
        TOYS.put("two spirals", Toys::twoSpirals);
    }

    private Gallery() {}

    /**
     * Trains the flows that are missing, draws all of them and prints their test negative
     * log-likelihood, in nats.
     *
     * @param args the folder; then the presets, all of them if there are none, such as {@code
     *     realnvp} or, with another base, {@code realnvp:resampled}
     * @throws IOException if a model or a picture cannot be written
     */
    public static void main(String[] args) throws IOException {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        if (args.length == 0) {
            throw new IllegalArgumentException(
                    "Gallery: expected a folder and, if not all, the presets, got nothing");
        }
        Path folder = Path.of(args[0]);
        List<String> presets =
                args.length > 1
                        ? List.of(args).subList(1, args.length)
                        : List.copyOf(Presets.of(VectorFlow.class).keySet());
        System.out.println("| flow | " + String.join(" | ", TOYS.keySet()) + " |");
        System.out.println("|---" + "|---".repeat(TOYS.size()) + "|");
        Map<String, float[]> densities = new LinkedHashMap<>();
        Map<String, String> notes = new LinkedHashMap<>();
        for (String preset : presets) {
            List<String> losses = new ArrayList<>();
            for (String toy : TOYS.keySet()) {
                try (DensityEstimator flow = trained(folder, preset, toy)) {
                    double[] score = flow.score(rows(TOYS.get(toy).draw(TEST_ROWS, 2)));
                    double loss = -Arrays.stream(score).average().orElseThrow();
                    losses.add(String.format(Locale.ROOT, "%.3f", loss));
                    notes.put(preset + toy, losses.get(losses.size() - 1));
                    densities.put(preset + toy, density(flow, toy));
                }
            }
            System.out.println("| `" + preset + "` | " + String.join(" | ", losses) + " |");
        }
        for (int i = 0; i < presets.size(); i += ACROSS) {
            List<String> some = presets.subList(i, Math.min(presets.size(), i + ACROSS));
            List<String> cells =
                    TOYS.keySet().stream()
                            .flatMap(toy -> some.stream().map(preset -> preset + toy))
                            .toList();
            DensityTable.draw(
                            List.copyOf(TOYS.keySet()),
                            some,
                            cells.stream().map(densities::get).toList(),
                            cells.stream().map(notes::get).toList())
                    .save(folder.resolve("gallery-" + (1 + i / ACROSS) + ".png"));
        }
    }

    private static DensityEstimator trained(Path folder, String preset, String toy)
            throws IOException {
        Path model = folder.resolve((preset + ' ' + toy).replaceAll("[ :]", "-"));
        if (Files.exists(model)) {
            return DensityEstimator.load(model);
        }
        DensityEstimator flow =
                DensityEstimator.builder()
                        .optFlow(flow(preset))
                        .optTraining(
                                MaximumLikelihood.builder(usual(preset), ROWS)
                                        .optEpochs(EPOCHS.getOrDefault(preset, 60)))
                        .optSeed(1)
                        .fit(rows(TOYS.get(toy).draw(ROWS, 1)));
        flow.save(model);
        return flow;
    }

    private static Presets.Training usual(String preset) {
        return Presets.of(VectorFlow.class).get(preset.replaceAll(":.*", "")).training();
    }

    private static VectorFlow flow(String preset) {
        int colon = preset.indexOf(':');
        if (colon < 0) {
            return Presets.named(preset, VectorFlow.class);
        }
        Object base = Specs.parse("base", Base.class, preset.substring(colon + 1));
        return flow(preset.substring(0, colon)).withBase((Base) base);
    }

    private static double[][] rows(float... points) {
        double[][] rows = new double[points.length / 2][];
        Arrays.setAll(rows, i -> new double[] {points[2 * i], points[2 * i + 1]});
        return rows;
    }

    private static float[] density(DensityEstimator flow, String toy) {
        Window window = Window.around(TOYS.get(toy).draw(TEST_ROWS, 2));
        double[] scores = flow.score(rows(window.grid(POINTS)));
        float[] density = new float[scores.length];
        for (int i = 0; i < density.length; i++) {
            density[i] = (float) Math.exp(scores[i]);
        }
        return density;
    }
}
