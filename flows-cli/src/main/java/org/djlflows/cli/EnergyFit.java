package org.djlflows.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.BlockNeuralAutoregressive;
import org.djlflows.bijection.Planar;
import org.djlflows.bijection.Radial;
import org.djlflows.distribution.DiagonalNormal;
import org.djlflows.evaluation.Estimate;
import org.djlflows.evaluation.ImportanceWeights;
import org.djlflows.plot.Window;
import org.djlflows.training.Energy;
import org.djlflows.training.LogDensity;
import org.djlflows.training.VariationalInference;

import java.io.PrintStream;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Fits planar, radial or block neural autoregressive flows to the energies of Rezende and Mohamed,
 * as in figure 3 of their paper.
 *
 * <p>The base is a normal distribution with learned mean and variance that starts wide, since
 * reverse KL does not find a mode from which it has no sample. Of several restarts the one with the
 * best bound is kept.
 */
public final class EnergyFit {

    /** The layers of the flow. */
    public enum Layers {
        /** Planar layers with tanh. */
        PLANAR,

        /** Radial layers. */
        RADIAL,

        /** Block neural autoregressive layers, which here map noise to data without a solve. */
        BNAF;

        private Bijection newLayer() {
            return switch (this) {
                case PLANAR -> new Planar(Planar.Function.TANH);
                case RADIAL -> new Radial();
                case BNAF -> new BlockNeuralAutoregressive(50, 50).inverted();
            };
        }

        private double learningRate() {
            return switch (this) {
                case PLANAR -> 0.05;
                case RADIAL -> 0.03;
                case BNAF -> 0.02;
            };
        }
    }

    /**
     * How a flow is fitted.
     *
     * @param layers the kind of layers
     * @param count the number of layers, at least 1
     * @param steps the number of training steps of a restart, a positive multiple of 250
     * @param restarts the number of restarts, at least 1
     * @param seed the seed of weights and samples
     */
    public record Settings(Layers layers, int count, int steps, int restarts, long seed) {

        /**
         * Checks the settings.
         *
         * @param layers the kind of layers
         * @param count the number of layers
         * @param steps the number of training steps of a restart
         * @param restarts the number of restarts
         * @param seed the seed of weights and samples
         * @throws IllegalArgumentException if a number is out of its range
         */
        public Settings {
            require(count > 0, "at least 1 layer", count);
            require(
                    steps > 0 && steps % STEPS_PER_EPOCH == 0,
                    "a positive multiple of " + STEPS_PER_EPOCH + " steps",
                    steps);
            require(restarts > 0, "at least 1 restart", restarts);
        }

        private static void require(boolean holds, String expected, int got) {
            if (!holds) {
                throw new IllegalArgumentException(
                        "EnergyFit: expected " + expected + ", got " + got);
            }
        }
    }

    /** The part of the plane in which the paper shows the densities. */
    public static final Window SHOWN = new Window(-4, 4, -4, 4);

    private static final Window ALL = new Window(-10, 10, -10, 10);
    private static final int CELLS = 600;
    private static final double SUPPORT = 6;
    private static final double FIRST_DEVIATION = 2;
    private static final int STEPS_PER_EPOCH = 250;
    private static final int SAMPLES = 100_000;

    private final NormalizingFlow flow;
    private final double logNormalizer;
    private final double kl;
    private final String report;

    private EnergyFit(NormalizingFlow flow, LogDensity target, NDManager manager) {
        this.flow = flow;
        ImportanceWeights weights = ImportanceWeights.draw(flow, target, manager, SAMPLES);
        float[] logDensity = values(manager, ALL, CELLS, target);
        double largest = largest(logDensity);
        double sum = 0;
        for (float value : logDensity) {
            sum += Math.exp(value - largest);
        }
        logNormalizer = largest + Math.log(sum * ALL.cellArea(CELLS));
        kl = weights.reverseKl(logNormalizer).value();
        Estimate byWeights = weights.reverseKl();
        Estimate logZ = weights.logNormalizer();
        report =
                String.format(
                        Locale.ROOT,
                        "KL %.4f (log Z %.4f on a grid), %.4f +- %.4f by weights, log Z %.4f +-"
                                + " %.4f, efficiency %.3f",
                        kl,
                        logNormalizer,
                        byWeights.value(),
                        byWeights.standardError(),
                        logZ.value(),
                        logZ.standardError(),
                        weights.efficiency().value());
    }

    /**
     * Returns an energy with the customary penalty outside of a square of side 12.
     *
     * @param energy the energy
     * @return the target
     */
    public static LogDensity target(Energy energy) {
        return energy.logDensity(SUPPORT);
    }

    /**
     * Fits a flow.
     *
     * @param energy the target
     * @param settings how
     * @param out where to print a line for each restart
     * @param manager the manager that receives the flows
     * @return the fit with the least divergence
     */
    public static EnergyFit run(
            Energy energy, Settings settings, PrintStream out, NDManager manager) {
        return IntStream.range(0, settings.restarts)
                .mapToObj(restart -> run(energy, settings, restart, out, manager))
                // Takes NaN for larger than any number.
                .min(Comparator.comparingDouble(EnergyFit::kl))
                .orElseThrow();
    }

    private static EnergyFit run(
            Energy energy, Settings settings, int restart, PrintStream out, NDManager manager) {
        long begin = System.nanoTime();
        long seed = 1000 * settings.seed + restart;
        NormalizingFlow flow = flow(settings, seed, manager);
        LogDensity target = target(energy);
        VariationalInference.builder()
                .optEpochs(settings.steps / STEPS_PER_EPOCH)
                .optStepsPerEpoch(STEPS_PER_EPOCH)
                .optLearningRate(settings.layers.learningRate())
                .optAnnealing(0.01, settings.steps / 2.0)
                .optAverageDecay(0.995)
                .optSeed(seed)
                .build()
                .fit(flow, target);
        EnergyFit fit = new EnergyFit(flow, target, manager);
        out.printf(
                Locale.ROOT,
                "%s %s %d, restart %d: %s (%.0f s)%n",
                energy,
                settings.layers.name().toLowerCase(Locale.ROOT),
                settings.count,
                restart + 1,
                fit.report,
                (System.nanoTime() - begin) / 1e9);
        return fit;
    }

    private static NormalizingFlow flow(Settings settings, long seed, NDManager manager) {
        manager.getEngine().setRandomSeed(Long.hashCode(seed));
        DiagonalNormal base = new DiagonalNormal();
        SequentialBijection bijection =
                new SequentialBijection(
                        Stream.generate(settings.layers::newLayer).limit(settings.count).toList());
        NormalizingFlow flow = new NormalizingFlow(bijection, base);
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        try (NDArray wide = manager.full(new Shape(2), (float) Math.log(FIRST_DEVIATION))) {
            wide.copyTo(base.getParameters().get("log_deviation").getArray());
        }
        return flow;
    }

    private static float[] values(
            NDManager manager, Window window, int cells, LogDensity logDensity) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray points = points(scratch, window, cells);
            logDensity.initialize(manager, DataType.FLOAT32, points.getShape());
            ParameterStore store = new ParameterStore(scratch, false);
            return logDensity.forward(store, new NDList(points), false).get(0).toFloatArray();
        }
    }

    private static NDArray points(NDManager manager, Window window, int cells) {
        return manager.create(window.grid(cells), new Shape((long) cells * cells, 2));
    }

    /**
     * Returns the density of a target, with its peaks near 1, or near 2 where two of them meet.
     *
     * @param energy the target
     * @param cells the cells per side of a grid over what is shown
     * @param manager the manager for what is in work
     * @return \(e^{-U}\) on the grid
     */
    public static float[] density(Energy energy, int cells, NDManager manager) {
        return exp(values(manager, SHOWN, cells, target(energy)), 0);
    }

    /**
     * Returns the density of the flow in the units of the target's.
     *
     * @param cells the cells per side of a grid over what is shown
     * @param manager the manager for what is in work
     * @return Z q on the grid
     */
    public float[] density(int cells, NDManager manager) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray logDensity = flow.logProb(points(scratch, SHOWN, cells));
            return exp(logDensity.toFloatArray(), logNormalizer);
        }
    }

    private static float[] exp(float[] values, double plus) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (float) Math.exp(values[i] + plus);
        }
        return result;
    }

    private static double largest(float... values) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }

    /**
     * Returns KL(q || p) with the normaliser from a grid.
     *
     * @return nats
     */
    public double kl() {
        return kl;
    }
}
