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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import javax.imageio.ImageIO;

/** {@code flows images}, on small images of a bright square somewhere. */
class ImagesTest {

    private static final int SIZE = 8;

    @TempDir private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private PrintStream out;
    private PrintStream err;

    @BeforeEach
    void capture() {
        out = System.out;
        err = System.err;
        PrintStream all = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(all);
        System.setErr(all);
    }

    @AfterEach
    void restore() {
        System.setOut(out);
        System.setErr(err);
    }

    @ParameterizedTest
    @CsvSource({"glow, --steps, uniform", "realnvp-images, --blocks, variational"})
    void trainsSamplesAndInterpolates(String flow, String depth, String dequantization)
            throws IOException {
        Path data = images();
        Path model = folder.resolve("model");
        assertEquals(
                0,
                run(
                        "train",
                        "--flow",
                        flow,
                        "--data",
                        data,
                        "--out",
                        model,
                        "--epochs",
                        2,
                        depth,
                        1,
                        "--filters",
                        4,
                        "--dequantization",
                        dequantization));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("epoch 2/2"), text);
        assertTrue(
                text.contains("bits a dimension under " + dequantization + " dequantisation"),
                text);
        assertTrue(Files.size(model.resolve("report/samples.png")) > 0);
        assertTrue(Files.size(model.resolve("report/loss.png")) > 0);

        Path grid = folder.resolve("grid.png");
        assertEquals(
                0, run("sample", model, "-n", 5, "--seed", 1, "--temperature", 0.7, "--out", grid));
        BufferedImage picture = ImageIO.read(grid.toFile());
        assertEquals(3 * 49 + 1, picture.getWidth());
        assertEquals(2 * 49 + 1, picture.getHeight());

        Path ways = folder.resolve("ways.png");
        assertEquals(
                0, run("interpolate", model, "--data", data, "-n", 2, "--steps", 4, "--out", ways));
        picture = ImageIO.read(ways.toFile());
        assertEquals(4 * 49 + 1, picture.getWidth());
        assertEquals(2 * 49 + 1, picture.getHeight());

        assertEquals(1, Flows.run("sample", model.toString(), "-n", "1"));
        assertTrue(
                printed.toString(StandardCharsets.UTF_8)
                        .contains(model + ": expected a model of a table, got one of images"),
                printed.toString(StandardCharsets.UTF_8));
        printed.reset();
        assertEquals(0, Flows.run("info", model.toString()));
        text = printed.toString(StandardCharsets.UTF_8);
        boolean uniform = dequantization.equals("uniform");
        assertTrue(
                text.contains("testBitsPerDimension" + (uniform ? "Uniform" : "Variational")),
                text);
        assertTrue(text.contains("levels"), text);
    }

    @Test
    void leavesNoCheckpointAndRefusesImagesOfAnotherSize() throws IOException {
        Path model = folder.resolve("model");
        Object[] train = {
            "--data",
            images(),
            "--out",
            model,
            "--epochs",
            1,
            "--steps",
            1,
            "--filters",
            4,
            "--resume"
        };
        assertEquals(0, run("train", train));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("epoch 1/1"), text);
        assertTrue(text.contains("Nothing to resume"), text);
        try (ModelFolder other = ModelFolder.reserve(model)) {
            assertTrue(Files.notExists(other.checkpoint()));
            printed.reset();
            assertEquals(1, run("train", train));
            text = printed.toString(StandardCharsets.UTF_8);
            assertTrue(text.contains("expected a folder that no other run writes to"), text);
        }
        assertTrue(Files.notExists(model.resolve(".lock")));

        for (String option : List.of("--inversion jacobi", "--no-denoising", "--class 1")) {
            refuses(
                    2,
                    "expected no " + option.replaceAll(" .*", "") + " for a model ",
                    "sample " + option,
                    model);
        }
        refuses(2, "got scale_", "sample --guidance 1 --guidance-rule scale_and_shift", model);

        Path wide = images(4, 16);
        refuses(
                1,
                wide + ": expected images of 1 channels, 8 x 8, got 1, 4 x 16",
                "interpolate",
                model,
                "--data",
                wide);
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
        Object[] train = {
            "--data", data, "--size", 8, "--out", model, "--epochs", 1, "--steps", 1, "--filters", 4
        };
        assertEquals(0, run("train", train));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("glow over 3 x 8 x 8: 81 images"), text);

        Path ways = folder.resolve("ways.png");
        assertEquals(
                0,
                run(
                        "interpolate",
                        model,
                        "--data",
                        data,
                        "--size",
                        8,
                        "-n",
                        2,
                        "--steps",
                        3,
                        "--out",
                        ways));
        int seen = ImageIO.read(ways.toFile()).getRGB(20, 20);
        assertTrue((seen >> 16 & 0xff) != (seen & 0xff), Integer.toHexString(seen));

        printed.reset();
        Object[] bpd = {
            model, "--data", data, "--size", 8, "--part", "validation", "--repeats", 3, "--seed", 1
        };
        assertEquals(0, run("bpd", bpd));
        text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("standard error over 3 draws of the noise"), text);
        assertTrue(
                text.contains(
                        "9 validation images of 3 x 8 x 8, 256 levels, uniform dequantisation"),
                text);

        refuses(
                1,
                "expected images of 3 channels, 8 x 8, got 3, 10 x 12",
                "bpd",
                model,
                "--data",
                data);
        refuses(2, "expected 1 repeat or more", "bpd", model, "--data", data, "--repeats", 0);
    }

    @Test
    void trainsTarFlowWithClassesAndUsesIt() throws IOException {
        Path data = classes();
        Files.writeString(data.resolve("notes.txt"), "dark and bright");
        Path model = folder.resolve("model");
        prints(
                "tarflow over 1 x 8 x 8 of 2 classes: 49 images",
                "train --flow tarflow --patch 4 --hidden 8 --blocks 2 --layers 1 --epochs 1"
                        + " --batch-size 16 --checkpointing",
                "--data",
                data,
                "--out",
                model);
        String passedOver = data + ": files that are no PNG or JPEG, passed over: 1";
        assertTrue(printed.toString(StandardCharsets.UTF_8).contains(passedOver));
        Path grid = folder.resolve("grid.png");
        String finite = ", 0 not finite";
        prints(finite, "sample -n 6", model, "--out", grid);
        // A column for each class.
        BufferedImage picture = ImageIO.read(grid.toFile());
        assertEquals(2 * 49 + 1, picture.getWidth());
        assertEquals(3 * 49 + 1, picture.getHeight());
        prints(finite, "sample -n 1 --class bright --guidance 1", model, "--out", grid);
        prints(finite, "sample -n 1 --class none --no-denoising", model, "--out", grid);
        prints(
                "0 not finite",
                "sample -n 2 --inversion jacobi --guidance 1 --guidance-rule combined",
                model,
                "--out",
                grid);

        refuses(
                2,
                "expected no --guidance with --class none",
                "sample --class none --guidance 1",
                model);
        refuses(2, "expected one of [bright, dark] or none", "sample --class dim", model);

        Path denoised = folder.resolve("denoised.png");
        prints(
                "levels with noise",
                "denoise -n 2 --seed 1",
                model,
                "--data",
                data,
                "--out",
                denoised);
        picture = ImageIO.read(denoised.toFile());
        assertEquals(2 * 49 + 1, picture.getWidth());
        assertEquals(3 * 49 + 1, picture.getHeight());
        prints("dimension given the class: 6 test images", "bpd", model, "--data", data);
        Path ways = folder.resolve("ways.png");
        prints(
                "Picture: " + ways,
                "interpolate -n 2 --steps 3 --seed 1",
                model,
                "--data",
                data,
                "--out",
                ways);
        picture = ImageIO.read(ways.toFile());
        assertEquals(3 * 49 + 1, picture.getWidth());
        assertEquals(2 * 49 + 1, picture.getHeight());
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
        String sizes = "import --size 6 --patch 2 --noise 0.1 --head-width 6";
        prints("Model: " + model, sizes, weights, "--out", model);
        prints("0 not finite", "sample -n 1", model, "--out", folder.resolve("grid.png"));
        prints("Model: " + model, sizes + " --prefix state.", weights, "--out", model);
        refuses(
                1,
                "expected tensors under ema.",
                sizes + " --prefix ema.",
                weights,
                "--out",
                model);
    }

    @ParameterizedTest
    @CsvSource({
        "'--patch for glow, got 2', --patch 2",
        "--unconditional for glow, --unconditional",
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
        refuses(2, "expected no " + message, "train " + options, "--data", images());
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
        refuses(2, "expected no " + message, "sample " + options, folder.resolve("none"));
    }

    @Test
    void badArgumentsAreRefused() throws IOException {
        Path data = images();
        refuses(1, "a height and a width that 16 divides", "train", "--data", data, "--scales", 4);
        refuses(1, "no such file or folder", "train", "--data", folder.resolve("none"));
        assertEquals(2, Flows.run("images"));
        assertTrue(printed.toString(StandardCharsets.UTF_8).contains("Missing command"));
    }

    /** Words are separated by blanks in the first argument alone: others may be paths with some. */
    private void prints(String message, String words, Object... arguments) {
        printed.reset();
        int code = run(words, arguments);
        String text = printed.toString(StandardCharsets.UTF_8);
        assertEquals(0, code, text);
        assertTrue(text.contains(message), text);
    }

    private void refuses(int code, String message, String words, Object... arguments) {
        printed.reset();
        assertEquals(code, run(words, arguments));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains(message), text);
    }

    private static int run(String words, Object... arguments) {
        List<String> all = new ArrayList<>(List.of("images"));
        all.addAll(List.of(words.split(" ")));
        Arrays.stream(arguments).forEach(argument -> all.add(argument.toString()));
        return Flows.run(all.toArray(String[]::new));
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
