package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;

import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.TarFlow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import javax.imageio.ImageIO;

/** {@code flows images sample} of a model of three classes, with random weights. */
class ImageClassesTest {

    private static final int SIZE = 4;
    private static final List<String> CLASSES = List.of("cat", "dog", "owl");

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private Path model;

    @BeforeEach
    void save() throws IOException {
        model = folder.resolve("model");
        TarFlow flow = new TarFlow(2, 8, 2, 1, 0, false, 0.2, false);
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                NoGrad noGrad = NoGrad.open()) {
            manager.getEngine().setRandomSeed(1);
            FlowConfig config = new FlowConfig(flow, new ImageShape(1, SIZE, SIZE), CLASSES);
            FlowModel fresh = FlowModel.create(config, new NDList(), manager);
            for (Parameter parameter : fresh.flow().getParameters().values()) {
                NDArray array = parameter.getArray();
                array.addi(manager.randomNormal(0, 0.1f, array.getShape(), DataType.FLOAT32));
            }
            fresh.save(model, report -> {});
        }
    }

    /** The same seed draws the same noise, so image i is that of its class alone. */
    @Test
    void classesComeInTurn() throws IOException {
        int n = 7;
        int[][] inTurn = images(n, 3, "");
        int[][][] ofClass = new int[CLASSES.size()][][];
        for (int k = 0; k < ofClass.length; k++) {
            ofClass[k] = images(n, 3, " --class " + CLASSES.get(k));
        }
        for (int i = 0; i < n; i++) {
            assertArrayEquals(ofClass[i % 3][i], inTurn[i], "image " + i);
            assertFalse(Arrays.equals(ofClass[(i + 1) % 3][i], inTurn[i]), "classes are alike");
        }
    }

    /** Fewer images than classes are those of the first ones. */
    @Test
    void fewImagesAreOfTheFirstClasses() throws IOException {
        int[][] two = images(2, 3, "");
        assertArrayEquals(images(2, 3, " --class cat")[0], two[0]);
        assertArrayEquals(images(2, 3, " --class dog")[1], two[1]);
    }

    /** Draws images and cuts the grid: of all classes in turn each column is one. */
    private int[][] images(int n, int seed, String options) throws IOException {
        Path grid = folder.resolve("grid.png");
        terminal.runs("images sample -n " + n + " --seed " + seed + options, model, "--out", grid);
        BufferedImage picture = ImageIO.read(grid.toFile());
        boolean inTurn = options.isEmpty() && CLASSES.size() < n;
        int columns = inTurn ? CLASSES.size() : (int) Math.ceil(Math.sqrt(n));
        int step = (picture.getWidth() - 1) / columns;
        int zoom = (step - 1) / SIZE;
        int[][] images = new int[n][SIZE * SIZE];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < SIZE * SIZE; j++) {
                int x = 1 + i % columns * step + j % SIZE * zoom;
                int y = 1 + i / columns * step + j / SIZE * zoom;
                images[i][j] = picture.getRGB(x, y);
            }
        }
        return images;
    }
}
