package org.djlflows.kernel;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;

import java.io.DataInputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A block whose mathematics is a kernel.
 *
 * <p>Subclasses add their parameters in {@link #prepare prepare} and write down the {@link
 * #source(boolean) source} of their kernel. This class compiles it once, calls it, and is the one
 * place where inputs are checked. Inputs are {@code (x[, context])}: axis 0 is the batch, all
 * others are the event. The shapes are those given to {@link #initialize initialize}; a block that
 * was initialised with a context needs one in each call.
 */
public abstract class KernelBlock extends AbstractBlock implements Scripted {

    /** The types of arrays that are saved and never trained. */
    static final Set<Parameter.Type> BUFFERS =
            Set.of(Parameter.Type.RUNNING_MEAN, Parameter.Type.RUNNING_VAR);

    private static final String FITTED = "fitted";

    private final String[] functions;
    private volatile List<Parameter> allParameters;
    private volatile DataType type;
    private volatile Program evaluation;
    private volatile Program training;
    private volatile Boolean random;
    private volatile boolean fitted;

    /**
     * Creates a block.
     *
     * @param functions the functions of its kernel that are called from Java; {@code forward} of
     *     the block is the first one
     */
    protected KernelBlock(String... functions) {
        this.functions = functions;
    }

    /**
     * Writes down the kernel of this block, which takes its parameters by the names under which
     * this block {@linkplain #addWeight adds} them, and those of its children by theirs.
     *
     * @param training whether the kernel is for a training step
     * @return the kernel, or empty if a child can only be called from Java
     */
    protected abstract Optional<Kernel> source(boolean training);

    /** {@inheritDoc} */
    @Override
    public final Optional<Kernel> kernel(boolean training) {
        return source(training).map(this::withOwnParameters);
    }

    private Kernel withOwnParameters(Kernel kernel) {
        return kernel.taking(new ParameterNames(this));
    }

    /**
     * Adds a parameter that is trained; to be called by {@code prepare}.
     *
     * @param name the name, which is that in saved files and in the kernel
     * @param shape the shape
     * @param initializer what fills it at first
     */
    protected final void addWeight(String name, Shape shape, Initializer initializer) {
        add(name, shape, initializer, Parameter.Type.OTHER);
    }

    /**
     * Adds an array that is saved with the parameters and never trained; to be called by {@code
     * prepare}.
     *
     * @param name the name, which is that in saved files and in the kernel
     * @param shape the shape
     * @param initializer what fills it at first
     */
    protected final void addBuffer(String name, Shape shape, Initializer initializer) {
        // Of the types that DJL has, it leaves only the running statistics frozen after a load.
        add(name, shape, initializer, Parameter.Type.RUNNING_MEAN);
    }

    private void add(String name, Shape shape, Initializer initializer, Parameter.Type type) {
        Parameter parameter = getDirectParameters().get(name);
        if (parameter == null) {
            parameter =
                    addParameter(
                            Parameter.builder()
                                    .setName(name)
                                    .setType(type)
                                    .optRequiresGrad(!BUFFERS.contains(type))
                                    .build());
        }
        if (!parameter.isInitialized()) {
            parameter.setShape(shape);
            parameter.setInitializer(initializer);
        }
    }

    /**
     * Returns the array of one of this block's own parameters.
     *
     * @param name its name
     * @return the array itself, not a copy
     */
    protected final NDArray array(String name) {
        requireInitialized();
        return getDirectParameters().get(name).getArray();
    }

    /**
     * Fills one of this block's own parameters, wherever it is.
     *
     * @param name its name
     * @param values the numbers, as many as it holds, in row-major order
     */
    protected final void fill(String name, double... values) {
        NDArray to = array(name);
        try (NoGrad noGrad = NoGrad.open();
                NDManager scratch = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            scratch.create(values, to.getShape()).toType(to.getDataType(), false).copyTo(to);
        }
    }

    /**
     * Adds numbers that may be other ones in each view of a block, such as a temperature: an array
     * that the kernel takes, where a constant would make another program of each number. It is
     * never trained, and freed with this block.
     *
     * @param name the name
     * @param values the numbers
     */
    protected final void addNumbers(String name, double... values) {
        Parameter numbers =
                Parameter.builder()
                        .setName(name)
                        .setType(Parameter.Type.RUNNING_MEAN)
                        .optShape(new Shape(values.length))
                        .optRequiresGrad(false)
                        .build();
        numbers.setInitializer(new NumbersInitializer(numbers, values));
        addParameter(numbers);
    }

    /**
     * Tells whether {@code forward} of a block draws random numbers: another result at each call.
     *
     * @param block any block
     * @return whether it does, or one that it holds
     */
    public static boolean isRandom(Block block) {
        if (!(block instanceof KernelBlock kernelBlock)) {
            return block.getChildren().values().stream().anyMatch(KernelBlock::isRandom);
        }
        Boolean known = kernelBlock.random;
        if (known == null) {
            known = kernelBlock.drawsInForward();
            kernelBlock.random = known;
        }
        return known;
    }

    /**
     * Tells whether {@code forward} draws random numbers; what does is called by one thread at a
     * time, and follows the seeds of {@link RandomNumbers}.
     *
     * @return whether it does; where a subclass does not say otherwise, whether a child does
     */
    protected boolean drawsInForward() {
        return getChildren().values().stream().anyMatch(KernelBlock::isRandom);
    }

    /**
     * Initialises this block and its children; what is initialised already keeps its values.
     *
     * @param manager the manager that receives the parameters
     * @param dataType the type of the parameters, float32 or float64; a block that was initialised
     *     or loaded before keeps its own
     * @param shapes the shapes of x and optionally of context, each with a batch axis of any size
     * @throws IllegalArgumentException if the shapes or the type are not what this block can take,
     *     or not those with which it was initialised before
     */
    @Override
    public void initialize(NDManager manager, DataType dataType, Shape... shapes) {
        if (dataType != DataType.FLOAT32 && dataType != DataType.FLOAT64) {
            throw new IllegalArgumentException(
                    name() + ": expected type float32 or float64, got " + dataType);
        }
        checkSameEvents(shapes);
        Shape[] before = inputShapes;
        try {
            // Parameters that exist, perhaps loaded, decide the type.
            DataType present = ownType().orElse(type == null ? dataType : type);
            if (isView()) {
                initializeAll(manager, present, shapes);
            } else {
                RandomNumbers.draw(
                        () -> {
                            initializeAll(manager, present, shapes);
                            return present;
                        });
            }
        } catch (RuntimeException e) {
            inputShapes = before;
            throw e;
        }
    }

    /** A view has nothing to draw, and so need not wait for those who do. */
    private boolean isView() {
        List<Parameter> all = getParameters().values();
        return !all.isEmpty()
                && all.stream().allMatch(p -> p.isInitialized() || BUFFERS.contains(p.getType()));
    }

    private void initializeAll(NDManager manager, DataType dataType, Shape... shapes) {
        beforeInitialize(shapes);
        prepare(shapes);
        for (Parameter parameter : getDirectParameters().values()) {
            initialize(parameter, manager, dataType);
        }
        // DJL's own method stops here where a block has no parameters and so counts as initialised.
        initializeChildBlocks(manager, dataType, shapes);
        type = dataType;
    }

    /** Children take what this block takes; one with other children overrides it. */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... shapes) {
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, shapes);
        }
    }

    /**
     * Takes over shapes and type of the block that this one is a view of.
     *
     * @param block the other block, initialised or not
     */
    protected final void adopt(KernelBlock block) {
        inputShapes = block.inputShapes;
        type = block.type;
        if (inputShapes != null) {
            NDManager there = block.managerOfWeights();
            DataType ofNumbers = block.getDataType();
            getDirectParameters().values().forEach(p -> initialize(p, there, ofNumbers));
        }
    }

    /**
     * Takes over shapes and type of the block that this one is a view of, with its directions
     * exchanged: what that one makes of its first input is the first input of this one.
     *
     * @param block the other block, initialised or not
     */
    protected final void adoptInverted(KernelBlock block) {
        adopt(block);
        if (inputShapes != null) {
            inputShapes = inputShapes.clone();
            inputShapes[0] = block.getOutputShapes(inputShapes)[0];
        }
    }

    private static void initialize(Parameter parameter, NDManager manager, DataType dataType) {
        // Of an array that exists this only says again whether it is trained.
        parameter.initialize(manager, dataType);
        // It belongs to its block, also where the caller has a scope open.
        NDScope.unregister(parameter.getArray());
    }

    private void checkSameEvents(Shape... shapes) {
        boolean same = inputShapes == null || inputShapes.length == shapes.length;
        for (int i = 0; same && inputShapes != null && i < shapes.length; i++) {
            same = inputShapes[i].slice(1).equals(shapes[i].slice(1));
        }
        if (!same) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected the shapes with which it was initialised, "
                            + Arrays.toString(inputShapes)
                            + ", got "
                            + Arrays.toString(shapes)
                            + "; a block serves in one place of one flow");
        }
    }

    private NDManager managerOfWeights() {
        return getParameters().values().stream()
                .filter(Parameter::isInitialized)
                .map(parameter -> parameter.getArray().getManager())
                .findFirst()
                .orElse(NativeMemory.MANAGER);
    }

    private Optional<DataType> ownType() {
        return getParameters().values().stream()
                .filter(Parameter::isInitialized)
                .map(parameter -> parameter.getArray().getDataType())
                .findFirst();
    }

    /** {@inheritDoc} */
    @Override
    protected void beforeInitialize(Shape... shapes) {
        if (shapes.length < 1 || shapes.length > 2) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected shapes of x and optionally context, got "
                            + shapes.length
                            + " shapes");
        }
        if (shapes[0].dimension() < 2) {
            throw new IllegalArgumentException(
                    name() + ": expected input shape (batch, event...), got " + shapes[0]);
        }
        super.beforeInitialize(shapes.clone());
        allParameters = null;
        evaluation = null;
        training = null;
        fitted = false;
    }

    /** {@inheritDoc} */
    @Override
    public void loadMetadata(byte loadVersion, DataInputStream is)
            throws IOException, MalformedModelException {
        super.loadMetadata(loadVersion, is);
        type = null;
        beforeInitialize(inputShapes);
        prepare(inputShapes);
    }

    /**
     * Adds the parameters of this block, for the shapes of its inputs; where they were added
     * before, they stay as they are.
     *
     * @param inputShapes the shapes of x and optionally of context
     */
    @Override
    protected void prepare(Shape[] inputShapes) {}

    /**
     * Refuses events that are not vectors.
     *
     * @param shape the shape of an input
     * @throws IllegalArgumentException if it is not (batch, D)
     */
    protected final void requireVectors(Shape shape) {
        if (shape.dimension() != 2) {
            throw new IllegalArgumentException(
                    name() + ": expected input shape (batch, features), got " + shape);
        }
    }

    /**
     * Returns the shape of one event, without the batch.
     *
     * @return the shape of one event as given to {@code initialize}
     */
    public final Shape getEventShape() {
        requireInitialized();
        return inputShapes[0].slice(1);
    }

    /**
     * Returns the shape of one context, without the batch.
     *
     * @return the shape of one context, or empty if this block was initialised without
     */
    public final Optional<Shape> getContextShape() {
        requireInitialized();
        return inputShapes.length > 1 ? Optional.of(inputShapes[1].slice(1)) : Optional.empty();
    }

    /**
     * Returns the type of the parameters and of what this block computes.
     *
     * @return float32 or float64; float32 where a block without parameters was loaded
     */
    public final DataType getDataType() {
        requireInitialized();
        if (type == null) {
            type = ownType().orElse(DataType.FLOAT32);
        }
        return type;
    }

    /**
     * Freezes or unfreezes the parameters; buffers stay frozen.
     *
     * @param freeze whether to freeze
     */
    @Override
    public void freezeParameters(boolean freeze) {
        freezeParameters(freeze, parameter -> true);
    }

    /**
     * Freezes or unfreezes some parameters; buffers stay frozen.
     *
     * @param freeze whether to freeze
     * @param predicate which parameters
     */
    @Override
    public void freezeParameters(boolean freeze, Predicate<Parameter> predicate) {
        super.freezeParameters(
                freeze, predicate.and(parameter -> !BUFFERS.contains(parameter.getType())));
    }

    /**
     * Tells whether this block knows its shapes and has all its parameters.
     *
     * @return whether it was initialised or loaded
     */
    @Override
    public boolean isInitialized() {
        return inputShapes != null && super.isInitialized();
    }

    private void requireInitialized() {
        if (inputShapes == null) {
            throw new IllegalStateException(
                    name() + ": not initialized, call initialize(manager, type, shapes) first");
        }
    }

    /**
     * Checks a data input and the context behind it.
     *
     * @param inputs the inputs of a call
     * @param event the expected shape of one event
     * @throws IllegalArgumentException if shape, type or context are not the expected ones
     */
    protected final void checkInputs(NDList inputs, Shape event) {
        if (inputs.isEmpty() || inputs.size() > 2) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected x and optionally context, got "
                            + inputs.size()
                            + " arrays");
        }
        check("input", inputs.get(0), event);
        Shape context = getContextShape().orElse(null);
        Shape given = inputs.size() > 1 ? inputs.get(1).getShape() : null;
        if (context == null && given != null) {
            throw new IllegalArgumentException(
                    name() + ": expected no context, got shape " + given);
        }
        if (context != null && given == null) {
            throw new IllegalArgumentException(
                    name() + ": expected context shape " + batchOf(context) + ", got none");
        }
        if (context != null) {
            check("context", inputs.get(1), context);
            long rows = inputs.get(0).getShape().get(0);
            if (given.get(0) != rows) {
                throw new IllegalArgumentException(
                        name() + ": expected a context of " + rows + " rows, got " + given.get(0));
            }
        }
    }

    private void check(String what, NDArray array, Shape event) {
        Shape shape = array.getShape();
        if (shape.dimension() != event.dimension() + 1 || !shape.slice(1).equals(event)) {
            throw new IllegalArgumentException(
                    name() + ": expected " + what + " shape " + batchOf(event) + ", got " + shape);
        }
        if (array.getDataType() != getDataType()) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected "
                            + what
                            + " type "
                            + getDataType()
                            + ", got "
                            + array.getDataType());
        }
    }

    private static String batchOf(Shape event) {
        StringBuilder shape = new StringBuilder("(batch");
        for (long size : event.getShape()) {
            shape.append(", ").append(size);
        }
        return shape.append(')').toString();
    }

    /**
     * Returns the name by which messages call this block.
     *
     * @return the simple name of its class
     */
    protected final String name() {
        return getClass().getSimpleName();
    }

    /**
     * Returns the program of this block's kernel, compiled at the first call.
     *
     * @param training whether it is for a training step
     * @return the program, or empty if there is no kernel
     */
    protected final Optional<Program> program(boolean training) {
        Program program = training ? this.training : evaluation;
        if (program == null) {
            program = kernel(training).map(k -> compile(k, functions)).orElse(null);
            if (training) {
                this.training = program;
            } else {
                evaluation = program;
            }
        }
        return Optional.ofNullable(program);
    }

    /**
     * Compiles a kernel that takes the parameters of this block.
     *
     * @param kernel the kernel
     * @param functions the functions that will be called
     * @return the program
     */
    protected final Program compile(Kernel kernel, String... functions) {
        return Program.of(withOwnParameters(kernel), allParameters().size(), functions);
    }

    /** Returns all parameters; asking DJL for them costs as much as a small kernel. */
    private List<Parameter> allParameters() {
        // A view of this block may forget them in another thread.
        List<Parameter> all = allParameters;
        if (all == null) {
            all = getParameters().values();
            allParameters = all;
        }
        return all;
    }

    /**
     * Calls a function with the parameters of this block.
     *
     * @param program the program
     * @param function the function
     * @param store the store that holds the parameters
     * @param inputs the tensor arguments of the function
     * @param context the context, or an empty list
     * @param training whether this is part of a training step
     * @return the results
     */
    protected final NDList call(
            Program program,
            String function,
            ParameterStore store,
            NDList inputs,
            NDList context,
            boolean training) {
        Device device = inputs.get(0).getDevice();
        List<Parameter> all = allParameters();
        List<NDArray> p = new ArrayList<>(all.size());
        for (Parameter parameter : all) {
            p.add(store.getValue(parameter, device, training));
        }
        try {
            return program.call(function, inputs, context, p);
        } finally {
            Reference.reachabilityFence(all);
        }
    }

    /**
     * Calls a function {@code (x, c, p)} of this block's kernel.
     *
     * @param program the program
     * @param function the function
     * @param store the store that holds the parameters
     * @param inputs x and optionally context
     * @param training whether this is part of a training step
     * @return the results
     */
    protected final NDList call(
            Program program,
            String function,
            ParameterStore store,
            NDList inputs,
            boolean training) {
        return call(
                program, function, store, inputs.subNDList(0, 1), inputs.subNDList(1), training);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return run(functions[0], getEventShape(), isRandom(this), store, inputs, training);
    }

    /**
     * Checks the inputs and computes a function {@code (x, c, p)} of this block: by its program, or
     * {@linkplain #inParts in parts} where it has none, and until it is {@linkplain #isFitted
     * fitted}.
     *
     * @param function the function
     * @param event the expected shape of one event of x
     * @param draws whether the function draws random numbers
     * @param store the store that holds the parameters
     * @param inputs x and optionally context
     * @param training whether this is part of a training step
     * @return the results
     * @throws IllegalArgumentException if shape, type or context are not the expected ones
     */
    protected final NDList run(
            String function,
            Shape event,
            boolean draws,
            ParameterStore store,
            NDList inputs,
            boolean training) {
        checkInputs(inputs, event);
        Supplier<NDList> call =
                () -> {
                    Optional<Program> program =
                            training && !isFitted(this) ? Optional.empty() : program(training);
                    return program.isPresent()
                            ? call(program.get(), function, store, inputs, training)
                            : inParts(function, store, inputs, training);
                };
        return draws ? RandomNumbers.draw(call) : call.get();
    }

    /**
     * Computes a function of this block by calling its parts from Java: while it has no kernel, and
     * in the first batch of training, to which a part fits itself.
     *
     * @param function the function
     * @param store the store that holds the parameters
     * @param inputs x and optionally context
     * @param training whether this is part of a training step
     * @return the results
     * @throws UnsupportedOperationException if the block does not say how
     */
    protected NDList inParts(
            String function, ParameterStore store, NDList inputs, boolean training) {
        Optional<Kernel> fitting = fittingKernel();
        if (fitting.isPresent()) {
            fitTo(fitting.get(), "fit_" + function, store, inputs.subNDList(0, 1));
            return call(compile(fitting.get(), function), function, store, inputs, training);
        }
        throw new UnsupportedOperationException(
                name()
                        + ": expected forwardInParts and the like of a layer that holds blocks"
                        + " without a kernel or layers that fit themselves, got none");
    }

    /**
     * Returns the kernel by which this block fits itself to the first batch of training; to be
     * given by one that {@linkplain #addFitted says} that it does. For a function {@code forward(x,
     * c, p)} it offers {@code fit_forward(x, p)}, which fills parameters and returns whether the
     * batch was finite, without which nothing is filled. Where it offers none for a function, a
     * first batch of that function leaves this block as it began.
     *
     * @return the kernel, which offers the functions themselves too
     */
    protected Optional<Kernel> fittingKernel() {
        return Optional.empty();
    }

    /**
     * Returns what such kernels take of a first batch: {@code statistics(x)} of features or
     * channels.
     *
     * @return a kernel that gives their means and the logarithms of their standard deviations, 0
     *     where all values are the same
     */
    protected final Kernel statistics() {
        // A deviation below this share of the largest value is rounding.
        double rounding = getDataType() == DataType.FLOAT64 ? 1e-12 : 1e-6;
        return Kernel.of(KernelBlock.class, "channel_statistics").with("ROUNDING", rounding);
    }

    /**
     * Adds the buffer {@code fitted}, by which a block remembers that it was fitted to a first
     * batch; to be called by {@code prepare}.
     *
     * @param fits whether this block fits itself at all
     */
    protected final void addFitted(boolean fits) {
        addBuffer(FITTED, new Shape(1), fits ? Initializer.ZEROS : Initializer.ONES);
    }

    private void fitTo(Kernel kernel, String fit, ParameterStore store, NDList x) {
        if (x.get(0).isEmpty()) {
            throw new IllegalArgumentException(
                    name()
                            + ": expected a first training batch with rows, got "
                            + x.get(0).getShape());
        }
        if (!kernel.offers(fit)) {
            fill(FITTED, 1);
            return;
        }
        Program program = compile(kernel, fit);
        Supplier<NDList> call = () -> call(program, fit, store, x, new NDList(), true);
        try (NoGrad noGrad = NoGrad.open();
                NDList finite = RandomNumbers.draw(call)) {
            if (finite.get(0).toArray()[0].doubleValue() == 0) {
                throw new IllegalArgumentException(
                        name()
                                + ": expected finite values in the first training batch, to which"
                                + " it is fitted, got NaN or infinity");
            }
            fill(FITTED, 1);
        }
    }

    /**
     * Tells whether no layer in this block waits for the first batch of training, to fit itself to
     * it.
     *
     * @return whether all are fitted
     */
    protected boolean isFitted() {
        Parameter own = getDirectParameters().get(FITTED);
        return (own == null || array(FITTED).toArray()[0].doubleValue() != 0)
                && getChildren().values().stream().allMatch(KernelBlock::isFitted);
    }

    /**
     * Tells whether no layer in a block waits for the first batch of training.
     *
     * @param block any block
     * @return whether all are fitted
     */
    public static boolean isFitted(Block block) {
        if (!(block instanceof KernelBlock kernelBlock)) {
            return block.getChildren().values().stream().allMatch(KernelBlock::isFitted);
        }
        if (!kernelBlock.fitted) {
            kernelBlock.fitted = kernelBlock.isFitted();
        }
        return kernelBlock.fitted;
    }

    /**
     * Lets the layers that fit themselves to the first batch of training do so, in one pass; where
     * all are fitted it does nothing. The pass is one of training with all that belongs to it: the
     * running statistics of a {@code BatchNorm} beside these layers move once.
     *
     * @param block any block, initialised
     * @param inputs what {@code forward} takes; their manager receives what is made on the way
     */
    public static void fit(Block block, NDList inputs) {
        if (!isFitted(block)) {
            try (NoGrad noGrad = NoGrad.open();
                    NDManager scratch = inputs.get(0).getManager().newSubManager()) {
                ParameterStore store = new ParameterStore(scratch, false);
                block.forward(store, inputs, true).attach(scratch);
            }
        }
    }

    /**
     * Brings up to date what this block keeps that follows from its weights, such as the mean
     * acceptance of a {@code Resampled} base.
     */
    protected void settle() {}

    /**
     * Brings up to date what blocks keep that follows from their weights, after these were averaged
     * or replaced. A run of training does so before it evaluates them.
     *
     * @param block any block, initialised
     */
    public static void settle(Block block) {
        block.getChildren().values().forEach(KernelBlock::settle);
        if (block instanceof KernelBlock kernelBlock) {
            kernelBlock.settle();
        }
    }
}
