package org.djlflows.examples;

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
import org.djlflows.distribution.Energy;
import org.djlflows.distribution.ImportanceWeights;
import org.djlflows.distribution.LogDensity;
import org.djlflows.examples.plot.Window;
import org.djlflows.training.VariationalInference;

import java.io.PrintStream;
import java.util.Locale;
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
            return this == BNAF ? 0.02 : 0.01;
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
    private final ImportanceWeights weights;
    private final double logNormalizer;

    private EnergyFit(NormalizingFlow flow, LogDensity target, NDManager manager) {
        this.flow = flow;
        weights = ImportanceWeights.draw(flow, target, manager, SAMPLES);
        float[] logDensity = values(manager, ALL, CELLS, target);
        double largest = largest(logDensity);
        double sum = 0;
        for (float value : logDensity) {
            sum += Math.exp(value - largest);
        }
        logNormalizer = largest + Math.log(sum * ALL.cellArea(CELLS));
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
     * @param layers the kind of layers
     * @param count the number of layers
     * @param steps the number of training steps of a restart, a multiple of 250
     * @param restarts the number of restarts
     * @param seed the seed
     * @param out where to print a line for each restart
     * @param manager the manager that receives the flow
     * @return the fit
     */
    public static EnergyFit run(
            Energy energy,
            Layers layers,
            int count,
            int steps,
            int restarts,
            long seed,
            PrintStream out,
            NDManager manager) {
        EnergyFit best = null;
        for (int restart = 0; restart < restarts; restart++) {
            long begin = System.nanoTime();
            NormalizingFlow flow = flow(layers, count, 1000 * seed + restart, manager);
            LogDensity target = target(energy);
            VariationalInference.builder()
                    .optEpochs(Math.max(1, steps / STEPS_PER_EPOCH))
                    .optStepsPerEpoch(STEPS_PER_EPOCH)
                    .optLearningRate(layers.learningRate())
                    .optAnnealing(0.01, Math.max(1, steps / 2.0))
                    .optAverageDecay(0.995)
                    .optSeed(1000 * seed + restart)
                    .build()
                    .fit(flow, target);
            EnergyFit fit = new EnergyFit(flow, target, manager);
            out.printf(
                    Locale.ROOT,
                    "%s %s %d, restart %d: %s (%.0f s)%n",
                    energy,
                    layers.name().toLowerCase(Locale.ROOT),
                    count,
                    restart + 1,
                    fit,
                    (System.nanoTime() - begin) / 1e9);
            if (best == null || fit.kl() < best.kl()) {
                best = fit;
            }
        }
        return best;
    }

    private static NormalizingFlow flow(Layers layers, int count, long seed, NDManager manager) {
        manager.getEngine().setRandomSeed(Long.hashCode(seed));
        DiagonalNormal base = new DiagonalNormal();
        SequentialBijection bijection =
                new SequentialBijection(Stream.generate(layers::newLayer).limit(count).toList());
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
     * Returns the density of a target, at most 1.
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

    /** Returns KL(q || p) with the normaliser from a grid. */
    public double kl() {
        return weights.reverseKl(logNormalizer).value();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "KL %.4f (log Z %.4f on a grid), %.4f +- %.4f by weights, log Z %.4f +- %.4f,"
                        + " efficiency %.3f",
                kl(),
                logNormalizer,
                weights.reverseKl().value(),
                weights.reverseKl().standardError(),
                weights.logNormalizer().value(),
                weights.logNormalizer().standardError(),
                weights.efficiency());
    }
}
