package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.format.ModelFolder;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TarFlow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

import javax.imageio.ImageIO;

/** {@code flows images}, on small images of a bright square somewhere. */
class ImagesTest {

    private static final int SIZE = 8;

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    @ParameterizedTest
    @CsvSource({"glow, --steps, uniform", "realnvp-images, --blocks, variational"})
    void trainsSamplesAndInterpolates(String flow, String depth, String dequantization)
            throws IOException {
        Path data = images();
        Path model = folder.resolve("model");
        terminal.runs(
                "images train --epochs 2 --filters 4",
                "--flow " + flow + " --dequantization " + dequantization + " " + depth + " 1",
                "--data",
                data,
                "--out",
                model);
        terminal.shows("epoch 2/2");
        terminal.shows("bits a dimension under " + dequantization + " dequantisation");
        assertTrue(Files.size(model.resolve("report/samples.png")) > 0);
        assertTrue(Files.size(model.resolve("report/loss.png")) > 0);
        assertEquals(3, Files.readAllLines(model.resolve("report/loss.csv")).size());

        Path grid = folder.resolve("grid.png");
        terminal.runs("images sample -n 5 --seed 1 --temperature 0.7", model, "--out", grid);
        assertSize(3, 2, grid);

        Path ways = folder.resolve("ways.png");
        terminal.runs("images interpolate -n 2 --steps 4", model, "--data", data, "--out", ways);
        assertSize(4, 2, ways);

        terminal.refuses(
                1,
                model + ": expected a model of a table, got one of images",
                "sample -n 1",
                model);
        boolean uniform = dequantization.equals("uniform");
        terminal.prints(
                "testBitsPerDimension" + (uniform ? "Uniform" : "Variational"), "info", model);
        terminal.shows("levels");
    }

    @Test
    void leavesNoCheckpointAndRefusesImagesOfAnotherSize() throws IOException {
        Path model = folder.resolve("model");
        String small = "images train --epochs 1 --steps 1 --filters 4 --resume --data";
        terminal.prints("epoch 1/1", small, images(), "--out", model);
        terminal.shows("Nothing to resume");
        try (ModelFolder other = ModelFolder.reserve(model)) {
            assertTrue(Files.notExists(other.checkpoint()));
            terminal.refuses(
                    1,
                    "expected a folder that no other run writes to",
                    small,
                    images(),
                    "--out",
                    model);
        }
        assertTrue(Files.notExists(model.resolve(".lock")));

        for (String option : List.of("--inversion jacobi", "--no-denoising", "--class 1")) {
            terminal.refuses(
                    2,
                    "expected no " + option.replaceAll(" .*", "") + " for a model ",
                    "images sample " + option,
                    model);
        }
        terminal.refuses(
                2,
                "got scale_",
                "images sample --guidance 1 --guidance-rule scale_and_shift",
                model);

        Path wide = images(4, 16);
        terminal.refuses(
                1,
                wide + ": expected images of 1 channels, 8 x 8, got 1, 4 x 16",
                "images interpolate --data",
                wide,
                model);
    }

    @Test
    void trainsOnColouredImagesOfAFolderAndRatesThem() throws IOException {
        Path data = Files.createDirectory(folder.resolve("pictures"));
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            BufferedImage picture = new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB);
            int colour = random.nextInt(1 << 24);
            for (int k = 0; k < 120; k++) {
                picture.setRGB(k % 12, k / 12, colour);
            }
            ImageIO.write(picture, "png", data.resolve(i + ".png").toFile());
        }
        Path model = folder.resolve("model");
        terminal.prints(
                "glow over 3 x 8 x 8: 81 images",
                "images train --size 8 --epochs 1 --steps 1 --filters 4 --data",
                data,
                "--out",
                model);

        Path ways = folder.resolve("ways.png");
        terminal.runs(
                "images interpolate --size 8 -n 2 --steps 3 --data", data, "--out", ways, model);
        int seen = ImageIO.read(ways.toFile()).getRGB(20, 20);
        assertTrue((seen >> 16 & 0xff) != (seen & 0xff), Integer.toHexString(seen));

        terminal.prints(
                "standard error over 3 draws of the noise",
                "images bpd --size 8 --part validation --repeats 3 --seed 1 --data",
                data,
                model);
        terminal.shows("9 validation images of 3 x 8 x 8, 256 levels, uniform dequantisation");

        terminal.refuses(
                1,
                "expected images of 3 channels, 8 x 8, got 3, 10 x 12",
                "images bpd --data",
                data,
                model);
        terminal.refuses(
                2, "expected 1 repeat or more", "images bpd --repeats 0 --data", data, model);
    }

    @Test
    void trainsTarFlowWithClassesAndUsesIt() throws IOException {
        Path data = classes();
        Files.writeString(data.resolve("notes.txt"), "dark and bright");
        Path model = folder.resolve("model");
        terminal.prints(
                "tarflow over 1 x 8 x 8 of 2 classes: 49 images",
                "images train --flow tarflow --patch 4 --hidden 8 --blocks 2 --layers 1 --epochs 1"
                        + " --batch-size 16 --checkpointing --data",
                data,
                "--out",
                model);
        terminal.shows(data + ": files that are no PNG or JPEG, passed over: 1");
        Path grid = folder.resolve("grid.png");
        for (String options :
                List.of(
                        "-n 1 --class bright --guidance 1",
                        "-n 1 --class none --no-denoising",
                        "-n 2 --inversion jacobi --guidance 1 --guidance-rule combined",
                        "-n 6")) {
            terminal.prints(", 0 not finite", "images sample " + options, model, "--out", grid);
        }
        // A column for each class.
        assertSize(2, 3, grid);

        terminal.refuses(
                2,
                "expected no --guidance with --class none",
                "images sample --class none --guidance 1",
                model);
        terminal.refuses(
                2, "expected one of [bright, dark] or none", "images sample --class dim", model);

        Path denoised = folder.resolve("denoised.png");
        terminal.prints(
                "levels with noise",
                "images denoise -n 2 --seed 1 --data",
                data,
                "--out",
                denoised,
                model);
        assertSize(2, 3, denoised);
        terminal.prints(
                "dimension given the class: 6 test images", "images bpd --data", data, model);
        Path ways = folder.resolve("ways.png");
        terminal.prints(
                "Picture: " + ways,
                "images interpolate -n 2 --steps 3 --seed 1 --data",
                data,
                "--out",
                ways,
                model);
        assertSize(3, 2, ways);
    }

    /** In colour, of two classes by their folders. */
    @ParameterizedTest
    @CsvSource({
        "glow-published, --steps 1 --filters 4 --scales 2",
        "realnvp-published, --blocks 1 --filters 4 --scales 1",
        "jet, --layers 1 --hidden 8 --couplings 5"
    })
    void publishedFlowsTrainOnColouredImagesGivenTheirClasses(String flow, String sizes)
            throws IOException {
        Path data = colouredClasses();
        Path model = folder.resolve("model");
        String train = "images train --epochs 2 --batch-size 16 --flow " + flow + ' ' + sizes;
        terminal.prints(
                flow + " over 3 x 8 x 8 of 2 classes: 49 images",
                train + " --data",
                data,
                "--out",
                model);
        Path grid = folder.resolve("grid.png");
        terminal.prints(", 0 not finite", "images sample -n 6 --seed 1", model, "--out", grid);
        assertSize(2, 3, grid);
        terminal.prints(", 0 not finite", "images sample -n 1 --class green", model, "--out", grid);
        terminal.refuses(
                2, "expected one of [green, red] or none", "images sample --class blue", model);
        terminal.prints(
                "dimension given the class: 6 test images", "images bpd --data", data, model);
        terminal.refuses(
                1,
                "expected images of 3 channels, 8 x 8, got 1, 8 x 8",
                "images bpd --data",
                classes(),
                model);
        terminal.prints(
                flow + " over 3 x 8 x 8: 49 images",
                train + " --unconditional --data",
                data,
                "--out",
                model);
    }

    /** Labels beside images in IDX format are classes too. */
    @Test
    void labelsOfIdxFilesAreClasses() throws IOException {
        Path data = Files.createDirectory(folder.resolve("idx"));
        Files.move(images(), data.resolve("train-images-idx3-ubyte"));
        ByteBuffer labels = ByteBuffer.allocate(8 + 300).putInt(0x801).putInt(300);
        for (int i = 0; i < 300; i++) {
            labels.put((byte) (i % 3));
        }
        Files.write(data.resolve("train-labels-idx1-ubyte"), labels.array());
        terminal.prints(
                "glow-published over 1 x 8 x 8 of 3 classes: 243 images",
                "images train --flow glow-published --steps 1 --filters 4 --scales 1 --epochs 1"
                        + " --data",
                data,
                "--out",
                folder.resolve("model"));
    }

    @Test
    void levelsAreFoundAgain() {
        float[] exact = new float[ImagesCommand.LEVELS];
        float[] middles = new float[ImagesCommand.LEVELS];
        float[] levels = new float[ImagesCommand.LEVELS];
        for (int k = 0; k < levels.length; k++) {
            exact[k] = k / 255f;
            middles[k] = (k + 0.5f) / 256;
            levels[k] = k;
        }
        ImageShape shape = new ImageShape(1, 16, 16);
        FlowConfig noisy = new FlowConfig(Presets.tarFlow(), shape, List.of());
        TarFlow exactly = Specs.with(Presets.tarFlow(), "noise", 0.0);
        FlowConfig dequantised = new FlowConfig(exactly, shape, List.of());
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            NDArray found = manager.create(exact);
            assertArrayEquals(levels, ImagesCommand.toLevels(noisy, found));
            found = manager.create(middles);
            assertArrayEquals(levels, ImagesCommand.toLevels(dequantised, found));
        }
    }

    /** Weights of random numbers that the official code wrote, under the key "state". */
    @Test
    void importsWeightsOfTheOfficialTarFlow() throws Exception {
        Path weights =
                Path.of(ImagesTest.class.getResource("tarflow-official.safetensors").toURI());
        Path model = folder.resolve("model");
        String sizes = "images import --size 6 --patch 2 --noise 0.1 --head-width 6 --out";
        terminal.prints("Model: " + model, sizes, model, weights);
        terminal.prints(
                "0 not finite", "images sample -n 1 --out", folder.resolve("grid.png"), model);
        terminal.prints("Model: " + model, sizes, model, weights, "--prefix state.");
        terminal.refuses(1, "expected tensors under ema.", sizes, model, weights, "--prefix ema.");
    }

    @ParameterizedTest
    @CsvSource({
        "'--patch for glow, got 2', --patch 2",
        "--class-dropout for glow, --class-dropout 0.2",
        "'--scales for tarflow, got 1', --flow tarflow --scales 1",
        "--dequantization-filters without --dequantization variational, "
                + "--dequantization-filters 8",
        "--dequantization variational with noise above 0, "
                + "--flow tarflow --dequantization variational",
        "--class-dropout with --unconditional, "
                + "--flow tarflow --unconditional --class-dropout 0.2",
        "--class-dropout for images without classes, "
                + "--flow tarflow --patch 4 --class-dropout 0.2"
    })
    void optionsThatDoNothingInTrainingAreRefused(String message, String options)
            throws IOException {
        terminal.refuses(
                2, "expected no " + message, "images train " + options, "--data", images());
    }

    @ParameterizedTest
    @CsvSource({
        "--no-annealing without --guidance, --no-annealing",
        "--guidance-rule without --guidance, --guidance 0 --guidance-rule scale-and-shift",
        "--attention-temperature without --guidance, --attention-temperature 2",
        "--tolerance with --inversion sequential, --tolerance 1e-3",
        "--segments with --inversion jacobi, --inversion jacobi --segments 2"
    })
    void optionsThatDoNothingInSamplingAreRefused(String message, String options) {
        terminal.refuses(
                2, "expected no " + message, "images sample " + options, folder.resolve("none"));
    }

    @Test
    void badArgumentsAreRefused() throws IOException {
        Path data = images();
        terminal.refuses(
                1, "a height and a width that 16 divides", "images train --scales 4 --data", data);
        terminal.refuses(
                1, "no such file or folder", "images train --data", folder.resolve("none"));
        terminal.refuses(2, "Missing command", "images");
    }

    private static void assertSize(int columns, int rows, Path picture) throws IOException {
        BufferedImage image = ImageIO.read(picture.toFile());
        assertEquals(columns * 49 + 1, image.getWidth());
        assertEquals(rows * 49 + 1, image.getHeight());
    }

    /** Dark and bright images, a folder each. */
    private Path classes() throws IOException {
        Path data = folder.resolve("classes");
        Random random = new Random(1);
        for (String name : List.of("bright", "dark")) {
            Path files = Files.createDirectories(data.resolve(name));
            for (int i = 0; i < 30; i++) {
                BufferedImage grey = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
                for (int k = 0; k < SIZE * SIZE; k++) {
                    int level = (name.equals("dark") ? 20 : 200) + random.nextInt(30);
                    grey.getRaster().setSample(k % SIZE, k / SIZE, 0, level);
                }
                ImageIO.write(grey, "png", files.resolve(i + ".png").toFile());
            }
        }
        return data;
    }

    /** Red and green images, a folder each. */
    private Path colouredClasses() throws IOException {
        Path data = folder.resolve("colours");
        Random random = new Random(2);
        for (String name : List.of("red", "green")) {
            Path files = Files.createDirectories(data.resolve(name));
            for (int i = 0; i < 30; i++) {
                BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
                for (int k = 0; k < SIZE * SIZE; k++) {
                    int level = 150 + random.nextInt(100);
                    image.setRGB(k % SIZE, k / SIZE, name.equals("red") ? level << 16 : level << 8);
                }
                ImageIO.write(image, "png", files.resolve(i + ".png").toFile());
            }
        }
        return data;
    }

    private Path images() throws IOException {
        return images(SIZE, SIZE);
    }

    private Path images(int height, int width) throws IOException {
        int count = 300;
        ByteBuffer bytes = ByteBuffer.allocate(16 + count * height * width);
        bytes.putInt(0x803).putInt(count).putInt(height).putInt(width);
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            int top = random.nextInt(height - 2);
            int left = random.nextInt(width - 2);
            for (int j = 0; j < height * width; j++) {
                int y = j / width - top;
                int x = j % width - left;
                boolean bright = y >= 0 && y < 3 && x >= 0 && x < 3;
                bytes.put((byte) (bright ? 200 + random.nextInt(50) : random.nextInt(10)));
            }
        }
        return Files.write(folder.resolve("images"), bytes.array());
    }
}
