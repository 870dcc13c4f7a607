package org.djlflows.runtime;

import org.djlflows.files.Excerpt;
import org.djlflows.files.TemporaryFolder;
import org.djlflows.format.ModelFolder;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a model folder in memory, some hundred kilobytes. They are what travels to other
 * machines, each of which makes its scorer of them once, when it needs it first.
 */
public final class ModelFiles implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final List<String> NAMES =
            List.of(ModelFolder.CONFIG, ModelFolder.WEIGHTS, ModelFolder.SERVING);

    /** The files by their names. */
    private final LinkedHashMap<String, byte[]> files = new LinkedHashMap<>();

    private transient Scorer scorer;

    private ModelFiles(Scorer scorer) {
        this.scorer = scorer;
    }

    /**
     * Reads a model folder.
     *
     * @param folder the folder
     * @return the files of a model that can be scored
     * @throws IOException as {@link Scorer#load} does
     */
    public static ModelFiles read(Path folder) throws IOException {
        ModelFiles model = new ModelFiles(Scorer.load(folder));
        for (String name : NAMES) {
            Path file = ModelFolder.find(folder, name);
            if (Files.exists(file)) {
                model.files.put(name, Files.readAllBytes(file));
            }
        }
        return model;
    }

    /**
     * Returns the model.
     *
     * @return the scorer, one in a process for each copy of the files
     * @throws UncheckedIOException if there is no place for temporary files
     */
    public synchronized Scorer scorer() {
        if (scorer == null) {
            try {
                scorer =
                        TemporaryFolder.use(
                                folder -> {
                                    write(folder);
                                    return Scorer.load(folder);
                                });
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "ModelFiles: expected a model that this machine can write to a temporary"
                                + " folder and load, got: "
                                + Excerpt.of(e.getMessage()),
                        e);
            }
        }
        return scorer;
    }

    /**
     * Writes the model folder.
     *
     * @param folder an empty folder
     * @throws IOException if a file cannot be written
     */
    public void write(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
    }
}
