package org.djlflows.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.anomaly.AnomalyScore;
import org.djlflows.anomaly.Neighbours;
import org.djlflows.anomaly.RowScore;
import org.djlflows.bijection.Regression;
import org.djlflows.bijection.Standardize;
import org.djlflows.distribution.AnyOrder;
import org.djlflows.distribution.FlowMatching;
import org.djlflows.distribution.RandomOrder;
import org.djlflows.files.WholeFile;
import org.djlflows.format.Calibration;
import org.djlflows.format.Checksums;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelFolder;
import org.djlflows.format.ModelReader;
import org.djlflows.format.Preparation;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.NoGrad;
import org.djlflows.nn.StandardScaler;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.spec.Domain;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.TrainedBy;
import org.djlflows.spec.Transform;
import org.djlflows.spec.VectorFlow;
import org.djlflows.table.ColumnStatistics;
import org.djlflows.tensors.SavedArray;
import org.djlflows.training.RandomAccessRows;
import org.djlflows.weights.Weights;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A flow with its configuration, as a model folder holds it: {@code config.json}, {@code
 * model.safetensors} and {@code serving.properties}, with which DJL's {@code Criteria} loads it.
 *
 * @param config the configuration
 * @param flow the flow, initialised
 * @param anomalies by which score rows compare; absent for images, and where {@link #comparingRows}
 *     was not called
 */
public record FlowModel(FlowConfig config, NormalizingFlow flow, Optional<AnomalyScore> anomalies) {

    /** With fewer float32 numbers in a deviation, a column is one of few values. */
    static final int FEWEST_STEPS = 100;

    /** How many times the numbers of its file a flow may allocate before that counts as damaged. */
    private static final int SLACK = 4;

    /** Layers that fit themselves see more rows than a step of training has. */
    private static final int FIRST_BATCH = 1 << 13;

    private static final String SERVING_PROPERTIES =
            String.join(
                    "\n",
                    List.of(
                            "engine=PyTorch",
                            "blockFactory=" + FlowBlockFactory.class.getName(),
                            // By its name: the package of the translator depends on this one.
                            "translatorFactory=org.djlflows.translate.FlowTranslatorFactory",
                            "option.hasParameter=false",
                            ""));

    private static final Logger LOGGER = LoggerFactory.getLogger(FlowModel.class);

    /**
     * Creates a model without a score by which rows compare.
     *
     * @param config the configuration
     * @param flow the flow, initialised
     */
    public FlowModel(FlowConfig config, NormalizingFlow flow) {
        this(config, flow, Optional.empty());
    }

    /**
     * Returns this model with another configuration of the same flow.
     *
     * @param other the configuration
     * @return a model of the same flow
     */
    public FlowModel withConfig(FlowConfig other) {
        return new FlowModel(other, flow, anomalies);
    }

    /** Writes further files into the folder {@code report} of a new model folder. */
    @FunctionalInterface
    public interface Addition {

        /**
         * Writes the files.
         *
         * @param report the folder, which does not exist yet
         * @throws IOException if a file cannot be written
         */
        void write(Path report) throws IOException;
    }

    /**
     * Makes a flow with fresh weights in float32, which over a table standardises by the statistics
     * of data, and whose layers that fit themselves are fitted to the same rows.
     *
     * @param config the configuration
     * @param rows the training rows: x and, if the configuration has one, the context; of images
     *     they are not looked at
     * @param manager the manager that receives the weights
     * @return the model, ready to be trained
     * @throws IllegalArgumentException if the rows do not fit the configuration, or a column is not
     *     finite, constant, or varies by less than float32 can tell apart
     */
    public static FlowModel create(FlowConfig config, NDList rows, NDManager manager) {
        if (config.columns().isEmpty()) {
            NormalizingFlow flow = Flows.of(config);
            initialize(flow, config, manager);
            return new FlowModel(config, flow);
        }
        Preparation preparation = config.preparation();
        if (config.flow() instanceof TableFlow) {
            NormalizingFlow flow = Flows.of(config);
            initialize(flow, config, manager);
            ((AnyOrder) flow.getBase()).fit(rows);
            return new FlowModel(config, flow);
        }
        if (preparation.regression()
                || !preparation.constants().isEmpty()
                || !preparation.domains().isEmpty()) {
            throw new IllegalArgumentException(
                    "FlowModel: expected a table whose columns all vary on the line and no"
                            + " regression, got "
                            + preparation
                            + "; begin with a SplitTable");
        }
        List<ColumnStatistics> statistics =
                new ArrayList<>(statistics(config.columns(), rows.get(0)));
        if (!config.contextColumns().isEmpty()) {
            statistics.addAll(statistics(config.contextColumns(), rows.get(1)));
        }
        FlowModel model =
                create(
                        config,
                        statistics.stream().mapToDouble(ColumnStatistics::center).toArray(),
                        statistics.stream().mapToDouble(ColumnStatistics::deviation).toArray(),
                        manager);
        if (model.fitsLayers()) {
            model.fitLayers(rows);
        }
        return model;
    }

    /** Flows compute in float32, in which a column can be constant that was none as it came. */
    private static List<ColumnStatistics> statistics(List<String> columns, NDArray rows) {
        int width = columns.size();
        if (!rows.getShape().slice(1).equals(new Shape(width))) {
            throw new IllegalArgumentException(
                    "FlowModel: expected rows of " + columns + ", got shape " + rows.getShape());
        }
        float[] values = rows.toFloatArray();
        List<ColumnStatistics> statistics = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            double[] column = new double[values.length / width];
            for (int i = 0; i < column.length; i++) {
                column[i] = values[i * width + j];
                if (!Double.isFinite(column[i])) {
                    throw new IllegalArgumentException(
                            "FlowModel: expected finite values, got "
                                    + column[i]
                                    + " in row "
                                    + i
                                    + " of \""
                                    + columns.get(j)
                                    + "\"");
                }
            }
            ColumnStatistics found = ColumnStatistics.of(column);
            if (found.isConstant()) {
                throw new IllegalArgumentException(
                        String.format(
                                "FlowModel: expected columns that vary among the training rows,"
                                        + " got \"%s\", always %s, which has no density; leave it"
                                        + " out, or begin with a SplitTable",
                                columns.get(j), found.center()));
            }
            if (found.deviation() < FEWEST_STEPS * Math.ulp((float) found.center())) {
                throw new IllegalArgumentException(
                        String.format(
                                "FlowModel: expected values that float32 can tell apart, got a"
                                        + " deviation of %s around %s in \"%s\"; subtract an offset"
                                        + " first, or begin with a SplitTable",
                                found.deviation(), found.center(), columns.get(j)));
            }
            statistics.add(found);
        }
        return statistics;
    }

    /**
     * Makes a flow over a table with fresh weights in float32, which standardises by given
     * statistics: for weights that were trained elsewhere. Means 0 and deviations 1 leave the data
     * as they are.
     *
     * @param config the configuration
     * @param means the mean of each column that varies, then of each of the context; of columns
     *     with a domain other than the line, that of {@link Domain#unbounded}; those of circles are
     *     not looked at
     * @param deviations the standard deviation of each of them
     * @param manager the manager that receives the weights
     * @return the model
     * @throws IllegalArgumentException if there are no columns, or not as many means and
     *     deviations; if one is not finite, or a deviation not positive
     */
    public static FlowModel create(
            FlowConfig config, double[] means, double[] deviations, NDManager manager) {
        int columns = config.columns().isEmpty() ? 0 : config.features();
        int all = columns + config.context();
        if (columns == 0 || means.length != all || deviations.length != all) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowModel: expected columns with a mean and a deviation of each, got"
                                    + " %d columns with %d and %d",
                            all, means.length, deviations.length));
        }
        NormalizingFlow flow = Flows.of(config);
        initialize(flow, config, manager);
        Standardize standardize =
                flow.getBijection().getSteps().stream()
                        .filter(Standardize.class::isInstance)
                        .map(Standardize.class::cast)
                        .findFirst()
                        .orElseThrow();
        double[] centers = Arrays.copyOf(means, columns);
        double[] scales = Arrays.copyOf(deviations, columns);
        List<Domain> domains = Flows.domains(config);
        for (int j = 0; j < columns; j++) {
            // A circle is no wider in one table than in another.
            if (domains.get(j) instanceof Domain.Circle circle) {
                centers[j] = 0;
                scales[j] = circle.radius();
            }
        }
        standardize.set(centers, scales);
        if (all > columns) {
            ((StandardScaler) flow.getEmbedding().orElseThrow())
                    .set(
                            Arrays.copyOfRange(means, columns, all),
                            Arrays.copyOfRange(deviations, columns, all));
        }
        return new FlowModel(config, flow);
    }

    /**
     * Copies the flow with weights in float64, in which what formulas say is far above rounding.
     *
     * @param manager the manager that receives the weights
     * @return a flow of the same weights
     */
    public NormalizingFlow inDoublePrecision(NDManager manager) {
        NormalizingFlow wide = Flows.of(config);
        initialize(wide, config, DataType.FLOAT64, manager);
        try (NDManager scratch = manager.newSubManager()) {
            NDList weights = new NDList();
            for (NDArray array : Weights.copy(flow, scratch)) {
                boolean narrow = array.getDataType() == DataType.FLOAT32;
                NDArray copy = narrow ? array.toType(DataType.FLOAT64, false) : array;
                copy.setName(array.getName());
                weights.add(copy);
            }
            Weights.restore(wide, weights);
        }
        return wide;
    }

    /**
     * Returns what is trained on rows of data: the flow; of a {@code TableFlow} what estimates its
     * log-density in one pass; or the {@link FlowMatching} of a continuous flow that asks for it.
     *
     * @return a block on the parameters of the flow
     */
    public Block objective() {
        if (flow.getBase() instanceof AnyOrder density) {
            return new RandomOrder(density);
        }
        boolean matched =
                config.flow() instanceof VectorFlow vectors
                        && vectors.transform() instanceof Transform.ContinuousFlow continuous
                        && continuous.trainedBy() == TrainedBy.FLOW_MATCHING;
        return matched ? FlowMatching.of(flow) : flow;
    }

    /**
     * Ends training by what rows say that were not trained on: {@link AnyOrder#tune} of a {@code
     * TableFlow}, nothing of other flows.
     *
     * @param heldOut the rows by which the weights of an epoch were chosen
     * @return this
     */
    public FlowModel tunedOn(NDList heldOut) {
        if (flow.getBase() instanceof AnyOrder density) {
            density.tune(heldOut);
        }
        return this;
    }

    /** Tells whether there is something that {@link #fitLayers} would fit. */
    boolean fitsLayers() {
        return config.preparation().regression() || !KernelBlock.isFitted(flow);
    }

    /**
     * Fits what is fitted to rows before training: the regression on the context, then the layers
     * that would fit themselves to the first batch, which are better off with more rows.
     */
    void fitLayers(NDList rows) {
        try (NDManager scratch = rows.get(0).getManager().newSubManager()) {
            if (config.preparation().regression()) {
                fitRegression(rows, scratch);
            }
            KernelBlock.fit(flow, RandomAccessRows.of(rows).spread(scratch, FIRST_BATCH));
        }
    }

    private void fitRegression(NDList rows, NDManager scratch) {
        try (NoGrad noGrad = NoGrad.open()) {
            NDArray c = flow.embed(rows.get(1));
            c.attach(scratch);
            ParameterStore store = new ParameterStore(scratch, false);
            NDArray x = rows.get(0);
            for (Bijection step : flow.getBijection().getSteps()) {
                if (step instanceof Regression regression) {
                    regression.fit(x, c);
                    return;
                }
                NDList out = step.forward(store, new NDList(x, c), false);
                out.attach(scratch);
                x = out.get(0);
            }
        }
    }

    private static void initialize(NormalizingFlow flow, FlowConfig config, NDManager manager) {
        initialize(flow, config, DataType.FLOAT32, manager);
    }

    private static void initialize(
            NormalizingFlow flow, FlowConfig config, DataType type, NDManager manager) {
        Shape x = new Shape(1).addAll(event(config));
        Shape context = new Shape(1, config.context());
        flow.initialize(
                manager, type, config.context() == 0 ? new Shape[] {x} : new Shape[] {x, context});
    }

    /**
     * Returns the shape of one event of a flow.
     *
     * @param config the configuration of the flow
     * @return (features) of columns that vary, or (channels, height, width)
     */
    public static Shape event(FlowConfig config) {
        return config.images()
                .map(images -> new Shape(images.channels(), images.height(), images.width()))
                .orElseGet(() -> new Shape(config.features()));
    }

    /**
     * Returns this model with what rows say of it that it was not trained on: the calibration from
     * which {@link FlowConfig#percentile} tells how unusual a row is, and the metric {@code
     * testNll}, the mean negative log-density in nats of those rows that have a finite one.
     *
     * @param heldOut the rows x and, if the configuration has one, their context
     * @return a model of the same flow; one without percentiles and with an infinite {@code
     *     testNll} where no log-density is finite
     */
    public FlowModel measuredOn(NDList heldOut) {
        double[] scores = score(heldOut);
        double mean =
                Arrays.stream(scores)
                        .filter(Double::isFinite)
                        .average()
                        .orElse(Double.NEGATIVE_INFINITY);
        Map<String, Double> metrics = new HashMap<>(config.metrics());
        metrics.put("testNll", -mean);
        return withConfig(config.withMetrics(metrics).withCalibration(Calibration.of(scores)));
    }

    /**
     * Returns this model with a score by which rows compare, see {@link AnomalyScore}.
     *
     * @param training rows of training; of more than 16,384 every second, third and so on is looked
     *     at
     * @param validation the rows by which the weights of an epoch were chosen
     * @param heldOut rows that had no part in the model, from which p-values come
     * @return a model of the same flow; one without such a score of images, or where there are no
     *     rows of one of the three
     */
    public FlowModel comparingRows(RandomAccessRows training, NDList validation, NDList heldOut) {
        if (config.columns().isEmpty()
                || training.size() == 0
                || isEmpty(validation)
                || isEmpty(heldOut)) {
            return this;
        }
        try (NDManager scratch = validation.get(0).getManager().newSubManager()) {
            AnomalyScore score =
                    AnomalyScore.fit(
                            new RowEncoding(config).levels(),
                            config.features(),
                            cells(training.spread(scratch, Neighbours.MOST)),
                            new AnomalyScore.Rows(cells(validation), score(validation)),
                            new AnomalyScore.Rows(cells(heldOut), score(heldOut)));
            return new FlowModel(config, flow, Optional.of(score));
        }
    }

    /** The cells of x and of the context of each row, one row after the other. */
    static float[] cells(NDList rows) {
        int n = Math.toIntExact(rows.get(0).getShape().get(0));
        int width = Math.toIntExact(rows.stream().mapToLong(a -> a.getShape().get(1)).sum());
        float[] cells = new float[n * width];
        int first = 0;
        for (NDArray array : rows) {
            int own = Math.toIntExact(array.getShape().get(1));
            float[] values = array.toFloatArray();
            for (int i = 0; i < n; i++) {
                System.arraycopy(values, i * own, cells, i * width + first, own);
            }
            first += own;
        }
        return cells;
    }

    private static boolean isEmpty(NDList rows) {
        return rows.get(0).getShape().get(0) == 0;
    }

    /**
     * Says how odd rows are.
     *
     * @param rows the rows x and, if the configuration has one, their context
     * @return for each row its log-density and, where the model compares rows, its score
     * @throws IllegalArgumentException if the rows do not fit the configuration
     */
    public List<RowScore> rowScores(NDList rows) {
        return rowScores(score(rows), () -> cells(rows));
    }

    /**
     * Says how odd rows of a table are.
     *
     * @param rows the rows, as {@link #score(double[][])} takes them
     * @return for each row its log-density and, where the model compares rows, its score
     * @throws IllegalArgumentException as {@link #score(double[][])} does
     */
    public List<RowScore> rowScores(double[][] rows) {
        return RowScorer.live(this).rowScores(rows);
    }

    /** Says how odd rows are of which the log-densities are known. */
    List<RowScore> rowScores(double[] logDensities, Supplier<float[]> cells) {
        return RowScore.all(logDensities, anomalies, cells, config::percentile);
    }

    /** For arrays of one call, where the weights are. */
    NDManager newScratch() {
        return flow.getParameters().valueAt(0).getArray().getManager().newSubManager();
    }

    /**
     * Returns the log-density of rows, in nats in the units of the columns: minus infinity for rows
     * so far away that a layer overflows.
     *
     * @param rows the rows x, finite, and if the configuration has one, their context
     * @return the log-density of each row, never NaN
     * @throws IllegalArgumentException if the rows do not fit the configuration
     */
    public double[] score(NDList rows) {
        try (NDArray logProb =
                rows.size() > 1
                        ? flow.logProb(rows.get(0), rows.get(1))
                        : flow.logProb(rows.get(0))) {
            // Weights and rows are finite, so only an overflow makes NaN: infinity less infinity.
            return Arrays.stream(logProb.toArray())
                    .mapToDouble(Number::doubleValue)
                    .map(value -> Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value)
                    .toArray();
        }
    }

    /**
     * Returns the log-density of rows of a table, in nats in the units of the columns: minus
     * infinity for rows in which a constant column that is modelled has another value (one that is
     * given does not count) or one lies outside its domain, and for rows so far away that a layer
     * overflows.
     *
     * <p>PyTorch computes it, by the weights that there are at the moment; a {@link RowScorer} is
     * faster, for a model that is not trained any further.
     *
     * @param rows the rows, each with the columns that are modelled, then those that are given
     * @return the log-density of each row, never NaN
     * @throws IllegalArgumentException if this is a model of images, a row is of another width, or
     *     a value is not finite in float32
     */
    public double[] score(double[][] rows) {
        return RowScorer.live(this).score(rows);
    }

    /**
     * Loads a model folder. Of {@code serving.properties} and the report nothing is read.
     *
     * @param folder the folder
     * @param manager the manager that receives the weights; nothing of a model that is refused
     *     stays with it
     * @return the model
     * @throws IOException if the folder is missing, incomplete or corrupt, if its configuration and
     *     its weights disagree in a name, shape or type, if a weight is not finite, if a checksum
     *     tells that one of the two was changed since it was saved (older folders have none and
     *     load with a warning to the log), or if each of ten times another model took the place of
     *     this one meanwhile; the message names the file, what was expected and what came
     */
    public static FlowModel load(Path folder, NDManager manager) throws IOException {
        return ModelReader.read(folder, reader -> read(reader, folder, manager));
    }

    private static FlowModel read(ModelReader reader, Path folder, NDManager manager)
            throws IOException {
        FlowConfig config = reader.config();
        NDManager own = manager.newSubManager();
        try (NDManager scratch = manager.newSubManager()) {
            NDList weights = new NDList();
            List<SavedArray> ofScore = new ArrayList<>();
            reader.weights(
                    (name, tensor) -> {
                        if (name.startsWith(AnomalyScore.PREFIX)) {
                            ofScore.add(SavedArray.of(name, tensor));
                        } else {
                            weights.add(Weights.asStored(name, tensor, scratch));
                        }
                    });
            NormalizingFlow flow = newFlow(config, weights, own);
            Optional<AnomalyScore> anomalies =
                    ofScore.isEmpty()
                            ? Optional.empty()
                            : Optional.of(
                                    AnomalyScore.restored(
                                            new RowEncoding(config).levels(), ofScore));
            if (!reader.requireAsSaved()) {
                LOGGER.warn(
                        "{} has no checksums, so that damage can go unnoticed; a model that is saved"
                                + " again gets them",
                        folder.resolve(ModelFolder.CONFIG));
            }
            return new FlowModel(config, flow, anomalies);
        } catch (IOException | RuntimeException | Error e) {
            own.close();
            throw e;
        }
    }

    private static NormalizingFlow newFlow(FlowConfig config, NDList weights, NDManager manager) {
        NormalizingFlow flow = Flows.of(config);
        long numbers = weights.stream().mapToLong(NDArray::size).sum();
        try {
            // Initializers make an array or two more than they return.
            initialize(flow, config, Budget.of(manager, SLACK * numbers));
        } catch (IllegalArgumentException e) {
            // What is missing among the parameters until then says more.
            Weights.requireNames(flow, weights);
            throw e;
        }
        Weights.restore(flow, weights);
        Weights.requireFinite(weights);
        return flow;
    }

    /**
     * Saves this model. An earlier model in the folder is replaced: whoever {@link #load loads} it,
     * also after the process was killed, finds the old model or the new one, which is on the disk
     * before that. All is written within the folder, which can be a symbolic link or a mount point.
     *
     * <p>A save that fails leaves the earlier model, unless the new one was whole and only could
     * not take its place, which the message says. That one, and what a process leaves that is
     * killed while it saves, lies in a hidden folder in the model folder, which the next save
     * removes or, where it is a whole model, moves to its place; until then it is loaded from
     * there.
     *
     * <p>One save or run at a time writes to a folder. A run that has {@link ModelFolder#reserve
     * reserved} it saves by {@link #save(ModelFolder, Addition)}.
     *
     * @param folder the folder, which is new, empty or a model folder
     * @param addition what to write into the folder {@code report}
     * @throws IOException if the folder cannot be written, holds something else, or is reserved
     * @throws IllegalStateException if a weight is not finite
     */
    public void save(Path folder, Addition addition) throws IOException {
        try (ModelFolder reserved = ModelFolder.reserve(folder)) {
            save(reserved, addition);
        }
    }

    /**
     * Saves this model as {@link #save(Path, Addition)} does, to a folder that is reserved.
     *
     * @param reserved the folder
     * @param addition what to write into the folder {@code report}
     * @throws IOException if the folder cannot be written, or holds something else
     * @throws IllegalStateException if a weight is not finite
     */
    public void save(ModelFolder reserved, Addition addition) throws IOException {
        reserved.save(folder -> write(folder, addition));
    }

    private void write(Path folder, Addition addition) throws IOException {
        writeText(folder.resolve(ModelFolder.SERVING), SERVING_PROPERTIES);
        try (NDManager scratch = NDManager.newBaseManager(null, "PyTorch")) {
            NDList weights = Weights.copy(flow, scratch);
            try {
                Weights.requireFinite(weights);
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException(
                        "FlowModel: nothing is saved. " + e.getMessage(), e);
            }
            for (SavedArray saved : anomalies.map(AnomalyScore::arrays).orElse(List.of())) {
                NDArray array = scratch.create(saved.values(), new Shape(saved.shape()));
                array.setName(saved.name());
                weights.add(array);
            }
            Weights.write(weights, folder.resolve(ModelFolder.WEIGHTS));
        }
        String checksum = Checksums.of(folder.resolve(ModelFolder.WEIGHTS));
        writeText(
                folder.resolve(ModelFolder.CONFIG),
                Checksums.withChecksums(config.toJson(), checksum) + "\n");
        addition.write(folder.resolve(ModelFolder.REPORT));
    }

    private static void writeText(Path file, String text) throws IOException {
        WholeFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes this model as one TorchScript file, for programs without this library; its attribute
     * {@code config} is the configuration as JSON.
     *
     * @param file the file, such as {@code flow.pt}
     * @throws IOException if the file cannot be written
     * @see TorchScriptExport
     */
    public void exportTorchScript(Path file) throws IOException {
        TorchScriptExport.write(flow, config.toJson(), file);
    }
}
