package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.Lifetime;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.ParameterNames;
import org.djlflows.kernel.Program;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW as one kernel a parameter, with what DJL's lacks: its state can be saved, a gradient that
 * is not finite changes nothing, and epsilon is added where the paper adds it.
 *
 * <p>Of the settings that DJL's builder offers it takes the weight decay. A step in which one
 * parameter is skipped and others are not is avoided by {@link GradientGuard}. The state lives on
 * the manager of the weights until {@link #close}, which waits for a step under way.
 *
 * <p>\(m \leftarrow \beta_1 m + (1 - \beta_1) g\), \(v \leftarrow \beta_2 v + (1 - \beta_2) g^2\),
 * \(w \leftarrow w - \eta \lambda w - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} +
 * \epsilon}\), with decay \(\lambda\) on matrices alone.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter, Decoupled Weight Decay
 *     Regularization, 2019, algorithm 2</a>
 */
public final class FusedAdam extends Optimizer implements AutoCloseable {

    /** What the optimizer remembers of one parameter. */
    private static final class State {
        private final NDArray first;
        private final NDArray second;
        private final NDArray step;
        private int calls;

        State(NDArray weight, NDManager manager) {
            first = weight.zerosLike();
            second = weight.zerosLike();
            step = manager.zeros(new Shape(), DataType.FLOAT32, weight.getDevice());
            arrays().attach(manager);
            NDScope.unregister(arrays());
        }

        NDList arrays() {
            return new NDList(first, second, step);
        }
    }

    private static final Ranges RANGES = new Ranges("FusedAdam");

    /** What the names of saved arrays begin with. */
    private static final String PREFIX = "adam.";

    private final Tracker learningRate;
    private final Kernel kernel;
    private final Program program;
    private final Map<String, State> states = new HashMap<>();
    private final Lifetime lifetime = new Lifetime("FusedAdam");
    private NDManager manager;

    private FusedAdam(Builder builder) {
        super(builder);
        RANGES.requireWeightDecay(getWeightDecay());
        learningRate = builder.learningRate;
        kernel =
                Kernel.of(FusedAdam.class, "adam")
                        .with("BETA1", builder.beta1)
                        .with("BETA2", builder.beta2)
                        .with("EPSILON", 1e-8)
                        .with("DECAY", (double) getWeightDecay());
        program = Program.of(kernel, 0, "update");
    }

    /**
     * Returns a builder.
     *
     * @return a builder with learning rate 0.001, moments 0.9 and 0.999, and no decay of weights
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    public void update(String parameterId, NDArray weight, NDArray grad) {
        try (Lifetime.Use use = use()) {
            // Each device has its own copy of a parameter.
            State state = states.computeIfAbsent(key(parameterId, weight), k -> newState(weight));
            float rate = rate(state.calls++);
            try (NoGrad noGrad = NoGrad.open();
                    NDArray onHost = weight.getManager().create(rate);
                    NDArray lr = onHost.toDevice(weight.getDevice(), false)) {
                NDList inputs = new NDList(weight, grad, state.first, state.second, state.step, lr);
                program.call("update", inputs, new NDList(), List.of()).close();
            }
        }
        // The gradient came as a copy; the next backward pass adds to what lies at the weight.
        JniUtils.zeroGrad((PtNDArray) weight);
    }

    /** Begins a use of the state, which is refused after {@link #close}. */
    Lifetime.Use use() {
        return lifetime.use();
    }

    /** Returns the kernel with {@code update_all}, for a program that does more in one call. */
    Kernel kernel() {
        return kernel;
    }

    /** Returns first moments, second moments and steps of parameters, each in their order. */
    NDList stateOf(List<Parameter> parameters) {
        List<State> each = parameters.stream().map(this::state).toList();
        NDList all = new NDList();
        each.forEach(state -> all.add(state.first));
        each.forEach(state -> all.add(state.second));
        each.forEach(state -> all.add(state.step));
        return all;
    }

    /** Counts a step of all parameters that have a state, and returns its learning rate. */
    float nextRate() {
        int calls = 0;
        for (State state : states.values()) {
            calls = state.calls++;
        }
        return rate(calls);
    }

    /** A schedule may end at 0; any other number that is not positive ruins the weights. */
    private float rate(int call) {
        float rate = learningRate.getNewValue(call);
        RANGES.require(
                rate >= 0 && Float.isFinite(rate),
                "the learning rate of step " + call,
                "at least 0 and finite",
                rate);
        return rate;
    }

    private State state(Parameter parameter) {
        return states.computeIfAbsent(key(parameter), k -> newState(parameter.getArray()));
    }

    private State newState(NDArray weight) {
        if (manager == null) {
            manager = weight.getManager().newSubManager();
        }
        return new State(weight, manager);
    }

    private static String key(String parameterId, NDArray weight) {
        return parameterId + '@' + weight.getDevice();
    }

    /** Frees the state; an update after it is refused by an {@code IllegalStateException}. */
    @Override
    public void close() {
        lifetime.end(
                () -> {
                    if (manager != null) {
                        manager.close();
                    }
                });
    }

    /**
     * Returns the state of the parameters of a block.
     *
     * @param block the block
     * @return for each parameter that was updated, three arrays named after it
     */
    NDList getState(Block block) {
        NDList all = new NDList();
        for (Pair<String, Parameter> parameter : ParameterNames.paths(block)) {
            State state = states.get(key(parameter.getValue()));
            if (state != null) {
                NDList arrays = state.arrays();
                for (int i = 0; i < arrays.size(); i++) {
                    arrays.get(i).setName(stateName(parameter.getKey(), i));
                }
                all.addAll(arrays);
            }
        }
        return all;
    }

    /**
     * Continues from a saved state.
     *
     * @param block the block
     * @param saved arrays as {@link #getState} returned them
     * @param calls how often each parameter was updated
     * @throws IllegalArgumentException if there are arrays of other parameters
     */
    void setState(Block block, SavedArrays saved, int calls) {
        int used = 0;
        for (Pair<String, Parameter> parameter : ParameterNames.paths(block)) {
            if (saved.has(stateName(parameter.getKey(), 0))) {
                State state = state(parameter.getValue());
                NDList arrays = state.arrays();
                for (int i = 0; i < arrays.size(); i++) {
                    saved.copyTo(stateName(parameter.getKey(), i), arrays.get(i));
                }
                state.calls = calls;
                used += arrays.size();
            }
        }
        int all = saved.under(PREFIX).size();
        if (all != used) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected %d arrays of the optimizer for these parameters, got %d",
                            used, all));
        }
    }

    private static String key(Parameter parameter) {
        return key(parameter.getId(), parameter.getArray());
    }

    private static String stateName(String parameter, int i) {
        return PREFIX + i + '.' + parameter;
    }

    /** Builds the optimizer. */
    public static final class Builder extends OptimizerBuilder<Builder> {

        private Tracker learningRate = Tracker.fixed(1e-3f);
        private double beta1 = 0.9;
        private double beta2 = 0.999;

        private Builder() {}

        /**
         * Sets the decays of the two moments.
         *
         * @param first \(\beta_1\), in [0, 1), also in float32
         * @param second \(\beta_2\), in [0, 1), also in float32
         * @return this builder
         * @throws IllegalArgumentException if one is out of its range
         */
        public Builder optBetas(double first, double second) {
            RANGES.requireMomentDecay("first", first);
            RANGES.requireMomentDecay("second", second);
            beta1 = first;
            beta2 = second;
            return this;
        }

        /**
         * Sets the learning rate \(\eta\).
         *
         * @param tracker the schedule over steps, of rates that are finite and not negative: an
         *     update by another is refused
         * @return this builder
         */
        public Builder optLearningRate(Tracker tracker) {
            learningRate = tracker;
            return this;
        }

        /** {@inheritDoc} */
        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Builds the optimizer.
         *
         * @return the optimizer
         * @throws IllegalArgumentException if the weight decay is negative or not finite
         */
        public FusedAdam build() {
            return new FusedAdam(this);
        }
    }
}
