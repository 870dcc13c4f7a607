package org.djlflows.examples;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.model.Flows;
import org.djlflows.plot.Picture;
import org.djlflows.plot.Plots;
import org.djlflows.plot.Window;
import org.djlflows.spec.Presets;
import org.djlflows.training.History;
import org.djlflows.training.MaximumLikelihood;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * Neural posterior estimation: a conditional flow fitted by maximum likelihood to pairs of
 * parameters and simulated observations is the posterior of the parameters for any observation.
 *
 * @see <a href="https://arxiv.org/abs/1905.07488">Greenberg et al., Automatic Posterior
 *     Transformation, 2019; the first round</a>
 */
public final class PosteriorEstimation {

    private static final int SIMULATIONS = 10_000;
    private static final int VALIDATION = 1000;
    private static final int TEST = 1000;
    private static final int SAMPLES = 200;
    private static final int SHOWN = 2000;

    private final Simulator simulator;
    private final NDManager manager;
    private final Random random;

    private PosteriorEstimation(Simulator simulator, NDManager manager, long seed) {
        this.simulator = simulator;
        this.manager = manager;
        random = new Random(seed);
    }

    /**
     * Estimates the posteriors of both simulators and prints how good they are.
     *
     * @param args the folder for the picture, and the number of epochs
     * @throws IOException if the picture cannot be written
     */
    public static void main(String[] args) throws IOException {
        Offline.set();
        Path folder = Path.of(args.length > 0 ? args[0] : "runs/posterior");
        int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 40;
        for (Simulator simulator : Simulator.values()) {
            try (Model model = Model.newInstance("posterior", "PyTorch");
                    NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
                new PosteriorEstimation(simulator, manager, 1).run(model, epochs, folder);
            }
        }
    }

    private void run(Model model, int epochs, Path folder) throws IOException {
        int features = simulator.features();
        manager.getEngine().setRandomSeed(1);
        NormalizingFlow flow =
                Flows.of(Presets.neuralSplineFlow().withTransforms(6), features, features);
        Shape row = new Shape(1, features);
        flow.initialize(model.getNDManager(), DataType.FLOAT32, row, row);
        model.setBlock(flow);
        History history =
                MaximumLikelihood.builder()
                        .optEpochs(epochs)
                        .build()
                        .fit(model, simulations(SIMULATIONS), simulations(VALIDATION));
        System.out.printf(
                Locale.ROOT,
                "%s: %,d simulations, validation %.3f nats, weights of epoch %d%n",
                simulator,
                SIMULATIONS,
                history.bestValidation(),
                history.bestEpoch());
        System.out.printf(
                Locale.ROOT,
                "  KL(posterior || flow): %.3f nats at %s%n",
                simulator == Simulator.TWO_MOONS ? klAtOrigin(flow) : meanKl(flow),
                simulator == Simulator.TWO_MOONS ? "x = 0" : "x from the model, in the mean");
        double[] coverage = coverage(flow);
        System.out.printf(
                Locale.ROOT,
                "  credible regions of 50 %% hold the parameters in %.1f %%, of 90 %% in %.1f %%%n",
                100 * coverage[0],
                100 * coverage[1]);
        if (features == 2) {
            draw(flow, folder.resolve("two-moons.png"));
        }
    }

    /** Draws parameters and what is observed: theta is the data of the flow, x its context. */
    private NDList simulations(int rows) {
        int features = simulator.features();
        float[] theta = new float[rows * features];
        float[] x = new float[rows * features];
        for (int i = 0; i < rows; i++) {
            double[] drawn = simulator.drawPrior(random);
            put(theta, i, drawn);
            put(x, i, simulator.simulate(drawn, random));
        }
        return new NDList(matrix(theta), matrix(x));
    }

    private static void put(float[] matrix, int row, double... values) {
        for (int i = 0; i < values.length; i++) {
            matrix[row * values.length + i] = (float) values[i];
        }
    }

    private NDArray matrix(float... values) {
        int features = simulator.features();
        return manager.create(values, new Shape(values.length / features, features));
    }

    private static double[] row(float[] matrix, int row, int width) {
        double[] values = new double[width];
        for (int i = 0; i < width; i++) {
            values[i] = matrix[row * width + i];
        }
        return values;
    }

    /** A simulated pair is a draw of the posterior of its observation. */
    private double meanKl(NormalizingFlow flow) {
        return kl(flow, simulations(TEST));
    }

    private double klAtOrigin(NormalizingFlow flow) {
        float[] x = new float[TEST * simulator.features()];
        return kl(flow, new NDList(matrix(posterior(TEST)), matrix(x)));
    }

    private float[] posterior(int rows) {
        float[] theta = new float[rows * simulator.features()];
        double[] x = new double[simulator.features()];
        for (int i = 0; i < rows; i++) {
            put(theta, i, simulator.drawPosterior(x, random));
        }
        return theta;
    }

    private double kl(NormalizingFlow flow, NDList pairs) {
        int features = simulator.features();
        float[] theta = pairs.get(0).toFloatArray();
        float[] x = pairs.get(1).toFloatArray();
        float[] logQ = flow.logProb(pairs.get(0), pairs.get(1)).toFloatArray();
        double sum = 0;
        for (int i = 0; i < logQ.length; i++) {
            sum += simulator.logPosterior(row(theta, i, features), row(x, i, features)) - logQ[i];
        }
        return sum / logQ.length;
    }

    /**
     * Returns how often the true parameters lie among the half, and among the nine tenths, of the
     * flow's samples with the highest density.
     */
    private double[] coverage(NormalizingFlow flow) {
        NDList pairs = simulations(TEST);
        NDArray repeated = pairs.get(1).repeat(0, SAMPLES);
        float[] ofSamples = flow.sampleWithLogProb(repeated).get(1).toFloatArray();
        float[] ofTruth = flow.logProb(pairs.get(0), pairs.get(1)).toFloatArray();
        double[] covered = new double[2];
        for (int i = 0; i < TEST; i++) {
            int higher = 0;
            for (int j = 0; j < SAMPLES; j++) {
                if (ofSamples[i * SAMPLES + j] > ofTruth[i]) {
                    higher++;
                }
            }
            covered[0] += higher < 0.5 * SAMPLES ? 1.0 / TEST : 0;
            covered[1] += higher < 0.9 * SAMPLES ? 1.0 / TEST : 0;
        }
        return covered;
    }

    private void draw(NormalizingFlow flow, Path file) throws IOException {
        float[] exact = posterior(SHOWN);
        float[] drawn = flow.sample(manager.zeros(new Shape(SHOWN, 2))).toFloatArray();
        Window window = new Window(-0.6, 0.6, -0.6, 0.6);
        Picture.beside(
                        Plots.scatter(
                                "Posterior at x = 0",
                                "theta 1",
                                "theta 2",
                                window,
                                exact,
                                Plots.DATA),
                        Plots.scatter(
                                "Samples of the flow",
                                "theta 1",
                                "theta 2",
                                window,
                                drawn,
                                Plots.SAMPLES))
                .save(file);
        System.out.println("  Picture: " + file);
    }
}
