package org.djlflows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

import org.djlflows.distribution.AnyOrder;
import org.djlflows.distribution.Product;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.TruncatedNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.distribution.VonMises;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Chunks;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Scripted;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * A distribution made of a bijection and a base distribution.
 *
 * <p>\(\log p(x \mid c) = \log p_{base}(z \mid e) + \log|\det \partial z / \partial x|\), where \(z
 * = f(x; e)\) is the {@code forward} of the bijection and \(e\) the context, as it comes or
 * embedded by a network that runs once per batch. Samples are \(f^{-1}(z; e)\) of samples of the
 * base. (Rezende and Mohamed 2015 and the papers after it write f for noise to data: their f is the
 * {@code inverse} here.)
 *
 * @see <a href="https://arxiv.org/abs/1912.02762">Papamakarios et al., Normalizing Flows for
 *     Probabilistic Modeling and Inference, 2021, equation 1</a>
 */
public final class NormalizingFlow extends AbstractDistribution {

    private final Bijection bijection;
    private final Distribution base;
    private final Optional<Block> embedding;

    /**
     * Creates a flow.
     *
     * @param bijection the map from data to noise
     * @param base the distribution of the noise
     */
    public NormalizingFlow(Bijection bijection, Distribution base) {
        this(bijection, base, Optional.empty());
    }

    /**
     * Creates a flow that embeds its context.
     *
     * @param bijection the map from data to noise
     * @param base the distribution of the noise
     * @param embedding a network from the context to what bijection and base receive; note that an
     *     {@code Mlp} ends in its activation
     */
    public NormalizingFlow(Bijection bijection, Distribution base, Block embedding) {
        this(bijection, base, Optional.of(embedding));
    }

    private NormalizingFlow(Bijection bijection, Distribution base, Optional<Block> embedding) {
        this.bijection = addChildBlock("bijection", bijection);
        this.base = addChildBlock("base", base);
        this.embedding = embedding.map(network -> addChildBlock("embedding", network));
    }

    /**
     * Returns the map from data to noise.
     *
     * @return the bijection
     */
    public Bijection getBijection() {
        return bijection;
    }

    /**
     * Returns the distribution of the noise.
     *
     * @return the base distribution
     */
    public Distribution getBase() {
        return base;
    }

    /**
     * Returns the network from the context to what bijection and base receive.
     *
     * @return the network, or empty if they receive the context as it comes
     */
    public Optional<Block> getEmbedding() {
        return embedding;
    }

    /**
     * Returns a context as bijection and base receive it, without gradients.
     *
     * @param context the context, of shape (batch, context); its manager receives the result
     * @return what the embedding makes of it; the same array where there is none
     */
    public NDArray embed(NDArray context) {
        if (embedding.isEmpty()) {
            return context;
        }
        Shape shape = context.getShape().slice(1);
        NDList inputs = new NDList(context);
        return Chunks.map(inputs, shape, true, (store, rows) -> embed(store, rows, false)).get(0);
    }

    /**
     * Returns the noise of data, without gradients.
     *
     * @param x the rows, of shape (batch, event); their manager receives the result
     * @return the noise z, of shape (batch, event of the base), where the parameters are
     */
    public NDArray toNoise(NDArray x) {
        return map(bijection::forward, new NDList(x)).get(0);
    }

    /**
     * Returns the noise of data given their context, without gradients.
     *
     * @param x the rows, of shape (batch, event); their manager receives the result
     * @param context a context for each row, of shape (batch, context)
     * @return the noise z, of shape (batch, event of the base), where the parameters are
     */
    public NDArray toNoise(NDArray x, NDArray context) {
        return map(bijection::forward, new NDList(x, context)).get(0);
    }

    /**
     * Returns the data of noise, without gradients.
     *
     * @param z the noise, of shape (batch, event of the base); its manager receives the result
     * @return the data x, of shape (batch, event), where the parameters are
     */
    public NDArray toData(NDArray z) {
        return map(bijection::inverse, new NDList(z)).get(0);
    }

    /**
     * Returns the data of noise given their context, without gradients.
     *
     * @param z the noise, of shape (batch, event of the base); its manager receives the result
     * @param context a context for each row, of shape (batch, context)
     * @return the data x, of shape (batch, event), where the parameters are
     */
    public NDArray toData(NDArray z, NDArray context) {
        return map(bijection::inverse, new NDList(z, context)).get(0);
    }

    /** A direction of the bijection. */
    @FunctionalInterface
    private interface Way {

        NDList call(ParameterStore store, NDList inputs, boolean training);
    }

    private NDList map(Way way, NDList inputs) {
        return Chunks.map(
                this,
                inputs,
                getEventShape(),
                true,
                (store, rows) -> {
                    NDList context = embed(store, rows.subNDList(1), false);
                    return way.call(store, with(rows.get(0), context), false);
                });
    }

    /**
     * Returns a block that maps {@code (z[, context])} to the data x and its log-density \(\log
     * p(x)\), with gradients to the parameters of this flow: what an objective needs that is
     * trained on samples of the flow, such as the reverse Kullback-Leibler divergence.
     *
     * @return a view of this flow, on the same parameters
     */
    public Block generator() {
        return new Generator();
    }

    /**
     * Returns this flow with the noise of its base multiplied by a temperature T: below 1 samples
     * vary less and are closer to the mode. Density and samples of the result belong together:
     * \(\log p_T(x) = \log p_{base}(z / T) - n \log T + \log|\det \partial z / \partial x|\) with n
     * entries of the noise z. Of a standard normal base that is its density to the power \(1/T^2\);
     * a power of the density of the data is another distribution, which cannot be sampled in this
     * way, nor has its normaliser a closed form.
     *
     * <p>The noise is scaled about 0, also of a base whose mean is another.
     *
     * @param temperature the factor, positive; 1 changes nothing
     * @return a flow on the same parameters
     * @throws IllegalArgumentException if the temperature is not positive and finite
     * @throws UnsupportedOperationException if the base is a box or on a circle, of which a part
     *     would be left, or over columns of any kind, whose samples are no noise
     */
    public NormalizingFlow withTemperature(double temperature) {
        // The scale of the noise is its reciprocal, which has to be finite too.
        if (!(temperature > 0 && 1 / temperature > 0 && Double.isFinite(1 / temperature))) {
            throw new IllegalArgumentException(
                    "NormalizingFlow: expected a positive and finite temperature, got "
                            + temperature);
        }
        requireNoiseOfTheLine(base);
        return view(new SequentialBijection(bijection, new Temperature(temperature)), base);
    }

    private static void requireNoiseOfTheLine(Block base) {
        if (base instanceof UniformBox || base instanceof VonMises || base instanceof AnyOrder) {
            throw new UnsupportedOperationException(
                    "NormalizingFlow: expected a base whose noise can be scaled, got "
                            + name(base));
        }
        if (base instanceof Product) {
            base.getChildren().values().forEach(NormalizingFlow::requireNoiseOfTheLine);
        }
    }

    /**
     * Returns this flow with noise no entry of which is further out than a bound: samples without
     * what is rare. Density and samples of the result belong together, so that what such noise does
     * not reach has the log-density \(-\infty\).
     *
     * @param bound the bound, positive, in deviations of the noise; in units of a temperature where
     *     this flow has one
     * @return a flow on the same parameters
     * @throws IllegalArgumentException if the bound is not positive and finite
     * @throws UnsupportedOperationException if the base is not the standard normal distribution
     */
    public NormalizingFlow withTruncation(double bound) {
        if (!(base instanceof StandardNormal)) {
            throw new UnsupportedOperationException(
                    "NormalizingFlow: expected a StandardNormal base to be truncated, got "
                            + base.getClass().getSimpleName());
        }
        return view(bijection, new TruncatedNormal(bound));
    }

    /**
     * Returns this flow with other steps of its bijection, on the same parameters: guided ones, for
     * example.
     *
     * @param change returns for each step what takes its place, itself or a view of it
     * @return a flow on the same parameters
     * @throws IllegalArgumentException if this flow is initialised and a step is new
     */
    public NormalizingFlow withSteps(UnaryOperator<Bijection> change) {
        Bijection changed =
                new SequentialBijection(bijection.getSteps().stream().map(change).toList());
        boolean fresh = changed.getSteps().stream().anyMatch(step -> !step.isInitialized());
        if (inputShapes != null && fresh) {
            throw new IllegalArgumentException(
                    "NormalizingFlow: expected steps on the parameters of this flow, got new ones");
        }
        return view(changed, base);
    }

    private NormalizingFlow view(Bijection ofView, Distribution baseOfView) {
        NormalizingFlow flow = new NormalizingFlow(ofView, baseOfView, embedding);
        if (inputShapes != null) {
            // Finds all parameters initialised, so that the manager receives none.
            Device device =
                    getParameters().values().stream()
                            .map(parameter -> parameter.getArray().getDevice())
                            .findFirst()
                            .orElse(null);
            try (NDManager none = NDManager.newBaseManager(device, "PyTorch")) {
                flow.initialize(none, getDataType(), inputShapes);
            }
        }
        return flow;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Its {@code forward} and {@code inverse} go between data and the noise of the base.
     */
    @Override
    protected Optional<Kernel> source(boolean training) {
        Optional<Kernel> f = bijection.kernel(training);
        Optional<Kernel> p = base.kernel(training);
        Optional<Kernel> network = embedding.flatMap(e -> Scripted.kernelOf(e, training));
        if (f.isEmpty() || p.isEmpty() || embedding.isPresent() != network.isPresent()) {
            return Optional.empty();
        }
        Kernel embed =
                network.map(k -> kernel("embedding").calling("network", Autograd.ofNetwork(k)))
                        .orElseGet(() -> kernel("no_embedding"));
        return Optional.of(
                kernel("flow")
                        .calling("bijection", Autograd.ofBijection(f.get()))
                        .calling("base", Autograd.ofDistribution(p.get()))
                        .calling("embedding", embed));
    }

    private static Kernel kernel(String name) {
        return Kernel.of(NormalizingFlow.class, name);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList logProbInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList context = embed(store, inputs.subNDList(1), training);
        NDList z = bijection.forward(store, with(inputs.get(0), context), training);
        NDArray logProb = base.forward(store, with(z.get(0), context), training).get(0);
        return new NDList(logProb.add(z.get(1)));
    }

    /** {@inheritDoc} */
    @Override
    protected NDList sampleInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList context = embed(store, inputs.subNDList(1), training);
        NDList z = base.sample(store, with(inputs.get(0), context), training);
        NDList x = bijection.inverse(store, with(z.get(0), context), training);
        return new NDList(x.get(0), z.get(1).sub(x.get(1)));
    }

    /** {@inheritDoc} */
    @Override
    public OptionalLong getUniforms() {
        return base.getUniforms();
    }

    /** {@inheritDoc} */
    @Override
    public NDList sampleWithLogProb(NDManager manager, long n) {
        if (n <= 0) {
            return super.sampleWithLogProb(manager, n);
        }
        checkRequest(manager, n, new NDList());
        try (NDManager scratch = manager.newSubManager()) {
            return samples(manager, base.sampleWithLogProb(scratch, n), new NDList());
        }
    }

    /** {@inheritDoc} */
    @Override
    public NDList sampleWithLogProb(NDArray context) {
        checkRequest(context.getManager(), context.getShape().get(0), new NDList(context));
        try (NDManager scratch = context.getManager().newSubManager()) {
            NDArray c = context.toType(context.getDataType(), true);
            c.attach(scratch);
            NDArray e = embed(c);
            return samples(context.getManager(), base.sampleWithLogProb(e), new NDList(e));
        }
    }

    /**
     * The noise was drawn in order, so that chunks of it can become data at the same time, and
     * while other threads draw.
     */
    private NDList samples(NDManager manager, NDList noise, NDList context) {
        NDList x =
                Chunks.map(
                        with(noise.get(0), context),
                        getEventShape(),
                        true,
                        (store, rows) -> bijection.inverse(store, rows, false));
        NDList samples = new NDList(x.get(0), noise.get(1).sub(x.get(1)));
        samples.attach(manager);
        return samples;
    }

    /**
     * Evaluates the density step by step, as outside of training, and names the first step at which
     * a value is not finite.
     *
     * @param inputs x and optionally the context
     * @return the step and the row, or empty if all values are finite
     */
    public Optional<String> locateNonFinite(NDList inputs) {
        try (NDManager scratch = inputs.get(0).getManager().newSubManager();
                NoGrad noGrad = NoGrad.open()) {
            ParameterStore store = new ParameterStore(scratch, false);
            NDList in = new NDList();
            inputs.forEach(array -> in.add(array.duplicate()));
            in.attach(scratch);
            return locateNonFinite(store, in);
        }
    }

    private Optional<String> locateNonFinite(ParameterStore store, NDList inputs) {
        Optional<String> found = findRow("input", inputs.subNDList(0, 1));
        NDList context = inputs.subNDList(1);
        found = found.or(() -> findRow("context", context));
        if (found.isPresent()) {
            return found;
        }
        NDList embedded = embed(store, context, false);
        if (embedding.isPresent()) {
            found = findRow("embedding of the context", embedded);
        }
        NDArray x = inputs.get(0);
        List<Bijection> steps = bijection.getSteps();
        for (int i = 0; i < steps.size() && found.isEmpty(); i++) {
            NDList out = steps.get(i).forward(store, with(x, embedded), false);
            found = findRow("layer " + (i + 1) + ", " + name(steps.get(i)), out);
            x = out.get(0);
        }
        if (found.isPresent()) {
            return found;
        }
        NDList logProb = base.forward(store, with(x, embedded), false);
        return findRow("base, " + name(base), logProb);
    }

    private static String name(Block block) {
        return block.getClass().getSimpleName();
    }

    private static Optional<String> findRow(String what, NDList arrays) {
        for (NDArray array : arrays) {
            Number[] values = array.toArray();
            for (int i = 0; i < values.length; i++) {
                if (!Double.isFinite(values[i].doubleValue())) {
                    long row = i / (array.size() / array.getShape().get(0));
                    return Optional.of(what + ", row " + row + " of the batch");
                }
            }
        }
        return Optional.empty();
    }

    private NDList embed(ParameterStore store, NDList context, boolean training) {
        return embedding.map(e -> e.forward(store, context, training)).orElse(context);
    }

    private static NDList with(NDArray array, NDList context) {
        return new NDList(array).addAll(context);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape[] inner = shapes.clone();
        if (embedding.isPresent()) {
            if (shapes.length < 2) {
                throw new IllegalArgumentException(
                        "NormalizingFlow: expected shapes of x and context for the embedding,"
                                + " got that of x alone");
            }
            embedding.get().initialize(manager, type, shapes[1]);
            inner[1] = embedding.get().getOutputShapes(new Shape[] {shapes[1]})[0];
        }
        bijection.initialize(manager, type, inner);
        inner[0] = bijection.getOutputShapes(inner)[0];
        base.initialize(manager, type, inner);
    }

    /** The flow from noise to data. */
    private final class Generator extends KernelBlock {

        Generator() {
            super("generate");
            addChildBlock("flow", NormalizingFlow.this);
            adopt(NormalizingFlow.this);
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            return NormalizingFlow.this.kernel(training);
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            Shape noise = base.getEventShape();
            return run("generate", noise, isRandom(this), store, inputs, training);
        }

        @Override
        protected NDList inParts(
                String function, ParameterStore store, NDList inputs, boolean training) {
            NDList context = embed(store, inputs.subNDList(1), training);
            NDList z = with(inputs.get(0), context);
            NDList x = bijection.inverse(store, z, training);
            NDArray logProb = base.forward(store, z, training).get(0);
            return new NDList(x.get(0), logProb.sub(x.get(1)));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            long batch = inputShapes[0].get(0);
            Shape x = new Shape(batch).addAll(NormalizingFlow.this.getEventShape());
            return new Shape[] {x, new Shape(batch)};
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            NormalizingFlow.this.initialize(manager, type, shapes);
        }
    }
}
