package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.util.Pair;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Lifetime;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.kernel.Program;

import java.util.ArrayList;
import java.util.List;

/**
 * The exponential moving average of the weights over the steps, without the bias of its start.
 *
 * <p>After step t of weights w the average is \(\bar w_t = \frac{(1 - d) \sum_{i \le t} d^{t-i}
 * w_i}{1 - d^t}\). {@link #swap} puts the averages in place of the weights, to evaluate or to save
 * them, and back. What is not trained is averaged too: running statistics belong to the weights,
 * and what stays as it is keeps its value exactly.
 */
public final class WeightAverage extends TrainingListenerAdapter implements AutoCloseable {

    private final double decay;
    private final List<Pair<String, Parameter>> parameters = new ArrayList<>();
    private final NDList averages = new NDList();
    private NDManager manager;
    private Program program;
    private long steps;
    private boolean pending;
    private final Lifetime lifetime = new Lifetime("WeightAverage");

    /**
     * Creates the listener.
     *
     * @param decay the decay d, in [0, 1); 0 is no average
     * @throws IllegalArgumentException if the decay is out of its range
     */
    public WeightAverage(double decay) {
        new Ranges("WeightAverage").requireAverageDecay(decay);
        this.decay = decay;
    }

    /** Takes the weights that a step has just left. */
    void onStep(Block block) {
        try (Lifetime.Use use = lifetime.use()) {
            start(block);
            pending = true;
            take();
        }
    }

    private void start(Block block) {
        if (averages.isEmpty()) {
            NDArray first = block.getParameters().valueAt(0).getArray();
            manager = first.getManager().newSubManager(first.getDevice());
            for (Pair<String, Parameter> parameter : ParameterNames.paths(block)) {
                NDArray array = parameter.getValue().getArray();
                if (array.getDataType().isFloating()) {
                    parameters.add(parameter);
                    NDArray average = array.zerosLike();
                    average.attach(manager);
                    NDScope.unregister(average);
                    averages.add(average);
                }
            }
            int n = averages.size();
            ParameterNames names =
                    new ParameterNames(List.of()).and("averages", n).and("weights", n);
            Kernel kernel = Kernel.of(WeightAverage.class, "average").taking(names);
            program = Program.of(kernel, 2 * n, "update", "swap");
        }
    }

    /** Takes the weights that the step before this batch left. */
    @Override
    public void onTrainingBatch(Trainer trainer, TrainingListener.BatchData batchData) {
        try (Lifetime.Use use = lifetime.use()) {
            start(trainer.getModel().getBlock());
            take();
            pending = true;
        }
    }

    /** Takes the weights that the last step of the epoch left. */
    @Override
    public void onEpoch(Trainer trainer) {
        take();
    }

    private void take() {
        if (pending) {
            steps++;
            call("update", (1 - decay) / (1 - Math.pow(decay, (double) steps)));
            pending = false;
        }
    }

    /** Exchanges the averages and the weights; before the first step it does nothing. */
    public void swap() {
        if (steps > 0) {
            call("swap", 0);
        }
    }

    private void call(String function, double share) {
        NDList p = new NDList(2 * averages.size());
        p.addAll(averages);
        parameters.forEach(parameter -> p.add(parameter.getValue().getArray()));
        try (Lifetime.Use use = lifetime.use();
                NoGrad noGrad = NoGrad.open();
                NDArray scalar = manager.create((float) share)) {
            program.call(function, new NDList(scalar), new NDList(), p).close();
        }
    }

    /** Frees the averages at the end of training. */
    @Override
    public void onTrainingEnd(Trainer trainer) {
        close();
    }

    /**
     * Frees the averages, when no step takes them any more; steps after it are refused by an {@code
     * IllegalStateException}.
     */
    @Override
    public void close() {
        lifetime.end(
                () -> {
                    if (manager != null) {
                        manager.close();
                    }
                });
    }

    /** Returns the averages, named after their parameters. */
    NDList getState() {
        for (int i = 0; i < averages.size(); i++) {
            averages.get(i).setName("average." + parameters.get(i).getKey());
        }
        return averages;
    }

    /** Continues from saved averages. */
    void setState(Block block, SavedArrays saved, long stepsTaken) {
        start(block);
        getState().forEach(average -> saved.copyTo(average.getName(), average));
        steps = stepsTaken;
    }

    /** Returns how many steps the average is over. */
    long getSteps() {
        return steps;
    }
}
