package org.djlflows.format;

import org.djlflows.files.Excerpt;
import org.djlflows.files.InputFile;
import org.djlflows.tensors.TensorFile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A model folder while it is read, whatever is made of its weights: one model whole, also where
 * others take its place meanwhile. Of {@code serving.properties} and the report nothing is read.
 *
 * <pre>{@code
 * ModelReader.read(
 *         folder,
 *         reader -> {
 *             Map<String, float[]> weights = new HashMap<>();
 *             reader.weights((name, tensor) -> weights.put(name, values(tensor)));
 *             Model model = new Model(reader.config(), weights);
 *             reader.requireAsSaved();
 *             return model;
 *         });
 * }</pre>
 */
public final class ModelReader {

    /** Enough for ten thousand columns of long names. */
    private static final int LARGEST_CONFIG = 4 << 20;

    /** The most letters of a message of all that disagrees. */
    private static final int LONGEST = 1800;

    /** How often a model is read that others replace meanwhile. */
    private static final int MOST_READS = 10;

    private final Path folder;
    private final Path configFile;
    private final String text;
    private final FlowConfig config;
    private final Path weightsFile;
    private String checksum = "";

    private ModelReader(Path folder) throws IOException {
        this.folder = folder;
        text = readConfig(folder);
        configFile = folder.resolve(ModelFolder.CONFIG);
        config = parse(text, configFile);
        weightsFile = ModelFolder.find(folder, ModelFolder.WEIGHTS);
    }

    /**
     * Makes a model of what a folder holds.
     *
     * @param <T> what is made
     */
    @FunctionalInterface
    public interface Maker<T> {

        /**
         * Makes a model. This is called again where another model took the place of the first.
         *
         * @param reader what reads the folder, {@link ModelReader#requireAsSaved} last
         * @return the model
         * @throws IOException if the reader throws it; then nothing may be left of the model
         * @throws IllegalArgumentException if weights and configuration disagree; the file is named
         *     by {@link ModelReader#read}
         */
        T make(ModelReader reader) throws IOException;
    }

    /**
     * Reads a model folder.
     *
     * @param folder the folder
     * @param maker what makes the model
     * @param <T> what is made
     * @return the model
     * @throws IOException if the folder is missing, incomplete or corrupt, if the maker says so, or
     *     if each of ten times another model took the place of this one meanwhile; the message
     *     names the file, what was expected and what came
     */
    public static <T> T read(Path folder, Maker<T> maker) throws IOException {
        for (int reads = 1; ; reads++) {
            try {
                return new ModelReader(folder).make(maker);
            } catch (ReplacedException e) {
                if (reads == MOST_READS) {
                    throw e;
                }
            }
        }
    }

    private <T> T make(Maker<T> maker) throws IOException {
        try {
            return maker.make(this);
        } catch (IOException | RuntimeException e) {
            // What disagrees may be of two models.
            if (!weightsFile.equals(ModelFolder.find(folder, ModelFolder.WEIGHTS))
                    || !readConfig(folder).equals(text)) {
                throw new ReplacedException(folder, e);
            }
            if (e instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(weightsFile + ": " + Excerpt.of(e.getMessage(), LONGEST), e);
        }
    }

    /**
     * Returns the configuration.
     *
     * @return the configuration, of whatever format it is
     */
    public FlowConfig config() {
        return config;
    }

    /**
     * Reads the weights that belong to the configuration.
     *
     * @param visitor what takes each tensor, by its present name, and reads it at once
     * @throws IOException if the file cannot be read, is no whole safetensors file, or belongs to
     *     another model
     */
    public void weights(TensorFile.Visitor visitor) throws IOException {
        TensorFile.each(
                weightsFile,
                (name, tensor) -> visitor.visit(Migration.weight(name, config), tensor));
        checksum = Checksums.of(weightsFile);
        // Of the same text on both sides, they belong together.
        if (!readConfig(folder).equals(text)) {
            throw new ReplacedException(folder, null);
        }
    }

    /**
     * Checks that the folder is as it was saved. This comes last, after the {@link #weights} and
     * whatever can disagree, which is better said by its name.
     *
     * @return whether there are checksums, which older folders have not, so that damage can go
     *     unnoticed
     * @throws IOException if a checksum tells that configuration or weights were changed
     */
    public boolean requireAsSaved() throws IOException {
        return Checksums.require(text, checksum, configFile, weightsFile);
    }

    private static String readConfig(Path folder) throws IOException {
        Path file = ModelFolder.find(folder, ModelFolder.CONFIG);
        if (!Files.isRegularFile(file)) {
            if (!file.equals(ModelFolder.find(folder, ModelFolder.CONFIG))) {
                throw new ReplacedException(folder, null);
            }
            String got = "none";
            if (Files.isDirectory(folder)) {
                got = "a folder without it";
            } else if (Files.exists(folder)) {
                got = "a file";
            }
            throw new IOException(
                    folder
                            + ": expected a model folder with "
                            + ModelFolder.CONFIG
                            + ", got "
                            + got);
        }
        try {
            byte[] bytes = InputFile.read(file, "a configuration", LARGEST_CONFIG);
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": expected text in UTF-8, got other bytes", e);
        } catch (NoSuchFileException e) {
            throw new ReplacedException(folder, e);
        }
    }

    private static FlowConfig parse(String text, Path file) throws IOException {
        try {
            return FlowConfig.fromJson(text);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Tells that a model took the place of another while that was read. */
    private static final class ReplacedException extends IOException {

        private static final long serialVersionUID = 1L;

        ReplacedException(Path folder, Exception cause) {
            super(
                    folder + ": expected one model, got another while it was read; load it again",
                    cause);
        }
    }
}
