package org.djlflows.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Standardize;
import org.djlflows.nn.Standardizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A flow with its configuration, as a model folder holds it: {@code config.json}, {@code
 * model.safetensors} and {@code serving.properties}, with which DJL's {@code Criteria} loads it.
 *
 * @param config the configuration
 * @param flow the flow, initialised
 */
public record FlowModel(FlowConfig config, NormalizingFlow flow) {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String SERVING = "serving.properties";

    /** Writes further files into a new model folder. */
    @FunctionalInterface
    public interface Addition {

        /**
         * Writes the files.
         *
         * @param folder the folder
         * @throws IOException if a file cannot be written
         */
        void write(Path folder) throws IOException;
    }

    /**
     * Makes a flow with fresh weights in float32, which standardises by the statistics of data.
     *
     * @param config the configuration
     * @param rows the training rows: x and, if the configuration has one, the context
     * @param manager the manager that receives the weights
     * @return the model, ready to be trained
     * @throws IllegalArgumentException if the rows do not fit the configuration, or a column is
     *     constant or not finite
     */
    public static FlowModel create(FlowConfig config, NDList rows, NDManager manager) {
        Standardize standardize = new Standardize();
        Standardizer standardizer = new Standardizer();
        NormalizingFlow flow = newFlow(config, standardize, standardizer, manager);
        standardize.fit(rows.get(0));
        if (!config.contextColumns().isEmpty()) {
            standardizer.fit(rows.get(1));
        }
        return new FlowModel(config, flow);
    }

    private static NormalizingFlow newFlow(
            FlowConfig config,
            Standardize standardize,
            Standardizer standardizer,
            NDManager manager) {
        NormalizingFlow flow = config.newFlow(standardize, standardizer);
        Shape x = new Shape(1, config.columns().size());
        Shape context = new Shape(1, config.contextColumns().size());
        flow.initialize(
                manager,
                DataType.FLOAT32,
                config.contextColumns().isEmpty() ? new Shape[] {x} : new Shape[] {x, context});
        return flow;
    }

    /**
     * Loads a model folder.
     *
     * @param folder the folder
     * @param manager the manager that receives the weights
     * @return the model
     * @throws IOException if the folder is missing, incomplete or corrupt, or if its configuration
     *     and its weights disagree; the message names the file and what is wrong
     */
    public static FlowModel load(Path folder, NDManager manager) throws IOException {
        recover(folder);
        if (!isModelFolder(folder)) {
            throw new IOException(
                    folder + ": expected a model folder with " + CONFIG + ", found none");
        }
        try {
            FlowConfig config = FlowConfig.fromJson(Files.readString(folder.resolve(CONFIG)));
            NormalizingFlow flow = newFlow(config, new Standardize(), new Standardizer(), manager);
            try (NDManager scratch = manager.newSubManager()) {
                Weights.restore(flow, Weights.read(folder.resolve(WEIGHTS), scratch));
            }
            return new FlowModel(config, flow);
        } catch (IllegalArgumentException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        }
    }

    /**
     * Saves this model. A folder of an earlier model is replaced as a whole: whoever looks, also
     * after the process was killed, finds the old model or the new one.
     *
     * @param folder the folder, which is new, empty or a model folder
     * @param addition what else to write into the folder
     * @throws IOException if the folder cannot be written, or holds something else
     */
    public void save(Path folder, Addition addition) throws IOException {
        requireReplaceable(folder);
        Path aside = sibling(folder, ".new");
        Path old = sibling(folder, ".old");
        delete(aside);
        Files.createDirectories(aside);
        Files.writeString(aside.resolve(CONFIG), config.toJson() + "\n");
        Files.writeString(aside.resolve(SERVING), SERVING_PROPERTIES);
        try (NDManager scratch = NDManager.newBaseManager()) {
            Weights.write(Weights.copy(flow, scratch), aside.resolve(WEIGHTS));
        }
        addition.write(aside);
        if (Files.exists(folder)) {
            delete(old);
            Files.move(folder, old);
        }
        Files.move(aside, folder);
        delete(old);
    }

    /**
     * Checks that a model may be saved to a folder, and brings back the earlier model if a process
     * was killed between the moves that replace it.
     *
     * @param folder the folder
     * @throws IOException if it exists and is neither empty nor a model folder
     */
    public static void requireReplaceable(Path folder) throws IOException {
        recover(folder);
        if (Files.exists(folder) && !isModelFolder(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                if (files.findAny().isPresent()) {
                    throw new IOException(
                            folder
                                    + ": expected a new or empty folder or an earlier model, got"
                                    + " a folder with other files; it stays as it is");
                }
            }
        }
    }

    private static final String SERVING_PROPERTIES =
            String.join(
                    "\n",
                    List.of(
                            "engine=PyTorch",
                            "blockFactory=" + FlowBlockFactory.class.getName(),
                            "option.hasParameter=false",
                            ""));

    private static boolean isModelFolder(Path folder) {
        return Files.isRegularFile(folder.resolve(CONFIG));
    }

    private static void recover(Path folder) throws IOException {
        Path old = sibling(folder, ".old");
        if (!Files.exists(folder) && Files.exists(old)) {
            Files.move(old, folder);
        }
    }

    private static Path sibling(Path folder, String ending) {
        Path absolute = folder.toAbsolutePath().normalize();
        return absolute.resolveSibling("." + absolute.getFileName() + ending);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
